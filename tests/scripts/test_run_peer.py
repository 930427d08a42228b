"""A peer's predictions are the JSON Lines of our own command line."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from scripts import run_peer
from src.core.types import Image, Reading
from src.data.annotations.manifest import PlateLabel, Record, write_manifest
from src.evaluation.accuracy.predictions import read_predictions
from src.runtime.reader import ImageResult, PlateResult, Timings

PLATE = PlateResult(np.array([30, 20, 60, 30], np.float32), None, 0.9, Reading("AB01", 0.8, (0.9, 0.8, 0.9, 0.9)))


class FakePeer:
    """Finds the same plate everywhere."""

    def __init__(self, folder: Path, threads: int) -> None:
        assert (folder.name, threads) == ("weights", 1)

    def read(self, image: Image) -> ImageResult:
        return ImageResult(image.shape[1], image.shape[0], (PLATE,), Timings(None, None, 1.0, 1.0))


@pytest.fixture
def words(photo: Callable[..., Path], tmp_path: Path) -> list[str]:
    photo("benchmarks/gate/a.png")
    labels = (PlateLabel(box=(30, 20, 60, 30), text="AB01"),)
    records = [Record(image=name, split="test", plates=labels) for name in ("a.png", "gone.png")]
    write_manifest(tmp_path / "benchmarks" / "gate" / "manifest.jsonl", records)
    return ["--data", str(tmp_path), "--peer", str(tmp_path / "weights")]


def test_predictions_can_be_scored_and_a_bad_picture_is_an_error(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run_peer, "FastAlpr", FakePeer)
    status = run_peer.main(words)
    out, err = capsys.readouterr()
    good, bad = (tmp_path / "benchmarks" / "gate" / name for name in ("a.png", "gone.png"))
    assert status == 1
    assert err == f"{bad}: no such file\n"
    assert json.loads(out.splitlines()[1])["error"] == {"type": "unreadable", "message": "no such file"}
    (tmp_path / "peer.jsonl").write_text(out)
    predictions = read_predictions(tmp_path / "peer.jsonl", {good, bad})
    assert [plate.text for plate in predictions[good].plates or ()] == ["AB01"]
    assert predictions[bad].error is not None


def test_missing_weights_are_one_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run_peer.main(words) == 2
    assert "weights: no files match yolo*.onnx" in capsys.readouterr().err
