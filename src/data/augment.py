"""Augmentation of scenes and of real crops; the one file that knows albumentations."""

import os

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # else its import asks the registry for a newer version

import albumentations as A
import cv2
import numpy as np
import numpy.typing as npt

from src.core.geometry import FILL, crop_plate, letterbox
from src.core.types import Corners, Image

Floats = npt.NDArray[np.float32]
FLIPPED_CORNERS = [1, 0, 3, 2]
"""After a horizontal flip, top right is the new top left."""


class SceneAugment:
    """Random geometry and light for a canvas, its boxes ``[M, 4]`` and corners ``[M, 4, 3]`` (x, y, visible).

    A plate of which less than ``min_visible`` is left is dropped.
    """

    def __init__(
        self,
        zoom: tuple[float, float] = (0.6, 1.5),
        rotate: float = 6.0,
        shear: float = 4.0,
        flip: float = 0.5,
        min_visible: float = 0.4,
    ) -> None:
        self.flip = flip
        self.min_visible = min_visible
        geometry = A.Affine(
            scale=zoom,
            translate_percent=(-0.2, 0.2),
            rotate=(-rotate, rotate),
            shear=(-shear, shear),
            rotate_method="largest_box",  # a box too wide costs the reader less than a character cut off
            fill=FILL,
            p=0.9,
        )
        self._compose = A.Compose(
            [geometry, *_light(), *_degradation()],
            bbox_params=A.BboxParams("pascal_voc", label_fields=["index"], min_visibility=min_visible, min_width=3),
            keypoint_params=A.KeypointParams("xy", remove_invisible=False),
        )

    def __call__(
        self, image: Image, boxes: Floats, corners: Floats, rng: np.random.Generator
    ) -> tuple[Image, Floats, Floats]:
        """The augmented canvas of the same size with what is left of its plates."""
        if rng.random() < self.flip:
            image, boxes, corners = flip_horizontally(image, boxes, corners)
        self._compose.set_random_seed(int(rng.integers(2**31)))
        height, width = image.shape[:2]
        out = self._compose(
            image=np.ascontiguousarray(image),
            bboxes=boxes.clip(0, [width, height] * 2),  # rounding leaves -1e-7, which albumentations refuses
            index=np.arange(len(boxes)),
            keypoints=corners[..., :2].reshape(-1, 2),
        )
        kept = np.asarray(out["index"], int)
        moved = np.asarray(out["keypoints"], np.float32).reshape(-1, 4, 2)
        return (
            out["image"],
            np.asarray(out["bboxes"], np.float32).reshape(-1, 4),
            np.concatenate([moved[kept], corners[kept, :, 2:]], -1),
        )


def _light() -> list[A.BasicTransform]:
    return [
        A.RandomBrightnessContrast(0.35, 0.35, p=0.5),
        A.HueSaturationValue(12, 40, 20, p=0.4),
        A.RandomGamma((60, 160), p=0.2),
        A.ToGray(p=0.08),
    ]


def _degradation() -> list[A.BasicTransform | A.BaseCompose]:
    return [
        A.OneOf([A.MotionBlur((3, 7)), A.GaussianBlur((3, 5))], p=0.1),
        A.GaussNoise(std_range=(0.01, 0.06), p=0.1),
        A.ImageCompression(quality_range=(35, 90), p=0.15),
    ]


def flip_horizontally(image: Image, boxes: Floats, corners: Floats) -> tuple[Image, Floats, Floats]:
    """Mirrors a canvas; corners are renumbered so that they still run clockwise from the top left."""
    width = image.shape[1]
    flipped = corners[:, FLIPPED_CORNERS].copy()
    flipped[..., 0] = width - flipped[..., 0]
    x1, y1, x2, y2 = boxes.T
    return image[:, ::-1], np.stack([width - x2, y1, width - x1, y2], -1), flipped


def fit(image: Image, boxes: Floats, corners: Floats, size: int) -> tuple[Image, Floats, Floats]:
    """Letterboxes one scene onto a square canvas of ``size`` pixels."""
    canvas, box = letterbox(image, (size, size))
    shift = np.array([box.left, box.top], np.float32)
    moved = corners.copy()
    moved[..., :2] = corners[..., :2] * box.scale + shift
    return canvas, boxes * box.scale + np.tile(shift, 2), moved


def mosaic(
    scenes: list[tuple[Image, Floats, Floats]], size: int, rng: np.random.Generator, min_visible: float = 0.4
) -> tuple[Image, Floats, Floats]:
    """Four scenes around a random centre of one canvas (Bochkovskiy et al., YOLOv4, 2020), each at its own scale."""
    canvas = np.full((size, size, 3), FILL, np.uint8)
    cx, cy = (int(v) for v in rng.uniform(0.3, 0.7, 2) * size)
    windows = [(0, 0, cx, cy), (cx, 0, size, cy), (0, cy, cx, size), (cx, cy, size, size)]
    placed = []
    for (image, boxes, corners), window in zip(scenes, windows, strict=True):
        scale = size / max(image.shape[:2]) * rng.uniform(0.5, 1.1)
        width, height = (max(1, round(side * scale)) for side in image.shape[1::-1])
        small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        left = cx - width if window[0] == 0 else cx
        top = cy - height if window[1] == 0 else cy
        x1, y1 = max(left, window[0]), max(top, window[1])
        x2, y2 = min(left + width, window[2]), min(top + height, window[3])
        canvas[y1:y2, x1:x2] = small[y1 - top : y2 - top, x1 - left : x2 - left]
        moved = boxes * scale + np.array([left, top] * 2, np.float32)
        clipped = np.clip(moved, [x1, y1] * 2, [x2, y2] * 2).astype(np.float32)
        kept = _area(clipped) > min_visible * _area(moved)
        points = corners[kept].copy()
        points[..., :2] = points[..., :2] * scale + np.array([left, top], np.float32)
        placed.append((clipped[kept], points))
    all_boxes, all_corners = zip(*placed, strict=True)
    return canvas, np.concatenate(all_boxes), np.concatenate(all_corners)


def _area(boxes: Floats) -> Floats:
    area: Floats = (boxes[:, 2:] - boxes[:, :2]).clip(0).prod(-1)
    return area


class CropAugment:
    """Cuts a real plate as a sloppy detector would, then degrades it.

    ``margin``: the range, in plate heights, by which each side of the box lies outside the plate; ``corner``: the
    standard deviation of each corner in plate heights.
    """

    def __init__(self, margin: tuple[float, float] = (-0.05, 0.15), corner: float = 0.02) -> None:
        self.margin, self.corner = margin, corner
        self._compose = A.Compose([*_light(), A.InvertImg(p=0.03), *_blur_and_noise()])

    def __call__(
        self, image: Image, corners: Corners, size: tuple[int, int], rng: np.random.Generator
    ) -> tuple[Image, Corners]:
        """A crop ``uint8 [H, W, 3]`` of ``size`` around ``corners`` [4, 2], and the corners it was really cut by."""
        height = float(np.linalg.norm(corners[3] - corners[0]) + np.linalg.norm(corners[2] - corners[1])) / 2
        left, top, right, bottom = rng.uniform(*self.margin, 4) * height
        moved = corners + np.array([[-left, -top], [right, -top], [right, bottom], [-left, bottom]])
        moved = (moved + rng.normal(0, self.corner, (4, 2)) * height).astype(np.float32)
        crop = crop_plate(image, moved, size, margin=0.0)
        self._compose.set_random_seed(int(rng.integers(2**31)))
        return self._compose(image=crop)["image"], moved


def _blur_and_noise() -> list[A.BasicTransform | A.BaseCompose]:
    return [
        A.Downscale(scale_range=(0.35, 0.8), p=0.15),
        A.OneOf([A.MotionBlur((3, 5)), A.GaussianBlur((3, 3))], p=0.15),
        A.GaussNoise(std_range=(0.01, 0.08), p=0.15),
        A.ImageCompression(quality_range=(30, 90), p=0.15),
    ]
