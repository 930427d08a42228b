"""How vehicles and cameras move: where a plate is in each frame, and how large.

A path is float64 ``[frames, 4]``: x and y of the plate's middle in pixels of the frame, the scale of the vehicle's
picture, and its turn in degrees, clockwise. A row of NaN is a frame without the vehicle.
"""

import numpy as np
import numpy.typing as npt

Path = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float64]

WIDTH, HEIGHT = 1280, 720
"""Pixels of a frame."""
RATE = 25.0
"""Frames a second."""
NEAREST = 0.85
"""The share of the way at which an approaching plate is as near as ``near`` says; after it, it leaves the picture."""


def approach(way: Floats, far: float, near: float, rng: np.random.Generator) -> Path:
    """A vehicle that comes straight on at a steady speed, and leaves the picture at its lower edge.

    ``way`` [frames] is how much of the way is behind it, from 0 to 1; ``far`` and ``near`` are scales. As the distance
    falls evenly, the scale grows as one by it, and the plate moves away from the point at the horizon.
    """
    share = way / NEAREST
    scale = 1 / np.maximum((1 - share) / far + share / near, 1 / (4 * near))
    horizon = np.array([WIDTH / 2 + rng.uniform(-100, 100), rng.uniform(120, 200)])
    nearest = np.array([rng.uniform(260, WIDTH - 260), rng.uniform(590, 640)])
    middle = horizon + (nearest - horizon) * (scale / near)[:, None]
    return np.column_stack([middle, scale, np.full(len(way), rng.normal(0, 1.5))])


def across(
    frames: int, scale: float, wide: float, height: float, rightwards: bool, rng: np.random.Generator, still: int = 0
) -> Path:
    """A vehicle that crosses the picture at a steady speed and the height ``height``, in ``frames`` frames.

    ``wide`` is the width of its plate in the frame: at the first and the last frame the plate is just out of view. For
    the first ``still`` frames the vehicle is not there.
    """
    out = wide / 2 + 4
    x = np.linspace(-out, WIDTH + out, frames)
    y = height + (x - WIDTH / 2) * rng.normal(0, 0.02)
    grow = scale * np.linspace(1, 1 + rng.normal(0, 0.06), frames)
    path = np.column_stack([x if rightwards else x[::-1], y, grow, np.full(frames, rng.normal(0, 1.5))])
    return np.concatenate([np.full((still, 4), np.nan), path])


def standing(frames: int, scale: float, rng: np.random.Generator) -> Path:
    """A vehicle that stands in the middle part of the picture."""
    place = [rng.uniform(380, WIDTH - 380), rng.uniform(380, 560), scale, rng.normal(0, 1.5)]
    return np.tile(np.array(place), (frames, 1))


def steady(frames: int) -> Floats:
    """The way of a vehicle that does not stop."""
    return np.linspace(0, 1, frames)


def with_a_stop(frames: int, at: float, share: float) -> Floats:
    """The way of a vehicle that stands still at ``at`` of its way, for ``share`` of all frames; it brakes and starts
    gently.
    """
    speed = np.ones(frames)
    first = round(at * (1 - share) * frames)
    speed[first : first + round(share * frames)] = 0
    kernel = np.hanning(13)[1:-1]
    speed = np.convolve(np.pad(speed, 5, mode="edge"), kernel / kernel.sum(), "valid")
    way = np.concatenate([[0.0], np.cumsum(speed)[:-1]])
    return way / way[-1]


def shake(frames: int, most: float, rng: np.random.Generator) -> Floats:
    """How far a camera on a pole or in a hand is off, ``[frames, 2]`` pixels: some oscillations of 2 to 9 a second,
    and at most ``most`` pixels to each side.
    """
    times = np.arange(frames) / RATE
    waves = np.zeros((frames, 2))
    for _ in range(4):
        strength = rng.uniform(0.2, 1, 2)
        waves += strength * np.sin(2 * np.pi * (rng.uniform(2, 9) * times[:, None] + rng.uniform(0, 1, 2)))
    return most * waves / np.abs(waves).max()


def drift(frames: int, speed: float) -> Floats:
    """How far a camera has turned that follows evenly, ``[frames, 2]`` pixels, ``speed`` pixels a frame to the right;
    0 in the middle of the time.
    """
    turned = speed * (np.arange(frames) - (frames - 1) / 2)
    return np.column_stack([turned, np.zeros(frames)])


def together(*paths: Path) -> list[Path]:
    """Pads paths with NaN to the length of the longest."""
    longest = max(len(path) for path in paths)
    return [np.concatenate([path, np.full((longest - len(path), 4), np.nan)]) for path in paths]
