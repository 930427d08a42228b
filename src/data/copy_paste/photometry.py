"""Measures levels, colour cast, softness and noise of a picture, so that a paste can look alike."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from src.core.geometry import FILL
from src.core.types import Image

Floats = npt.NDArray[np.float32]

STEP = 4
"""The levels and the colour are measured on every fourth pixel of every fourth row."""
NATIVE_BLUR = 0.4
"""Averaging over a pixel alone blurs an edge by this standard deviation in pixels."""
MAX_BLUR = 2.5
STEEPEST = 99
"""Steps between pixels above this percentile count as edges."""
LEAST_CONTRAST = 60
"""Black and white paint differ by at least this many grey values: with less, nobody could see the plate."""
LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True)
class Photometry:
    """Holds grey values of black and white paint, gain per channel [3] and saturation in 0..1.

    ``blur`` and ``noise`` are standard deviations in pixels and grey values.
    """

    dark: float
    bright: float
    cast: Floats
    saturation: float
    blur: float
    noise: float

    def toned(self, image: Image) -> Floats:
        """Renders ``image`` [H, W, 3] as if photographed in this light, float32 in 0..255."""
        pixels = image.astype(np.float32)
        grey = (pixels @ LUMINANCE)[..., None]
        coloured = (grey + (pixels - grey) * np.float32(self.saturation)) * self.cast
        toned = np.float32(self.dark) + coloured * np.float32((self.bright - self.dark) / 255)
        return np.asarray(toned, np.float32)


def photometry_of(image: Image) -> Photometry:
    """Measures a whole canvas without its padding (114)."""
    pixels = image[::STEP, ::STEP].reshape(-1, 3)
    pixels = pixels[(pixels != FILL).any(1)].astype(np.float32)
    if len(pixels) < 16:
        return Photometry(20, 235, np.ones(3, np.float32), 1.0, NATIVE_BLUR, 1.0)
    grey = pixels @ LUMINANCE
    dark, bright = np.percentile(grey, (2, 97))
    light = pixels[grey >= np.percentile(grey, 75)].mean(0)
    cast = ((light / max(float(light.mean()), 1)) ** 0.7).clip(0.85, 1.15)
    chroma = float((pixels.max(1) - pixels.min(1)).mean())
    lines = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)[::2]
    levels = _apart(float(dark), float(bright))
    return Photometry(*levels, cast.astype(np.float32), min(1.0, chroma / 12), _softness(lines), _grain(lines))


def nearby(look: Photometry, region: Image) -> Photometry:
    """Returns ``look`` with the levels and the softness of ``region`` [h, w, 3], which shows an old plate."""
    grey = cv2.cvtColor(region, cv2.COLOR_RGB2GRAY).astype(np.float32)
    dark, bright = (float(v) for v in np.percentile(grey, (4, 96)))
    if bright - dark < 25:
        return look
    dark, bright = _apart(dark, bright)
    blur = max(_softness(grey), look.blur * 0.8)
    return replace(look, dark=dark, bright=bright, blur=min(blur, grey.shape[0] / 8))


def shaded(look: Photometry, region: Image) -> Photometry:
    """Returns ``look`` as bright as ``region`` [h, w, 3]: paint in a shadow is darker, but plates at night are lit."""
    mean = float(region.mean())
    middle = (look.dark + look.bright) / 2
    gain = float(np.clip((mean / max(middle, 1)) ** 0.4, 0.6, 1.15))
    dark, bright = _apart(look.dark * gain, look.bright * gain)
    return replace(look, dark=dark, bright=bright, blur=min(look.blur, region.shape[0] / 8))


def _apart(dark: float, bright: float) -> tuple[float, float]:
    dark = min(dark, 255.0 - LEAST_CONTRAST)
    return dark, float(np.clip(bright, dark + LEAST_CONTRAST, 255))


def _softness(grey: Floats) -> float:
    """Estimates the blur of the steepest edges along rows, by how much flatter a Gaussian of one pixel makes them.

    Unlike the steepness itself this does not depend on the contrast (Zhuo and Sim, Defocus map estimation from a single
    image, 2011). The edge of the picture against its padding is always sharp and does not count.
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
    """Estimates the noise, assumed normal, by the median difference of a pixel from the mean of its neighbours."""
    rest = grey[:, 1:-1] - (grey[:, :-2] + grey[:, 2:]) / 2
    rest = rest[grey[:, 1:-1] != FILL]
    return float(min(np.median(np.abs(rest)) / (0.6745 * 1.2247), 8)) if rest.size else 0.0
