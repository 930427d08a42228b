"""Character alignment: which character of the text stands in which column of the reader's map."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from src.core.ctc import NO_LABEL
from src.core.types import Boxes

LINES = 2
"""A plate has one line of text or two; an alignment always has both."""

Alignment = npt.NDArray[np.int64]
"""``[LINES, columns]``: ``i + 1`` where character ``i`` of the text stands, 0 between characters, else NO_LABEL."""


def unknown_alignment(columns: int) -> Alignment:
    """Returns the alignment of a crop whose characters nobody has marked: NO_LABEL everywhere."""
    return np.full((LINES, columns), NO_LABEL, np.int64)


def align_characters(chars: Boxes, rows: Sequence[int] | npt.NDArray[np.int64], width: int, columns: int) -> Alignment:
    """Aligns characters to the columns of the map of a crop that is ``width`` pixels wide.

    ``chars [n, 4]`` are the boxes of the characters in pixels of the crop, ``rows [n]`` their lines: 0 is the upper,
    1 the lower one. A character takes the columns of the middle 70 % of its box, and always the column nearest to its
    centre. The rest stays free for the blank that CTC needs between two equal characters.
    """
    alignment = np.zeros((LINES, columns), np.int64)
    centres = (np.arange(columns) + 0.5) * width / columns
    for i, (box, row) in enumerate(zip(chars, rows, strict=True), 1):
        middle, reach = (box[0] + box[2]) / 2, 0.35 * (box[2] - box[0])
        alignment[row, np.abs(centres - middle) <= reach] = i
        alignment[row, int(np.clip(middle * columns / width, 0, columns - 1))] = i
    return alignment
