"""Cut plates: a photograph ends in the middle of a plate, as a vehicle leaves the picture or a box is too narrow.

At least one character is lost and at most LARGEST of the width. Where the text is known and the places of its
characters are, the label says what is left; the plate is not ``whole`` in any case.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from src.data.annotations.manifest import PlateLabel
from src.evaluation.datasets.hard.hidden import LAYOUTS, NARROWEST, is_square, pattern
from src.evaluation.datasets.hard.photographs import Made, Photograph, labels_in, plates_of

CUT = "cut"
LARGEST = 0.5
"""Share of the width."""
LEAST = 0.25
"""The same where nobody knows where the characters stand: a band and a character of six."""
WITHOUT_TEXT = 150
"""How many plates of unknown text are taken, the first by their photographs' hashes."""


def cut_off(photographs: Sequence[Photograph]) -> Iterator[Made]:
    """One of every plate of one line whose characters' places are known, and of some others."""
    others = 0
    for photograph, number, plate in plates_of(photographs):
        if plate.box[2] - plate.box[0] < NARROWEST or plate.lines == 2 or is_square(plate) or not plate.whole:
            continue
        places = LAYOUTS.get((plate.region or "", pattern(plate.text or "")))
        if places is None:
            others += 1
            if others > WITHOUT_TEXT:
                continue
        yield _made(photograph, number, plate, places)


def _made(photograph: Photograph, number: int, plate: PlateLabel, places: Sequence[float] | None) -> Made:
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
