"""Close-ups: photographs cropped until one plate fills most of the width, as a telephone takes it."""

from collections.abc import Iterator, Sequence

import numpy as np

from src.data.annotations.manifest import PlateLabel
from src.evaluation.datasets.hard.photographs import Made, Matrix, SourcePhotograph, framed, labels_in, plates_of

CLOSE = "close-up"
NARROWEST = 80
"""Pixels of a plate in its photograph: what is enlarged more looks like no photograph."""
FILLED = (0.45, 0.95)
"""The plate's share of the picture's width."""
ASPECTS = (0.4, 1.1)
"""Height of a picture by its width."""
WIDTHS = (640, 1000)
TALLEST = 1000
BORDER = 0.02
"""Least distance of the plate from each edge, by the picture's width."""


def close_ups(photographs: Sequence[SourcePhotograph]) -> Iterator[Made]:
    """One of every plate that is wide enough and does not touch the edge of its photograph."""
    for photograph, number, plate in plates_of(photographs):
        if plate.box[2] - plate.box[0] < NARROWEST:
            continue
        image = photograph.read()
        frame = _frame(plate, (image.shape[0], image.shape[1]), photograph.rng(CLOSE, number))
        if frame is not None:
            matrix, size = frame
            record = labels_in(photograph.record, matrix, size, photograph.name(number), turned=False)
            yield Made(record, framed(image, matrix, size))


def _frame(plate: PlateLabel, size: tuple[int, int], rng: np.random.Generator) -> tuple[Matrix, tuple[int, int]] | None:
    """Where the crop lies in a photograph of ``size`` and how large it becomes, both sizes (height, width)."""
    x1, y1, x2, y2 = plate.box
    width = (x2 - x1) / rng.uniform(*FILLED)
    height = max(width * rng.uniform(*ASPECTS), (y2 - y1) * 1.15)
    width, height = min(width, size[1]), min(height, size[0])
    border = BORDER * width
    if x2 - x1 > width - 2 * border or y2 - y1 > height - 2 * border:
        return None
    left = _start(x1 - border, x2 + border, width, size[1], rng)
    top = _start(y1 - border, y2 + border, height, size[0], rng)
    if left is None or top is None:
        return None
    scale = min(rng.uniform(*WIDTHS) / width, TALLEST / height)
    matrix = np.array([[scale, 0, -left * scale], [0, scale, -top * scale]], np.float64)
    return matrix, (round(height * scale), round(width * scale))


def _start(low: float, high: float, side: float, whole: float, rng: np.random.Generator) -> float | None:
    """Where a span of ``side`` begins that holds ``low`` to ``high`` and lies in ``whole``; None where none does."""
    first, last = max(high - side, 0.0), min(low, whole - side)
    return None if first > last else float(rng.triangular(first, (first + last) / 2, last + 1e-6))
