"""Our reader beside fast-alpr, image by image in one process: times, and plates found and read.

    python -m scripts.compare_peer --peer WEIGHTS SET...

Needs an environment that has both: the runtime's dependencies and
``fast-alpr==0.4.0 fast-plate-ocr==1.1.0 open-image-models==0.6.0``. ``WEIGHTS`` is a folder with the peer's
``yolo*.onnx``, ``cct*.onnx`` and ``cct*.yaml``. A SET is a manifest, the name of one below the data folder,
or a picture: pictures form one set without truth, for times alone. Both get the same decoded pixels, in
turns, on one thread each; decoding the file counts for neither.
"""

import argparse
import os
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter

import cv2
import fast_alpr
import numpy as np
import onnxruntime as ort
from fast_alpr.base import BaseDetector, DetectionResult
from open_image_models.detection.core.yolo_v9.inference import YoloV9Detector

from src.core.alphabet import normalise
from src.core.image import SUFFIXES, read_image
from src.core.metrics import Score, TruePlate
from src.core.types import Boxes, Image
from src.data.manifest import Record
from src.evaluation.provenance import commit, machine
from src.evaluation.sets import EvaluationSet, named_sets
from src.runtime.reader import Reader

PEER_CONFIDENCE = 0.4  # its own default
CPU = ["CPUExecutionProvider"]

Plates = tuple[Boxes, list[str], list[float]]
"""Boxes [P, 4], their texts and confidences."""


class PeerDetector(BaseDetector):
    """The peer's detector on weights from a folder; its package would download its own."""

    def __init__(self, weights: Path, options: ort.SessionOptions) -> None:
        self._model = YoloV9Detector(
            str(weights), ["License Plate"], conf_thresh=PEER_CONFIDENCE, providers=CPU, sess_options=options
        )

    def predict(self, frame: Image) -> list[DetectionResult]:
        """Detections of a BGR frame."""
        return self._model.predict(frame)


class Peer:
    """fast-alpr 0.4.0, one thread."""

    def __init__(self, folder: Path) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        self._alpr = fast_alpr.ALPR(
            detector=PeerDetector(only(folder, "yolo*.onnx"), options),
            ocr_model=None,
            ocr_model_path=str(only(folder, "cct*.onnx")),
            ocr_config_path=str(only(folder, "cct*.yaml")),
            ocr_providers=CPU,
            ocr_sess_options=options,
            ocr_device="cpu",
        )

    def read(self, image: Image) -> Plates:
        """Plates of a BGR image."""
        results = self._alpr.predict(image)
        found = [result.detection.bounding_box for result in results]
        boxes = np.array([(b.x1, b.y1, b.x2, b.y2) for b in found], np.float32).reshape(-1, 4)
        read = [result.ocr for result in results]
        texts = [normalise(ocr.text) if ocr else "" for ocr in read]
        return boxes, texts, [float(np.mean(ocr.confidence)) if ocr else 0.0 for ocr in read]


class Ours:
    """This project's reader, one thread."""

    def __init__(self, models: Path) -> None:
        self._reader = Reader(models, threads=1)

    def read(self, image: Image) -> Plates:
        """Plates of an RGB image."""
        plates = self._reader.read(image).plates
        boxes = np.array([p.box for p in plates], np.float32).reshape(-1, 4)
        return boxes, [p.reading.text for p in plates], [p.reading.confidence for p in plates]


@dataclass
class Side:
    """One contestant's times in milliseconds, and its score."""

    read: Callable[[Image], Plates]
    ms: list[float] = field(default_factory=list)
    score: Score = field(default_factory=Score)

    def run(self, image: Image, record: Record) -> None:
        """Times one image, then scores it."""
        start = perf_counter()
        boxes, texts, confidences = self.read(image)
        self.ms.append((perf_counter() - start) * 1e3)
        true = [
            TruePlate(np.array(p.box, np.float32), p.text if p.sure else None, p.published_text)
            for p in record.plates or ()
        ]
        ignore = np.array(record.ignore, np.float32).reshape(-1, 4)
        self.score.add(record.image, true, boxes, texts, confidences, ignore)


def main() -> int:
    """Prints a Markdown table, two lines per set."""
    args = parse()
    cv2.setNumThreads(1)
    ours, peer = Ours(args.models), Peer(args.peer)
    print(f"commit {commit()}, {machine()['processor']}, onnxruntime {ort.__version__}, one thread")
    print(f"python {platform.python_version()}: python -m scripts.compare_peer {' '.join(sys.argv[1:])}\n")
    print("| set | who | read % | O=0, I=1 | found % | extra/image | ms median | 90 % | ratio |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for pictures in contested(args.sets, args.data, args.split):
        print(*lines(pictures.name, *compare(pictures, ours, peer)), sep="\n", flush=True)
    return 0


def contested(words: Sequence[str], data: Path, split: str) -> list[EvaluationSet]:
    """The sets of scenes that ``words`` name, and one of the loose pictures among them."""
    loose = [word for word in words if Path(word).suffix.lower() in SUFFIXES]
    sets = named_sets([word for word in words if word not in loose], data, split)
    records = tuple(Record(image=word) for word in loose)
    pictures = [EvaluationSet("pictures", "scenes", Path(), records)] if loose else []
    return [s for s in sets if s.kind == "scenes"] + pictures


def parse() -> argparse.Namespace:
    """The flags."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("sets", nargs="+", metavar="SET")
    parser.add_argument("--peer", type=Path, required=True, metavar="WEIGHTS")
    parser.add_argument("--models", type=Path, default=Path("exports"))
    parser.add_argument("--split", default="test")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("PLATE_DATA", "data")))
    return parser.parse_args()


def compare(pictures: EvaluationSet, ours: Ours, peer: Peer) -> tuple[Side, Side]:
    """Both sides over one set; who goes first alternates, so that a warm cache favours neither."""
    sides = (Side(ours.read), Side(peer.read))
    for number, record in enumerate(pictures.records):
        rgb = read_image(pictures.root / record.image)
        turns = [(sides[0], rgb), (sides[1], np.ascontiguousarray(rgb[..., ::-1]))]
        if number == 0:
            for side, image in turns:
                side.read(image)  # the first run allocates
        for side, image in turns if number % 2 else reversed(turns):
            side.run(image, record)
    return sides


def lines(name: str, ours: Side, peer: Side) -> Sequence[str]:
    """Table lines; the ratio is of medians, ours by the peer's."""
    ratio = median(ours.ms) / median(peer.ms)
    return [_line(name, "ours", ours, f"{ratio:.2f}"), _line(name, "fast-alpr", peer, "")]


def _line(name: str, who: str, side: Side, ratio: str) -> str:
    rates = side.score.rates()
    shares = [_percent(rates[key]) for key in ("read", "read_merged", "found")]
    spent = [f"{np.percentile(side.ms, q):.1f}" for q in (50, 90)]
    extra = f"{side.score.extra / side.score.images:.2f}" if side.score.plates else ""
    return f"| {' | '.join([name, who, *shares, extra, *spent, ratio])} |"


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.1f}"


def only(folder: Path, pattern: str) -> Path:
    """The one file of ``folder`` that matches."""
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise SystemExit(f"{folder}: {len(found)} files match {pattern}, one is needed")
    return found[0]


if __name__ == "__main__":
    sys.exit(main())
