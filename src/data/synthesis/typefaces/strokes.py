"""Draws three simple faces with a pen: even strokes, straight sides, round corners, as on plates of many countries.

They replace a plate's typeface that is not known by name; those that are known are in ``typefaces``.
"""

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.uint8]
Points = tuple[tuple[float, float], ...]

NATURAL_STROKE = 0.14
ROUNDNESS = {"strokes-square": 0.13, "strokes-round": 0.22, "strokes-oval": 0.3}
"""The radius of the corners relative to the height, by face."""

_BOX: Points = ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
_BOWL: Points = ((0, 0), (1, 0), (1, 0.52), (0, 0.52))
_SIX: tuple[Points, ...] = (
    ((0, 0.4), (1, 0.4), (1, 1), (0, 1), (0, 0.4)), ((0, 0.7), (0, 0.35), (0.65, 0)),
)  # fmt: skip
_STEM: Points = ((0, 0), (0, 1))
_SKELETONS: dict[str, tuple[float, tuple[Points, ...], tuple[Points, ...]]] = {
    "0": (0.46, (_BOX,), ()),
    "1": (0.24, (), (((0, 0.24), (1, 0), (1, 1)),)),
    "2": (0.46, (((0, 0.27), (0, 0), (1, 0), (1, 0.42), (0, 1)),), (((0, 1), (1, 1)),)),
    "3": (0.46, (
        ((0, 0.22), (0, 0), (0.96, 0), (0.96, 0.46), (0.4, 0.46)),
        ((0.4, 0.46), (1, 0.46), (1, 1), (0, 1), (0, 0.78)),
    ), ()),
    "4": (0.5, (), (((0.6, 0), (0, 0.7), (1, 0.7)), ((0.72, 0.45), (0.72, 1)))),
    "5": (0.46, (((0.04, 0.42), (1, 0.38), (1, 1), (0, 1), (0, 0.79)),), (
        ((0.95, 0), (0.1, 0), (0.04, 0.42)),
    )),
    "6": (0.46, _SIX, ()),
    "7": (0.46, (), (((0, 0), (1, 0), (0.35, 1)),)),
    "8": (0.46, (
        ((0.06, 0), (0.94, 0), (0.94, 0.46), (0.06, 0.46), (0.06, 0)),
        ((0, 0.46), (1, 0.46), (1, 1), (0, 1), (0, 0.46)),
    ), ()),
    "9": (0.46, tuple(tuple((1 - x, 1 - y) for x, y in path) for path in _SIX), ()),
    "A": (0.66, (), (((0, 1), (0.5, 0), (1, 1)), ((0.2, 0.66), (0.8, 0.66)))),
    "B": (0.58, (
        ((0, 0), (0.92, 0), (0.92, 0.47), (0, 0.47)), ((0, 0.47), (1, 0.47), (1, 1), (0, 1)),
    ), (_STEM,)),
    "C": (0.58, (((1, 0.27), (1, 0), (0, 0), (0, 1), (1, 1), (1, 0.73)),), ()),
    "D": (0.58, (((0, 0), (1, 0), (1, 1), (0, 1)),), (_STEM,)),
    "E": (0.5, (), (((1, 0), (0, 0), (0, 1), (1, 1)), ((0, 0.48), (0.85, 0.48)))),
    "F": (0.5, (), (((1, 0), (0, 0), (0, 1)), ((0, 0.48), (0.85, 0.48)))),
    "G": (0.58, (((1, 0.26), (1, 0), (0, 0), (0, 1), (1, 1), (1, 0.55)),), (((1, 0.55), (0.55, 0.55)),)),
    "H": (0.58, (), (_STEM, ((1, 0), (1, 1)), ((0, 0.48), (1, 0.48)))),
    "I": (0.0, (), (_STEM,)),
    "J": (0.46, (((1, 0), (1, 1), (0, 1), (0, 0.72)),), ()),
    "K": (0.6, (), (_STEM, ((1, 0), (0, 0.6)), ((0.36, 0.4), (1, 1)))),
    "L": (0.5, (), (((0, 0), (0, 1), (1, 1)),)),
    "M": (0.72, (), (((0, 1), (0, 0), (0.5, 0.62), (1, 0), (1, 1)),)),
    "N": (0.6, (), (((0, 1), (0, 0), (1, 1), (1, 0)),)),
    "O": (0.6, (_BOX,), ()),
    "P": (0.56, (_BOWL,), (_STEM,)),
    "Q": (0.6, (_BOX,), (((0.58, 0.7), (1.02, 1.0)),)),
    "R": (0.58, (_BOWL,), (_STEM, ((0.45, 0.52), (1, 1)))),
    "S": (0.54, (((1, 0.24), (1, 0), (0, 0), (0, 0.47), (1, 0.5), (1, 1), (0, 1), (0, 0.76)),), ()),
    "T": (0.6, (), (((0, 0), (1, 0)), ((0.5, 0), (0.5, 1)))),
    "U": (0.58, (((0, 0), (0, 1), (1, 1), (1, 0)),), ()),
    "V": (0.64, (), (((0, 0), (0.5, 1), (1, 0)),)),
    "W": (0.85, (), (((0, 0), (0.27, 1), (0.5, 0.3), (0.73, 1), (1, 0)),)),
    "X": (0.62, (), (((0, 0), (1, 1)), ((1, 0), (0, 1)))),
    "Y": (0.62, (), (((0, 0), (0.5, 0.52), (1, 0)), ((0.5, 0.52), (0.5, 1)))),
    "Z": (0.54, (), (((0, 0), (1, 0), (0, 1), (1, 1)),)),
}  # fmt: skip
"""Width relative to height, paths with round corners, paths with sharp ones; x and y are from 0 to 1, y downwards."""


@cache
def pen_mask(face: str, char: str, thickness: float, height: int) -> Mask:
    """Draws ``char`` of one of the faces, its strokes ``thickness`` pixels wide, about ``height`` pixels high."""
    width, round_paths, sharp_paths = _SKELETONS[char]
    pen = max(2, round(thickness))
    size = np.array([width * height, height - pen], np.float32)
    canvas = np.zeros((height + 2 * pen, round(size[0]) + 3 * pen), np.uint8)
    radius = ROUNDNESS[face] * height
    paths = [_round_corners(np.array(p, np.float32) * size, radius) for p in round_paths]
    paths += [np.array(p, np.float32) * size for p in sharp_paths]
    for path in paths:
        points = np.round((path + pen * 1.5) * 16).astype(np.int32)
        cv2.polylines(canvas, [points], False, 255, pen, cv2.LINE_AA, shift=4)
    return canvas


def _round_corners(points: npt.NDArray[np.float32], radius: float) -> npt.NDArray[np.float32]:
    """Replaces each corner by a curve that begins and ends ``radius`` away, or half way to the next corner."""
    closed = bool((points[0] == points[-1]).all())
    if closed:
        points = np.concatenate([(points[:1] + points[1:2]) / 2, points[1:], (points[:1] + points[1:2]) / 2])
    path = [points[0]]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        start, end = (
            corner + (other - corner) * min(0.5, radius / max(1.0, float(np.linalg.norm(other - corner))))
            for other in (before, after)
        )
        path += [(1 - t) ** 2 * start + 2 * t * (1 - t) * corner + t**2 * end for t in np.linspace(0, 1, 6)]
    return np.array([*path, points[-1]], np.float32)
