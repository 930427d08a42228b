"""Makes a TrueType font from pictures of characters: outlines of their ink, smoothed a little."""

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from src.data.synthesis.typefaces.pen import Mask

CAP_HEIGHT = 700
"""The height of a character in font units; the em has 1000."""
_BEARING = 60
_FINE = 8
"""An outline is followed in this many sub-pixels per pixel and direction."""
_SMOOTH = 0.9
"""The standard deviation, in pixels of the picture, of the blur that removes noise from an outline."""
_STRAIGHT = 0.35
"""A straight line may miss the outline by this many pixels."""
_SPECK = 0.004
"""A spot or a hole below this share of the box is taken for dirt."""


def outlines(ink: npt.NDArray[np.float32]) -> list[npt.NDArray[np.float64]]:
    """Returns the contours [n, 2] of ``ink [h, w]`` (1 where inked), x and y relative to its height, y upwards.

    The box of the ink begins at x = 0 and fills the height. Outer contours run clockwise and holes anticlockwise, as
    TrueType has them.
    """
    fine = cv2.resize(ink, None, fx=_FINE, fy=_FINE, interpolation=cv2.INTER_CUBIC)
    solid = (cv2.GaussianBlur(fine, (0, 0), _SMOOTH * _FINE) > 0.5).astype(np.uint8)
    contours, tree = cv2.findContours(solid, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    areas = [cv2.contourArea(c) for c in contours]
    if not areas or max(areas) < 16:
        raise ValueError("no ink in the picture")
    kept = [i for i, area in enumerate(areas) if area > _SPECK * ink.size * _FINE**2 or area == max(areas)]
    low, high = np.min([contours[i].min((0, 1)) for i in kept], 0), np.max([contours[i].max((0, 1)) for i in kept], 0)
    paths = []
    for i in kept:
        path = cv2.approxPolyDP(contours[i], _STRAIGHT * _FINE, True)[:, 0].astype(np.float64)
        path = (path - low) / float(high[1] - low[1])
        path[:, 1] = 1 - path[:, 1]
        hole = tree[0][i][3] >= 0
        paths.append(path if _clockwise(path) != hole else path[::-1])
    return paths


def _clockwise(path: npt.NDArray[np.float64]) -> bool:
    x, y = path.T
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()) < 0


def write_font(path: Path, name: str, glyphs: Mapping[str, npt.NDArray[np.float32] | Mask], licence: str) -> None:
    """Writes ``glyphs``, a picture of each character's ink (float 0 to 1, or uint8), as the TrueType font ``path``.

    All characters get the same height and keep their proportions. Raises ValueError without ink.
    """
    drawn, widths = {".notdef": TTGlyphPen(None).glyph()}, {".notdef": 500}
    names = {char: f"uni{ord(char):04X}" for char in sorted(glyphs)}
    for char, glyph in names.items():
        ink = np.asarray(glyphs[char] / (255 if glyphs[char].dtype == np.uint8 else 1), np.float32)
        pen, paths = TTGlyphPen(None), outlines(ink)
        for each in paths:
            points = [(round(x * CAP_HEIGHT) + _BEARING, round(y * CAP_HEIGHT)) for x, y in each]
            pen.moveTo(points[0])
            for point in points[1:]:
                pen.lineTo(point)
            pen.closePath()
        drawn[glyph] = pen.glyph()
        widths[glyph] = round(max(float(each[:, 0].max()) for each in paths) * CAP_HEIGHT) + 2 * _BEARING
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder([".notdef", *names.values()])
    font.setupCharacterMap({ord(char): glyph for char, glyph in names.items()})
    font.setupGlyf(drawn)
    font.setupHorizontalMetrics({glyph: (width, _BEARING) for glyph, width in widths.items()})
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": name, "styleName": "Regular", "licenseDescription": licence})
    font.setupOS2(sCapHeight=CAP_HEIGHT, sTypoAscender=800, sTypoDescender=-200)
    font.setupPost(keepGlyphNames=False)
    font.font.recalcTimestamp = False
    font.font["head"].created = font.font["head"].modified = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    font.save(path)
