"""Which character stands in which column of the reader's map."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from src.core.types import Boxes

LINES = 2
"""Rows of labels: plates have one line of text or two."""
NO_LABEL = -100
"""Of a column of which nobody knows what it shows; the losses leave it out."""

Owners = npt.NDArray[np.int64]
"""``[LINES, columns]``: 0 between characters, ``i + 1`` where the text's character ``i`` stands, or NO_LABEL."""


def unknown_owners(columns: int) -> Owners:
    """Of a crop whose characters nobody marked."""
    return np.full((LINES, columns), NO_LABEL, np.int64)


def column_owners(chars: Boxes, rows: Sequence[int] | npt.NDArray[np.int64], width: int, columns: int) -> Owners:
    """From the boxes ``chars [n, 4]`` in pixels of a crop ``width`` wide and the line of each, 0 the upper.

    A character holds the middle 70 % of its box and at least the column nearest its centre, so that the blank
    which CTC needs between two equal neighbours has room.
    """
    owners = np.zeros((LINES, columns), np.int64)
    centres = (np.arange(columns) + 0.5) * width / columns
    for i, (box, row) in enumerate(zip(chars, rows, strict=True), 1):
        middle, reach = (box[0] + box[2]) / 2, 0.35 * (box[2] - box[0])
        owners[row, np.abs(centres - middle) <= reach] = i
        owners[row, int(np.clip(middle * columns / width, 0, columns - 1))] = i
    return owners
