"""Draws a pen of even width along a path of straight sides and round corners."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]

ARC_PIECES = 12
MITRE = 6.0
"""A joint is drawn out no further than this many half widths."""
_SHIFT = 4
"""OpenCV gets coordinates with this many fractional bits."""


@dataclass(frozen=True)
class Corner:
    """A point of a path; ``radius`` is that of its arc, infinite for a parabola between the sides' middles."""

    x: float
    y: float
    radius: float = 0.0


def flatten(corners: Sequence[Corner], closed: bool) -> Points:
    """Returns the path as a polygon ``[n, 2]`` whose round corners are short pieces.

    If two arcs need more of a side than there is, each gets at least half of it.
    """
    points = np.array([(c.x, c.y) for c in corners])
    n = len(points)
    wants = [_tangent(c.radius, points[i - 1], points[i], points[(i + 1) % n]) for i, c in enumerate(corners)]
    if not closed:
        wants[0] = wants[-1] = 0.0
    path = []
    for i, corner in enumerate(corners):
        if not wants[i]:
            path.append(points[i : i + 1])
            continue
        sides = [(points[j % n] - points[i], wants[j % n]) for j in (i - 1, i + 1)]
        path.append(_rounded(points[i], sides, wants[i], corner.radius == float("inf")))
    return np.concatenate(path)


def _tangent(radius: float, before: Points, corner: Points, after: Points) -> float:
    """Returns how far from a corner the arc of ``radius`` begins."""
    if not radius:
        return 0.0
    return float(radius / np.tan(_half_angle(before - corner, after - corner)))


def _half_angle(a: Points, b: Points) -> float:
    cosine = float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))
    return float(np.arccos(np.clip(cosine, -1, 1))) / 2


def _rounded(corner: Points, sides: Sequence[tuple[Points, float]], want: float, parabola: bool) -> Points:
    """Rounds a corner; ``sides`` lead to its neighbours, each with the length that the neighbour wants of it."""
    lengths = [float(np.linalg.norm(side)) for side, _ in sides]
    rooms = [max(length / 2, length - other) for length, (_, other) in zip(lengths, sides, strict=True)]
    reaches = rooms if parabola else [min(want, *rooms)] * 2
    start, end = (corner + side * r / n for (side, _), r, n in zip(sides, reaches, lengths, strict=True))
    # a rational quadratic Bézier curve of this weight is an arc of a circle, one of weight 1 a parabola
    weight = 1.0 if parabola else float(np.sin(_half_angle(sides[0][0], sides[1][0])))
    t = np.linspace(0, 1, ARC_PIECES + 1)[:, None]
    shares = (1 - t) ** 2, 2 * t * (1 - t) * weight, t**2
    return np.asarray((shares[0] * start + shares[1] * corner + shares[2] * end) / sum(shares))


def draw(canvas: Mask, path: Points, width: float, closed: bool, round_ends: bool, value: int) -> None:
    """Draws ``path``, in pixels from the canvas's corner, without smoothing; ends are square or round."""
    if closed:
        path = np.concatenate([path, path[:2]])
    path = path[np.r_[True, np.linalg.norm(np.diff(path, axis=0), axis=1) > 1e-6]]
    steps = np.diff(path, axis=0)
    directions = steps / np.linalg.norm(steps, axis=1, keepdims=True)
    across = directions[:, ::-1] * [1, -1] * width / 2
    for a, b, side in zip(path, path[1:], across, strict=False):
        _fill(canvas, [a + side, b + side, b - side, a - side], value)
    for point, before, after in zip(path[1:-1], across, across[1:], strict=False):
        _joint(canvas, point, before, after, value)
    if round_ends and not closed:
        for point in (path[0], path[-1]):
            _disc(canvas, point, width / 2, value)


def _joint(canvas: Mask, point: Points, before: Points, after: Points, value: int) -> None:
    half = float(np.linalg.norm(before))
    cosine = float(before @ after) / half**2
    tip = (before + after) / max(1 + cosine, 1e-6)
    tip *= min(1.0, MITRE * half / max(float(np.linalg.norm(tip)), 1e-6))
    for sign in (1, -1):  # the inner one of both sides lies within the strokes
        if sign * (before[0] * after[1] - before[1] * after[0]) > 0:
            _fill(canvas, [point, point + sign * before, point + sign * tip, point + sign * after], value)


def _fill(canvas: Mask, polygon: Sequence[Points], value: int) -> None:
    cv2.fillPoly(canvas, [_fixed(np.array(polygon))], value, shift=_SHIFT)


def _disc(canvas: Mask, centre: Points, radius: float, value: int) -> None:
    x, y = _fixed(centre).tolist()
    cv2.circle(canvas, (x, y), round(radius * (1 << _SHIFT)), value, -1, shift=_SHIFT)


def _fixed(points: Points) -> npt.NDArray[np.int32]:
    return np.round((points - 0.5) * (1 << _SHIFT)).astype(np.int32)
