"""The command line that measures passages: what it writes, and how it ends."""

import json
from pathlib import Path

import pytest
from PIL import Image

from src.core.card import load_card
from src.evaluate_video import main
from src.evaluation.video.fit import kept
from src.evaluation.video.schema import VideoReport
from tests.commands import Command, command
from tests.evaluation.video.conftest import fonts as fonts
from tests.evaluation.video.stage import photographs


@pytest.fixture
def evaluate_video(models: Path, fonts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command line with the fake models, which find pure colours alone: status, output, errors."""
    data = photographs(tmp_path / "data")

    common = ["--models", models, "--threads", 1, "--data", data, "--fonts", fonts, "--out", tmp_path / "report"]
    return command(main, capsys, *common)


def test_it_writes_a_report(evaluate_video: Command, tmp_path: Path) -> None:
    status, out, err = evaluate_video("--passages", 4, "--kinds", "blur", "crossing")
    assert status == 0, err
    assert "4 of 4 passages" in err or "5 of 4 passages" in err
    folder = tmp_path / "report"
    report = VideoReport.model_validate_json((folder / "video.json").read_bytes())
    assert report.passages == len(report.outcomes) >= 4
    assert {outcome.kind for outcome in report.outcomes} == {"blur", "crossing"}
    assert report.command.startswith("python -m src.evaluate_video")
    assert report.clips == {}
    assert {system.name for system in report.systems} == {"ours", "best reading", "majority"}
    assert all(system.all.missed and system.all.missed.value == 1 for system in report.systems)
    assert report.speed
    assert report.speed.frames > 50
    page = (folder / "video.html").read_text(encoding="utf-8")
    assert "Passages that went wrong" in page
    assert "data:image/jpeg" in page
    assert "By kind" in (folder / "video.md").read_text(encoding="utf-8")
    assert "Systems on the same frames" in out
    assert kept(folder / "evidence.pickle") == []


def test_a_fit_without_a_passage_says_so(evaluate_video: Command, models: Path, tmp_path: Path) -> None:
    before = load_card(models / "ocr")
    status, _, err = evaluate_video("--passages", 1, "--kinds", "blur", "--fit")
    assert status == 2
    assert "no passage of the half for fitting was told" in err
    assert load_card(models / "ocr") == before


def test_a_sheet_alone(evaluate_video: Command, tmp_path: Path) -> None:
    status, _, _ = evaluate_video("--kinds", "blur", "--sheet", tmp_path / "looks" / "sheet.png")
    assert status == 0
    assert Image.open(tmp_path / "looks" / "sheet.png").width >= 1600
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--kinds", "flying"], "flying"),
        (["--passages", "0"], "'0' is not a number of passages"),
        (["--sheet", "sheet.txt"], "not the name of a picture"),
        (["--evidence", "old.pickle"], "--evidence goes with --fit"),
        (["--fit", "--evidence", "none.pickle"], "none.pickle: No such file"),
        (["--data", "nowhere"], "nowhere: no such data folder"),
        (["--fonts", "nowhere", "--passages", "40"], "nowhere"),
        (["--peer", "nowhere"], "nowhere"),
    ],
)
def test_wrong_usage_is_one_line(evaluate_video: Command, words: list[str], fault: str) -> None:
    status, out, err = evaluate_video("--kinds", "successor", *words)
    assert (status, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert fault in err


def test_json_is_that_of_the_schema(evaluate_video: Command, tmp_path: Path) -> None:
    evaluate_video("--passages", 1, "--kinds", "pan", "--no-clips")
    report = json.loads((tmp_path / "report" / "video.json").read_text())
    assert report["halves"] == {"fit": 1}
