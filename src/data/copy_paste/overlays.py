"""Overlays: what a camera, a website or an editor writes over a picture, such as clocks, names and watermarks.

An overlay is neither a plate nor a part of the scene: it has neither its light nor its perspective.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from src.core.geometry import FILL
from src.core.types import Boxes, Image
from src.data.copy_paste import words
from src.data.copy_paste.place import touches
from src.data.synthesis.drawing.lettering import DEALERS
from src.data.synthesis.layout.plate import BLACK, Colour, colour, pick
from src.data.synthesis.typefaces.fonts import GLYPH_HEIGHT, NOTE_HEIGHT, Faces, Mask, note_mask, sign_mask
from src.data.transforms.scene import Floats

_INKS: tuple[Colour, ...] = (
    (255, 255, 255), (255, 255, 255), (255, 255, 255), (235, 235, 235), (250, 235, 60), (255, 160, 20), (90, 255, 90),
    (80, 230, 255), (255, 60, 50), (15, 15, 15),
)  # fmt: skip
HEIGHTS = (5.0, 90.0)
"""The range of the height of a line in pixels."""
SHARES, CLOSE = (0.022, 0.085), (0.085, 0.25)
"""A line's height as a share of the picture's shorter side: as cameras write it, and in an enlarged cut-out."""
CLOSELY = 0.25
"""This share of the lines is written as in an enlarged part of a picture."""
LEAST_SIDE = 64
"""Nothing is written over a picture with a side of fewer pixels."""
COARSE = (7, 12)
"""The range of the dots by which the characters of a recorder's own face are high."""

Window = tuple[int, int, int, int]
"""x1, y1, x2, y2 of the picture on its canvas, in whole pixels."""


@dataclass(frozen=True)
class OverlayTarget:
    """Holds the ``image`` that is written on in place, the boxes ``taken`` [M, 4] that stay clear, and ``faces``."""

    image: Image
    taken: Boxes
    faces: Faces
    rng: np.random.Generator


@dataclass(frozen=True)
class TextStyle:
    """The style of a line: ``ink`` with nothing, an ``outline``, a ``shadow`` or a ``box`` of ``paper`` ``around`` it.

    ``dots`` is the height in dots of a coarse face (None for a smooth one); ``opacity`` is in 0..1.
    """

    ink: Colour
    paper: Colour
    around: str
    dots: int | None
    opacity: float


def overlay(image: Image, taken: Boxes, faces: Faces, rng: np.random.Generator) -> None:
    """Writes a random overlay over ``image``, in place; only watermarks may cross the boxes ``taken`` [M, 4]."""
    window = _picture(image)
    if min(window[2] - window[0], window[3] - window[1]) >= LEAST_SIDE:
        pick(rng, MAKERS)(OverlayTarget(image, taken, faces, rng), window)


def _picture(image: Image) -> Window:
    """Finds the part of the canvas that is not padding."""
    rows = np.flatnonzero((image[:, ::4] != FILL).any((1, 2)))
    columns = np.flatnonzero((image[::4] != FILL).any((0, 2)))
    if not rows.size or not columns.size:
        return 0, 0, 0, 0
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _seen(image: Image) -> Floats:
    """Returns ``[h, w, 1]``: 0 where ``image`` is padding, on which nothing is written, otherwise 1."""
    return (image != FILL).any(-1, keepdims=True).astype(np.float32)


def _recorder(on: OverlayTarget, window: Window) -> None:
    """Writes the line of a dashboard camera along one edge, sometimes with its brand in a corner."""
    rng = on.rng
    style, high = _style(rng), _height(window, rng)
    bottom, across = rng.random() < 0.7, pick(rng, (0.0, 0.0, 0.5, 1.0))
    _write(words.recorder_line(rng), (across, 1.0 if bottom else 0.0), high, window, style, on)
    if rng.random() < 0.5:
        brand = pick(rng, words.RECORDERS)
        place = (1.0 - across if across != 0.5 else 1.0, pick(rng, (0.0, 1.0)))
        _write(brand, place, high * float(rng.uniform(0.9, 2.0)), window, style, on)


def _watching(on: OverlayTarget, window: Window) -> None:
    """Writes the clock of a fixed camera in one corner and its name in another."""
    rng = on.rng
    style, high = _style(rng), _height(window, rng)
    clock, name = (0.0, 0.0), (1.0, 1.0)
    if rng.random() < 0.5:
        clock, name = (1.0, 0.0), (0.0, 1.0)
    if rng.random() < 0.3:
        clock, name = name, clock
    _write(words.clock(rng), clock, high, window, style, on)
    _write(pick(rng, words.CAMERAS), name, high, window, style, on)


def _strip(on: OverlayTarget, window: Window) -> None:
    """Writes a bar along an edge with the data of a gate or a speed camera: time, place, speed, number."""
    rng = on.rng
    x1, y1, x2, y2 = window
    high = _height(window, rng)
    rows = 1 + int(rng.random() < 0.3)
    tall = round(high * 1.5 * rows)
    top = y2 - tall if rng.random() < 0.6 else y1
    if touches(np.array([[x1, top, x2, top + tall]], np.float32), on.taken):
        return
    paper, ink = (BLACK, pick(rng, _INKS[:-1])) if rng.random() < 0.7 else (colour(rng, 170, 256), BLACK)
    share = float(rng.uniform(0.5, 1.0))
    bar = on.image[top : top + tall, x1:x2]
    bar[:] = bar + (np.array(paper, np.float32) - bar) * (_seen(bar) * np.float32(share))
    style = TextStyle(ink, paper, "nothing", None if rng.random() < 0.6 else int(rng.integers(*COARSE)), 1.0)
    makers = (words.clock, words.speed, words.plate_number, lambda r: pick(r, words.CAMERAS))
    for row in range(rows):
        line = (x1, top + round(tall * row / rows), x2, top + round(tall * (row + 1) / rows))
        for across in (0.0, 1.0):
            _write(pick(rng, makers)(rng), (across, 0.5), high, line, style, on)


def _caption(on: OverlayTarget, window: Window) -> None:
    """Writes a caption of one to three lines, as of a film, an advertisement or a meme."""
    rng = on.rng
    style = _style(rng)
    high = _height(window, rng) * 1.4
    up = float(rng.uniform(0, 1))
    x1, y1, x2, y2 = window
    for row in range(1 + int(rng.random() * 3)):
        text = pick(rng, (words.shop, words.trade, words.web, words.phone))(rng)
        middle = y1 + up * (y2 - y1) + row * high * 1.4
        line = (x1, round(middle - high * 0.7), x2, round(middle + high * 0.7))
        if y1 <= line[1] and line[3] <= y2:
            _write(text, (0.5, 0.5), high, line, style, on)


def _watermark(on: OverlayTarget, window: Window) -> None:
    """Writes the name of a website across the picture, once or repeatedly, so pale that plates show through."""
    rng = on.rng
    text = words.web(rng) if rng.random() < 0.6 else pick(rng, DEALERS)
    style = TextStyle(pick(rng, ((255, 255, 255), (255, 255, 255), (20, 20, 20))), BLACK, "nothing", None, 1.0)
    x1, y1, x2, y2 = window
    width, height = x2 - x1, y2 - y1
    if rng.random() < 0.6:
        across, angle, times = float(rng.uniform(0.4, 0.95)) * width, float(rng.normal(0, 12)), 1
    else:
        across, angle, times = 0.4 * width, float(rng.uniform(-40, 40)), 3
    stamp = _stamp(text, style, 24, on)
    if stamp is None:
        return
    scale = min(across / stamp.alpha.shape[1], 0.35 * height / stamp.alpha.shape[0])
    veil = np.zeros(on.image.shape[:2], np.float32)
    for i in range(times):
        for j in range(times):
            middle = (x1 + width * (i + 0.5) / times, y1 + height * (j + 0.5) / times)
            turn = cv2.getRotationMatrix2D((stamp.alpha.shape[1] / 2, stamp.alpha.shape[0] / 2), angle, scale)
            turn[:, 2] += np.array(middle) - (stamp.alpha.shape[1] / 2, stamp.alpha.shape[0] / 2)
            size = on.image.shape[1::-1]
            veil = np.maximum(veil, cv2.warpAffine(stamp.alpha, turn, size, flags=cv2.INTER_AREA))
    share = veil[..., None] * _seen(on.image) * np.float32(rng.uniform(0.15, 0.55))
    on.image[:] = on.image + (np.array(style.ink, np.float32) - on.image) * share


@dataclass(frozen=True)
class Stamp:
    """Holds a line of text: ``paint`` [h, w, 3] and its opacity ``alpha`` [h, w] in 0..1."""

    paint: Floats
    alpha: Floats


def _stamp(text: str, style: TextStyle, high: float, on: OverlayTarget) -> Stamp | None:
    """Draws ``text`` about ``high`` pixels high; None if no face holds its characters."""
    face = on.faces.for_words(on.rng, text)
    if face is None:
        return None
    tall = NOTE_HEIGHT if high <= NOTE_HEIGHT else GLYPH_HEIGHT
    mask = (note_mask if tall == NOTE_HEIGHT else sign_mask)(face, text)
    if style.dots is not None:
        mask = _dotted(mask, style.dots)
    thick = round(tall / NOTE_HEIGHT)
    mask = np.pad(mask, 6 * thick)
    seen, ink = mask, mask.astype(np.float32) / 255
    if style.around == "outline":
        seen = np.asarray(cv2.dilate(mask, np.ones((4 * thick + 1,) * 2, np.uint8)), np.uint8)
    elif style.around == "shadow":
        seen = np.maximum(mask, np.roll(mask, (2 * thick,) * 2, (0, 1)))
    elif style.around == "box":
        seen = np.full_like(mask, 255)
    paint = np.array(style.paper, np.float32) * (1 - ink[..., None]) + np.array(style.ink, np.float32) * ink[..., None]
    scale = high / tall
    size = (max(2, round(mask.shape[1] * scale)), max(2, round(mask.shape[0] * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small, alpha = cv2.resize(paint, size, interpolation=way), cv2.resize(seen, size, interpolation=way)
    return Stamp(np.asarray(small, np.float32), (alpha / 255 * style.opacity).astype(np.float32))


def _dotted(mask: Mask, dots: int) -> Mask:
    """Redraws ``mask`` as a face of ``dots`` dots would show it."""
    high, wide = mask.shape
    coarse = cv2.resize(mask, (max(2, round(wide * dots / high)), dots), interpolation=cv2.INTER_AREA)
    hard = ((np.asarray(coarse) > 100) * 255).astype(np.uint8)
    return np.asarray(cv2.resize(hard, (wide, high), interpolation=cv2.INTER_NEAREST), np.uint8)


def _write(
    text: str, place: tuple[float, float], high: float, window: Window, style: TextStyle, on: OverlayTarget
) -> None:
    """Writes ``text`` at ``place`` of ``window``, (0, 0) top left and (1, 1) bottom right, unless it meets a plate."""
    stamp = _stamp(text, style, high, on)
    x1, y1, x2, y2 = window
    if stamp is None:
        return
    stamp = _narrowed(stamp, x2 - x1)
    height, width = stamp.alpha.shape
    margin = high * 0.3 if y2 - y1 > 2 * height else 0.0
    left = min(round(x1 + margin + place[0] * max(0.0, x2 - x1 - width - 2 * margin)), x2 - width)
    top = round(y1 + margin + place[1] * max(0.0, y2 - y1 - height - 2 * margin))
    box = np.array([[left, top, left + width, top + height]], np.float32)
    if touches(box, on.taken):
        return
    ground = on.image[max(top, 0) : top + height, max(left, 0) : left + width]
    rows, columns = slice(max(-top, 0), max(-top, 0) + ground.shape[0]), slice(0, ground.shape[1])
    share = stamp.alpha[rows, columns, None] * _seen(ground)
    ground[:] = ground + (stamp.paint[rows, columns] - ground) * share


def written(image: Image, text: str, high: float, faces: Faces, rng: np.random.Generator) -> Boxes | None:
    """Writes ``text`` as a camera does, about ``high`` pixels high, in the middle of ``image``, in place.

    Returns the box [4] that it takes; None if no face holds its characters.
    """
    on = OverlayTarget(image, np.zeros((0, 4), np.float32), faces, rng)
    stamp = _stamp(text, _style(rng), high, on)
    if stamp is None:
        return None
    stamp = _narrowed(stamp, image.shape[1])
    height, width = min(stamp.alpha.shape[0], image.shape[0]), stamp.alpha.shape[1]
    left, top = (image.shape[1] - width) // 2, (image.shape[0] - height) // 2
    ground = image[top : top + height, left : left + width]
    ground[:] = ground + (stamp.paint[:height] - ground) * stamp.alpha[:height, :, None]
    return np.array([left, top, left + width, top + height], np.float32)


def _narrowed(stamp: Stamp, width: int) -> Stamp:
    """Shrinks ``stamp`` if it is wider than ``width``."""
    if stamp.alpha.shape[1] <= width:
        return stamp
    size = (width, max(2, round(stamp.alpha.shape[0] * width / stamp.alpha.shape[1])))
    paint, alpha = (cv2.resize(a, size, interpolation=cv2.INTER_AREA) for a in (stamp.paint, stamp.alpha))
    return Stamp(np.asarray(paint, np.float32), np.asarray(alpha, np.float32))


def _height(window: Window, rng: np.random.Generator) -> float:
    """Chooses the height of a line in pixels."""
    side = min(window[2] - window[0], window[3] - window[1])
    shares = CLOSE if rng.random() < CLOSELY else SHARES
    return float(np.clip(side * np.exp(rng.uniform(*np.log(shares))), *HEIGHTS))


def _style(rng: np.random.Generator) -> TextStyle:
    ink = pick(rng, _INKS)
    paper = BLACK if sum(ink) > 300 else (240, 240, 240)
    around = pick(rng, ("outline", "outline", "shadow", "nothing", "box"))
    dots = int(rng.integers(*COARSE)) if rng.random() < 0.4 else None
    return TextStyle(ink, paper, around, dots, float(rng.uniform(0.75, 1.0)))


_Maker = Callable[[OverlayTarget, Window], None]

MAKERS: tuple[_Maker, ...] = (
    _recorder, _recorder, _recorder, _watching, _watching, _strip, _caption, _watermark, _watermark,
)  # fmt: skip
