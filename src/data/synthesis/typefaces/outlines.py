"""Typefaces as pen strokes in millimetres: one YAML file per face, drawn at any height.

A glyph is its width and its strokes, the middle lines of a pen of even width::

    "2": [44, "5,22 5,5,17 39,5,17 39,30,9 5,70 44,70"]

Points are ``x,y`` from the glyph's top left, y downwards; a third number is the radius of the arc that rounds the
corner, ``q`` a parabola from the middle of one side to that of the next (from the very end of a last side), so that
a chain of them is a smooth curve. ``z`` closes a stroke. What runs past the glyph's box is cut off there, which ends
slanted strokes level. ``cut`` and a width before the points erase: a slit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import cv2
import numpy as np
import yaml
from pydantic import BeforeValidator, Field, ValidationError

from src.core.schema import Closed
from src.data.synthesis.typefaces.pen import Corner, Mask, Points, draw, flatten

FOLDER = Path(__file__).parent
SUPERSAMPLING = 4
"""Strokes are drawn without smoothing at this many sub-pixels per pixel and direction, and averaged."""


class FontError(ValueError):
    """A face is missing, cannot be used, or lacks a character; the message names it and what to do."""


@dataclass(frozen=True)
class Stroke:
    """The middle line of the pen; ``cut`` is the width in mm of an erasing stroke, None for ink."""

    corners: tuple[Corner, ...]
    closed: bool
    cut: float | None


@dataclass(frozen=True)
class Glyph:
    """The width of a glyph in mm and its strokes; the erasing ones are last."""

    width: float
    strokes: tuple[Stroke, ...]


def _glyph(value: Any) -> Any:
    """Parses ``[width, stroke, ...]`` as a file has it."""
    width, *strokes = value
    return Glyph(float(width), tuple(sorted(map(_stroke, strokes), key=lambda s: s.cut is not None)))


def _stroke(text: str) -> Stroke:
    words = text.split()
    cut = float(words[1]) if words[0] == "cut" else None
    points = words[2 if cut is not None else 0 :]
    closed = points[-1] == "z"
    corners = tuple(map(_corner, points[: len(points) - closed]))
    if len(corners) < 2:
        raise ValueError(f"{text!r} is no stroke: it needs two points")
    return Stroke(corners, closed, cut)


def _corner(word: str) -> Corner:
    x, y, *rest = word.split(",")
    if len(rest) > 1:
        raise ValueError(f"{word!r} is no point: x,y or x,y,radius or x,y,q")
    radius = 0.0 if not rest else float("inf") if rest[0] == "q" else float(rest[0])
    return Corner(float(x), float(y), radius)


class Typeface(Closed, arbitrary_types_allowed=True):
    """The content of a face's file; lengths are in millimetres."""

    name: str
    source: str
    height: float = Field(gt=0)
    pen: float = Field(gt=0)
    """The width of a stroke."""
    ends: Literal["square", "round"] = "square"
    glyphs: Mapping[str, Annotated[Glyph, BeforeValidator(_glyph)]]

    @property
    def stroke(self) -> float:
        """Returns the width of a stroke relative to the height."""
        return self.pen / self.height

    def mask(self, char: str, height: int, stroke: float | None = None) -> Mask:
        """Draws ``char``, ``height`` pixels high, with strokes of ``stroke`` relative to the height.

        The glyph's outer size does not depend on ``stroke``, except for an upright bar. Raises FontError naming face
        and character.
        """
        if char not in self.glyphs:
            raise FontError(f"typeface {self.name}: no glyph for {char!r}")
        glyph = self.glyphs[char]
        scale = height * SUPERSAMPLING / self.height
        pen = self.pen if stroke is None else stroke * self.height
        width = glyph.width + (pen - self.pen if glyph.width < 2 * self.pen else 0.0)
        canvas = np.zeros((height * SUPERSAMPLING, max(1, round(width * scale))), np.uint8)
        for line in glyph.strokes:
            path = flatten(line.corners, line.closed)
            path[:, 0] = _moved(path[:, 0], glyph.width, self.pen, width, pen)
            path[:, 1] = _moved(path[:, 1], self.height, self.pen, self.height, pen)
            ink = line.cut is None
            draw(canvas, path * scale, (line.cut or pen) * scale, line.closed, ink and self.ends == "round", 255 * ink)
        columns = np.flatnonzero(canvas.any(0))  # slanted strokes of another pen may end short of the edges
        canvas = canvas[:, columns[0] : columns[-1] + 1]
        size = (max(1, round(canvas.shape[1] / SUPERSAMPLING)), height)
        return np.asarray(cv2.resize(canvas, size, interpolation=cv2.INTER_AREA), np.uint8)


def _moved(at: Points, size: float, pen: float, new_size: float, new_pen: float) -> Points:
    """Moves coordinates along one axis so that strokes along the box's edges stay there with another pen.

    Ends on the edges, and strokes that run past them, stay where they are.
    """
    far = 10 * size
    old = (-far, 0, pen / 2, size - pen / 2, size, size + far)
    new = (-far, 0, new_pen / 2, new_size - new_pen / 2, new_size, new_size + far)
    return np.interp(at, old, new)


@cache
def load_typeface(name: str, folder: Path = FOLDER) -> Typeface:
    """Loads the face of ``folder/name.yaml``. Raises FontError naming file, key and fault."""
    path = folder / f"{name}.yaml"
    try:
        # BaseLoader reads every scalar as text; otherwise the glyphs N and Y would be truth values and 0 a number
        return Typeface.model_validate({"name": name, **yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)})
    except OSError as error:
        raise FontError(f"{path}: {error.strerror}") from None
    except yaml.YAMLError as error:
        raise FontError(f"{path}: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise FontError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
