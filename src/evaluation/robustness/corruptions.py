"""Weather, light, camera, view and dirt: fourteen ways in which photographs get worse, each in five severities.

After ImageNet-C (Hendrycks and Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions and
Perturbations", ICLR 2019), whose scale of 1 (mild) to 5 (hard) is kept. Sizes are fractions of the picture or of the
plate, so that a picture of 400 pixels and one of 1,280 get equally bad; only the blocks of a JPEG have their own size.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # else its import asks the registry for a newer version

import albumentations as A
import cv2
import numpy as np
import numpy.typing as npt

from src.core.geometry import corners_to_box
from src.core.types import Corners, Image
from src.evaluation.robustness.pixels import (
    CANVAS,
    PLATE_GRID,
    blurred,
    grain,
    near_segment,
    paint,
    plate_grid,
    to_uint8,
    unit,
    veil,
    warped,
)

MUD, RUBBER = (74, 58, 44), (38, 38, 40)  # RGB


@dataclass(frozen=True, slots=True)
class MarkedPicture:
    """A picture and the corners of its plates ``[M, 4, 2]`` and of what is to be ignored ``[K, 4, 2]``."""

    image: Image
    plates: Corners
    ignore: Corners


@dataclass(frozen=True, slots=True)
class Corruption:
    """``change(scene, level, rng)``; ``levels`` are those of the severities 1 to 5, in the unit of its docstring."""

    change: Callable[[MarkedPicture, float, np.random.Generator], MarkedPicture]
    levels: tuple[float, float, float, float, float]


def rain(scene: MarkedPicture, level: float, rng: np.random.Generator) -> MarkedPicture:
    """Streaks of ``level`` canvas pixels, slanted alike, under a sky that is darker the harder it rains."""
    streaks = A.RandomRain(
        drop_length=round(level), brightness_coefficient=1, blur_value=2, rain_type="torrential", p=1
    )
    darkened = np.asarray(cv2.convertScaleAbs(scene.image, alpha=1 - level / 120), np.uint8)
    return replace(scene, image=veil(darkened, _drawn(streaks, rng)))


def fog(scene: MarkedPicture, level: float, rng: np.random.Generator) -> MarkedPicture:
    """A white veil, densest in the middle. ``level``: albumentations' opacity of each of some 400 puffs."""
    puffs = A.RandomFog(alpha_coef=level, fog_coef_range=(1, 1), p=1)
    layer = cv2.GaussianBlur(_drawn(puffs, rng, CANVAS // 4), (0, 0), 6)
    return replace(scene, image=veil(scene.image, layer))


def snow(scene: MarkedPicture, level: float, rng: np.random.Generator) -> MarkedPicture:
    """Lying snow that bleaches what is dark, and flakes in the air. ``level``: how much, from 0 to 1."""
    lying = A.RandomSnow(snow_point_range=(level / 3, level / 3), brightness_coeff=1 + level, p=1)
    flakes = A.RandomRain(
        slant_range=(-3, 3),
        drop_length=round(2 + 4 * level),
        drop_width=round(1 + 3 * level),
        drop_color=(255, 255, 255),
        brightness_coefficient=1,
        blur_value=2,
        rain_type="torrential",
        p=1,
    )
    return replace(scene, image=veil(_applied(lying, scene.image, rng), _drawn(flakes, rng)))


def night(scene: MarkedPicture, level: float, rng: np.random.Generator) -> MarkedPicture:
    """``level`` of the light is left, and the sensor's shot and read noise stay what they are."""
    light = (np.arange(256, dtype=np.float32) / 255) ** 2.2 * level  # of each grey level, linear
    sigma = np.sqrt(light * 4e-4 + 1e-6)
    noisy = cv2.LUT(scene.image, light) + cv2.LUT(scene.image, sigma) * grain(scene.image, rng)
    return replace(scene, image=to_uint8(np.asarray(cv2.pow(noisy.clip(0, 1), 1 / 2.2), np.float32) * 255))


def glare(scene: MarkedPicture, level: float, rng: np.random.Generator) -> MarkedPicture:
    """A lamp beside the widest plate, towards the picture's middle, its halo ``level`` plate widths in radius."""
    height, width = scene.image.shape[:2]
    side, canvas = max(height, width), CANVAS // 2
    x1, y1, x2, _ = max(corners_to_box(scene.plates), key=lambda box: box[2] - box[0])
    x = (x1 + x2) / 2 + (x2 - x1) * (0.7 if x1 + x2 < width else -0.7)
    left, top = np.clip([(x + (side - width) / 2) / side, (y1 + (side - height) / 2) / side], 0, 0.99)
    radius = max(10, round(level * (x2 - x1) * canvas / side))
    lamp = A.RandomSunFlare(
        flare_roi=(left, top, left + 0.01, top + 0.01), src_radius=radius, num_flare_circles_range=(10, 10), p=1
    )
    halo = cv2.GaussianBlur(_drawn(lamp, rng, canvas), (0, 0), 4)
    return replace(scene, image=veil(scene.image, cv2.convertScaleAbs(halo, alpha=255 / max(1, halo.max()))))


def motion_blur(scene: MarkedPicture, level: float, rng: np.random.Generator) -> MarkedPicture:
    """A straight blur of ``level`` canvas pixels in any direction.

    Not albumentations' MotionBlur, nor its Defocus below: they count in whole, odd pixels, so that severities 1 and 3
    would be one and the same on a picture of 400 pixels.
    """
    half, angle = level * unit(scene.image) / 2, rng.uniform(0, np.pi)
    step = np.array([np.cos(angle), np.sin(angle)]) * half
    return replace(scene, image=blurred(scene.image, half, lambda x, y: near_segment(x, y, step)))


def defocus_blur(scene: MarkedPicture, level: float, rng: np.random.Generator) -> MarkedPicture:
    """Every point becomes a disc of ``level`` canvas pixels in radius."""
    radius = level * unit(scene.image)
    return replace(scene, image=blurred(scene.image, radius, lambda x, y: x**2 + y**2 <= radius**2))


def noise(scene: MarkedPicture, level: float, rng: np.random.Generator) -> MarkedPicture:
    """Gaussian noise of standard deviation ``level`` (white is 1), its grain as large as a pixel of the canvas."""
    size = min(1.0, 1 / unit(scene.image))
    gauss = A.GaussNoise(std_range=(level, level), noise_scale_factor=size, p=1)
    return replace(scene, image=_applied(gauss, scene.image, rng))


def jpeg(scene: MarkedPicture, level: float, rng: np.random.Generator) -> MarkedPicture:
    """JPEG of quality ``level``, of 100."""
    quality = round(level)
    return replace(scene, image=_applied(A.ImageCompression("jpeg", (quality, quality), p=1), scene.image, rng))


def low_resolution(scene: MarkedPicture, level: float, rng: np.random.Generator) -> MarkedPicture:
    """``level`` pixels on the longer side, enlarged again; a picture under 500 loses as large a share as one of 500.

    Not albumentations' Downscale: it scales by a number that the rounded size does not have, which shifts pixels.
    """
    height, width = scene.image.shape[:2]
    scale = level / max(height, width, 500)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(scene.image, size, interpolation=cv2.INTER_AREA)
    enlarged = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    return replace(scene, image=np.asarray(enlarged, np.uint8))


def rotation(scene: MarkedPicture, level: float, rng: np.random.Generator) -> MarkedPicture:
    """The camera rolled by ``level`` degrees to either side; what it had not seen is grey."""
    height, width = scene.image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), level * rng.choice([-1, 1]), 1)
    return _warp(scene, np.vstack([turn, [0, 0, 1]]))


def perspective(scene: MarkedPicture, level: float, rng: np.random.Generator) -> MarkedPicture:
    """The picture turned by ``level`` degrees about its upright axis, to either side, half as much about the level one.

    Not albumentations' Perspective: that pulls each corner by a random amount, so that a severity would have no size.
    """
    height, width = scene.image.shape[:2]
    yaw, pitch = np.radians([level * rng.choice([-1, 1]), level / 2])
    turn = cv2.Rodrigues(np.array([pitch, 0.0, 0.0]))[0] @ cv2.Rodrigues(np.array([0.0, yaw, 0.0]))[0]
    far = 1.5 * max(height, width)  # the eye's distance, a lens of moderate angle
    centre = np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, 1]])
    lens = np.array([[far, 0, width / 2], [0, far, height / 2], [0, 0, 1.0]])
    pose = np.column_stack([turn[:, :2], [0, 0, far]])
    return _warp(scene, lens @ pose @ centre)


def occlusion(scene: MarkedPicture, level: float, rng: np.random.Generator) -> MarkedPicture:
    """A dark slanted edge, as of a bumper or a boot lid, hides ``level`` of each plate's area from below or above.

    A tenth is about the border of a plate; under three tenths the letters lose their feet or heads.
    """
    image = scene.image.copy()
    across, down = plate_grid()
    for corners in scene.plates:
        edge = 1 - level - level * rng.uniform(-1, 1) * (across - 0.5)
        hidden = ((down - edge) * PLATE_GRID[0] + 0.5).clip(0, 1)
        paint(image, corners, hidden if rng.random() < 0.5 else hidden[::-1], RUBBER)
    return replace(scene, image=image)


def dirt(scene: MarkedPicture, level: float, rng: np.random.Generator) -> MarkedPicture:
    """Mud splashed over ``level`` of each plate's area, more of it below; the text shines through faintly."""
    image = scene.image.copy()
    _, down = plate_grid()
    for corners in scene.plates:
        clods = cv2.GaussianBlur(rng.standard_normal(PLATE_GRID, np.float32), (0, 0), 3)
        clods = clods / clods.std() + down
        opacity = 0.85 * ((clods - np.quantile(clods, 1 - level)) * 4 + 0.5).clip(0, 1)
        paint(image, corners, opacity, MUD)
    return replace(scene, image=image)


CORRUPTIONS: dict[str, Corruption] = {
    "rain": Corruption(rain, (10, 18, 26, 34, 42)),
    "fog": Corruption(fog, (0.03, 0.05, 0.07, 0.09, 0.11)),
    "snow": Corruption(snow, (0.2, 0.35, 0.5, 0.65, 0.8)),
    "night": Corruption(night, (0.25, 0.12, 0.06, 0.03, 0.015)),
    "glare": Corruption(glare, (1.8, 2.4, 3.0, 3.6, 4.2)),
    "motion-blur": Corruption(motion_blur, (3, 4.5, 6, 7.5, 9)),
    "defocus-blur": Corruption(defocus_blur, (1, 1.4, 1.8, 2.2, 2.6)),
    "noise": Corruption(noise, (0.06, 0.1, 0.15, 0.2, 0.26)),
    "jpeg": Corruption(jpeg, (25, 18, 15, 10, 7)),
    "low-resolution": Corruption(low_resolution, (400, 350, 300, 260, 220)),
    "rotation": Corruption(rotation, (4, 8, 12, 16, 20)),
    "perspective": Corruption(perspective, (15, 24, 33, 42, 50)),
    "occlusion": Corruption(occlusion, (0.1, 0.15, 0.2, 0.25, 0.3)),
    "dirt": Corruption(dirt, (0.1, 0.15, 0.2, 0.25, 0.3)),
}


def _applied(transform: A.BasicTransform, image: Image, rng: np.random.Generator) -> Image:
    seeded = A.Compose([transform], seed=int(rng.integers(2**31)))
    return np.asarray(seeded(image=image)["image"], np.uint8)


def _drawn(transform: A.BasicTransform, rng: np.random.Generator, side: int = CANVAS) -> npt.NDArray[np.uint8]:
    """What ``transform`` draws on a black square of ``side`` pixels.

    albumentations counts drops by the height and gives sizes in pixels: drawn on a square of one size, its weather is
    as dense on small and large, upright and wide pictures.
    """
    return _applied(transform, np.zeros((side, side, 3), np.uint8), rng)


def _warp(scene: MarkedPicture, matrix: npt.NDArray[np.float64]) -> MarkedPicture:
    """Pixels and corners under one homography [3, 3] of pixel edges."""
    image = warped(scene.image, matrix)
    return MarkedPicture(image, _mapped(scene.plates, matrix), _mapped(scene.ignore, matrix))


def _mapped(corners: Corners, matrix: npt.NDArray[np.float64]) -> Corners:
    if not len(corners):
        return corners.copy()
    return cv2.perspectiveTransform(corners.reshape(1, -1, 2), matrix).reshape(-1, 4, 2).astype(np.float32)
