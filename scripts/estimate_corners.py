"""Estimates the corners of training plates that have only a box: ``python -m scripts.estimate_corners OUT``.

The exported detector looks at each plate at several scales, and mirrored. Where its corners agree and their box is
the labelled one, their mean is written as a correction of the same box. A training turns such a plate without
making its box loose, and learns its corners.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import json
import os
import sys
from pathlib import Path

import cv2
import numpy as np
from rich.progress import track

from src.core.card import sha256_of
from src.core.cli import Parser, run_command
from src.core.geometry import corners_to_box, iou_matrix
from src.core.image import read_named
from src.core.types import Boxes, Corners, Image
from src.data.annotations.corrections import apply_corrections, tightened
from src.data.annotations.manifest import Record, of_split, read_set
from src.data.transforms.scene import FLIPPED_CORNERS
from src.runtime.detector import Detector

SETS = ("scenes", "more/scenes")
LOOSE = {"open_lpr": 0.08}
"""As in configs/experiment: the boxes that a training sees must be the boxes that are written."""
VIEWS = (2.6, 3.4, 4.4)
"""Sides of the square views around a plate, in widths (or 2.5 heights) of its box."""
SIDE = 416
"""Pixels of a view's side for the detector."""
LEAST_IOU = 0.6
MOST_SPREAD = 0.06
"""Standard deviation of a corner over the views, in widths of the plate, over which nothing is written."""


def main() -> int:
    """Writes a file per set; what a training cannot read ends it."""
    parser = Parser("python -m scripts.estimate_corners", "Estimates the corners of plates that have only a box.", "")
    parser.add_argument("out", type=Path, metavar="OUT", help="folder of the corrections that are written")
    parser.add_argument("--data", default=os.environ.get("PLATE_DATA", "data"), metavar="DIR")
    parser.add_argument("--models", default="exports", metavar="DIR")
    parser.add_argument("--corrections", type=Path, default=Path("data/labels/scenes"), metavar="DIR")
    args = parser.parse_args()
    detector = Detector(Path(args.models) / "detector", threads=1, min_confidence=0.1, canvas=SIDE)
    args.out.mkdir(parents=True, exist_ok=True)
    for name in SETS:
        records = tightened(read_set(name, Path(args.data)), {} if name != "scenes" else LOOSE)
        records = of_split(apply_corrections(records, (name,), args.corrections), "train")
        found = [line for record in track(records, name) if (line := estimated(record, name, detector))]
        lines = list({line["sha256"]: line for line in reversed(found)}.values())[
            ::-1
        ]  # a set may list a picture twice
        file = args.out / f"{name.replace('/', '-')}.jsonl"
        file.write_text("".join(json.dumps(line) + "\n" for line in lines))
        print(f"{file}: {sum(len(line['plates']) for line in lines)} plates", file=sys.stderr)
    return 0


def estimated(record: Record, name: str, detector: Detector) -> dict | None:
    """The correction of a record, with the plates whose corners could be estimated; None where there is none."""
    boxes = [np.array(p.box, np.float32) for p in record.plates or () if p.corners is None]
    if not boxes:
        return None
    image = read_named(Path(record.image))
    found = [(box, corners) for box in boxes if (corners := corners_of(image, box, detector)) is not None]
    plates = [{"box": rounded(box, 2), "corners": [rounded(point, 1) for point in corners]} for box, corners in found]
    return {"set": name, "sha256": sha256_of(Path(record.image)), "plates": plates} if plates else None


def rounded(values: np.ndarray, digits: int) -> list[float]:
    return [round(float(value), digits) for value in values]


def corners_of(image: Image, box: Boxes, detector: Detector) -> Corners | None:
    """The mean corners [4, 2] of the plate ``box`` [4] over all views; None where too few agree."""
    seen = [
        c
        for view in VIEWS
        for mirrored in (False, True)
        if (c := seen_at(image, box, view, mirrored, detector)) is not None
    ]
    if len(seen) < len(VIEWS):
        return None
    median = np.median(seen, 0)
    spread = np.abs(np.stack(seen) - median).mean(0).max() / (box[2] - box[0])
    return fitted(median, box) if spread <= MOST_SPREAD else None


def seen_at(image: Image, box: Boxes, view: float, mirrored: bool, detector: Detector) -> Corners | None:
    """What the detector sees in a square view of the plate, as corners [4, 2] in pixels of ``image``."""
    side = view * max(box[2] - box[0], 2.5 * (box[3] - box[1]))
    start = (box[:2] + box[2:]) / 2 - side / 2
    matrix = np.array([[1, 0, -start[0]], [0, 1, -start[1]]]) * (SIDE / side)
    shown = np.asarray(
        cv2.warpAffine(image, matrix, (SIDE, SIDE), flags=cv2.INTER_AREA, borderValue=(114,) * 3), np.uint8
    )
    target = (box - np.tile(start, 2)) * (SIDE / side)
    if mirrored:
        shown = np.ascontiguousarray(shown[:, ::-1])
        target = np.array([SIDE - target[2], target[1], SIDE - target[0], target[3]])
    found = [d for d in detector.detect(shown) if d.corners is not None]
    if not found:
        return None
    overlaps = iou_matrix(np.array([d.box for d in found], np.float32), target[None].astype(np.float32))[:, 0]
    best = int(overlaps.argmax())
    if overlaps[best] < LEAST_IOU:
        return None
    corners = np.array(found[best].corners, np.float32)
    if mirrored:
        corners = corners[FLIPPED_CORNERS]
        corners[:, 0] = SIDE - corners[:, 0]
    return corners * (side / SIDE) + start


def fitted(corners: Corners, box: Boxes) -> Corners:
    """``corners`` moved and scaled along both axes so that their box is ``box``."""
    own = corners_to_box(corners)
    scale = (box[2:] - box[:2]) / np.maximum(own[2:] - own[:2], 1e-3)
    return (corners - own[:2]) * scale + box[:2]


if __name__ == "__main__":
    run_command(main)
