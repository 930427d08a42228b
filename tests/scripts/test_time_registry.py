"""The script that times sheets of vehicles prints a line for each of its steps."""

import re

import pytest

from scripts.time_registry import main


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_each_step_has_a_line(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--rows", "30", "--kind", kind]) == 0
    lines = re.sub(r"[\d.]+ s", "T", capsys.readouterr().out).splitlines()
    assert lines[1] == "all new: T, of them own T; 30 vehicles, 30 permits, 60 persons new"
    assert lines[2] == "all known: T, of them own T; 0 vehicles, 0 permits, 0 persons new"
    assert lines[3] == "other telephones: T, of them own T; 0 vehicles, 0 permits, 0 persons new"
    assert len(lines) == 6
