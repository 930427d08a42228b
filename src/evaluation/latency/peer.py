"""fast-alpr beside our reader: opened on weights from a folder, and timed picture by picture in turns."""

from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import onnxruntime as ort

from src.core.alphabet import normalise
from src.core.card import sha256_of
from src.core.types import Image, Reading
from src.evaluation.accuracy.plate_result import Figure
from src.evaluation.datasets.sets import EvaluationSet
from src.evaluation.latency.schema import PeerRow, Quantiles
from src.evaluation.latency.stopwatch import Lap, Stopwatch, load, outside
from src.evaluation.metrics.figures import RESAMPLES, interval
from src.runtime.reader import ImageResult, PlateResult, ReadsImages, Timings

CONFIDENCE = 0.4
"""The peer's own default threshold."""

PATTERNS = ("yolo*.onnx", "cct*.onnx", "cct*.yaml")
"""Its detector, its reader and the settings of that."""


class PeerError(ValueError):
    """A peer that cannot be run: packages or weights are missing."""


class FastAlpr:
    """fast-alpr, https://github.com/ankandrew/fast-alpr, on the CPU."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        """Raises PeerError for missing packages and weights."""
        detector, ocr, settings = (_only(folder, pattern) for pattern in PATTERNS)
        if find_spec("fast_alpr") is None:
            raise PeerError("fast-alpr is not installed here: pip install '.[evaluate,peer]' brings it")
        from fast_alpr import ALPR
        from open_image_models.detection.core.yolo_v9.inference import YoloV9Detector

        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        cpu = {"providers": ["CPUExecutionProvider"], "sess_options": options}
        self.name = f"fast-alpr {version('fast-alpr')}"
        self.weights = {path.name: sha256_of(path) for path in (detector, ocr, settings)}
        self._alpr = ALPR(
            detector=YoloV9Detector(detector, ["License Plate"], conf_thresh=CONFIDENCE, **cpu),
            ocr_model=None,
            ocr_model_path=ocr,
            ocr_config_path=settings,
            ocr_device="cpu",
            **{f"ocr_{name}": value for name, value in cpu.items()},
        )

    def read(self, image: Image) -> ImageResult:
        """The plates of ``image``, RGB. The time is that of the peer's own call, which wants BGR."""
        frame = np.ascontiguousarray(image[..., ::-1])
        start = perf_counter()
        found = self._alpr.predict(frame)
        ms = (perf_counter() - start) * 1e3
        plates = tuple(_plate(result) for result in found)
        return ImageResult(image.shape[1], image.shape[0], plates, Timings(None, None, ms, ms))


def _plate(result: Any) -> PlateResult:
    box = np.array(result.detection.bounding_box.xyxy, np.float32)
    if result.ocr is None:
        return PlateResult(box, None, result.detection.confidence, Reading("", 0.0, ()))
    text, slots = normalise(result.ocr.text), result.ocr.confidence
    reading = Reading(text, float(np.mean(slots)), tuple(slots[: len(text)]))  # the mean is what its own demo shows
    return PlateResult(box, None, result.detection.confidence, reading)


def _only(folder: Path, pattern: str) -> Path:
    """The one file of ``folder`` that matches. Raises PeerError."""
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise PeerError(f"{folder}: {len(found) or 'no'} files match {pattern}, one is needed")
    return found[0]


def time_in_turns(pictures: EvaluationSet, ours: Stopwatch, peer: ReadsImages) -> PeerRow:
    """Both over one set, from the same pixels to texts. Who goes first alternates, so that a warm cache, or a
    machine that slows down, favours neither. Raises BenchmarkError for a picture that cannot be read."""
    laps: list[Lap] = []
    theirs: list[float] = []
    for number, record in enumerate(pictures.records):
        image = load(pictures.root / record.image)
        if number == 0:  # the first run allocates
            _lap(ours, image), peer.read(image)
        if number % 2:
            laps.append(_lap(ours, image))
            theirs.append(peer.read(image).ms.total)
        else:
            theirs.append(peer.read(image).ms.total)
            laps.append(_lap(ours, image))
    return peer_row(pictures.name, laps, theirs)


def _lap(ours: Stopwatch, image: Image) -> Lap:
    total = ours.reader.read(image).ms.total
    return ours.lap() | {"from_pixels": total}


def peer_row(name: str, laps: Sequence[Lap], theirs: Sequence[float]) -> PeerRow:
    """The row of a set: ``laps`` of ours and milliseconds of the peer, picture by picture."""
    ours = [lap["from_pixels"] for lap in laps]
    whole = float(np.median(theirs))
    stages = {
        "detect": [lap["detect"] for lap in laps],
        "read": [lap.get("read", 0.0) for lap in laps],
        "rest": [outside(lap) for lap in laps],
    }
    return PeerRow(
        set=name,
        ours=Quantiles.of(ours),
        peer=Quantiles.of(theirs),
        ratio=ratio_of_medians(ours, theirs),
        **{stage: float(np.median(ms)) / whole for stage, ms in stages.items()},
    )


def ratio_of_medians(ours: Sequence[float], theirs: Sequence[float]) -> Figure:
    """Median by median, with a percentile bootstrap over the pictures, which keeps their pairs together."""
    a, b = np.array(ours), np.array(theirs)
    drawn = np.random.default_rng(0).integers(len(a), size=(RESAMPLES, len(a)))
    low, high = interval(np.median(a[drawn], 1) / np.median(b[drawn], 1))
    return Figure(value=float(np.median(a) / np.median(b)), low=low, high=high, n=len(a))
