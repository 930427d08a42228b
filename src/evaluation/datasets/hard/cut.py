"""Cut plates: a photograph ends in the middle of a plate, as a vehicle leaves the picture or a box is too narrow.

At least one character is lost and at most LARGEST of the width. Where the text is known and the places of its
characters are, the label says what is left; the plate is not ``whole`` in any case.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from src.data.annotations.manifest import PlateLabel
from src.evaluation.datasets.hard.hidden import NARROWEST, in_one_line
from src.evaluation.datasets.hard.photographs import Made, SourcePhotograph, labels_in

CUT = "cut"
LARGEST = 0.5
"""Share of the width."""
LEAST = 0.25
"""The same where nobody knows where the characters stand: a band and a character of six."""
WITHOUT_TEXT = 150
"""How many plates of unknown text are taken, the first by their photographs' hashes."""


def cut_off(photographs: Sequence[SourcePhotograph]) -> Iterator[Made]:
    """Cuts off a part of every plate whose characters' places are known, and of some others."""
    for photograph, number, plate, places in in_one_line(photographs, NARROWEST, WITHOUT_TEXT):
        yield _made(photograph, number, plate, places)


def _made(photograph: SourcePhotograph, number: int, plate: PlateLabel, places: Sequence[float] | None) -> Made:
    image, rng = photograph.read(), photograph.rng(CUT, number)
    at_left = bool(rng.random() < 0.5)
    share, text = _lost(plate, places, at_left, rng)
    x1, y1, x2, y2 = plate.box
    edge = round(x1 + share * (x2 - x1) if at_left else x2 - share * (x2 - x1))
    start, end = (edge, image.shape[1]) if at_left else (0, edge)
    size, matrix = (image.shape[0], end - start), np.array([[1, 0, -start], [0, 1, 0]], np.float64)
    others = tuple(p for i, p in enumerate(photograph.record.plates or ()) if i != number)
    record = photograph.record.model_copy(update={"plates": others})
    record = labels_in(record, matrix, size, photograph.name(number), turned=False)
    box = (0.0, y1, x2 - edge, y2) if at_left else (x1, y1, float(edge), y2)
    update = {"box": box, "corners": None, "text": text, "whole": False, "chars": None}
    plates = (*(record.plates or ()), plate.model_copy(update=update))
    return Made(record.model_copy(update={"plates": plates}), image[:, start:end])


def _lost(
    plate: PlateLabel, places: Sequence[float] | None, at_left: bool, rng: np.random.Generator
) -> tuple[float, str | None]:
    """Which share of the width is cut off, and what is left of the text."""
    if places is None or plate.text is None:
        return float(rng.uniform(LEAST, LARGEST)), None
    gaps = [(a + b) / 2 for a, b in pairwise(places)]
    shares = gaps if at_left else [1 - gap for gap in reversed(gaps)]
    count = int(rng.integers(1, 4))
    while shares[count - 1] > LARGEST:
        count -= 1
    return shares[count - 1], plate.text[count:] if at_left else plate.text[:-count]
