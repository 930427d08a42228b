"""Rows and columns of the tables of figures."""

from src.evaluation.accuracy.system_result import Skipped
from src.evaluation.report.accuracy.figures import flow_tables
from src.evaluation.report.document import DataTable
from tests.evaluation.reports import report, system
from tests.evaluation.rows import outcome, scene


def column(table: DataTable, title: str) -> list[str]:
    """The cells under a title."""
    return [str(row[list(table.header).index(title)]) for row in table.rows]


def test_a_table_per_flow_that_ran_with_ours_first_in_each_set() -> None:
    rows = [outcome("AB1"), outcome("X", flow="ocr"), outcome("AB1", set="crops", flow="ocr")]
    ours = system("ours", rows, [scene(plates=2)])
    path, detector, ocr = flow_tables(report(ours, system("peer", rows[:1], [scene(plates=2)])))
    assert path.title == "Whole path"
    assert [row[:2] for row in path.rows] == [["gate", "ours"], ["gate", "peer"]]
    assert (column(path, "plates"), column(path, "ms")) == (["1", "1"], ["31.4", "31.4"])
    assert column(path, "read") == ["100.0% (100.0–100.0)"] * 2
    assert (column(detector, "system"), column(detector, "plates")) == (["ours", "peer"], ["2", "2"])
    assert [row[:2] for row in ocr.rows] == [["gate", "ours"], ["crops", "ours"]]


def test_a_row_over_fewer_pictures_than_ours_is_marked() -> None:
    """One picture nobody could read; two more the peer has nothing to say of."""
    rows, images = [outcome("AB1")], [scene()]
    unread, *unsaid = (Skipped(set="gate", image=f"{n}.jpg", fault="x") for n in range(3))
    ours = system("ours", rows, images, skipped=(unread,))
    path, *_ = flow_tables(report(ours, system("peer", rows, images, skipped=(unread, *unsaid))))
    assert column(path, "plates") == ["1", "1*"]
    assert path.note == "* missing: 2 pictures of gate for peer"
    assert next(flow_tables(report(ours))).note == ""


def test_columns_without_any_figure_are_left_out() -> None:
    rows = [outcome("AB1", region="DE"), outcome("AB1", region="DE", read_region="DE")]
    without, with_region = (next(flow_tables(report(system("ours", part)))).header for part in (rows[:1], rows))
    assert list(without) == ["set", "system", "read", "published", "O=0, I=1", "CER", "plates", "ms"]
    assert set(with_region) - set(without) == {"country"}


def test_a_run_without_anything_has_no_tables() -> None:
    assert list(flow_tables(report(system("ours", [])))) == []
