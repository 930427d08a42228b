"""What is counted is what is reported."""

import json
from pathlib import Path

import pytest

from src.evaluation import report
from src.evaluation.run import OCR_ALONE, WHOLE_PATH, Row


def row_with(misread: list[tuple[str, str, str, float]]) -> Row:
    row = Row("gate", WHOLE_PATH)
    row.score.misread = misread
    return row


def test_worst_readings_are_the_surest_wrong_ones_then_the_missed() -> None:
    row = row_with([("a", "A", "", 0.0), ("b", "B", "X", 0.2), ("c", "C", "Y", 0.9), ("d", "D", "", 0.95)])
    assert [image for image, *_ in report.worst(row)] == ["c", "b", "d", "a"]


def test_no_more_than_twenty_are_listed() -> None:
    row = row_with([(str(i), "A", "B", i / 100) for i in range(30)])
    assert [image for image, *_ in report.worst(row)] == [str(i) for i in range(29, 9, -1)]


def test_times_are_medians() -> None:
    row = Row("gate", WHOLE_PATH)
    for decode, total in ((5.0, 10.0), (7.0, 100.0), (6.0, 20.0)):
        row.time(decode=decode, total=total, detect=None)
    assert row.median_ms() == {"decode": 6.0, "total": 20.0}


def test_json_and_markdown_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = row_with([("a|b.jpg", "AB1", "京B1", 0.5)])
    row.score.texts, row.score.read, row.score.images = 4, 3, 4
    row.failures.append("gone.jpg: no such file")
    alone = Row("gate (true boxes)", OCR_ALONE)
    alone.score.images = 4
    built = report.build([row, alone], {"commit": "abc+dirty", "detector": {"sha256": "0123"}})
    report.write(built, tmp_path / "new" / "latest")
    report.show(built)
    saved = json.loads((tmp_path / "new" / "latest" / "report.json").read_text(encoding="utf-8"))
    assert saved == built
    assert saved["sets"][0]["read"] == 0.75
    assert saved["sets"][0]["extra_per_image"] == 0
    assert saved["sets"][1]["extra_per_image"] is None
    text = (tmp_path / "new" / "latest" / "report.md").read_text(encoding="utf-8")
    for words in ("commit: abc+dirty", "sha256 0123", "75.0%", "gone.jpg: no such file", "a&#124;b.jpg"):
        assert words in text
    shown = capsys.readouterr().out
    assert "75.0%" in shown
    assert "AB1        京B1" in shown
