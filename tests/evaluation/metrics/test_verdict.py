"""Whether one reader may take the place of another."""

import pytest

from src.evaluation.accuracy.system_result import OURS, SetFigures, System
from src.evaluation.metrics.verdict import judge
from tests.evaluation.rows import outcome


def systems(**sets: tuple[str, str]) -> list[System]:
    """Both readers; of each set, which plates either reads right (1) and which not (0)."""
    return [system({name: sides[number] for name, sides in sets.items()}) for number in (0, 1)]


def system(sets: dict[str, str]) -> System:
    """A reader on true boxes alone; it is surer of what it reads right."""
    plates = [
        outcome(
            "AB1" if right == "1" else "X",
            set=name,
            flow="ocr",
            image=f"{number}.jpg",
            confidence=0.1 + 0.8 * int(right),
        )
        for name, rights in sets.items()
        for number, right in enumerate(rights)
    ]
    figures = [
        SetFigures(
            name=name, kind="plates", images=len(rights), plates=len(rights), texts=len(rights),
            detector=None, ocr=None, path=None, median_ms={},
        )
        for name, rights in sets.items()
    ]  # fmt: skip
    return System(name=OURS, predictions=None, sets=tuple(figures), outcomes=tuple(plates), images=(), skipped=())


ALL, NONE, SAME = "1" * 12, "0" * 12, "1" * 6 + "0" * 6


@pytest.mark.parametrize(
    ("sets", "against"),
    [
        ({"corrections": (NONE, ALL), "val": (SAME, SAME)}, []),
        ({"corrections": (NONE, "1" * 5 + "0" * 7)}, ["corrections, ocr, read: not better beyond noise"]),
        ({"corrections": (NONE, "1" * 6 + "0" * 6)}, []),
        (
            {"corrections": (ALL, NONE)},
            ["corrections, ocr, read: worse beyond noise", "corrections, ocr, read: not better beyond noise"],
        ),
        (
            {"corrections": (NONE, ALL), "val": (ALL, NONE)},
            ["val, ocr, read: worse beyond noise"],
        ),
        ({"corrections": (NONE, ALL), "val": (ALL, "0" * 1 + "1" * 11)}, []),
        ({"val": (NONE, ALL)}, ["corrections: there is nothing to judge by"]),
    ],
)
def test_it_is_better_where_it_was_to_learn_and_nowhere_worse(
    sets: dict[str, tuple[str, str]], against: list[str]
) -> None:
    before, after = systems(**sets)
    verdict = judge(before, after, "corrections")
    assert list(verdict.against) == against
    assert verdict.is_better == (not against)


def test_confidences_have_to_hold_too() -> None:
    """All is read as before, but the one that is wrong is now promised to be right."""
    sets = {"corrections": (NONE, ALL), "val": (SAME, SAME)}
    before, after = systems(**sets)
    sure = after.model_copy(
        update={"outcomes": tuple(o.model_copy(update={"confidence": 0.9999}) for o in after.outcomes)}
    )
    assert judge(before, sure, "corrections").against == ("confidence, log loss: worse beyond noise",)
