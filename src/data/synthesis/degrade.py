"""What light, lens, sensor and codec do to a crop. All on ``uint8 [H, W, 3]`` RGB of the crop's size."""

import cv2
import numpy as np

from src.core.types import Image
from src.data.synthesis.plate import pick


def degrade(image: Image, rng: np.random.Generator) -> Image:
    """A random few of the faults below, in the order in which a camera makes them; four in ten stay clean."""
    image = light(image, rng)
    if rng.random() < 0.4:
        return coarse(image, rng) if rng.random() < 0.4 else image
    if rng.random() < 0.25:
        image = dirt(image, rng)
    if rng.random() < 0.25:
        image = shadow(image, rng)
    if rng.random() < 0.12:
        image = glare(image, rng)
    x = rng.random()
    if x < 0.3:
        image = gaussian(image, rng)
    elif x < 0.45:
        image = motion(image, rng)
    if rng.random() < 0.3:
        image = noise(image, rng)
    if rng.random() < 0.5:
        image = coarse(image, rng)
    if rng.random() < 0.15:
        image = sharpen(image, rng)
    return jpeg(image, rng) if rng.random() < 0.4 else image


def light(image: Image, rng: np.random.Generator) -> Image:
    """Exposure, contrast, gamma, colour cast; one in eight is infrared-like grey, some monochrome green."""
    ramp = np.linspace(0, 1, 256, dtype=np.float32)[:, None]
    x = rng.random()
    gain = 1.0 if x < 0.4 else float(rng.uniform(0.6, 1.2)) if x < 0.88 else float(rng.uniform(0.25, 1.45))
    lift = float(rng.uniform(0, 0.6)) if rng.random() < 0.35 else 0.0
    gamma = float(np.exp(rng.normal(0, 0.25)))
    cast = 1 + rng.normal(0, 0.04, 3).astype(np.float32) * (1 if rng.random() < 0.9 else 2)
    table = ((ramp**gamma * gain * (1 - lift) + lift) * cast).clip(0, 1)
    y = rng.random()
    if y < 0.14:
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        image = np.repeat(grey[..., None], 3, axis=2)
        tint = (0.15, 1.0, 0.55) if y < 0.02 else (1.0, 1.0, 1.0)
        table = (table.mean(1, keepdims=True) * np.array(tint, np.float32)).clip(0, 1)
    return np.asarray(cv2.LUT(image, np.round(table * 255).astype(np.uint8)[:, None]), np.uint8)


def dirt(image: Image, rng: np.random.Generator) -> Image:
    """Mud, salt or snow: patches of one colour, thicker towards the bottom, and specks."""
    height, width = image.shape[:2]
    field = rng.random((4, 10), np.float32)
    field[-1] += 0.25
    thick = np.asarray(cv2.resize(field, (width, height), interpolation=cv2.INTER_CUBIC))
    threshold = float(rng.uniform(0.55, 1.05))
    share = ((thick - threshold) * 2.5).clip(0, float(rng.uniform(0.25, 0.75)))[..., None]
    colour = np.array(pick(rng, ((96, 84, 70), (60, 56, 52), (150, 145, 138), (235, 238, 242))), np.float32)
    mixed: Image = (image + (colour - image) * share).astype(np.uint8)
    for _ in range(int(rng.random() * 8)):
        x, y = int(rng.random() * width), int(rng.random() * height)
        cv2.circle(mixed, (x, y), int(rng.random() * height / 20), colour.tolist(), -1)
    return mixed


def shadow(image: Image, rng: np.random.Generator) -> Image:
    """One side of a slanted line is darker."""
    height, width = image.shape[:2]
    x, lean = rng.uniform(0, width), rng.normal(0, 1.5)
    side = np.arange(width)[None] - x + lean * (np.arange(height)[:, None] - height / 2)
    soft = (side / float(rng.uniform(1, 8)) * (1 if rng.random() < 0.5 else -1) + 0.5).clip(0, 1)
    dark = float(rng.uniform(0.3, 0.8))
    shaded: Image = (image * (1 - (1 - dark) * soft)[..., None]).astype(np.uint8)
    return shaded


def glare(image: Image, rng: np.random.Generator) -> Image:
    """A bright blob of sun or lamp."""
    height, width = image.shape[:2]
    x, y = rng.uniform(0, width), rng.uniform(0, height)
    r = float(rng.uniform(0.4, 2.0)) * height
    d2 = ((np.arange(width)[None] - x) ** 2 + (np.arange(height)[:, None] - y) ** 2) / r**2
    glow = float(rng.uniform(50, 150)) * np.exp(-d2)[..., None]
    lit: Image = (image + glow).clip(0, 255).astype(np.uint8)
    return lit


def gaussian(image: Image, rng: np.random.Generator) -> Image:
    """Out of focus."""
    sigma = image.shape[0] / 32 * float(rng.uniform(0.3, 1.3))
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma * float(rng.uniform(0.8, 1.8)), sigmaY=sigma), np.uint8)


def motion(image: Image, rng: np.random.Generator) -> Image:
    """Moved along a line: mostly level, sometimes upright."""
    length = max(2, round(image.shape[0] / 32 * float(rng.uniform(2, 7))))
    angle = float(rng.normal(0, 15)) if rng.random() < 0.7 else float(rng.normal(90, 15))
    if abs(angle) > 45:
        length = max(2, length // 2)
    kernel = np.zeros((length, length), np.float32)
    half = (length - 1) / 2
    dx, dy = half * np.cos(np.deg2rad(angle)), half * np.sin(np.deg2rad(angle))
    ends = ((round(half - dx), round(half - dy)), (round(half + dx), round(half + dy)))
    cv2.line(kernel, *ends, 1.0, 1)
    kernel /= kernel.sum()
    return np.asarray(cv2.filter2D(image, -1, kernel, borderType=cv2.BORDER_REPLICATE), np.uint8)


def coarse(image: Image, rng: np.random.Generator) -> Image:
    """A plate that was few pixels large: shrunk to 0.4 to 1 of its width, then enlarged."""
    height, width = image.shape[:2]
    columns = int(width * float(rng.uniform(0.4, 0.75) if rng.random() < 0.6 else rng.uniform(0.6, 1.0)))
    rows = int(max(0.35 * height, min(height, columns / float(rng.uniform(2.6, 5.2)) / width * 4 * height)))
    down = cv2.INTER_AREA if rng.random() < 0.7 else cv2.INTER_LINEAR
    small = cv2.resize(image, (columns, rows), interpolation=down)
    up = cv2.INTER_LINEAR if rng.random() < 0.8 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(small, (width, height), interpolation=up), np.uint8)


def sharpen(image: Image, rng: np.random.Generator) -> Image:
    """Unsharp masking, as phones and dash cameras do."""
    soft = cv2.GaussianBlur(image, (0, 0), 1.2)
    amount = float(rng.uniform(0.4, 1.6))
    return np.asarray(cv2.addWeighted(image, 1 + amount, soft, -amount, 0), np.uint8)


def noise(image: Image, rng: np.random.Generator) -> Image:
    """Sensor noise, grey or coloured."""
    height, width = image.shape[:2]
    channels = 1 if rng.random() < 0.5 else 3
    grain = rng.standard_normal((height, width, channels), np.float32) * float(rng.uniform(2, 11))
    noisy: Image = (image + grain).clip(0, 255).astype(np.uint8)
    return noisy


def jpeg(image: Image, rng: np.random.Generator) -> Image:
    """Compressed and unpacked again."""
    quality = int(rng.uniform(25, 90))
    packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
