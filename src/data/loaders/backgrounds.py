"""Cuts parts out of scenes that have the shape of a plate and show none."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from src.core.card import sha256_of
from src.core.geometry import inside_matrix
from src.core.image import read_named
from src.core.types import Boxes, Image
from src.data.annotations.empty_regions import regions_by_hash
from src.data.annotations.manifest import Record

SCENES = 1500
"""At most this many scenes are used."""
EACH = 2
"""So many parts are cut out of each scene."""
TRIES = 8
ASPECTS = (1.0, 6.0)
"""The range of width divided by height."""
NARROWEST, WIDEST = 28.0, 0.6
"""The smallest width in pixels, and the largest as a share of the picture's width."""
AROUND = 0.3
"""This much of the scene is kept on every side, in heights of the part."""
TALL = 64
"""A part that is higher than this many pixels is made smaller."""


@dataclass(frozen=True)
class Background:
    """The part of a scene in ``box`` [4] of ``image`` (RGB), which also shows the scene around the part."""

    image: Image
    box: Boxes


def backgrounds(records: Sequence[Record], root: Path, kept_apart: Path | None = None) -> list[Background]:
    """Cuts EACH parts out of at most SCENES scenes, clear of all plates and ignore boxes.

    Of TRIES places those with the most edges are taken. ``kept_apart`` is a folder of regions (see ``empty_regions``).
    Their photographs are left out, because parts of them are evaluated on. Raises ImageError that names the picture,
    and CorrectionError for a folder without regions.
    """
    rng = np.random.default_rng(0)
    scenes = [record for record in records if record.is_scene]
    chosen = [scenes[i] for i in rng.permutation(len(scenes))[:SCENES].tolist()]
    apart = set() if kept_apart is None else set(regions_by_hash(kept_apart))
    found = []
    for record in chosen:
        path = root / record.image
        if apart and path.is_file() and sha256_of(path) in apart:
            continue
        image = read_named(path)
        taken = np.array([*(p.box for p in record.plates or ()), *record.ignore], np.float32).reshape(-1, 4)
        places = [place for place in (_place(image, taken, rng) for _ in range(TRIES)) if place is not None]
        parts = sorted((_cut(image, place) for place in places), key=_edges, reverse=True)
        found += parts[:EACH]
    return found


def _place(image: Image, taken: Boxes, rng: np.random.Generator) -> Boxes | None:
    """Chooses a box [4] of any size and place. Returns None if it meets one of ``taken`` [M, 4]."""
    height, width = image.shape[:2]
    wide = float(np.exp(rng.uniform(np.log(NARROWEST), np.log(max(WIDEST * width, NARROWEST + 1)))))
    high = wide / float(np.exp(rng.uniform(*np.log(ASPECTS))))
    if wide >= width or high >= height:
        return None
    left, top = float(rng.uniform(0, width - wide)), float(rng.uniform(0, height - high))
    box = np.array([left, top, left + wide, top + high], np.float32)
    near = box + np.array([-1, -1, 1, 1], np.float32) * np.float32(0.2 * high)
    return None if len(taken) and inside_matrix(near[None], taken).any() else box


def _cut(image: Image, box: Boxes) -> Background:
    pad = AROUND * (box[3] - box[1])
    x1, y1 = np.maximum(np.floor(box[:2] - pad), 0).astype(int)
    x2, y2 = np.minimum(np.ceil(box[2:] + pad), image.shape[1::-1]).astype(int)
    part, shifted = image[y1:y2, x1:x2], box - np.array([x1, y1, x1, y1], np.float32)
    scale = TALL / float(box[3] - box[1])
    if scale >= 1:
        return Background(part.copy(), shifted)
    size = (max(2, round((x2 - x1) * scale)), max(2, round((y2 - y1) * scale)))
    gain = np.array([size[0] / (x2 - x1), size[1] / (y2 - y1)] * 2, np.float32)
    return Background(np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8), shifted * gain)


def _edges(part: Background) -> float:
    """Measures how much grey values change from pixel to pixel along the rows, as they do in writing."""
    grey = cv2.cvtColor(part.image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return float(np.abs(np.diff(grey, axis=1)).mean()) if grey.shape[1] > 1 else 0.0
