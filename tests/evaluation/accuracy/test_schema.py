"""What is written is what is read again, and nothing else is."""

import json
from pathlib import Path
from typing import Any

import pytest

from src.evaluation.accuracy.schema import SCHEMA_VERSION, MeasuredModel, Report, read_report
from src.evaluation.accuracy.stored import ReportError
from src.evaluation.accuracy.system_result import System
from tests.evaluation.rows import outcome, scene

MODEL = MeasuredModel(name="yolo", input_size=(256, 416), commit="abc", sha256="0" * 64, threshold=0.25)
REPORT = Report(
    command="python -m src.evaluate",
    commit="abc+dirty",
    created="2025-01-01T00:00:00+00:00",
    machine={"processor": "x", "cores": 2},
    split="test",
    threads=1,
    provider="cpu",
    detector=MODEL,
    ocr=MODEL,
    systems=(System(name="ours", sets=(), outcomes=(outcome("京B0"), outcome(None)), images=(scene(),)),),
)


def changed(folder: Path, **changes: Any) -> Path:
    path = folder / "report.json"
    path.write_text(json.dumps(json.loads(REPORT.model_dump_json()) | changes))
    return path


def test_a_report_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(REPORT.model_dump_json(indent=1), encoding="utf-8")
    assert read_report(path) == REPORT
    assert read_report(path).ours.outcomes[0].text == "京B0"


def test_a_report_of_another_version_says_so_whatever_else_it_holds(tmp_path: Path) -> None:
    path = changed(tmp_path, schema_version=SCHEMA_VERSION + 1, fog=3)
    with pytest.raises(ReportError) as raised:
        read_report(path)
    assert str(raised.value) == f"{path}: a report of schema version 2, here 1 is read"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"\xff", "not a report of src.evaluate: "),
        (b"", "not a report of src.evaluate: "),
        (b"[]", "not a report of src.evaluate: schema_version is missing"),
        (b'{"sets": []}', "not a report of src.evaluate: schema_version is missing"),
    ],
)
def test_what_is_no_report_is_named(tmp_path: Path, content: bytes, fault: str) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(content)
    with pytest.raises(ReportError) as raised:
        read_report(path)
    assert str(raised.value).startswith(f"{path}: {fault}")
    assert "\n" not in str(raised.value)


def test_the_schema_is_closed(tmp_path: Path) -> None:
    with pytest.raises(
        ReportError, match=r"report\.json: not a report of src.evaluate: fog: Extra inputs are not permitted"
    ):
        read_report(changed(tmp_path, fog=3))
    with pytest.raises(ReportError, match=r"report\.json: not a report of src.evaluate: split: "):
        read_report(changed(tmp_path, split=None))


def test_a_report_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"gone\.json: No such file"):
        read_report(tmp_path / "gone.json")
