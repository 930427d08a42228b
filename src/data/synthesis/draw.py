"""Draws a plate flat, at one size, and knows where each character stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from src.core.types import Boxes, Image
from src.data.synthesis.fonts import Faces, Lettering, Mask, lettering, note_mask
from src.data.synthesis.marks import paint_mark, paint_shape
from src.data.synthesis.plate import Colour, Field, Gap, Mark, Note, Plate, Run


@dataclass(frozen=True)
class Flat:
    """A plate seen straight on, with its holder: ``image`` RGB, ``alpha`` [h, w] (0 outside round corners).

    ``plate`` [4] is the box of the plate itself and ``chars`` [N, 4] those of its characters, in pixels.
    """

    image: Image
    alpha: npt.NDArray[np.uint8]
    plate: Boxes
    chars: Boxes


@dataclass(frozen=True)
class _Glyph:
    mask: Mask
    x1: float
    x2: float
    y1: float
    y2: float


def draw_plate(plate: Plate, faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws ``plate`` at ``height`` pixels in a typeface of its kind; strokes and widths vary."""
    width = round(height * plate.aspect)
    image = _ground(plate.ground, height, width)
    for shape in plate.shapes:
        paint_shape(image, shape)
    _paint_edge(image, plate, rng)
    note_face = faces.choose(rng, "generic", stray=1.0)
    for note in plate.notes:
        _paint_note(image, note, note_face)
    letters = lettering(faces.choose(rng, plate.kind), rng.uniform(*plate.stroke))
    stretch = float(rng.uniform(0.88, 1.14))
    relief = int(rng.random() * 60) if rng.random() < 0.4 else 0
    boxes = [
        _paint_field(image, field, plate, letters, faces, stretch, relief, rng) for field in plate.fields
    ]
    alpha = rounded(height, width, float(rng.uniform(0.02, 0.12)))
    box = np.array([0, 0, width, height], np.float32)
    return Flat(image, alpha, box, np.concatenate(boxes).astype(np.float32))


def _ground(colours: Sequence[Colour], height: int, width: int) -> Image:
    """One colour, or several from top to bottom that run into one another."""
    if len(colours) == 1:
        return np.full((height, width, 3), colours[0], np.uint8)
    column = np.array(colours, np.uint8)[:, None]
    return np.asarray(cv2.resize(column, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _paint_edge(image: Image, plate: Plate, rng: np.random.Generator) -> None:
    if plate.edge is None:
        return
    height, width = image.shape[:2]
    inset = int(height * rng.uniform(0, 0.035))
    thickness = max(1, round(height * float(rng.uniform(0.012, 0.04))))
    cv2.rectangle(image, (inset, inset), (width - 1 - inset, height - 1 - inset), plate.edge, thickness)


def rounded(height: int, width: int, radius: float) -> npt.NDArray[np.uint8]:
    """``[height, width]``: 255 but in the corners, which are round by ``radius`` times the height."""
    alpha = np.full((height, width), 255, np.uint8)
    r = max(1, round(radius * height))
    corner = np.zeros((r, r), np.uint8)
    cv2.circle(corner, (r, r), r, 255, -1)
    alpha[:r, :r], alpha[:r, -r:] = corner, corner[:, ::-1]
    alpha[-r:, :r], alpha[-r:, -r:] = corner[::-1], corner[::-1, ::-1]
    return alpha


def _paint_note(image: Image, note: Note, face: str) -> None:
    height, width = image.shape[:2]
    x1, y1, x2, y2 = note.rect[0] * width, note.rect[1] * height, note.rect[2] * width, note.rect[3] * height
    mask = note_mask(face, note.text)
    wide = min(x2 - x1, mask.shape[1] / mask.shape[0] * (y2 - y1) * 1.15)
    middle = (x1 + x2) / 2
    blend(image, mask, (middle - wide / 2, y1, middle + wide / 2, y2), note.ink)


def blend(image: Image, mask: Mask, box: tuple[float, float, float, float], ink: Colour) -> None:
    """Lays ``ink`` on ``image`` through ``mask`` stretched to ``box``; what hangs over the edge is cut."""
    x1, y1 = round(box[0]), round(box[1])
    x2, y2 = max(x1 + 1, round(box[2])), max(y1 + 1, round(box[3]))
    mask = np.asarray(cv2.resize(mask, (x2 - x1, y2 - y1), interpolation=cv2.INTER_AREA), np.uint8)
    left, top = max(0, -x1), max(0, -y1)
    region = image[max(0, y1) : max(0, y2), max(0, x1) : max(0, x2)]
    mask = mask[top : top + region.shape[0], left : left + region.shape[1]]
    share = mask[..., None].astype(np.uint16)
    region[:] = (region * (255 - share) + np.array(ink, np.uint16) * share + 127) // 255


def _paint_field(
    image: Image,
    field: Field,
    plate: Plate,
    letters: Lettering,
    faces: Faces,
    stretch: float,
    relief: int,
    rng: np.random.Generator,
) -> npt.NDArray[Any]:
    height, width = image.shape[:2]
    x1, y1, x2, y2 = (
        field.rect[0] * width,
        field.rect[1] * height,
        field.rect[2] * width,
        field.rect[3] * height,
    )
    glyphs, marks = _set_line(field.items, letters, faces, stretch, rng, (x2 - x1) / (y2 - y1))
    size = y2 - y1
    ink = field.ink or plate.ink
    for mark, at in marks:
        box = (x1 + at * size, y1, x1 + (at + mark.width) * size, y2)
        paint_mark(image, mark, box, ink, rng)
    boxes = []
    for glyph in glyphs:
        box = (x1 + glyph.x1 * size, y1 + glyph.y1 * size, x1 + glyph.x2 * size, y1 + glyph.y2 * size)
        if relief:
            shadow = tuple(
                c - relief if sum(plate.ground[0]) > 300 else min(255, c + relief) for c in plate.ground[0]
            )
            blend(image, glyph.mask, (box[0] + 1, box[1] + 1, box[2] + 1, box[3] + 1), _clip(shadow))
        blend(image, glyph.mask, box, ink)
        boxes.append(box)
    return np.array(boxes, np.float32).reshape(-1, 4)


def _clip(colour: Sequence[int]) -> Colour:
    red, green, blue = (max(0, min(255, c)) for c in colour)
    return red, green, blue


def _set_line(
    items: Sequence[Run | Gap | Mark],
    letters: Lettering,
    faces: Faces,
    stretch: float,
    rng: np.random.Generator,
    room: float,
) -> tuple[list[_Glyph], list[tuple[Mark, float]]]:
    """Sets a line of height 1 into ``room``: squeezed where it is too long, spread out where it is short."""
    spacing = float(rng.uniform(0.07, 0.17))
    pieces: list[tuple[Mask | Mark | None, float, Run | None]] = []  # what, its width, the run it is of
    for item in items:
        if isinstance(item, Run):
            pieces += [(mask, width * stretch, item) for mask, width in _glyphs(item, letters, faces, rng)]
        else:
            pieces.append((item if isinstance(item, Mark) else None, item.width, None))
    total = sum(p[1] for p in pieces) + spacing * (len(pieces) - 1)
    squeeze = min(1.0, room / total)
    spare = max(0.0, room - total)
    between = min(0.22, float(rng.uniform(0, 1)) * spare / len(pieces))
    x = (spare - between * (len(pieces) - 1)) * float(rng.uniform(0.35, 0.65))
    glyphs, marks = [], []
    for what, width, run in pieces:
        wide = width * squeeze
        if isinstance(what, Mark):
            marks.append((Mark(what.kind, wide, what.height), x))
        elif what is not None and run is not None:
            y1 = 0.0 if run.top else 1 - run.height
            glyphs.append(_Glyph(what, x, x + wide, y1, y1 + run.height))
        x += wide + spacing * squeeze + between
    return glyphs, marks


def _glyphs(run: Run, letters: Lettering, faces: Faces, rng: np.random.Generator) -> list[tuple[Mask, float]]:
    """Masks and widths of a run's characters: the typeface's proportions, scaled to those of the plate."""
    if run.script is not None:
        mask = Lettering(faces.choose(rng, run.script), int(rng.random() * 3)).mask(run.ink or run.text)
        return [(mask, run.width * run.height)]
    factors = (run.width / _share(letters, "H"), run.digit_width / _share(letters, "0"))
    masks = [letters.mask(char) for char in run.text]
    return [
        (mask, min(1.25 * run.width, _aspect(mask) * factors[char.isdigit()]) * run.height)
        for char, mask in zip(run.text, masks, strict=True)
    ]


def _aspect(mask: Mask) -> float:
    height, width = mask.shape
    return float(width / height)


def _share(letters: Lettering, char: str) -> float:
    return _aspect(letters.mask(char))
