"""Errors summed up over readings whose faults are known."""

from src.evaluation.accuracy.plate_result import ScoredPlate
from src.evaluation.metrics.errors import ErrorReport, error_report


def outcome(truth: str | None, text: str, found: bool = True) -> ScoredPlate:
    return ScoredPlate(
        set="gate",
        flow="path",
        image="a.jpg",
        plate=0,
        source="x",
        box=(0, 0, 100, 20),
        truth=truth,
        found=found,
        iou=0.9 if found else 0,
        text=text,
    )


READ = [
    outcome("A10", "A10"),
    outcome("A10", "AI0"),  # one substitution
    outcome("A10", "9AI0"),  # an insertion and a substitution
    outcome("B20", "B0"),  # a deletion
    outcome("B20", ""),  # three deletions: found, but nothing was read
    outcome("B20", "", found=False),
    outcome(None, "C3"),
]


def pairs(report: ErrorReport) -> list[tuple[str, str, int]]:
    return [(c.truth, c.read, c.n) for c in report.mistaken]


def test_texts_are_exact_misread_or_missed() -> None:
    report = error_report(READ)
    assert (report.texts, report.exact, report.misread, report.missed) == (6, 1, 4, 1)
    assert report.one_edit == 2


def test_edits_are_counted_where_a_plate_was_found() -> None:
    report = error_report(READ)
    assert report.characters == 15
    assert (report.substitutions, report.insertions, report.deletions) == (2, 1, 4)


def test_confusions_come_by_frequency_then_by_character_and_hold_the_right_ones() -> None:
    report = error_report(READ)
    assert pairs(report) == [("1", "I", 2), ("2", "", 2), ("", "9", 1), ("0", "", 1), ("B", "", 1)]
    right = {c.truth: c.n for c in report.confusions if c.truth == c.read}
    assert right == {"A": 3, "1": 1, "0": 4, "B": 1}
    assert sum(c.n for c in report.confusions if c.truth) == report.characters


def test_breakdowns_hold_missed_plates_but_none_of_unknown_text() -> None:
    (group,) = next(b for b in error_report(READ).breakdowns if b.by == "source").groups
    assert (group.right, group.n) == (1, 6)


def test_nothing_to_sum_up() -> None:
    report = error_report([outcome(None, "C3")])
    assert (report.texts, report.characters, report.confusions) == (0, 0, ())


def test_a_report_comes_back_from_its_json() -> None:
    report = error_report(READ)
    assert ErrorReport.model_validate_json(report.model_dump_json()) == report
