"""A few frames of clips, to look at."""

from collections.abc import Iterable

import cv2
import numpy as np

from src.core.montage import captioned, montage
from src.core.types import Image
from src.evaluation.video.clip import Clip, truth
from src.evaluation.video.encode import decode, encode
from src.evaluation.video.render import render

WIDTH = 320
"""Pixels of a tile."""
ABREAST = 5
"""Frames of a clip."""
LEGIBLE, SEEN = (0, 230, 60), (240, 60, 40)
"""Colours of the boxes of plates that count as legible, and of others."""


def sheet(clips: Iterable[Clip]) -> Image:
    """A row of frames of each clip, its plates in boxes, as they are after compression."""
    return montage([tile for clip in clips for tile in _tiles(clip)], ABREAST)


def _tiles(clip: Clip) -> list[Image]:
    passages = truth(clip)
    shown = set(np.linspace(0.06 * clip.frames, clip.frames - 1, ABREAST).astype(int).tolist())
    tiles = []
    for frame in decode(encode(render(clip), clip.conditions.quality)):
        if frame.number not in shown:
            continue
        image = frame.image
        for passage in passages:
            for box in (seen.box for seen in passage.boxes if abs(seen.time - frame.time) < 1e-6):
                x1, y1, x2, y2 = (round(side) for side in box)
                colour = LEGIBLE if passage.first <= frame.time <= passage.last else SEEN
                cv2.rectangle(image, (x1 - 4, y1 - 4), (x2 + 4, y2 + 4), colour, 2)
        height = round(WIDTH * image.shape[0] / image.shape[1])
        small = np.asarray(cv2.resize(image, (WIDTH, height), interpolation=cv2.INTER_AREA), np.uint8)
        words = ", ".join(passage.text for passage in passages)
        tiles.append(captioned(small, f"{clip.name} {frame.time:.1f} s {words}"))
    return tiles
