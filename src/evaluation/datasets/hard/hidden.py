"""Half hidden plates: a passer-by, a bar or a trailer's hitch is drawn before a part of the plate.

What is hidden is at least one character and at most LARGEST of the width. Where the text is known, the drawing begins
and ends between characters and the label says what can still be seen; the plate is not ``whole`` in any case.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from src.core.geometry import SQUARE, corners_to_box
from src.core.types import Corners
from src.data.annotations.manifest import PlateLabel
from src.evaluation.datasets.hard.objects import Span, bar, hitch, passer_by
from src.evaluation.datasets.hard.photographs import Made, SourcePhotograph, outline, plates_of

HIDDEN = "half-hidden"
NARROWEST = 55
"""Pixels of a plate in its photograph."""
LARGEST = 0.6
"""Share of the width."""
WITHOUT_TEXT = 76
"""How many plates of unknown text are taken, the first by their photographs' hashes."""
Kind = Literal["person", "bar", "hitch"]

LAYOUTS = {
    ("UZ", "00A000AA"): (0.07, 0.14, 0.27, 0.375, 0.455, 0.535, 0.68, 0.83),
    ("UZ", "00000AAA"): (0.07, 0.13, 0.24, 0.35, 0.45, 0.605, 0.735, 0.86),
    ("UA", "AA0000AA"): (0.14, 0.237, 0.37, 0.46, 0.545, 0.63, 0.77, 0.89),
}
"""Where the middle of each character stands, by the plate's width; by country and letters and digits."""


@dataclass(frozen=True, slots=True)
class Hiding:
    """``span`` of the width is hidden; ``seen`` is what can be read beside it, None where the text is unknown."""

    kind: Kind
    span: Span
    seen: str | None


def half_hidden(photographs: Sequence[SourcePhotograph]) -> Iterator[Made]:
    """Hides a part of every plate whose characters' places are known, and of some others."""
    for photograph, number, plate, places in in_one_line(photographs, NARROWEST, WITHOUT_TEXT):
        yield _made(photograph, number, plate, places)


def in_one_line(
    photographs: Sequence[SourcePhotograph], narrowest: float, without_text: int
) -> Iterator[tuple[SourcePhotograph, int, PlateLabel, Sequence[float] | None]]:
    """Yields the whole plates of one line from ``narrowest`` pixels of width on, with their number in the picture.

    The last value says where the middle of each character stands, by the plate's width. It is None for a plate whose
    text or layout is unknown; only the first ``without_text`` of those are taken.
    """
    others = 0
    for photograph, number, plate in plates_of(photographs):
        if plate.box[2] - plate.box[0] < narrowest or plate.lines == 2 or is_square(plate) or not plate.whole:
            continue
        places = LAYOUTS.get((plate.region or "", pattern(plate.text or "")))
        others += places is None
        if places is not None or others <= without_text:
            yield photograph, number, plate, places


def is_square(plate: PlateLabel) -> bool:
    """Whether the plate may have two lines, of which a hidden end would leave two ends."""
    across, down = plate.box[2] - plate.box[0], plate.box[3] - plate.box[1]
    return across < SQUARE * down


def pattern(text: str) -> str:
    """0 for each digit of ``text``, A for each other character."""
    return "".join("0" if c.isdecimal() else "A" for c in text)


def _made(photograph: SourcePhotograph, number: int, plate: PlateLabel, places: Sequence[float] | None) -> Made:
    image, rng = photograph.read(), photograph.rng(HIDDEN, number)
    corners = outline(plate)
    hiding = _hiding(plate, places, rng)
    draw = {"person": passer_by, "bar": bar, "hitch": hitch}[hiding.kind]
    changed = draw(image, corners, hiding.span, rng)
    labels = [_partly(p, hiding) if n == number else p for n, p in enumerate(photograph.record.plates or ())]
    record = photograph.record.model_copy(update={"image": photograph.name(number), "plates": tuple(labels)})
    return Made(record, changed)


def _hiding(plate: PlateLabel, places: Sequence[float] | None, rng: np.random.Generator) -> Hiding:
    kind: Kind = rng.choice(["person", "person", "bar", "hitch"])
    at_an_end = kind == "person"
    if places is None or plate.text is None:
        share = float(rng.uniform(0.2, 0.5 if at_an_end else 0.3))
        start = float(rng.choice([0.0, 1 - share]) if at_an_end else rng.uniform(0.25, 0.75 - share))
        return Hiding(kind, (start, start + share), None)
    gaps = [(a + b) / 2 for a, b in pairwise(places)]  # between characters
    edges = [0.0, *gaps, 1.0]
    count = int(rng.integers(1, 4 if at_an_end else 3))
    while True:
        if at_an_end:
            first = int(rng.choice([0, len(places) - count]))
        else:
            first = int(rng.integers(2, len(places) - count - 1))
        span = edges[first], edges[first + count]
        if span[1] - span[0] <= LARGEST:
            return Hiding(kind, span, plate.text[:first] + plate.text[first + count :])
        count -= 1


def _partly(plate: PlateLabel, hiding: Hiding) -> PlateLabel:
    """The label of a plate of which a part is hidden; of an end that cannot be seen nobody knows where it is."""
    corners = outline(plate)
    low, high = hiding.span
    if low == 0:
        corners = _between(corners, high, 1)
    elif high == 1:
        corners = _between(corners, 0, low)
    x1, y1, x2, y2 = (float(side) for side in corners_to_box(corners))
    points = tuple((float(x), float(y)) for x, y in corners) if plate.corners else None
    update = {"box": (x1, y1, x2, y2), "corners": points, "text": hiding.seen, "whole": False, "chars": None}
    return plate.model_copy(update=update)


def _between(corners: Corners, low: float, high: float) -> Corners:
    """The part of a plate between two shares of its width."""
    top, bottom = corners[1] - corners[0], corners[2] - corners[3]
    tl, bl = corners[0], corners[3]
    return np.array([tl + low * top, tl + high * top, bl + high * bottom, bl + low * bottom], np.float32)
