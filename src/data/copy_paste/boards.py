"""Parts that most distractors are made of: a board of one colour, an edge, lines of text."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from src.core.types import Image
from src.data.synthesis.drawing.draw import Flat, blend, rounded
from src.data.synthesis.layout.plate import BLACK, BLUE, GREEN, RED, WHITE, YELLOW, Colour, colour, pick
from src.data.synthesis.typefaces.fonts import Faces, sign_mask

PAIRS: tuple[tuple[Colour, Colour], ...] = (
    (WHITE, BLACK), (WHITE, RED), (WHITE, BLUE), (YELLOW, BLACK), (BLUE, WHITE), (RED, WHITE), (GREEN, WHITE),
    (BLACK, WHITE), (BLACK, YELLOW), ((235, 120, 30), BLACK), ((200, 202, 205), BLACK),
)  # fmt: skip


def colours(rng: np.random.Generator) -> tuple[Colour, Colour]:
    """Returns the colours of ground and ink: those of signs and plates, or any dark and light ones."""
    if rng.random() < 0.6:
        return pick(rng, PAIRS)
    dark, light = colour(rng, 0, 110), colour(rng, 150, 256)
    return (light, dark) if rng.random() < 0.6 else (dark, light)


def board(height: int, aspect: float, ground: Colour) -> Image:
    """Returns a board ``[height, height * aspect, 3]`` of one colour."""
    return np.full((height, max(4, round(height * aspect)), 3), ground, np.uint8)


def edge(image: Image, ink: Colour, rng: np.random.Generator) -> None:
    """Draws a border along the edge of every other board."""
    if rng.random() < 0.5:
        height, width = image.shape[:2]
        inset, thick = int(height * rng.uniform(0, 0.08)), max(1, round(height * float(rng.uniform(0.01, 0.06))))
        cv2.rectangle(image, (inset, inset), (width - 1 - inset, height - 1 - inset), ink, thick)


def write(image: Image, lines: Sequence[str], ink: Colour, faces: Faces, rng: np.random.Generator) -> None:
    """Fills ``image`` with lines of text in one face, compressed where they are too wide.

    If no face holds all of them, each line has its own, and a line that no face can write stays empty.
    """
    height, width = image.shape[:2]
    row, common = height / len(lines), faces.for_words(rng, "".join(lines))
    inset = row * float(rng.uniform(0.1, 0.28))
    for i, text in enumerate(lines):
        if (face := common or faces.for_words(rng, text)) is None:
            continue
        mask = sign_mask(face, text)
        wide = min(width * float(rng.uniform(0.75, 0.95)), mask.shape[1] / mask.shape[0] * (row - 2 * inset) * 1.3)
        left = (width - wide) / 2
        blend(image, mask, (left, i * row + inset, left + wide, (i + 1) * row - inset), ink)


def flat(image: npt.NDArray[np.generic], rng: np.random.Generator) -> Flat:
    """Gives ``image`` round corners."""
    pixels = np.asarray(image, np.uint8)
    return shaped(pixels, rounded(pixels.shape[0], pixels.shape[1], float(rng.uniform(0.01, 0.2))))


def shaped(image: npt.NDArray[np.generic], alpha: npt.NDArray[np.generic]) -> Flat:
    """Returns ``image`` [h, w, 3] with the transparency ``alpha`` [h, w] and without characters."""
    height, width = alpha.shape
    whole = np.array([0, 0, width, height], np.float32)
    return Flat(np.asarray(image, np.uint8), np.asarray(alpha, np.uint8), whole, np.zeros((0, 4), np.float32))
