"""Draws a plate flat, at one size, and knows where each character stands."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from src.core.types import Boxes, Image
from src.data.synthesis.fonts import Faces, Mask, lettering, note_mask
from src.data.synthesis.marks import paint_mark, paint_shape
from src.data.synthesis.plate import Colour, Field, Note, Plate, Rect
from src.data.synthesis.typeset import Style, set_line


@dataclass(frozen=True)
class Flat:
    """A plate seen straight on, with its holder: ``image`` RGB, ``alpha`` [h, w] (0 outside round corners).

    ``plate`` [4] is the box of the plate itself and ``chars`` [N, 4] those of its characters, in pixels.
    """

    image: Image
    alpha: npt.NDArray[np.uint8]
    plate: Boxes
    chars: Boxes


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
    style = Style(
        lettering(faces.choose(rng, plate.kind), float(rng.uniform(*plate.stroke))),
        faces,
        stretch=float(rng.uniform(0.88, 1.14)),
        relief=int(rng.random() * 60) if rng.random() < 0.4 else 0,
    )
    boxes = [_paint_field(image, field, plate, style, rng) for field in plate.fields]
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
    x1, y1, x2, y2 = _pixels(image, note.rect)
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


def _paint_field(image: Image, field: Field, plate: Plate, style: Style, rng: np.random.Generator) -> Boxes:
    """Paints one line of characters; returns their boxes ``[N, 4]``."""
    x1, y1, x2, y2 = _pixels(image, field.rect)
    size = y2 - y1
    ink = field.ink or plate.ink
    glyphs, marks = set_line(field.items, style, (x2 - x1) / size, rng)
    for mark, at in marks:
        paint_mark(image, mark, (x1 + at * size, y1, x1 + (at + mark.width) * size, y2), ink, rng)
    boxes = [(x1 + g.x1 * size, y1 + g.y1 * size, x1 + g.x2 * size, y1 + g.y2 * size) for g in glyphs]
    for glyph, box in zip(glyphs, boxes, strict=True):
        if style.relief:
            below = (box[0] + 1, box[1] + 1, box[2] + 1, box[3] + 1)
            blend(image, glyph.mask, below, _relief(plate.ground[0], style.relief))
        blend(image, glyph.mask, box, ink)
    return np.array(boxes, np.float32).reshape(-1, 4)


def _relief(ground: Colour, depth: int) -> Colour:
    """The colour of the edge of an embossed character: darker on a light ground, lighter on a dark one."""
    change = -depth if sum(ground) > 300 else depth
    red, green, blue = (max(0, min(255, c + change)) for c in ground)
    return red, green, blue


def _pixels(image: Image, rect: Rect) -> tuple[float, float, float, float]:
    height, width = image.shape[:2]
    return rect[0] * width, rect[1] * height, rect[2] * width, rect[3] * height
