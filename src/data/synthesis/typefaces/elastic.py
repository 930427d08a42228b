"""Bends a face into another: rounder or squarer bowls, a higher or lower waist, unequal strokes, a slight lean."""

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.uint8]
Grid = npt.NDArray[np.float32]

BENDS = 8
"""There are this many shapes, the straight one included: few, so that bent characters stay in the cache of masks."""
_POWER, _WAIST, _LEAN, _SOFT = 0.2, 0.12, 0.05, 1.5


def bent(mask: Mask, bend: int) -> Mask:
    """Bends ``mask`` [h, w] (255 is ink, cut tightly) to the shape number ``bend``, 1 to BENDS - 1, of the same size.

    Straight edges along the box stay straight. Raises ValueError for a shape that does not exist.
    """
    if not 1 <= bend < BENDS:
        raise ValueError(f"there is no bend {bend}: they are 1 to {BENDS - 1}")
    height, width = mask.shape
    across, down, soft = _shape(bend, height, width)
    moved = cv2.remap(mask, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    if soft:
        # blurring and steepening again makes the corners round
        blurred = cv2.GaussianBlur(np.pad(moved, 4), (0, 0), soft)[4:-4, 4:-4].astype(np.float32)
        moved = np.clip((blurred - 127.5) * 3 + 127.5, 0, 255)
    return np.asarray(moved, np.uint8)


@cache
def _powers(bend: int) -> tuple[float, float, float, float, float]:
    """Returns the exponents of both axes, the shift of the waist, the lean and the softness."""
    rng = np.random.default_rng(bend)
    power_x, power_y = np.exp(rng.uniform(-_POWER, _POWER, 2)).tolist()
    waist, lean = float(rng.uniform(-_WAIST, _WAIST)), float(rng.uniform(-_LEAN, _LEAN))
    return power_x, power_y, waist, lean, _SOFT if bend % 2 else 0.0


def _shape(bend: int, height: int, width: int) -> tuple[Grid, Grid, float]:
    """Returns the columns and rows [h, w] from which each pixel is taken, and the softness."""
    power_x, power_y, waist, lean, soft = _powers(bend)
    x = np.linspace(-1, 1, width, dtype=np.float32)[None]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    across = np.sign(x) * np.abs(x) ** power_x + lean * y * (1 - x * x)
    down = np.sign(y) * np.abs(y) ** power_y
    down = down + waist * (1 - down * down)
    columns = (np.broadcast_to(across, (height, width)) + 1) * ((width - 1) / 2)
    rows = (np.broadcast_to(down, (height, width)) + 1) * ((height - 1) / 2)
    return np.ascontiguousarray(columns, np.float32), np.ascontiguousarray(rows, np.float32), soft
