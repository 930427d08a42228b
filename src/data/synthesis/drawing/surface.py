"""Makes a ``Sheet`` more than paint on a board: embossed characters, worn paint, scratches, screws."""

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from src.core.types import Image
from src.data.synthesis.drawing.draw import Sheet
from src.data.synthesis.layout.plate import Colour, pick

_LIT_FROM = (
    np.array([[-1, -1, 0], [-1, 0, 1], [0, 1, 1]], np.float32),
    np.array([[0, -1, -1], [1, 0, -1], [1, 1, 0]], np.float32),
    np.array([[-1, -1, -1], [0, 0, 0], [1, 1, 1]], np.float32),
)
"""The directions of the light: from the left, from the right and from straight above."""
_STEEL: tuple[Colour, ...] = (
    (30, 30, 30), (120, 120, 122), (200, 200, 200), (170, 172, 176), (130, 90, 60), (240, 200, 60), (240, 240, 238),
)  # fmt: skip


def embossed(sheet: Sheet, rng: np.random.Generator) -> Sheet:
    """Embosses the characters: their flanks are bright on one side and dark on the other."""
    soft = cv2.GaussianBlur(sheet.ink, (0, 0), max(0.5, sheet.ink.shape[0] * float(rng.uniform(0.01, 0.03))))
    slope = cv2.filter2D(soft, cv2.CV_16S, pick(rng, _LIT_FROM) * float(rng.uniform(0.04, 0.28)))
    return replace(sheet, image=_lit(sheet.image, np.asarray(slope, np.int16)))


def _lit(image: Image, change: npt.NDArray[np.int16]) -> Image:
    """Adds ``change`` [h, w] to every channel."""
    return np.asarray(cv2.add(image, cv2.merge([change] * 3), dtype=cv2.CV_8U), np.uint8)


def rubbed(sheet: Sheet, rng: np.random.Generator) -> Sheet:
    """Rubs paint off the characters in places, so that the bare metal shows."""
    height, width = sheet.ink.shape
    noise = cv2.resize(rng.random((6, 24), np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    share = ((noise - float(rng.uniform(0.6, 0.8))) * 4).clip(0, float(rng.uniform(0.3, 0.8)))
    share = (share * (sheet.ink > 127))[..., None].astype(np.float32)
    bare = np.array(pick(rng, ((190, 192, 195), (150, 150, 150), (215, 210, 200))), np.float32)
    return replace(sheet, image=(sheet.image + (bare - sheet.image) * share).astype(np.uint8))


def scratched(sheet: Sheet, rng: np.random.Generator) -> Sheet:
    """Draws a few thin lines, lighter or darker than what they cross."""
    height, width = sheet.ink.shape
    change = np.zeros((height, width), np.int16)
    for _ in range(1 + int(rng.random() * 5)):
        x, y = float(rng.uniform(0, width)), float(rng.uniform(0, height))
        dx, dy = (float(v) * height for v in rng.normal(0, (0.8, 0.25)))
        depth = pick(rng, (-70, -40, 40, 70))
        cv2.line(change, (round(x), round(y)), (round(x + dx), round(y + dy)), depth, 1 + int(rng.random() * 2))
    return replace(sheet, image=_lit(sheet.image, change))


def screwed(sheet: Sheet, rng: np.random.Generator) -> Sheet:
    """Draws two or four screws or rivets near the edges, where owners put them: they may touch a character."""
    height, width = sheet.ink.shape
    ink, image = pick(rng, _STEEL), sheet.image.copy()
    radius = height * float(rng.uniform(0.025, 0.055))
    x, y = width * float(rng.uniform(0.02, 0.25)), pick(rng, (0.09, 0.5, 0.91, 0.9))
    rows = (y,) if rng.random() < 0.7 else (0.1, 0.9)
    for row in rows:
        for column in (x, width - x):
            middle = (round(column + float(rng.normal(0, 0.02)) * height), round(row * height))
            cv2.circle(image, middle, max(1, round(radius)), ink, -1, cv2.LINE_AA)
            lit = tuple(min(255, c + 60) for c in ink)
            cv2.circle(image, (middle[0], middle[1] - round(radius * 0.3)), max(1, round(radius * 0.4)), lit, -1)
    return replace(sheet, image=image)
