import numpy as np
import pytest

from scripts.compare_trackers import _score, main
from src.evaluation.video.schema import TrueBox, TruePassage


def vehicle(number: int, x: float) -> TruePassage:
    boxes = tuple(TrueBox(time=n / 25, box=(x, 0, x + 100, 20)) for n in range(10))
    return TruePassage(
        source="clip", number=number, kind="pan", group="drawn", half="fit", picture="a", text="A1", region=None,
        first=0, last=0.4, legible=10, boxes=boxes,
    )  # fmt: skip


def at(x: float) -> np.ndarray:
    return np.array([x, 0, x + 100, 20], np.float32)


def test_vehicles_have_one_track_several_or_none_and_tracks_may_go_over() -> None:
    vehicles = [vehicle(0, 0), vehicle(1, 300), vehicle(2, 600)]
    one = [(n / 25, 1, at(5)) for n in range(4)]
    several = [(n / 25, 2 + n // 2, at(300)) for n in range(4)]
    assert _score(vehicles, [*one, *several]) == {"vehicles": 3, "one": 1, "several": 1, "none": 1, "exchanged": 0}
    gone_over = [(n / 25, 1, at(0 if n < 2 else 300)) for n in range(4)]
    assert _score(vehicles[:2], gone_over)["exchanged"] == 1


def test_packages_that_are_missing_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert capsys.readouterr().err == (
        "python -m scripts.compare_trackers: needs trackers and supervision, see --help\n"
    )
