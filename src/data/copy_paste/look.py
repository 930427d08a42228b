"""How a picture looks: its darkest and brightest, colour cast, softness and noise, so that a paste can look alike."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from src.core.geometry import FILL
from src.core.types import Image

Floats = npt.NDArray[np.float32]

STEP = 4
"""Of the grid of pixels that levels and colour are measured on."""
NATIVE_BLUR = 0.4
"""Standard deviation in pixels of what averaging over a pixel alone does to an edge."""
MAX_BLUR = 2.5
STEEPEST = 99
"""Percentile of the steps between pixels above which they count as edges."""
LEAST_CONTRAST = 60
"""Grey values between black and white paint: under less a plate could not be seen, and must not be asked for."""
LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True)
class Look:
    """Grey values of black and white paint, gain per channel [3], saturation in 0..1; ``blur`` and ``noise`` are
    standard deviations in pixels and grey values."""

    dark: float
    bright: float
    cast: Floats
    saturation: float
    blur: float
    noise: float

    def toned(self, image: Image) -> Floats:
        """``image`` [H, W, 3] as if photographed in this light, float32 in 0..255."""
        pixels = image.astype(np.float32)
        grey = (pixels @ LUMINANCE)[..., None]
        coloured = (grey + (pixels - grey) * np.float32(self.saturation)) * self.cast
        toned = np.float32(self.dark) + coloured * np.float32((self.bright - self.dark) / 255)
        return np.asarray(toned, np.float32)


def look_of(image: Image) -> Look:
    """Of a whole canvas, what is filled with 114 left out."""
    pixels = image[::STEP, ::STEP].reshape(-1, 3)
    pixels = pixels[(pixels != FILL).any(1)].astype(np.float32)
    if len(pixels) < 16:
        return Look(20, 235, np.ones(3, np.float32), 1.0, NATIVE_BLUR, 1.0)
    grey = pixels @ LUMINANCE
    dark, bright = np.percentile(grey, (2, 97))
    light = pixels[grey >= np.percentile(grey, 75)].mean(0)
    cast = ((light / max(float(light.mean()), 1)) ** 0.7).clip(0.85, 1.15)
    chroma = float((pixels.max(1) - pixels.min(1)).mean())
    lines = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)[::2]
    levels = _apart(float(dark), float(bright))
    return Look(*levels, cast.astype(np.float32), min(1.0, chroma / 12), _softness(lines), _grain(lines))


def nearby(look: Look, region: Image) -> Look:
    """``look`` with the levels and the softness of ``region`` [h, w, 3], an old plate with its dark and its bright."""
    grey = cv2.cvtColor(region, cv2.COLOR_RGB2GRAY).astype(np.float32)
    dark, bright = (float(v) for v in np.percentile(grey, (4, 96)))
    if bright - dark < 25:
        return look
    dark, bright = _apart(dark, bright)
    blur = max(_softness(grey), look.blur * 0.8)
    return replace(look, dark=dark, bright=bright, blur=min(blur, grey.shape[0] / 8))


def shaded(look: Look, region: Image) -> Look:
    """``look`` as bright as ``region`` [h, w, 3] suggests: paint in a shadow is darker, but plates at night are lit."""
    mean = float(region.mean())
    middle = (look.dark + look.bright) / 2
    gain = float(np.clip((mean / max(middle, 1)) ** 0.4, 0.6, 1.15))
    dark, bright = _apart(look.dark * gain, look.bright * gain)
    return replace(look, dark=dark, bright=bright, blur=min(look.blur, region.shape[0] / 8))


def _apart(dark: float, bright: float) -> tuple[float, float]:
    dark = min(dark, 255.0 - LEAST_CONTRAST)
    return dark, float(np.clip(bright, dark + LEAST_CONTRAST, 255))


def _softness(grey: Floats) -> float:
    """Blur of the steepest edges, by how much flatter a Gaussian of one pixel makes them, along rows.

    Unlike the steepness itself this needs no contrast to be known (Zhuo and Sim, Defocus map estimation from a single
    image, 2011). The edge of the picture against its fill is always sharp and does not count.
    """
    if grey.shape[1] < 4:
        return NATIVE_BLUR
    beside_fill = cv2.dilate((grey == FILL).astype(np.uint8), np.ones((1, 5), np.uint8))[:, 1:] > 0
    steps = np.where(beside_fill, 0, np.abs(np.diff(grey, axis=1)))
    peaks = steps == cv2.dilate(steps, np.ones((1, 5), np.uint8))
    edges = peaks & (steps >= max(float(np.percentile(steps, STEEPEST)), 2.0))
    if not edges.any():
        return NATIVE_BLUR
    flatter = np.abs(np.diff(cv2.GaussianBlur(grey, (9, 1), 1.0), axis=1))[edges]
    ratio = float(np.median(steps[edges] / np.maximum(flatter, 1e-3)))
    return float(np.clip(1 / np.sqrt(max(ratio**2 - 1, 1e-3)), NATIVE_BLUR, MAX_BLUR))


def _grain(grey: Floats) -> float:
    """Noise, by the median of what a pixel differs from the mean of its neighbours, as for normal noise."""
    rest = grey[:, 1:-1] - (grey[:, :-2] + grey[:, 2:]) / 2
    rest = rest[grey[:, 1:-1] != FILL]
    return float(min(np.median(np.abs(rest)) / (0.6745 * 1.2247), 8)) if rest.size else 0.0
