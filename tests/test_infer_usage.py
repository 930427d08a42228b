"""Wrong usage of the command line ends in status 2 and one line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from src.infer import main
from tests.commands import Photo

Refused = Callable[..., str]


@pytest.fixture
def refused(models: Path, capsys: pytest.CaptureFixture[str]) -> Refused:
    """Runs the command line with the fake models, and returns the one line that it must end with."""

    def call(*words: object) -> str:
        try:
            status = main(["--models", str(models), "--threads", "1", *map(str, words)])
        except SystemExit as end:
            status = int(end.code or 0)
        out, err = capsys.readouterr()
        assert (status, out, err.count("\n")) == (2, "", 1)
        return err

    return call


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--sharpen"], "unrecognized arguments: --sharpen"),
        (["--format", "xml"], "invalid choice: 'xml'"),
        (["--min-confidence", "2"], "'2' is not a probability"),
        (["--canvas", "1665"], "'1665' is not a number of pixels from 1 to 1664"),
        (["--canvas", "500"], "canvas 500: "),
        (["--crops", "--canvas", "480"], "--canvas: with --crops nothing is detected"),
        (["--abstain", "nan"], "'nan' is not a probability"),
        (["--threads", "-1"], "'-1' is not a number of threads"),
        (["--provider", "teapot"], "'teapot' is not part of this onnxruntime (available here: "),
        (["--crops", "--min-confidence", "0.5"], "with --crops nothing is detected"),
        (["--resume"], "--resume: needs --output FILE"),
        (["--resume", "--output", "a.csv", "--format", "csv"], "--resume: needs --output FILE in the format jsonl"),
        (
            ["--output", "r.xlsx"],
            "--output r.xlsx: results are written as .jsonl, .ndjson, .json, .csv, .txt; --format",
        ),
        (["--models", "nowhere"], "nowhere/detector: no card.json"),
    ],
)
def test_wrong_flags(refused: Refused, photo: Photo, words: list[str], fault: str) -> None:
    assert fault in refused(photo(), *words)


def test_no_path(refused: Refused) -> None:
    assert "PATH" in refused()


def test_a_model_that_does_not_match_its_card(refused: Refused, models: Path, photo: Photo) -> None:
    with (models / "ocr" / "model.onnx").open("ab") as file:
        file.write(b"\0")
    assert "does not match the sha256" in refused(photo())


def test_a_save_folder_that_cannot_be_made(refused: Refused, photo: Photo) -> None:
    path = photo()
    assert "--save" in refused(path, "--save", path / "out")
