"""Draws a plate seen straight on and returns where each character stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from src.core.types import Boxes, Image
from src.data.synthesis.drawing.marks import paint_mark, paint_shape
from src.data.synthesis.layout.plate import Colour, Field, Note, Plate, Rect
from src.data.synthesis.layout.typeset import Style, set_line
from src.data.synthesis.typefaces.fonts import Faces, Mask, lettering, note_mask


@dataclass(frozen=True)
class Sheet:
    """Holds a painted plate that is not cut out yet: ``image`` RGB and ``ink`` [h, w] (255 at characters and border).

    ``chars`` [N, 4] are the boxes of its characters in pixels.
    """

    image: Image
    ink: Mask
    chars: Boxes


@dataclass(frozen=True)
class Flat:
    """A plate seen straight on, with its holder: ``image`` RGB and ``alpha`` [h, w] (0 outside round corners).

    ``plate`` [4] is the box of the plate itself and ``chars`` [N, 4] are those of its characters, in pixels.
    """

    image: Image
    alpha: npt.NDArray[np.uint8]
    plate: Boxes
    chars: Boxes


def draw_plate(plate: Plate, faces: Faces, rng: np.random.Generator, height: int) -> Flat:
    """Draws ``plate`` at ``height`` pixels in a typeface of its kind; strokes and widths vary."""
    return cut_out(paint_plate(plate, faces, rng, height), rng)


def cut_out(sheet: Sheet, rng: np.random.Generator) -> Flat:
    """Cuts the plate out with round corners."""
    height, width = sheet.ink.shape
    alpha = rounded(height, width, float(rng.uniform(0.02, 0.12)))
    return Flat(sheet.image, alpha, np.array([0, 0, width, height], np.float32), sheet.chars)


def paint_plate(plate: Plate, faces: Faces, rng: np.random.Generator, height: int) -> Sheet:
    """Paints ground, signs and characters of ``plate``, ``height`` pixels high."""
    width = round(height * plate.aspect)
    image = _ground(plate.ground, height, width)
    for shape in plate.shapes:
        paint_shape(image, shape)
    for note in plate.notes:
        if (face := faces.for_note(rng, note.text)) is not None:
            _paint_note(image, note, face)
    ink = np.zeros((height, width), np.uint8)
    _paint_edge(image, ink, plate, rng)
    style = Style(
        lettering(faces.choose(rng, plate.kind), float(rng.uniform(*plate.stroke)), faces.bend(rng)),
        faces,
        stretch=float(rng.uniform(0.92, 1.08)),
    )
    characters = np.zeros_like(ink)
    boxes = [_paint_field(image, ink, characters, field, plate.ink, style, rng) for field in plate.fields]
    colour_in(image, characters, plate.ink)
    none = np.zeros((0, 4), np.float32)
    return Sheet(image, np.maximum(ink, characters), np.concatenate([none, *boxes]).astype(np.float32))


def board(height: int, width: int, colour: Colour) -> Image:
    """Returns ``[height, width, 3]`` of one colour, several times as fast as ``numpy.full``."""
    image = np.empty((height, width, 3), np.uint8)
    return np.asarray(cv2.rectangle(image, (0, 0), (width, height), colour, -1), np.uint8)


def _ground(colours: Sequence[Colour], height: int, width: int) -> Image:
    """Returns a ground of one colour, or of several that blend from top to bottom."""
    if len(colours) == 1:
        return board(height, width, colours[0])
    column = np.array(colours, np.uint8)[:, None]
    return np.asarray(cv2.resize(column, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _paint_edge(image: Image, ink: Mask, plate: Plate, rng: np.random.Generator) -> None:
    """Paints the border, which is embossed like the characters, equally thick on plates of one and two lines."""
    if plate.edge is None:
        return
    height, width = ink.shape
    inset, thickness = (float(v) * height / plate.lines for v in rng.uniform((0, 0.012), (0.035, 0.04)))
    inset, thickness = int(inset), max(1, round(thickness))
    for canvas, value in ((image, plate.edge), (ink, (255,))):
        cv2.rectangle(canvas, (inset, inset), (width - 1 - inset, height - 1 - inset), value, thickness)


def rounded(height: int, width: int, radius: float) -> npt.NDArray[np.uint8]:
    """Returns ``[height, width]``: 255 except in the corners, which are round by ``radius`` times the height."""
    alpha = np.full((height, width), 255, np.uint8)
    r = max(1, round(radius * height))
    corner = np.zeros((r, r), np.uint8)
    cv2.circle(corner, (r, r), r, 255, -1)
    alpha[:r, :r], alpha[:r, -r:] = corner, corner[:, ::-1]
    alpha[-r:, :r], alpha[-r:, -r:] = corner[::-1], corner[::-1, ::-1]
    return alpha


def _paint_note(image: Image, note: Note, face: str) -> None:
    x1, y1, x2, y2 = _pixels(image, note.rect)
    mask = note_mask(face, note.text)
    wide = min(x2 - x1, mask.shape[1] / mask.shape[0] * (y2 - y1) * 1.15)
    middle = (x1 + x2) / 2
    blend(image, mask, (middle - wide / 2, y1, middle + wide / 2, y2), note.ink)


def blend(image: Image, mask: Mask, box: tuple[float, float, float, float], ink: Colour) -> None:
    """Paints ``ink`` on ``image`` through ``mask`` stretched to ``box``; parts beyond the image are cut off."""
    fitted, rows, columns = _fitted(mask, box, image.shape)
    colour_in(image[rows, columns], fitted, ink)


def colour_in(image: Image, mask: Mask, ink: Colour) -> None:
    """Paints ``ink`` on ``image`` with the opacity ``mask``, which has the same size."""
    if not mask.size:
        return
    shares = cv2.merge([mask] * 3)
    behind = cv2.multiply(image, cv2.bitwise_not(shares), scale=1 / 255)
    image[:] = cv2.add(behind, cv2.LUT(shares, _shades(ink)))


@lru_cache(maxsize=4096)
def _shades(ink: Colour) -> Image:
    """Returns ``[256, 1, 3]``: ``ink`` times every opacity."""
    shades: Image = np.round(np.outer(np.arange(256), np.array(ink) / 255)).astype(np.uint8)[:, None]
    return shades


def _fitted(mask: Mask, box: tuple[float, float, float, float], shape: tuple[int, ...]) -> tuple[Mask, slice, slice]:
    """Stretches ``mask`` to ``box``, cuts it at the edges of ``shape``, and returns the rows and columns it covers."""
    x1, y1 = round(box[0]), round(box[1])
    x2, y2 = max(x1 + 1, round(box[2])), max(y1 + 1, round(box[3]))
    mask = np.asarray(cv2.resize(mask, (x2 - x1, y2 - y1), interpolation=cv2.INTER_AREA), np.uint8)
    left, top, right, bottom = max(0, x1), max(0, y1), min(shape[1], max(0, x2)), min(shape[0], max(0, y2))
    cut = mask[top - y1 : max(top, bottom) - y1, left - x1 : max(left, right) - x1]
    return cut, slice(top, top + cut.shape[0]), slice(left, left + cut.shape[1])


def _paint_field(
    image: Image, ink: Mask, characters: Mask, field: Field, colour: Colour, style: Style, rng: np.random.Generator
) -> Boxes:
    """Draws one line into the mask ``characters``, and returns the boxes of its characters ``[N, 4]``.

    Marks are painted into ``image``. Characters with their own colour are too, and they go into the mask ``ink``
    instead.
    """
    x1, y1, x2, y2 = _pixels(image, field.rect)
    size = y2 - y1
    glyphs, marks = set_line(field.items, style, (x2 - x1) / size, rng)
    for mark, at in marks:
        paint_mark(image, mark, (x1 + at * size, y1, x1 + (at + mark.width) * size, y2), colour, rng)
    boxes = [(x1 + g.x1 * size, y1 + g.y1 * size, x1 + g.x2 * size, y1 + g.y2 * size) for g in glyphs]
    for glyph, box in zip(glyphs, boxes, strict=True):
        fitted, rows, columns = _fitted(glyph.mask, box, characters.shape)
        place = (characters if glyph.paint is None else ink)[rows, columns]
        np.maximum(place, fitted, out=place)
        if glyph.paint is not None:
            colour_in(image[rows, columns], fitted, glyph.paint)
    return np.array(boxes, np.float32).reshape(-1, 4)


def _pixels(image: Image, rect: Rect) -> tuple[float, float, float, float]:
    height, width = image.shape[:2]
    return rect[0] * width, rect[1] * height, rect[2] * width, rect[3] * height
