"""Which told passage is of which vehicle."""

import pytest

from src.evaluation.video.figures import calibration, of_half, passage_figures, system_figures
from src.evaluation.video.scoring import score, score_clip
from tests.evaluation.video.stage import passage, told


def test_right_wrong_and_missed() -> None:
    truths = [passage(0, "AB1230"), passage(1, "AB1231", x=300), passage(2, "AB1232", x=600)]
    scored = score(truths, [told(1, "AB1230"), told(2, "AB1237", at=((0.2, 300), (0.4, 300)))])
    assert [outcome.text for outcome in scored.outcomes] == ["AB1230", "AB1237", None]
    assert [outcome.right for outcome in scored.outcomes] == [True, False, False]
    assert not scored.inventions


def test_the_passage_with_most_boxes_is_the_answer_and_others_are_doubles() -> None:
    long = told(1, "AB1234", at=((0.2, 0), (0.4, 0), (0.6, 5)))
    scored = score([passage()], [told(2, "AB1284", at=((0.8, 0),), accepted=False), long, told(3, at=((0.88, 0),))])
    (outcome,) = scored.outcomes
    assert (outcome.text, outcome.doubles, outcome.doubles_accepted) == ("AB1234", 2, 1)


def test_a_passage_where_or_when_no_plate_is_was_invented() -> None:
    scored = score([passage()], [told(1, "X", at=((0.2, 500),)), told(2, "Y", at=((3.0, 0),), accepted=False)])
    assert [(i.text, i.accepted) for i in scored.inventions] == [("X", True), ("Y", False)]
    assert scored.outcomes[0].text is None
    assert scored.inventions[0].kind == "pan"


def test_a_track_that_changes_the_vehicle_is_an_exchange_and_no_double() -> None:
    truths = [passage(0, "AB1230", last=0.4), passage(1, "AB1231", first=0.6, last=2, x=30)]
    at = ((0.0, 0), (0.2, 0), (0.64, 30), (0.8, 30), (1.0, 30), (1.2, 30))
    scored = score(truths, [told(1, "AB1231", at=at)])
    assert [outcome.exchanged for outcome in scored.outcomes] == [1, 0]
    assert [outcome.text for outcome in scored.outcomes] == [None, "AB1231"]


def test_two_boxes_on_two_vehicles_are_an_exchange_too() -> None:
    truths = [passage(0), passage(1, x=300)]
    assert score(truths, [told(at=((0.2, 0), (0.4, 300)))]).outcomes[0].exchanged == 1
    assert score(truths, [told(at=((0.2, 0),))]).outcomes[0].exchanged == 0


def test_the_wait_is_from_the_first_legible_frame() -> None:
    late = passage(first=0.2)
    assert score([late], [told(answered=0.64)]).outcomes[0].wait == pytest.approx(0.44)
    assert score([late], [told(answered=0.04)]).outcomes[0].wait == 0
    assert score([late], [told(answered=0.64, accepted=False)]).outcomes[0].wait is None
    assert score([late], [told(text="X", answered=0.64)]).outcomes[0].wait is None


def test_real_clips_are_matched_by_their_texts() -> None:
    result = score_clip(
        "gate.mp4",
        ["24LSB1", "89NVJP", "96NDJB"],
        [told(1, "24LSB1"), told(2, "24LSB"), told(3, "B9NVJP"), told(4, "TAXI0800"), told(5, "HOTEL", accepted=False)],
    )
    assert (result.right, result.wrong, result.missed) == (1, 1, 1)
    assert (result.doubled, result.invented, result.invented_accepted) == (1, 2, 1)
    nothing = score_clip("gate.mp4", ["24LSB1"], [])
    assert (nothing.right, nothing.wrong, nothing.missed, nothing.invented) == (0, 0, 1, 0)


def test_shares_of_passages_and_what_is_counted_by_the_clip() -> None:
    truths = [passage(0, "AB1230"), passage(1, "AB1231", x=300)]
    answers = [
        told(1, "AB1230", answered=0.5),
        told(2, "AB1231", at=((0.2, 300),), accepted=False),
        told(3, "AB1231", at=((0.4, 300),)),
        told(4, "X", at=((0.2, 600),)),
    ]
    scored = score(truths, answers)
    figures = passage_figures(scored.outcomes, scored.inventions)
    assert figures.passages == 2
    assert figures.right
    assert figures.right.value == 1
    assert figures.accepted
    assert figures.accepted.value == 0.5
    assert figures.doubled
    assert figures.doubled.value == 0.5
    assert figures.invented
    assert figures.invented.value == 0.5
    assert figures.spurious_accepted
    assert figures.spurious_accepted.value == 1.0
    assert figures.wait
    assert figures.wait.value == pytest.approx(0.5)
    system = system_figures("ours", "fit", scored.outcomes, scored.inventions)
    assert list(system.kinds) == ["pan"]
    assert list(system.lines) == ["1 line"]
    assert system.groups["photograph"].invented
    assert system.groups["photograph"].invented.value == 0


def test_an_invention_is_a_wrong_answer_of_its_confidence() -> None:
    scored = score([passage()], [told(confidence=0.8), told(2, "X", at=((0.2, 600),), confidence=0.8)])
    group = calibration("fit", scored.outcomes, scored.inventions)
    assert group is not None
    assert (group.n, group.confidence, group.read.value) == (2, pytest.approx(0.8), 0.5)
    assert group.ece.value == pytest.approx(0.3)
    assert calibration("fit", [], []) is None


def test_halves_are_kept_apart() -> None:
    scored = score([passage()], [told(2, "X", at=((0.2, 600),))])
    assert of_half("measure", [*scored.outcomes, *scored.inventions]) == ([], [])
    outcomes, inventions = of_half("fit", [*scored.outcomes, *scored.inventions])
    assert (len(outcomes), len(inventions)) == (1, 1)
