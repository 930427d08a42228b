"""Looks for what the detector takes for a plate in training photographs: ``python -m scripts.find_hard_negatives OUT``.

The exported detector sees each photograph whole and in windows, then every suspect alone, as large as its canvas. What
it still boxes there, and what no label speaks of, is written to ``OUT/candidates.jsonl`` and shown with its number on
the sheets ``OUT/sheet-*.png``. A person names on them what is a plate; the others are regions for ``data/labels/hard``.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from rich.progress import track

from src.core.card import sha256_of
from src.core.cli import Parser, run_command
from src.core.geometry import letterbox
from src.core.image import read_named
from src.core.types import Boxes, Image
from src.data.annotations.corrections import apply_corrections
from src.data.annotations.manifest import Record, of_split, read_set
from src.evaluation.datasets.hard.empty import REGIONS, read_regions
from src.runtime.detector import Detector

SETS = ("scenes", "more/scenes")
SUSPECT, SURE = 0.1, 0.25
"""Confidence of a suspect in a window, and of one that is seen alone."""
WINDOW, CANVAS = 0.4, 256
"""Sides of the windows, in sides of the photograph, and of their canvas in pixels."""
WIDENED = (0.08, 0.35, 0.9)
"""By which shares of its sides a suspect is widened when it is seen alone."""
LEAST = 14.0
"""Pixels that a suspect is wide at least: of a smaller one nobody can say whether it is a plate."""
MOST = 3
"""Suspects of one photograph, the surest ones."""
TILE, COLUMNS, ROWS = (92, 148), 10, 8
"""Height and width in pixels of a suspect on a sheet, with what is around it, and suspects of a sheet."""


def main() -> int:
    """Writes candidates and sheets; what a training cannot read ends it."""
    parser = Parser("python -m scripts.find_hard_negatives", "Finds what the detector takes for a plate.", "")
    parser.add_argument("out", type=Path, metavar="OUT", help="folder of the candidates and their sheets")
    parser.add_argument("--data", default=os.environ.get("PLATE_DATA", "data"), metavar="DIR")
    parser.add_argument("--models", default="exports", metavar="DIR")
    parser.add_argument("--corrections", type=Path, default=Path("data/labels/scenes"), metavar="DIR")
    parser.add_argument("--minutes", type=float, default=60.0, help="after which it goes on to no further photograph")
    parser.add_argument("--part", type=int, nargs=2, default=(0, 1), metavar=("K", "N"), help="the K-th of N parts")
    args = parser.parse_args()
    detector = Detector(Path(args.models) / "detector", threads=1, min_confidence=SUSPECT)
    records = [record for name in SETS for record in _training(name, Path(args.data), args.corrections)]
    evaluated = {region.sha256 for path in sorted(REGIONS.glob("*.jsonl")) for region in read_regions(path)}
    order = np.random.default_rng(0).permutation(len(records))[args.part[0] :: args.part[1]]
    args.out.mkdir(parents=True, exist_ok=True)
    end, shown = time.monotonic() + 60 * args.minutes, list[Image]()
    with (args.out / "candidates.jsonl").open("w") as file:
        for index in track(order.tolist(), "photographs"):
            if time.monotonic() > end:
                break
            name, record = records[index]
            digest = sha256_of(Path(record.image))
            if digest in evaluated:
                continue
            image = read_named(Path(record.image))
            for box, confidence in suspects(image, record, detector)[:MOST]:
                line = {"set": name, "sha256": digest, "box": [round(float(v), 1) for v in box]}
                shown.append(tile(image, box, f"{len(shown)} {confidence:.2f}"))
                file.write(json.dumps({**line, "image": record.image, "confidence": round(confidence, 3)}) + "\n")
    for start in range(0, len(shown), COLUMNS * ROWS):
        cells = shown[start : start + COLUMNS * ROWS]
        cells += [np.full_like(cells[0], 255)] * (-len(cells) % COLUMNS)
        sheet = np.vstack([np.hstack(cells[i : i + COLUMNS]) for i in range(0, len(cells), COLUMNS)])
        cv2.imwrite(str(args.out / f"sheet-{start // (COLUMNS * ROWS)}.png"), sheet[..., ::-1])
    return 0


def _training(name: str, data: Path, corrections: Path) -> Iterator[tuple[str, Record]]:
    records = apply_corrections(read_set(name, data), (name,), corrections)
    return ((name, record) for record in of_split(records, "train"))


def suspects(image: Image, record: Record, detector: Detector) -> list[tuple[Boxes, float]]:
    """Boxes [4] in pixels of ``image`` with their confidence seen alone, surest first, none of them near a label."""
    labels = np.array([*(p.box for p in record.plates or ()), *record.ignore], np.float32).reshape(-1, 4)
    seen: list[tuple[Boxes, float]] = []
    for box in first_look(image, detector):
        if box[2] - box[0] < LEAST or meets(box, labels) or meets(box, np.array([b for b, _ in seen]).reshape(-1, 4)):
            continue
        seen += [(box, confidence) for confidence in (alone(image, box, detector),) if confidence >= SURE]
    return sorted(seen, key=lambda suspect: -suspect[1])


def first_look(image: Image, detector: Detector) -> list[Boxes]:
    """What the detector boxes in the whole of ``image`` and in its windows, in pixels of ``image``, surest first."""
    height, width = image.shape[:2]
    found = [(d.confidence, d.box) for d in detector.detect(image)]
    side = round(WINDOW * max(height, width))
    starts = [
        (x, y)
        for y in np.linspace(0, max(height - side, 0), max(1, int(np.ceil(height / side * 1.2)))).astype(int).tolist()
        for x in np.linspace(0, max(width - side, 0), max(1, int(np.ceil(width / side * 1.2)))).astype(int).tolist()
    ]
    windows = [image[y : y + side, x : x + side] for x, y in starts]
    fitted = [letterbox(window, (CANVAS, CANVAS)) for window in windows]
    raw = detector.infer_batch(np.stack([canvas for canvas, _ in fitted]))
    for i, (x, y) in enumerate(starts):
        own = {name: values[i : i + 1] for name, values in raw.items()}
        shape = windows[i].shape[0], windows[i].shape[1]
        for d in detector.postprocess(own, fitted[i][1], shape):
            found.append((d.confidence, d.box + np.array([x, y, x, y], np.float32)))
    return [box for _, box in sorted(found, key=lambda one: -one[0])]


def alone(image: Image, box: Boxes, detector: Detector) -> float:
    """The highest confidence with which the detector boxes most of ``box`` [4] where nothing else is in view."""
    best = 0.0
    for share in WIDENED:
        grown = box + share * np.tile(box[2:] - box[:2], 2) * np.array([-1, -1, 1, 1]) / 2
        x1, y1 = np.maximum(np.floor(grown[:2]), 0).astype(int).tolist()
        x2, y2 = np.ceil(grown[2:]).astype(int).tolist()
        for d in detector.detect(image[y1:y2, x1:x2]):
            best = max(best, d.confidence)
    return best


def tile(image: Image, box: Boxes, caption: str) -> Image:
    """``box`` [4] of ``image``, outlined among what is around it, under its ``caption``."""
    size = box[2:] - box[:2]
    x1, y1 = np.maximum(np.floor(box[:2] - 0.3 * size - 2), 0).astype(int).tolist()
    x2, y2 = np.ceil(box[2:] + 0.3 * size + 2).astype(int).tolist()
    canvas, fitted = letterbox(image[y1:y2, x1:x2], (TILE[0] - 16, TILE[1] - 4))
    low, high = (
        np.round((point - (x1, y1)) * fitted.scale + (fitted.left, fitted.top)) for point in (box[:2], box[2:])
    )
    cv2.rectangle(canvas, low.astype(int).tolist(), high.astype(int).tolist(), (0, 255, 0), 1)
    cell = np.full((*TILE, 3), 255, np.uint8)
    cell[14:-2, 2:-2] = canvas
    cv2.putText(cell, caption, (2, 11), cv2.FONT_HERSHEY_SIMPLEX, 0.36, (200, 0, 0), 1, cv2.LINE_AA)
    return cell


def meets(box: Boxes, others: Boxes) -> bool:
    """Whether ``box`` [4] has a point in common with one of ``others`` [N, 4]."""
    return bool(((box[:2] < others[:, 2:]) & (box[2:] > others[:, :2])).all(1).any())


if __name__ == "__main__":
    run_command(main)
