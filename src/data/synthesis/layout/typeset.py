"""Sets a line of characters and marks: chooses the place of each mask, in heights of the line."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from src.data.synthesis.layout.plate import Colour, Gap, Item, Mark, Run, pick
from src.data.synthesis.typefaces.fonts import Faces, Lettering, Mask

WIDE_GAP = 0.9
"""A gap may become wider by this, in heights of the line, if there is room: groups stand at the plate's ends."""
FILLED = 0.55
"""A Chinese character whose ink fills this share of its box is not made bolder, because its strokes would merge."""


@dataclass(frozen=True)
class Style:
    """The style of a plate's text: its lettering, faces of other scripts, and a factor of the widths."""

    letters: Lettering
    faces: Faces
    stretch: float


@dataclass(frozen=True)
class PlacedGlyph:
    """The ink of one character and its box; y is from 0, the top of the line, to 1, its baseline.

    ``paint`` is its colour if that is not the plate's ink.
    """

    mask: Mask
    x1: float
    y1: float
    x2: float
    y2: float
    paint: Colour | None = None


_Piece = tuple[Mask | Mark | None, float, Run | None]
"""A mask or mark (None for a gap), its width, and the run that it belongs to."""


def set_line(
    items: Sequence[Item], style: Style, room: float, rng: np.random.Generator
) -> tuple[list[PlacedGlyph], list[tuple[Mark, float]]]:
    """Sets ``items`` into ``room``: compressed if they are too long, spread out a little if short.

    Returns the characters, and each mark with its left edge.
    """
    spacing = float(rng.uniform(0.07, 0.17))
    pieces: list[_Piece] = []
    for item in items:
        if isinstance(item, Run):
            pieces += [(mask, width * style.stretch, item) for mask, width in _glyphs(item, style, rng)]
        else:
            pieces.append((item if isinstance(item, Mark) else None, item.width, None))
    total = sum(p[1] for p in pieces) + spacing * (len(pieces) - 1)
    squeeze = min(1.0, room / total)
    spare = max(0.0, room - total)
    gaps = sum(isinstance(item, Gap) for item in items)
    if gaps and spare:
        wider = min(WIDE_GAP, float(rng.random()) * spare / gaps)
        pieces = [(what, width + wider * (what is None), run) for what, width, run in pieces]
        spare -= wider * gaps
    between = min(0.22, float(rng.uniform(0, 1)) * spare / len(pieces))
    start = (spare - between * (len(pieces) - 1)) * float(rng.uniform(0.35, 0.65))
    return _place(pieces, start, squeeze, spacing * squeeze + between)


def _place(
    pieces: Sequence[_Piece], x: float, squeeze: float, step: float
) -> tuple[list[PlacedGlyph], list[tuple[Mark, float]]]:
    glyphs, marks = [], []
    for what, width, run in pieces:
        wide = width * squeeze
        if isinstance(what, Mark):
            marks.append((Mark(what.kind, wide, what.height), x))
        elif what is not None and run is not None:
            glyphs.append(PlacedGlyph(what, x, 1 - run.height, x + wide, 1.0, run.paint))
        x += wide + step
    return glyphs, marks


def _glyphs(run: Run, style: Style, rng: np.random.Generator) -> list[tuple[Mask, float]]:
    """Returns masks and widths of a run's characters: the typeface's proportions, scaled to those of the plate."""
    letters = style.letters
    if run.script == "cyrillic":
        mask = letters.cyrillic_u(pick(rng, (0.1, 0.18, 0.26)))
        return [(mask, _aspect(mask) * run.width / 0.78 * run.height)]
    if run.script is not None:
        text = run.ink or run.text
        face, weight = style.faces.for_script(rng, run.script, text), int(rng.random() * 3)
        mask = (
            _open(face, weight, letters.bend, text) if run.script == "chinese" else Lettering(face, weight).mask(text)
        )
        return [(mask, min(run.width, _aspect(mask)) * run.height)]  # a bar, such as the Arabic one, stays a bar
    factors = (run.width / _aspect(letters.mask("H")), run.digit_width / _aspect(letters.mask("0")))
    widths = [min(1.25 * run.width, _aspect(letters.mask(c)) * factors[c.isdigit()]) * run.height for c in run.text]
    masks = [letters.accented(c, plain) for c, plain in zip(run.ink or run.text, run.text, strict=True)]
    return list(zip(masks, widths, strict=True))


def _open(face: str, weight: int, bend: int, text: str) -> Mask:
    """Returns the ink of ``text``, bent by ``bend``, at a boldness of at most ``weight``: less if strokes would
    merge.
    """
    mask = Lettering(face, weight, bend).mask(text)
    if weight and mask.mean() > FILLED * 255:
        return _open(face, weight - 1, bend, text)
    return mask


def _aspect(mask: Mask) -> float:
    height, width = mask.shape
    return float(width / height)
