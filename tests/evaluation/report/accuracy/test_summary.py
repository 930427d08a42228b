"""The sentences of a report, over plates whose fate is known."""

from typing import Any

import pytest

from src.evaluation.accuracy.plate_result import ScoredPlate
from src.evaluation.metrics.errors import error_report
from src.evaluation.report.accuracy.content import document
from src.evaluation.report.accuracy.summary import (
    calibration_groups,
    error_sentences,
    frequent_confusions,
    headline,
    main_plates,
    standings,
    system_comparisons,
)
from src.evaluation.report.document import Paragraph
from tests.evaluation.reports import calibration, report, system
from tests.evaluation.rows import outcome, scene


def plates(right: int, wrong: int, **changes: Any) -> list[ScoredPlate]:
    """An image per plate, the right ones first."""
    return [outcome("AB1" if i < right else "X", image=str(i), **changes) for i in range(right + wrong)]


def test_a_set_counts_by_its_whole_path_or_else_by_the_reader_alone() -> None:
    crops = plates(1, 1, set="crops", flow="ocr")
    rows = [*plates(1, 0), *plates(1, 0, flow="ocr"), outcome("AB1", None), *crops]
    assert main_plates(rows) == [rows[0], *crops]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (plates(3, 1), "75.0% of 4 plates read exactly right."),
        ([*plates(1999, 1), *plates(1, 0, set="yard")], "99.9% of 2,001 plates read exactly right, over 2 sets."),
        ([*plates(3, 1), *plates(0, 9, set="hard/turned")], "75.0% of 4 plates read exactly right."),
        (
            [*plates(3, 1), *plates(1, 1, set="drawn", source="synthetic")],
            "75.0% of 4 plates read exactly right; 50.0% of 2 drawn plates read exactly right.",
        ),
    ],
)
def test_headline(rows: list[ScoredPlate], words: str) -> None:
    assert headline(report(system("ours", rows))) == words


def test_the_headline_without_texts_is_about_found_plates() -> None:
    ours = system("ours", [outcome("AB1", None)], [scene(plates=3, found=2)])
    assert headline(report(ours)) == "2 of 3 plates found; no text is known."


def test_ours_and_a_peer_meet_on_the_plates_that_both_have() -> None:
    """Ours alone is right six times, the peer never: p = 2 / 2^6."""
    peer = system("peer", [outcome("X", image=str(i)) for i in range(6)])
    (compared,) = system_comparisons(report(system("ours", plates(6, 1)), peer))
    assert (compared.set, compared.system, compared.n, compared.ours, compared.theirs) == ("gate", "peer", 6, 1, 0)
    assert compared.p == pytest.approx(2 / 64)
    assert compared.verdict == "better"


def test_standings_name_the_sets_by_verdict() -> None:
    def rows(gate: int, yard: int, lane: int) -> list[ScoredPlate]:
        return [*plates(gate, 9 - gate), *plates(yard, 9 - yard, set="yard"), *plates(lane, 9 - lane, set="lane")]

    ours, peer = system("ours", rows(9, 5, 0)), system("peer", rows(0, 4, 9))
    assert standings(report(ours, peer, system("blind", []))) == [
        "Against peer: better on gate; no difference beyond noise on yard; worse on lane."
    ]


def test_error_sentences() -> None:
    path = [outcome("AB1"), outcome("A81"), outcome("AB"), outcome("ZZZZ"), outcome(None), outcome("A1")]
    path = [o.model_copy(update={"image": str(i)}) for i, o in enumerate(path)]
    alone = [outcome(text, flow="ocr", image=str(i)) for i, text in enumerate(["AB", "AB1", "AB1", "Z", "AB1", "A"])]
    built = report(system("ours", [*path, *alone]))
    assert error_sentences(built, error_report(path)) == [
        "Of 6 plates 4 were misread and 1 not found.",
        "3 of the misread are off by a single character.",
        "On the true box 2 of them are read right, against 1 right in the box found alone.",
        "Of 1,000 characters: 266.7 substituted, 133.3 left out, 66.7 added (15 in all).",
    ]


def test_without_errors_there_is_little_to_say() -> None:
    rows = [outcome("AB1")]
    sentences = error_sentences(report(system("ours", rows)), error_report(rows))
    assert sentences == [
        "Of 1 plates 0 were misread and 0 not found.",
        "Of 1,000 characters: 0.0 substituted, 0.0 left out, 0.0 added (3 in all).",
    ]


def test_confusions_are_written_with_a_sign_for_no_character() -> None:
    errors = error_report([outcome("A81"), outcome("A81"), outcome("AB"), outcome("AB11", "AB1")])
    assert frequent_confusions(errors) == ["B → 8 (2)", "∅ → 1 (1)", "1 → ∅ (1)"]


def test_calibration_groups_that_are_all_readings_are_not_repeated() -> None:
    assert [name for name, _ in calibration_groups(calibration(9))] == ["all readings"]
    names = [name for name, _ in calibration_groups(calibration(9, drawn=5))]
    assert names == ["all readings", "photographs", "drawn plates", "street"]


def test_provenance_names_commit_models_machine_and_predictions() -> None:
    built = report(system("ours", []), system("peer", [], predictions="peer.jsonl"))
    (note,) = document(built).sections[-1].blocks
    assert isinstance(note, Paragraph)
    stated = note.facts
    assert stated["commit"] == "abc+dirty"
    assert stated["detector"].startswith("yolo, 64 × 96 pixels, threshold 0.25, commit ccc")
    assert stated["reader"].endswith("SHA-256 " + "5" * 64)
    assert (stated["peer"], stated["cores"], stated["provider"]) == (
        "predictions from peer.jsonl",
        "2",
        "cpu, 1 thread",
    )
