"""A photograph of a plate that can be found again by its colours, wherever it lies in a picture made of it."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from src.core.geometry import corners_to_box
from src.data.annotations.manifest import PlateLabel, Record
from src.evaluation.datasets.hard.photographs import SourcePhotograph, photographs
from src.evaluation.datasets.sets import EvaluationSet

BLUE = (20, 40, 220)
GROUND = (90, 110, 90)


def quad(centre: tuple[float, float], width: float, height: float, degrees: float = 0) -> np.ndarray:
    """Corners of a plate, clockwise from its top left."""
    turn = np.deg2rad(degrees)
    across, down = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    return np.array([centre + x * width / 2 * across + y * height / 2 * down for x, y in signs])


def label(corners: np.ndarray, marked: bool = True, **changes: object) -> PlateLabel:
    box = tuple(float(v) for v in corners_to_box(corners))
    points = tuple((float(x), float(y)) for x, y in corners) if marked else None
    return PlateLabel(box=box, corners=points, **changes)


def photograph(
    folder: Path, *plates: PlateLabel, size: tuple[int, int] = (300, 400), **changes: object
) -> SourcePhotograph:
    """Every plate is plain blue; so the blue of a picture made of it is where its labels must lie."""
    image = np.full((*size, 3), GROUND, np.uint8)
    for plate in plates:
        corners = plate.corners or [(plate.box[i], plate.box[j]) for i, j in ((0, 1), (2, 1), (2, 3), (0, 3))]
        fine = np.zeros((8 * size[0], 8 * size[1]), np.uint8)  # that what is half covered shows where an edge lies
        cv2.fillPoly(fine, [np.round(np.array(corners) * 8 - 0.5).astype(int)], 1)
        image[fine.reshape(size[0], 8, size[1], 8).mean((1, 3)) > 0.5] = BLUE
    Image.fromarray(image).save(folder / "a.png")
    record = Record(image="a.png", split="val", source="street", plates=plates, **changes)
    (found,) = photographs([EvaluationSet("scenes", "scenes", folder, (record,))])
    return found


def blue_box(image: np.ndarray) -> tuple[float, ...]:
    """The box around what is blue, to half a pixel."""
    seen = np.abs(image.astype(int) - BLUE).sum(-1) < 150
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
