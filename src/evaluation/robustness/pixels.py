"""The pixel arithmetic of the effects that albumentations has not: veils, blurs, grain, paint on plates, warps."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from src.core.geometry import FILL, box_to_corners
from src.core.types import Corners, Image

CANVAS = 640
"""Pixels of the longer side of the picture on which rain and flakes are drawn and in which blurs and grain count."""
PLATE_GRID = (32, 128)
"""Rows and columns in which is drawn what is then laid on a plate."""

Floats = npt.NDArray[np.float32]


def veil(image: Image, layer: npt.NDArray[Any]) -> Image:
    """``image`` under white whose opacity is the middle of the square ``layer``, as large as the longer side."""
    height, width = image.shape[:2]
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    opacity = cv2.resize(layer, (side, side), interpolation=cv2.INTER_LINEAR)[top : top + height, left : left + width]
    return 255 - np.asarray(cv2.multiply(255 - image, 255 - opacity, scale=1 / 255), np.uint8)


def blurred(image: Image, reach: float, shape: Callable[[Floats, Floats], npt.NDArray[np.bool_]]) -> Image:
    """``image``, taken as bilinear between its pixels, convolved with a ``shape`` that reaches so far from its middle.

    The shape is drawn 15 times as fine as the pixels, so that half a pixel more or less makes a difference.
    """
    fine, size = 15, 2 * int(np.ceil(reach)) + 3
    axis = ((np.arange(size * fine) + 0.5) / fine - size / 2).astype(np.float32)
    drawn = cv2.blur(shape(*np.meshgrid(axis, axis)).astype(np.float32), (fine, fine))
    kernel = drawn.reshape(size, fine, size, fine).mean((1, 3))  # of two averages over a pixel: a bilinear weight
    return np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE), np.uint8)


def near_segment(x: Floats, y: Floats, end: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Within a tenth of a pixel of the segment from ``-end`` to ``end``."""
    along = ((x * end[0] + y * end[1]) / (end @ end)).clip(-1, 1)
    return np.asarray(np.hypot(x - along * end[0], y - along * end[1]) <= 0.1, np.bool_)


def grain(image: Image, rng: np.random.Generator) -> Floats:
    """Standard normal noise of the image's shape, each grain as large as a pixel of the canvas."""
    height, width = image.shape[:2]
    scale = min(1.0, 1 / unit(image))
    small = rng.standard_normal((max(1, round(height * scale)), max(1, round(width * scale)), 3), np.float32)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def unit(image: Image) -> float:
    """Pixels of ``image`` to a pixel of the canvas."""
    return max(image.shape) / CANVAS


def plate_grid() -> tuple[Floats, Floats]:
    """Position of each cell on an upright plate, from 0 to 1: across ``[1, W]`` and down ``[H, 1]``."""
    down, across = (np.linspace(0.5 / n, 1 - 0.5 / n, n, dtype=np.float32) for n in PLATE_GRID)
    return across[None], down[:, None]


def paint(image: Image, corners: Corners, opacity: npt.NDArray[Any], colour: tuple[int, int, int]) -> None:
    """Lays ``colour`` over one plate of ``image``, in place; ``opacity`` is a map of the upright plate."""
    height, width = image.shape[:2]
    x1, y1 = np.floor(corners.min(0)).clip(0, [width - 1, height - 1]).astype(int)
    x2, y2 = np.ceil(corners.max(0)).clip([x1 + 1, y1 + 1], [width, height]).astype(int)
    clean = image[y1:y2, x1:x2].astype(np.float32)
    grid = box_to_corners(np.array([0, 0, *opacity.shape[::-1]])) - 0.5  # OpenCV counts from the first cell's centre
    place = (corners - np.array([x1, y1]) - 0.5).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(grid, place)
    alpha = np.asarray(cv2.warpPerspective(opacity.astype(np.float32), matrix, (x2 - x1, y2 - y1)))[..., None]
    image[y1:y2, x1:x2] = to_uint8(clean + alpha * (np.array(colour, np.float32) - clean))


def warped(image: Image, matrix: npt.NDArray[np.float64]) -> Image:
    """``image`` under a homography [3, 3] of pixel *edges* (0 is the left edge of the first pixel), grey beyond."""
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    by_centres = np.linalg.inv(half) @ matrix @ half
    grey = (FILL, FILL, FILL)
    moved = cv2.warpPerspective(image, by_centres, image.shape[1::-1], flags=cv2.INTER_LINEAR, borderValue=grey)
    return np.asarray(moved, np.uint8)


def to_uint8(values: Floats) -> Image:
    """Rounded and cut to 0..255."""
    return np.asarray(values.round().clip(0, 255), np.uint8)
