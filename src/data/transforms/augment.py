"""Augments scenes and real crops. No other file knows albumentations."""

import os

# otherwise its import asks the package registry for a newer version
os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

import albumentations as A
import cv2
import numpy as np
import numpy.typing as npt

from src.core.geometry import crop_plate
from src.core.types import Corners, Image
from src.data.transforms.scene import Floats, Scene, flip_horizontally, warp
from src.data.transforms.weather import weathered

MOST_CLOSE = 8.0
"""The closest view of the background is this many times as close as the whole scene."""
CLOSE = (0.25, 1.0)
"""The longer side of an object that is shown closely fills a share of the canvas in this range (log-uniform)."""
CUT_OUT = 0.5
"""This share of the close views is first cut out of the scene, and the canvas around the cut-out is padded."""
MARGINS = (0.0, 0.45)
"""Such a cut-out reaches beyond each side of the object by a share of its side in this range."""


class SceneAugment:
    """Applies random geometry, light and camera faults to scenes.

    ``zoom`` is relative to the scale at which the scene fills the canvas, ``stretch`` is the range of width against
    height, ``shift`` is a share of the canvas, ``rotate`` and ``shear`` are degrees to either side. ``turned`` is
    (share, degrees): this share of the scenes may be turned by so many degrees instead. The share ``focus`` of the
    scenes is cut around a plate, which becomes ``widths`` pixels wide (log-uniform) but never wider than the canvas or
    ``enlarge`` times its own width. The share ``background`` is cut at a random place, which shows closely what is no
    plate. A plate of which less than ``min_visible`` is left is dropped. The share ``weather`` of the scenes gets rain,
    snow, fog, a low sun or darkness.
    """

    def __init__(
        self,
        zoom: tuple[float, float] = (0.6, 1.5),
        stretch: float = 1.2,
        shift: float = 0.2,
        rotate: float = 4.0,
        shear: float = 4.0,
        flip: float = 0.5,
        focus: float = 0.4,
        widths: tuple[float, float] = (12.0, 200.0),
        enlarge: float = 3.0,
        turned: tuple[float, float] = (0.0, 60.0),
        background: float = 0.0,
        min_visible: float = 0.4,
        weather: float = 0.0,
    ) -> None:
        self.enlarge, self.turned, self.background = enlarge, turned, background
        self.zoom, self.stretch, self.shift = zoom, stretch, shift
        self.rotate, self.shear, self.flip = rotate, shear, flip
        self.focus, self.widths, self.min_visible = focus, widths, min_visible
        self.weather = weather
        self._light = A.Compose([*_exposure(), *_degradation()])
        self._reencode = A.Compose([*_exposure(), *_worn()])

    def frame(self, scene: Scene, size: int, rng: np.random.Generator) -> Scene:
        """Puts a part of ``scene``, or all of it, onto a canvas of ``size`` pixels."""
        if rng.random() < self.background:
            return self._warped(scene, size, *self._anywhere(scene, size, rng), rng)
        wide = np.flatnonzero(scene.boxes[:, 2] - scene.boxes[:, 0] >= 1)
        if len(wide) and rng.random() < self.focus:
            plate = scene.boxes[wide[int(rng.integers(len(wide)))]]
            return self._warped(scene, size, *self._focused(scene, plate, size, rng), rng)
        return self.move(scene, size, rng)

    def move(self, scene: Scene, size: int, rng: np.random.Generator) -> Scene:
        """Puts the whole of ``scene``, zoomed and shifted a little, onto a canvas of ``size`` pixels."""
        height, width = scene.image.shape[:2]
        scale = size / max(height, width) * float(rng.uniform(*self.zoom))
        middle = (np.array([width, height]) / 2).astype(np.float32)
        return self._warped(scene, size, scale, middle, size * (0.5 + rng.uniform(-self.shift, self.shift, 2)), rng)

    def _focused(
        self, scene: Scene, plate: Floats, size: int, rng: np.random.Generator
    ) -> tuple[float, Floats, npt.NDArray[np.float64]]:
        """Gives ``plate`` [4] a random width: returns the scale, a point of the scene and its place on the canvas.

        The scene never becomes smaller than half the canvas. Where the scene covers the canvas, none of its edges
        becomes visible. A tenth of the canvas is the most by which a plate may lie over the canvas's edge.
        """
        whole = size / max(scene.image.shape[:2])
        target = min(np.exp(rng.uniform(*np.log(self.widths))), size)
        scale = float(np.clip(target / (plate[2] - plate[0]), whole / 2, max(self.enlarge, whole)))
        middle = ((plate[:2] + plate[2:]) / 2).astype(np.float32)
        half = np.minimum((plate[2:] - plate[:2]) * scale / size / 2, 0.5)
        least = np.maximum(0.15, half - 0.1)
        at = rng.uniform(least, 1 - least) * size
        extent = np.array(scene.image.shape[1::-1]) * scale
        start = np.clip(at - middle * scale, np.minimum(0, size - extent), np.maximum(0, size - extent))
        return scale, middle, start + middle * scale

    def _anywhere(
        self, scene: Scene, size: int, rng: np.random.Generator
    ) -> tuple[float, Floats, npt.NDArray[np.float64]]:
        """Chooses a window of any size at any place: returns the scale, its middle and the middle of the canvas."""
        extent = np.array(scene.image.shape[1::-1])
        whole = size / max(extent)
        scale = whole * float(np.exp(rng.uniform(0, np.log(MOST_CLOSE))))
        room = np.minimum(size / 2 / scale, extent / 2)
        return scale, rng.uniform(room, extent - room).astype(np.float32), np.full(2, size / 2)

    def closely(self, scene: Scene, box: Floats, size: int, rng: np.random.Generator) -> Scene:
        """Shows ``box`` [4] of ``scene`` closely on a canvas of ``size`` pixels, with its surroundings or alone.

        Alone means that it is cut out and fills the canvas or nearly. This happens only where it cuts through no plate.
        """
        grown = box + (box[2:] - box[:2])[[0, 1, 0, 1]] * rng.uniform(*MARGINS, 4) * (-1, -1, 1, 1)
        window = _whole_pixels(grown, scene.image.shape[:2])
        if rng.random() < CUT_OUT and _is_apart(window, scene.boxes, box):
            alone = _cut(scene, window)
            extent = np.array(alone.image.shape[1::-1])
            scale, point = size / max(extent) * float(rng.uniform(0.8, 1.02)), extent / 2
            at = np.full(2, size / 2) + rng.uniform(-0.5, 0.5, 2) * np.abs(size - extent * scale)
        else:
            target = size * np.exp(rng.uniform(*np.log(CLOSE)))
            scale, point = float(target / (box[2:] - box[:2]).max()), (box[:2] + box[2:]) / 2
            half = (box[2:] - box[:2]) * scale / 2
            at = rng.uniform(np.minimum(half, size / 2), np.maximum(size - half, size / 2))
            alone = scene
        return self._warped(alone, size, scale, point.astype(np.float32), at, rng)

    def _warped(
        self,
        scene: Scene,
        size: int,
        scale: float,
        point: Floats,
        at: npt.NDArray[np.float64],
        rng: np.random.Generator,
    ) -> Scene:
        """Turns, shears, stretches and mirrors at random; ``point`` [2] comes to ``at`` [2] unless mirrored."""
        share, most = self.turned
        rotate = most if rng.random() < share else self.rotate
        angle, lean = np.deg2rad(rng.uniform(-1, 1, 2) * (rotate, self.shear))
        wide = np.exp(float(rng.uniform(-0.5, 0.5)) * np.log(self.stretch))
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        linear = turn @ np.array([[1, np.tan(lean)], [0, 1]]) @ np.diag([wide, 1 / wide]) * scale
        matrix = np.column_stack([linear, at - linear @ point])
        moved = warp(scene, matrix, size, self.min_visible)
        return flip_horizontally(moved) if rng.random() < self.flip else moved

    def light(self, image: Image, rng: np.random.Generator) -> Image:
        """Changes the light, sometimes adds weather, and adds a fault of the camera."""
        return self._applied(self._light, image, rng)

    def reencode(self, image: Image, rng: np.random.Generator) -> Image:
        """Does the same to a picture that has pastes. It is always compressed anew, so that no seam stays as it was."""
        return self._applied(self._reencode, image, rng)

    def _applied(self, compose: A.Compose, image: Image, rng: np.random.Generator) -> Image:
        """Applies weather before the faults of the camera."""
        compose.set_random_seed(int(rng.integers(2**31)))
        seen = weathered(image, rng) if rng.random() < self.weather else image
        return np.asarray(compose(image=np.ascontiguousarray(seen))["image"], np.uint8)


def _whole_pixels(box: npt.NDArray[np.float64], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Returns x1, y1, x2, y2 of ``box`` [4] inside a picture of ``size`` (height, width), at least one pixel large."""
    limits = np.array([size[1], size[0]])
    low = np.clip(np.floor(box[:2]), 0, limits - 1).astype(int)
    high = np.clip(np.ceil(box[2:]), low + 1, limits).astype(int)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _is_apart(window: tuple[int, int, int, int], boxes: Floats, own: Floats) -> bool:
    """Tells whether ``window`` meets none of ``boxes`` [M, 4] except ``own`` [4]."""
    others = boxes[~(boxes == own).all(1)]
    return not ((others[:, :2] < window[2:]) & (others[:, 2:] > window[:2])).all(1).any()


def _cut(scene: Scene, window: tuple[int, int, int, int]) -> Scene:
    """Cuts ``window`` out of ``scene``, with marks in its own pixels; plates outside of it are dropped."""
    x1, y1, x2, y2 = window
    moved = np.array([x1, y1, x1, y1], np.float32)
    inside = ((scene.boxes[:, :2] < (x2, y2)) & (scene.boxes[:, 2:] > (x1, y1))).all(1)
    corners = scene.corners[inside] - np.array([x1, y1, 0], np.float32)
    return Scene(scene.image[y1:y2, x1:x2], scene.boxes[inside] - moved, corners, scene.ignore - moved)


def _exposure() -> list[A.BasicTransform]:
    """Scales the brightness in proportion: steps of a third of the range would make a night scene all black."""
    return [A.RandomBrightnessContrast(0.25, 0.35, brightness_by_max=False, p=0.5), *_colour()]


def _light() -> list[A.BasicTransform]:
    return [
        A.RandomBrightnessContrast(0.35, 0.35, p=0.5),
        *_colour(),
    ]


def _colour() -> list[A.BasicTransform]:
    return [
        A.HueSaturationValue(12, 40, 20, p=0.4),
        A.RandomGamma((60, 160), p=0.2),
        A.ToGray(p=0.08),
    ]


def _degradation() -> list[A.BasicTransform | A.BaseCompose]:
    return [
        A.OneOf([_motion(7), A.GaussianBlur((3, 5))], p=0.1),
        A.GaussNoise(std_range=(0.01, 0.06), p=0.1),
        A.ImageCompression(quality_range=(35, 90), p=0.15),
    ]


def _worn() -> list[A.BasicTransform | A.BaseCompose]:
    return [
        A.OneOf([_motion(5), A.GaussianBlur((3, 3)), _coarse(0.5, 0.9)], p=0.3),
        A.GaussNoise(std_range=(0.01, 0.04), p=0.2),
        A.ImageCompression(quality_range=(35, 92), p=1.0),
    ]


def _motion(most: int) -> A.BasicTransform:
    """Blurs to both sides alike: the default of albumentations moves a plate by up to half its height off its box."""
    return A.MotionBlur((3, most), allow_shifted=False, direction_range=(0, 0))


def _coarse(least: float, most: float, p: float = 0.5) -> A.BasicTransform:
    """Shrinks to ``least`` to ``most`` of the pixels per side and enlarges again.

    It averages over areas: the nearest pixels, which albumentations takes, lie up to two pixels off their place.
    """
    ways = {"downscale": cv2.INTER_AREA, "upscale": cv2.INTER_LINEAR}
    return A.Downscale(scale_range=(least, most), interpolation_pair=ways, p=p)


class CropAugment:
    """Cuts a real plate as an inexact detector would, then degrades the crop.

    ``margin`` is the range, in plate heights, by which each side of the box lies outside the plate. ``corner`` is the
    standard deviation of each corner in plate heights.
    """

    def __init__(self, margin: tuple[float, float] = (-0.06, 0.22), corner: float = 0.03) -> None:
        self.margin, self.corner = margin, corner
        self._compose = A.Compose([*_light(), A.InvertImg(p=0.03), *_blur_and_noise()])

    def __call__(
        self, image: Image, corners: Corners, size: tuple[int, int], rng: np.random.Generator
    ) -> tuple[Image, Corners]:
        """Returns a crop ``uint8 [H, W, 3]`` of ``size`` around ``corners`` [4, 2], and the corners it was cut by."""
        height = float(np.linalg.norm(corners[3] - corners[0]) + np.linalg.norm(corners[2] - corners[1])) / 2
        left, top, right, bottom = rng.uniform(*self.margin, 4) * height
        moved = corners + np.array([[-left, -top], [right, -top], [right, bottom], [-left, bottom]])
        moved = (moved + rng.normal(0, self.corner, (4, 2)) * height).astype(np.float32)
        crop = crop_plate(image, moved, size, margin=0.0)
        self._compose.set_random_seed(int(rng.integers(2**31)))
        return self._compose(image=crop)["image"], moved


def _blur_and_noise() -> list[A.BasicTransform | A.BaseCompose]:
    return [
        _coarse(0.35, 0.8, p=0.15),
        A.OneOf([_motion(5), A.GaussianBlur((3, 3))], p=0.15),
        A.GaussNoise(std_range=(0.01, 0.08), p=0.15),
        A.ImageCompression(quality_range=(30, 90), p=0.15),
    ]
