"""Closed models, and JSON Lines of them whose faults are named."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from src.core.schema import Closed, read_json_lines


class Point(Closed):
    x: float
    name: str = ""


@pytest.mark.parametrize("said", [{"x": 1, "y": 2}, {"x": float("nan")}, {"x": float("inf")}, {}])
def test_a_closed_model_takes_nothing_that_it_does_not_know(said: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match="1 validation error"):
        Point.model_validate(said)


def test_a_closed_model_is_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Point(x=1).x = 2


def test_lines_come_with_their_numbers_and_empty_ones_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "points.jsonl"
    path.write_text('{"x": 1, "name": "\u2028"}\n\n  \n{"x": 2}', encoding="utf-8")
    assert read_json_lines(path, Point, ValueError) == [(1, Point(x=1, name="\u2028")), (4, Point(x=2))]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b'{"x": 1}\n{"x": "a"}\n', r":2: x: Input should be a valid number"),
        (b'{"x": 1}\n{"x": 1, "z": 2}\n', r":2: z: Extra inputs"),
        (b"x\n", r":1: line: Invalid JSON"),
        (b"\xff\n", r": not a UTF-8 text file"),
    ],
)
def test_a_fault_names_file_line_and_field(tmp_path: Path, content: bytes, fault: str) -> None:
    path = tmp_path / "points.jsonl"
    path.write_bytes(content)
    with pytest.raises(LookupError, match=r"points\.jsonl" + fault):
        read_json_lines(path, Point, BadPointError)


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match=r"gone\.jsonl: No such file"):
        read_json_lines(tmp_path / "gone.jsonl", Point, BadPointError)


class BadPointError(ValueError, LookupError):
    """One that is told from pydantic's own errors, which are ValueErrors too."""
