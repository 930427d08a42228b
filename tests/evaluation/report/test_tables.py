"""Rows and columns of the tables of figures."""

from src.evaluation.accuracy.system_result import Skipped
from src.evaluation.report.tables import flow_tables
from tests.evaluation.reports import report, system
from tests.evaluation.rows import outcome, scene


def test_a_table_per_flow_that_ran_with_ours_first_in_each_set() -> None:
    rows = [outcome("AB1"), outcome("X", flow="ocr"), outcome("AB1", set="crops", flow="ocr")]
    ours = system("ours", rows, [scene(plates=2)])
    path, detector, ocr = flow_tables(report(ours, system("peer", rows[:1], [scene(plates=2)])))
    assert path.title == "whole path"
    assert [(row.set, row.system, row.n, row.ms) for row in path.rows] == [
        ("gate", "ours", 1, 31.4),
        ("gate", "peer", 1, 31.4),
    ]
    assert [(row.system, row.n) for row in detector.rows] == [("ours", 2), ("peer", 2)]
    assert [(row.set, row.system) for row in ocr.rows] == [("gate", "ours"), ("crops", "ours")]


def test_a_row_over_fewer_pictures_than_ours_is_marked() -> None:
    """One picture nobody could read; two more the peer has nothing to say of."""
    rows, images = [outcome("AB1")], [scene()]
    unread, *unsaid = (Skipped(set="gate", image=f"{n}.jpg", fault="x") for n in range(3))
    ours = system("ours", rows, images, skipped=(unread,))
    path, *_ = flow_tables(report(ours, system("peer", rows, images, skipped=(unread, *unsaid))))
    assert [row.plates for row in path.rows] == ["1", "1*"]
    assert path.note == "* missing: 2 pictures of gate for peer"
    assert flow_tables(report(ours))[0].note == ""


def test_columns_without_any_figure_are_left_out() -> None:
    rows = [outcome("AB1", region="DE"), outcome("AB1", region="DE", read_region="DE")]
    without, with_region = (flow_tables(report(system("ours", part)))[0].columns for part in (rows[:1], rows))
    assert [column.field for column in without] == ["read", "read_published", "read_merged", "cer"]
    assert [column.field for column in with_region][-1] == "region"


def test_a_run_without_anything_has_no_tables() -> None:
    assert flow_tables(report(system("ours", []))) == []
