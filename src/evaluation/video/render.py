"""Draws the frames of a clip: one affine warp for each vehicle in view, on a background that stays.

Everything that does not move is done once for a clip: the light of the night, the lamps' glare, the fading edges.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from src.core.geometry import box_to_corners, corners_to_box
from src.core.types import Corners, Image
from src.evaluation.video.clip import FEATHER, PLATE_BY_NIGHT, Actor, Clip, Pole
from src.evaluation.video.motion import HEIGHT, WIDTH, Floats
from src.evaluation.video.vehicles import width_of

LEAST_BLUR = 1.2
"""Pixels of movement below which nothing is blurred."""
ROOM = 96
"""Pixels by which the field of noise is larger than a frame: each frame shows another part of it."""
LEVELS = 3
"""A vehicle's picture is kept at so many sizes, each half the one before it."""

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class _Texture:
    """A vehicle's picture, ready to be drawn: ``levels`` are RGBA whose colours are multiplied by their opacity.

    ``corner`` is where its upper left corner lies in the vehicle's picture.
    """

    levels: tuple[Bytes, ...]
    corner: npt.NDArray[np.float64]


def render(clip: Clip) -> Iterator[Image]:
    """Yields the frames, RGB, HEIGHT by WIDTH."""
    rng = np.random.default_rng([clip.seed, 1])
    ground, room = _background(clip)
    actors = [(clip.matrices(actor), clip.blurs(actor), _texture(actor, clip, rng)) for actor in clip.actors]
    poles = [(pole, _pole(pole, clip, rng)) for pole in clip.poles]
    lighter, darker = _noise(clip.conditions.noise)
    for number, offset in enumerate(clip.camera):
        left, top = (room - np.round(offset)).astype(int)
        frame = ground[top : top + HEIGHT, left : left + WIDTH].copy()
        for matrices, blurs, texture in actors:
            if not np.isnan(matrices[number]).any():
                _draw(frame, texture, matrices[number], blurs[number])
        for pole, pixels in poles:
            _stand(frame, pixels, pole.left + offset[0])
        x, y = rng.integers(0, ROOM, 2)
        cv2.add(frame, lighter[y : y + HEIGHT, x : x + WIDTH], dst=frame)
        cv2.subtract(frame, darker[y : y + HEIGHT, x : x + WIDTH], dst=frame)
        yield frame


def _draw(frame: Image, texture: _Texture, matrix: Floats, blur: Floats) -> None:
    """Draws a vehicle at its place of one frame, blurred along its movement."""
    scale = float(np.hypot(*matrix[:, 0]))
    level = min(len(texture.levels) - 1, max(0, int(np.floor(-np.log2(max(scale, 1e-3)) + 0.4))))
    pixels = texture.levels[level]
    to_frame = _from_centres(matrix, texture.corner, 2.0**level)
    height, width = pixels.shape[:2]
    outline = box_to_corners(np.array([0, 0, width, height], np.float64)) @ to_frame[:, :2].T + to_frame[:, 2]
    pad = np.abs(blur) / 2 + 2
    x1, y1, x2, y2 = (corners_to_box(outline) + np.array([*-pad, *pad])).astype(int).clip(0, [WIDTH, HEIGHT] * 2)
    if x2 <= x1 or y2 <= y1:
        return
    to_frame[:, 2] -= (x1, y1)
    shown = cv2.warpAffine(pixels, to_frame, (int(x2 - x1), int(y2 - y1)), flags=cv2.INTER_LINEAR)
    if np.hypot(*blur) >= LEAST_BLUR:
        shown = cv2.filter2D(shown, -1, _line(blur), borderType=cv2.BORDER_CONSTANT)
    place = frame[y1:y2, x1:x2]
    through = cv2.cvtColor(255 - shown[..., 3], cv2.COLOR_GRAY2RGB)
    behind = cv2.multiply(place, through, scale=1 / 255)
    place[:] = cv2.add(behind, cv2.cvtColor(shown, cv2.COLOR_RGBA2RGB))


def _from_centres(matrix: Floats, corner: npt.NDArray[np.float64], shrunk: float) -> Floats:
    """The matrix for a picture that begins at ``corner`` and is ``shrunk``, with pixels' centres at whole numbers.

    ``matrix`` is of positions whose 0, 0 is the upper left corner of the upper left pixel.
    """
    changed = matrix.copy()
    changed[:, :2] *= shrunk
    changed[:, 2] += matrix[:, :2] @ corner + changed[:, :2].sum(1) / 2 - 0.5
    return changed


def _line(blur: Floats) -> npt.NDArray[np.float32]:
    """The kernel of a straight movement by ``blur`` pixels, which sums to 1."""
    half = int(np.ceil(np.abs(blur).max() / 2))
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
    for share in np.linspace(-0.5, 0.5, 4 * half + 1):
        x, y = share * blur + half
        left, top = int(np.floor(x)), int(np.floor(y))
        for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
            weight = (1 - abs(x - left - dx)) * (1 - abs(y - top - dy))
            if weight > 0:
                kernel[top + dy, left + dx] += weight
    return np.asarray(kernel / kernel.sum(), np.float32)


def _texture(actor: Actor, clip: Clip, rng: np.random.Generator) -> _Texture:
    x1, y1, x2, y2 = actor.shown
    image, corner = actor.vehicle.image[y1:y2, x1:x2], np.array([x1, y1], np.float64)
    corners = actor.vehicle.corners - corner.astype(np.float32)
    if clip.conditions.night < 1:
        image = _by_night(image, corners, clip.conditions.night, rng)
    alpha = _fading(image.shape[0], image.shape[1])
    pixels = np.dstack([(image * (alpha[..., None] / np.float32(255))).round().astype(np.uint8), alpha])
    levels: list[Bytes] = [pixels]
    while len(levels) < LEVELS and min(levels[-1].shape[:2]) >= 8:
        height, width = (side - side % 2 for side in levels[-1].shape[:2])
        half = cv2.resize(levels[-1][:height, :width], (width // 2, height // 2), interpolation=cv2.INTER_AREA)
        levels.append(np.asarray(half, np.uint8))
    return _Texture(tuple(levels), corner)


def _fading(height: int, width: int) -> Bytes:
    """Opacity [height, width] that falls to 0 at the edges."""
    reach = FEATHER * height
    down, along = (np.minimum(np.arange(side) + 0.5, side - np.arange(side) - 0.5) for side in (height, width))
    share = np.minimum(1, down / reach)[:, None] * np.minimum(1, along / reach)[None]
    return np.asarray((255 * share).round(), np.uint8)


def _by_night(image: Image, corners: Corners, gain: float, rng: np.random.Generator) -> Image:
    """A vehicle in the dark: its plate reflects the lamps, and its own lamps on either side dazzle."""
    lit: npt.NDArray[np.float32] = np.full(image.shape[:2], gain, np.float32)
    cv2.fillConvexPoly(lit, np.round(corners).astype(np.int32), float(rng.uniform(PLATE_BY_NIGHT, 1)))
    wide = width_of(corners)
    lit = np.asarray(cv2.GaussianBlur(lit, (0, 0), max(1.0, wide / 40)), np.float32)
    dark = image.astype(np.float32) * lit[..., None]
    rows, columns = np.mgrid[: image.shape[0], : image.shape[1]].astype(np.float32)
    middle, along = corners.mean(0), (corners[1] - corners[0]) / max(wide, 1)
    apart, above = float(rng.uniform(1.1, 1.6)) * wide, float(rng.uniform(-0.5, 0.1)) * wide
    size, colour = wide * float(rng.uniform(0.12, 0.24)), np.array([255, 245, 215], np.float32)
    for side in (-1, 1):
        x, y = middle + side * apart * along + (0, above)
        distance = np.hypot(columns - x, rows - y) / size
        glow = np.minimum(1.6, 1.6 / (1 + distance**2)) - 0.02
        dark += np.maximum(glow, 0)[..., None] * colour
    return np.asarray(dark.clip(0, 255), np.uint8)


def _background(clip: Clip) -> tuple[Image, npt.NDArray[np.float64]]:
    """The photograph that fills the frame wherever the camera turns, and how far that reaches to the left and top."""
    room = np.ceil(np.abs(clip.camera).max(0)) + 1
    width, height = (np.array([WIDTH, HEIGHT]) + 2 * room).astype(int)
    image = clip.background
    scale = max(width / image.shape[1], height / image.shape[0])
    size = max(width, round(image.shape[1] * scale)), max(height, round(image.shape[0] * scale))
    large = cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    part = large[top : top + height, left : left + width]
    gain = 0.7 * clip.conditions.night if clip.conditions.night < 1 else 1.0
    return np.asarray(cv2.convertScaleAbs(part, alpha=gain), np.uint8), room


def _pole(pole: Pole, clip: Clip, rng: np.random.Generator) -> Image:
    """A round pole of metal, concrete or wood, HEIGHT by its width."""
    across = np.linspace(-1, 1, max(1, round(pole.width)))
    shade = (0.45 + 0.55 * np.sqrt(1 - (0.96 * (across - rng.uniform(-0.3, 0.3)) / 1.3) ** 2))[None, :, None]
    colour = rng.uniform(50, 170) * (1 + rng.normal(0, 0.06, 3)) * min(1.0, 1.5 * clip.conditions.night)
    spots = rng.normal(0, 5, (HEIGHT, len(across), 1))
    return np.asarray((colour * shade + spots).clip(0, 255), np.uint8)


def _stand(frame: Image, pixels: Image, left: float) -> None:
    start = round(left)
    x1, x2 = max(0, start), min(WIDTH, start + pixels.shape[1])
    if x2 > x1:
        frame[:, x1:x2] = pixels[:, x1 - start : x2 - start]


def _noise(strength: float) -> tuple[Bytes, Bytes]:
    """What is added and what is taken away, larger than a frame by ROOM."""
    steps = np.round(_normal() * np.float32(strength)).astype(np.int16)
    return steps.clip(0, 255).astype(np.uint8), (-steps).clip(0, 255).astype(np.uint8)


@lru_cache(maxsize=1)
def _normal() -> npt.NDArray[np.float32]:
    """Normal numbers; a half of each is common to all colours of a pixel, as in a camera's pictures."""
    rng, size = np.random.default_rng(0), (HEIGHT + ROOM, WIDTH + ROOM)
    common, own = rng.standard_normal((*size, 1), np.float32), rng.standard_normal((*size, 3), np.float32)
    return np.asarray(np.sqrt(0.5) * (common + own), np.float32)
