"""Effects of light on the plate and of what lies between plate and lens, on ``uint8 [H, W, 3]`` RGB of a crop.

Effects that take a ``Shot`` know where the plate is: it reflects light back to its source, and the vehicle does not.
"""

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from src.core.types import Image
from src.data.synthesis.capture.pose import Shot
from src.data.synthesis.layout.plate import pick


def exposed(image: Image, rng: np.random.Generator) -> Image:
    """Changes exposure (mostly to dim), contrast and gamma, and tints the light from blue to yellow."""
    ramp = np.linspace(0, 1, 256, dtype=np.float32)[:, None]
    x = rng.random()
    gain = 1.0 if x < 0.25 else float(rng.uniform(0.45, 1.1)) if x < 0.85 else float(rng.uniform(0.2, 1.4))
    lift = float(rng.uniform(0, 0.5)) if rng.random() < 0.25 else 0.0
    gamma = float(np.exp(rng.normal(0, 0.25)))
    warmth = float(rng.normal(0, 0.05)) * (1 if rng.random() < 0.85 else 3)
    cast = np.array([1 + warmth, 1, 1 - warmth], np.float32) + rng.normal(0, 0.015, 3).astype(np.float32)
    table = ((ramp**gamma * gain * (1 - lift) + lift) * cast).clip(0, 1)
    return np.asarray(cv2.LUT(image, np.round(table * 255).astype(np.uint8)[:, None]), np.uint8)


def shadow(image: Image, rng: np.random.Generator) -> Image:
    """Darkens one side of a line, which is slanted, or level as under the edge of a boot lid."""
    height, width = image.shape[:2]
    x, y = np.arange(width)[None] - float(rng.uniform(0, width)), np.arange(height)[:, None] - height / 2
    if rng.random() < 0.35:
        side = y - float(rng.uniform(-0.3, 0.3)) * height + x * float(rng.normal(0, 0.05))
    else:
        side = x + float(rng.normal(0, 1.5)) * y
    soft = (side / float(rng.uniform(1, 8)) * (1 if rng.random() < 0.5 else -1) + 0.5).clip(0, 1)
    dark = float(rng.uniform(0.3, 0.8))
    shaded: Image = (image * (1 - (1 - dark) * soft)[..., None]).astype(np.uint8)
    return shaded


def glare(image: Image, rng: np.random.Generator) -> Image:
    """Draws the sun or a lamp mirrored in the plate: a bright spot with a soft edge."""
    spot = _spot(image, rng, float(rng.uniform(0.3, 1.2)))
    return np.asarray(cv2.add(image, cv2.merge([spot * float(rng.uniform(50, 150))] * 3), dtype=cv2.CV_8U), np.uint8)


def sheen(shot: Shot, rng: np.random.Generator) -> Shot:
    """Brightens retroreflective sheeting where it faces the light, so that the plate is unevenly bright."""
    height, width = shot.plate.shape
    field = rng.uniform(-1, 1, (2, 3)).astype(np.float32) * float(rng.uniform(0.08, 0.25))
    uneven = cv2.resize(field, (width, height), interpolation=cv2.INTER_LINEAR) * (shot.plate / np.float32(255))
    return replace(shot, image=_scaled(shot.image, 1 + uneven))


def night(shot: Shot, rng: np.random.Generator) -> Shot:
    """Lights the plate by head lamps at night: the plate shines and blooms, the vehicle is nearly black."""
    seen = shot.plate / np.float32(255)
    ambient, lamp = float(rng.uniform(0.03, 0.3)), float(rng.uniform(0.75, 1.35))
    fall = 0.75 + 0.25 * _spot(shot.image, rng, 2.0)
    lit = _scaled(shot.image, (ambient + (lamp - ambient) * seen) * fall)
    halo = cv2.GaussianBlur(_scaled(lit, seen), (0, 0), lit.shape[0] * float(rng.uniform(0.04, 0.15)))
    return replace(shot, image=np.asarray(cv2.scaleAdd(halo, float(rng.uniform(0, 0.35)), lit), np.uint8))


def infrared(shot: Shot, rng: np.random.Generator) -> Shot:
    """Takes the picture with an infrared lamp: it is grey, and on a bright ground only black stays dark.

    One picture in six is in shades of green instead of grey.
    """
    bright, pale = shot.image.max(2), float(rng.uniform(0.2, 0.75))
    grey = cv2.addWeighted(bright, pale, cv2.cvtColor(shot.image, cv2.COLOR_RGB2GRAY), 1 - pale, 0)
    tint = (0.12, 1.0, 0.5) if rng.random() < 0.16 else (1.0, 1.0, 1.0)
    image = np.asarray(cv2.merge([grey * np.float32(t) for t in tint]), np.float32).astype(np.uint8)
    return night(replace(shot, image=image), rng)


def dirt(image: Image, rng: np.random.Generator) -> Image:
    """Adds mud, salt or snow: patches of one colour, thicker towards the bottom, and specks."""
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


def rain(image: Image, rng: np.random.Generator) -> Image:
    """Adds rain: bright streaks, and drops on the lens that show the picture blurred and upside down."""
    height, width = image.shape[:2]
    wet = image.copy()
    lean, pale = float(rng.normal(0, 0.25)), int(rng.uniform(130, 220))
    for _ in range(int(rng.uniform(4, 20))):
        x, y, long = float(rng.uniform(0, width)), float(rng.uniform(-0.2, 1)) * height, float(rng.uniform(0.1, 0.4))
        end = (round(x + lean * long * height), round(y + long * height))
        cv2.line(wet, (round(x), round(y)), end, (pale, pale, pale), 1, cv2.LINE_AA)
    mixed = np.asarray(cv2.addWeighted(image, 0.65, wet, 0.35, 0), np.uint8)
    drops = np.zeros((height, width), np.uint8)
    for _ in range(int(rng.uniform(0, 5))):
        middle = (int(rng.random() * width), int(rng.random() * height))
        cv2.circle(drops, middle, max(1, round(height * float(rng.uniform(0.04, 0.14)))), 255, -1)
    through = cv2.GaussianBlur(mixed[::-1], (0, 0), height * 0.06)
    return np.asarray(np.where(drops[..., None] > 0, through, mixed), np.uint8)


def _spot(image: Image, rng: np.random.Generator, size: float) -> npt.NDArray[np.float32]:
    """Returns ``[H, W]``: 1 at a random spot, falling off over ``size`` heights."""
    height, width = image.shape[:2]
    x, y, r = float(rng.uniform(0, width)), float(rng.uniform(0, height)), size * height
    across = np.exp(-(((np.arange(width, dtype=np.float32) - x) / r) ** 2))
    down = np.exp(-(((np.arange(height, dtype=np.float32) - y) / r) ** 2))
    spot: npt.NDArray[np.float32] = np.outer(down, across).astype(np.float32)
    return spot


def _scaled(image: Image, factor: npt.NDArray[np.floating]) -> Image:
    """Multiplies ``image`` by ``factor`` [H, W]."""
    return np.asarray(cv2.multiply(image, cv2.merge([factor.astype(np.float32)] * 3), dtype=cv2.CV_8U), np.uint8)
