"""Groups of plates, their shares and intervals, computed by hand."""

import pytest

from src.evaluation.accuracy.plate_result import Appearance, ScoredPlate
from src.evaluation.metrics.breakdown import Breakdown, breakdowns


def outcome(text: str = "A1", **changes: object) -> ScoredPlate:
    """A plate that says A1, measured 100 pixels wide; read right unless ``text`` differs."""
    seen = Appearance(width=100, brightness=100, sharpness=20, tilt=None)
    stated = {"set": "gate", "flow": "path", "image": "a.jpg", "plate": 0, "source": "x", "box": (0, 0, 100, 20)}
    stated |= {"truth": "A1", "found": True, "iou": 0.9, "text": text, "appearance": seen}
    return ScoredPlate.model_validate(stated | changes)


def wide(width: float, text: str = "A1") -> ScoredPlate:
    return outcome(text, appearance=Appearance(width=width, brightness=64, sharpness=0, tilt=-width / 10))


def by(name: str, outcomes: list[ScoredPlate]) -> Breakdown:
    return next(b for b in breakdowns(outcomes) if b.by == name)


def counts(breakdown: Breakdown) -> dict[str, tuple[int, int]]:
    return {group.label: (group.right, group.n) for group in breakdown.groups}


def test_regions_come_by_size_and_the_unknown_last() -> None:
    outcomes = [outcome(region=r) for r in (None, None, None, "DE", "RU", "RU")] + [outcome("X", region="RU")]
    assert list(counts(by("region", outcomes)).items()) == [("RU", (2, 3)), ("DE", (1, 1)), ("unknown", (3, 3))]


def test_widths_come_from_small_to_large_and_an_edge_belongs_to_the_wider_group() -> None:
    outcomes = [wide(256), wide(47.9, "X"), wide(48), wide(95.9), wide(96, "X"), outcome(appearance=None)]
    found = by("plate width", outcomes)
    assert found.unit == "px"
    assert list(counts(found).items()) == [
        ("< 48", (0, 1)),
        ("48–96", (2, 2)),
        ("96–160", (0, 1)),
        ("≥ 256", (1, 1)),
        ("unknown", (1, 1)),
    ]


def test_a_tilt_to_the_left_counts_like_one_to_the_right() -> None:
    assert counts(by("tilt", [wide(30), wide(120), outcome()])) == {"2–5": (1, 1), "≥ 10": (1, 1), "unknown": (1, 1)}


def test_lines_sources_brightness_and_sharpness() -> None:
    outcomes = [outcome(lines=2, source="y"), outcome(lines=1), wide(30)]
    assert counts(by("lines", outcomes)) == {"1": (1, 1), "2": (1, 1), "unknown": (1, 1)}
    assert counts(by("source", outcomes)) == {"x": (2, 2), "y": (1, 1)}
    assert counts(by("brightness", outcomes)) == {"64–96": (1, 1), "96–128": (2, 2)}
    assert counts(by("sharpness", outcomes)) == {"< 16": (1, 1), "16–32": (2, 2)}


def test_intervals_are_wilsons() -> None:
    """With z² = 3.8415: n / (n + z²) is the lower end for 3 of 3; for 1 of 2 it is 0.5 -+ 0.4055."""
    (group,) = by("source", [outcome()] * 3).groups
    assert (group.low, group.high) == (pytest.approx(0.4385, abs=1e-4), pytest.approx(1))
    (group,) = by("source", [outcome(), outcome("X")]).groups
    assert (group.read, group.low, group.high) == (
        0.5,
        pytest.approx(0.0945, abs=1e-4),
        pytest.approx(0.9055, abs=1e-4),
    )


def test_what_no_plate_tells_is_left_out() -> None:
    assert [b.by for b in breakdowns([outcome()])] == ["source", "plate width", "brightness", "sharpness"]
    assert breakdowns([]) == ()
