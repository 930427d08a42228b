"""Puts pictures side by side on one sheet, each with a caption, for a person to look at."""

from collections.abc import Sequence

import cv2
import numpy as np

from src.core.types import Image

CAPTION = 18
"""The height of a caption in pixels."""
GAP = 4
"""The pixels between two tiles of a sheet."""
WHITE, BLACK = (255, 255, 255), (0, 0, 0)

Rgb = tuple[int, int, int]


def enlarged(image: Image, zoom: int) -> Image:
    """Returns ``image`` with ``zoom`` times as many pixels each way."""
    return np.asarray(cv2.resize(image, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_LINEAR), np.uint8)


def captioned(image: Image, caption: str, colour: Rgb = BLACK) -> Image:
    """Returns ``image`` (RGB) with ``caption`` on a white strip below it; OpenCV writes ``?`` for what is not ASCII."""
    strip = np.full((CAPTION, image.shape[1], 3), WHITE, np.uint8)
    latin = caption.encode("ascii", "replace").decode()
    cv2.putText(strip, latin, (2, CAPTION - 5), cv2.FONT_HERSHEY_SIMPLEX, 0.42, colour, 1, cv2.LINE_AA)
    return np.vstack([image, strip])


def montage(tiles: Sequence[Image], columns: int, ground: Rgb = WHITE) -> Image:
    """Puts ``tiles`` (RGB, of any sizes) row by row, each in the upper left of its cell, with GAP pixels after each.

    A column is as wide as the widest tile in it and a row as high as the highest. Raises ValueError for no tiles.
    """
    if not tiles:
        raise ValueError("nothing to show on a sheet")
    rows = [tiles[i : i + columns] for i in range(0, len(tiles), columns)]
    heights = [GAP + max(tile.shape[0] for tile in row) for row in rows]
    widths = [GAP + max(tile.shape[1] for tile in tiles[i::columns]) for i in range(columns) if tiles[i::columns]]
    widths += [widths[-1]] * (columns - len(widths))
    sheet = np.full((sum(heights), sum(widths), 3), ground, np.uint8)
    for top, row in zip(np.cumsum([0, *heights]), rows, strict=False):
        for left, tile in zip(np.cumsum([0, *widths]), row, strict=False):
            sheet[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
    return sheet
