"""The peer's adapter with a stand-in for its packages, and the comparison picture by picture."""

import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from src.core.card import sha256_of
from src.core.types import Image
from src.data.annotations.manifest import Record
from src.evaluation.datasets.sets import EvaluationSet
from src.evaluation.latency import peer
from src.evaluation.latency.peer import FastAlpr, PeerError, peer_row, ratio_of_medians, time_in_turns
from src.evaluation.latency.schema import BenchmarkError
from src.evaluation.latency.stopwatch import Stopwatch
from src.runtime.reader import ImageResult, Reader, Timings

BLUE_FIRST = "BGR"


class FakeAlpr:
    """Finds one plate, whose text says which channel came first."""

    def __init__(self, **options: Any) -> None:
        self.options = options

    def predict(self, frame: Image) -> list[SimpleNamespace]:
        text = BLUE_FIRST if frame[0, 0].tolist() == [3, 2, 1] else "RGB"
        box = SimpleNamespace(xyxy=(1, 2, 30, 12))
        ocr = SimpleNamespace(text=text, confidence=[0.9, 0.8, 0.7, 1.0])  # the last one is padding
        return [SimpleNamespace(detection=SimpleNamespace(bounding_box=box, confidence=0.6), ocr=ocr)]


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    for name in ("yolo.onnx", "cct.onnx", "cct.yaml"):
        (tmp_path / name).write_text(name)
    return tmp_path


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch) -> None:
    contents = {"fast_alpr": {"ALPR": FakeAlpr}, "open_image_models.detection.core.yolo_v9.inference": {}}
    contents["open_image_models.detection.core.yolo_v9.inference"]["YoloV9Detector"] = lambda *_, **__: None
    for name, content in contents.items():
        module = ModuleType(name)
        module.__spec__ = ModuleSpec(name, None)
        module.__dict__.update(content)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(peer, "version", lambda name: "0.4.0")


def test_the_peer_gets_bgr_and_its_plates_come_back(packages: None, weights: Path) -> None:
    fast = FastAlpr(weights)
    image = np.full((20, 40, 3), (1, 2, 3), np.uint8)
    (plate,) = fast.read(image).plates
    assert plate.reading.text == BLUE_FIRST
    assert plate.reading.confidence == pytest.approx(0.85)
    assert plate.reading.char_confidences == (0.9, 0.8, 0.7)
    assert (plate.box.tolist(), plate.detection_confidence) == ([1, 2, 30, 12], 0.6)
    assert fast.name == "fast-alpr 0.4.0"
    assert fast.weights["cct.yaml"] == sha256_of(weights / "cct.yaml")


def test_a_missing_package_is_one_line(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer, "find_spec", lambda name: None)
    with pytest.raises(PeerError, match="fast-alpr is not installed here"):
        FastAlpr(weights)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda folder: (folder / "cct.onnx").unlink(), r"no files match cct\*\.onnx"),
        (lambda folder: (folder / "yolo-2.onnx").touch(), r"2 files match yolo\*\.onnx"),
    ],
)
def test_weights_must_be_there_once(weights: Path, change: Any, fault: str) -> None:
    change(weights)
    with pytest.raises(PeerError, match=fault):
        FastAlpr(weights)


def test_who_goes_first_alternates(models: Path, photo: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[str] = []
    reader = Reader(models, 1)
    infer = reader.detector.infer
    monkeypatch.setattr(reader.detector, "infer", lambda canvas: turns.append("ours") or infer(canvas))

    class Other:
        def read(self, image: Image) -> ImageResult:
            turns.append("peer")
            return ImageResult(96, 64, (), Timings(None, None, 1000.0, 1000.0))

    records = tuple(Record(image=photo(f"{n}.png").name) for n in range(3))
    row = time_in_turns(EvaluationSet("gate", "scenes", photo().parent, records), Stopwatch(reader), Other())
    assert turns == ["ours", "peer", "peer", "ours", "ours", "peer", "peer", "ours"]  # the first two warm up
    assert (row.set, row.ratio.n, row.peer.median, row.ours.n) == ("gate", 3, 1000, 3)
    assert row.ratio.value == pytest.approx(row.ours.median / 1000)
    assert row.detect > 0
    assert row.read > 0


def test_a_picture_of_a_contest_that_is_missing_is_named(models: Path, tmp_path: Path) -> None:
    pictures = EvaluationSet("gate", "scenes", tmp_path, (Record(image="gone.png"),))
    with pytest.raises(BenchmarkError, match=r"gone\.png: no such file"):
        time_in_turns(pictures, Stopwatch(Reader(models, 1)), Reader(models, 1))


def test_shares_are_of_the_peers_whole() -> None:
    laps = [{"from_pixels": 30.0, "detect": 20.0, "read": 6.0}, {"from_pixels": 34.0, "detect": 22.0, "read": 8.0}]
    row = peer_row("gate", laps, [40.0, 40.0])  # type: ignore[arg-type]
    assert (row.detect, row.read, row.rest) == pytest.approx((21 / 40, 7 / 40, 4 / 40))
    assert row.ratio.value == pytest.approx(32 / 40)


def test_the_interval_keeps_the_pairs_together() -> None:
    """Ours always takes half as long, however much pictures differ: there is no doubt about the ratio."""
    theirs = [10.0, 20.0, 40.0, 80.0, 160.0]
    ratio = ratio_of_medians([ms / 2 for ms in theirs], theirs)
    assert (ratio.value, ratio.low, ratio.high, ratio.n) == (0.5, 0.5, 0.5, 5)


def test_the_interval_spans_what_the_pictures_leave_open() -> None:
    """Resamples of two pictures have the ratios 1 (a quarter), 3 / 1 (a quarter), 4 / 2 (half)."""
    ratio = ratio_of_medians([1.0, 3.0], [1.0, 1.0])
    assert (ratio.value, ratio.low, ratio.high) == (2, 1, 3)
