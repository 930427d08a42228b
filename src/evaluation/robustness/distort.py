"""A labelled photograph under one effect: the pixels as they become, and the truth moved along with them."""

import hashlib
from dataclasses import dataclass

import cv2
import numpy as np

from src.core.geometry import box_to_corners, corners_to_box
from src.core.types import Corners, Image
from src.data.annotations.manifest import Box, PlateLabel, Record
from src.evaluation.robustness.corruptions import CORRUPTIONS, MarkedPicture

SEVERITIES = range(1, 6)
MIN_VISIBLE = 0.95
"""A plate of which less than this share is left in the frame has no text any more that could be asked for."""


@dataclass(frozen=True, slots=True)
class Distorted:
    """The picture (RGB) as it became, its truth, and the number in the old record of each plate that is left."""

    image: Image
    record: Record
    plates: tuple[int, ...]


def distort(image: Image, record: Record, effect: str, severity: int) -> Distorted:
    """``image`` (RGB) with its ``record``, of a scene, under ``CORRUPTIONS[effect]`` at ``severity`` 1 to 5.

    The same picture and effect give the same pixels in every run. The severities share their random draws (where the
    drops fall, to which side the camera rolls), so that they differ in strength alone. A plate that leaves the frame
    becomes an ``ignore`` box. Raises KeyError for an unknown effect or severity.
    """
    chosen = CORRUPTIONS[effect]
    level = dict(zip(SEVERITIES, chosen.levels, strict=True))[severity]
    plates = _corners_of(record.plates or ())
    before = MarkedPicture(image, plates, _upright(record.ignore))
    after = chosen.change(before, level, _generator(record.image, effect))
    if after.plates is plates:
        return Distorted(after.image, record, tuple(range(len(plates))))
    return _moved(record, after)


def _generator(image: str, effect: str) -> np.random.Generator:
    """Seeded by names, not by hash(), which differs from process to process."""
    digest = hashlib.sha256(f"{image}\n{effect}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8]))


def _moved(record: Record, scene: MarkedPicture) -> Distorted:
    """``record`` with its plates and ignored boxes where ``scene`` has them."""
    size = scene.image.shape[1::-1]
    shares = [_share_inside(corners, size) for corners in scene.plates]
    kept = tuple(number for number, share in enumerate(shares) if share >= MIN_VISIBLE)
    cut = [corners for corners, share in zip(scene.plates, shares, strict=True) if 0 < share < MIN_VISIBLE]
    cut += [corners for corners in scene.ignore if _share_inside(corners, size) > 0]
    plates = tuple(_relabelled((record.plates or ())[n], scene.plates[n], size) for n in kept)
    ignore = tuple(_box_inside(corners, size) for corners in cut)
    return Distorted(scene.image, record.model_copy(update={"plates": plates, "ignore": ignore}), kept)


def _relabelled(plate: PlateLabel, corners: Corners, size: tuple[int, int]) -> PlateLabel:
    """At its new place; a plate labelled by a box alone gets a box alone. Boxes of characters are not moved."""
    points = tuple((float(x), float(y)) for x, y in corners) if plate.corners else None
    return plate.model_copy(update={"box": _box_inside(corners, size), "corners": points, "chars": None})


def _box_inside(corners: Corners, size: tuple[int, int]) -> Box:
    """The box around ``corners``, cut at the edges of a picture of ``size`` (width, height)."""
    x1, y1, x2, y2 = corners_to_box(corners).clip(0, [*size, *size]).tolist()
    return x1, y1, x2, y2


def _share_inside(corners: Corners, size: tuple[int, int]) -> float:
    """How much of a quadrilateral's area lies in a picture of ``size`` (width, height)."""
    inside, _ = cv2.intersectConvexConvex(corners, _upright(((0, 0, size[0], size[1]),))[0])
    return float(inside) / max(cv2.contourArea(corners), 1e-6)


def _corners_of(plates: tuple[PlateLabel, ...]) -> Corners:
    """``[M, 4, 2]``; a plate that is labelled by a box alone is taken as upright."""
    corners = [plate.corners or _upright((plate.box,))[0] for plate in plates]
    return np.array(corners, np.float32).reshape(-1, 4, 2)


def _upright(boxes: tuple[Box, ...]) -> Corners:
    return box_to_corners(np.array(boxes, np.float32).reshape(-1, 4))
