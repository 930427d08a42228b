"""Effects of lens, sensor and codec on a crop. All take and return ``uint8 [H, W, 3]`` RGB of the crop's size."""

import cv2
import numpy as np

from src.core.types import Image


def defocus(image: Image, rng: np.random.Generator) -> Image:
    """Blurs a crop as if it were out of focus."""
    sigma = image.shape[0] / 32 * float(rng.uniform(0.3, 1.3))
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma * float(rng.uniform(0.8, 1.8)), sigmaY=sigma), np.uint8)


def motion(image: Image, rng: np.random.Generator) -> Image:
    """Blurs along a line as motion does: mostly level, sometimes upright."""
    length = image.shape[0] / 32 * float(rng.uniform(2, 7))
    angle = float(rng.normal(0, 15)) if rng.random() < 0.7 else float(rng.normal(90, 15))
    half = max(1, round(length / 4 if abs(angle) > 45 else length / 2))
    # its size is odd, or the characters would move off their boxes
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
    dx, dy = round(half * np.cos(np.deg2rad(angle))), round(half * np.sin(np.deg2rad(angle)))
    cv2.line(kernel, (half - dx, half - dy), (half + dx, half + dy), 1.0, 1)
    kernel += kernel[::-1, ::-1]  # a slanted line of pixels is not the same from both ends
    kernel /= kernel.sum()
    return np.asarray(cv2.filter2D(image, -1, kernel, borderType=cv2.BORDER_REPLICATE), np.uint8)


def coarse(image: Image, rng: np.random.Generator) -> Image:
    """Shows a plate that was few pixels large: shrinks it to 0.4 to 1 of its width, then enlarges it."""
    height, width = image.shape[:2]
    columns = int(width * float(rng.uniform(0.4, 0.75) if rng.random() < 0.6 else rng.uniform(0.6, 1.0)))
    rows = int(max(0.35 * height, min(height, columns / float(rng.uniform(2.6, 5.2)) / width * 4 * height)))
    down = cv2.INTER_AREA if rng.random() < 0.7 else cv2.INTER_LINEAR
    small = cv2.resize(image, (columns, rows), interpolation=down)
    up = cv2.INTER_LINEAR if rng.random() < 0.8 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(small, (width, height), interpolation=up), np.uint8)


def sharpen(image: Image, rng: np.random.Generator) -> Image:
    """Applies unsharp masking, as phones and dash cameras do."""
    soft = cv2.GaussianBlur(image, (0, 0), 1.2)
    amount = float(rng.uniform(0.4, 1.6))
    return np.asarray(cv2.addWeighted(image, 1 + amount, soft, -amount, 0), np.uint8)


def noise(image: Image, rng: np.random.Generator) -> Image:
    """Adds sensor noise, grey or coloured."""
    height, width = image.shape[:2]
    channels = 1 if rng.random() < 0.5 else 3
    grain = rng.standard_normal((height, width, channels), np.float32) * float(rng.uniform(2, 11))
    noisy: Image = (image + grain).clip(0, 255).astype(np.uint8)
    return noisy


def jpeg(image: Image, rng: np.random.Generator) -> Image:
    """Compresses and decompresses."""
    quality = int(rng.uniform(12, 90))
    packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
