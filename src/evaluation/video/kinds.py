"""The kinds of rendered passages: what happens in a clip of each, drawn by its seed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from src.core.image import read_image
from src.core.types import Image
from src.data.copy_paste.paste import wipe
from src.evaluation.video.clip import Actor, Clip, Conditions, Pole, has_contrast, legible
from src.evaluation.video.motion import (
    RATE,
    WIDTH,
    Floats,
    Path,
    across,
    approach,
    drift,
    shake,
    standing,
    steady,
    together,
    with_a_stop,
)
from src.evaluation.video.vehicles import Group, Half, Stock, Vehicle, width_of

LEAST_LEGIBLE = 10
"""Frames in which every plate of a clip can be read, at least."""
TRIES = 40
LARGEST = 1.6
"""A photographed plate is enlarged by at most this factor."""
SHARES: dict[Group, float] = {"photograph": 0.3, "pasted": 0.5, "drawn": 0.2}
"""Of the vehicles of each group."""
QUALITIES = (20, 24, 28)


@dataclass(frozen=True)
class _Scene:
    """What a kind decides: the actors, the farthest first, and where it differs from an ordinary day's clip."""

    actors: tuple[Actor, ...]
    camera: Floats | None = None
    conditions: Conditions | None = None
    poles: tuple[Pole, ...] = ()


class _Set:
    """Draws what all kinds need by one generator."""

    def __init__(self, stock: Stock, rng: np.random.Generator) -> None:
        self.stock, self.rng = stock, rng

    def vehicle(self) -> Vehicle:
        """Draws a vehicle of any group."""
        groups, shares = list(SHARES), list(SHARES.values())
        return self.stock.vehicle(groups[int(self.rng.choice(len(groups), p=shares))], self.rng)

    def scale(self, vehicle: Vehicle, low: float, high: float) -> float:
        """Draws a scale at which a character is ``low`` to ``high`` pixels wide, as far as the picture allows it."""
        most = min(high, LARGEST * vehicle.per_character)
        return float(self.rng.uniform(min(low, most), most)) / vehicle.per_character

    def ordinary(self) -> Conditions:
        rng = self.rng
        return Conditions(float(rng.uniform(1, 5)), int(rng.choice(QUALITIES)), float(rng.uniform(0.03, 0.2)))

    def seconds(self, low: float, high: float) -> int:
        """Draws a number of frames."""
        return round(float(self.rng.uniform(low, high)) * RATE)

    def coming(self, vehicle: Vehicle, way: Floats, far: tuple[float, float] = (3.5, 6.5)) -> Path:
        """A vehicle that comes near."""
        near = self.scale(vehicle, 13, 21)
        return approach(way, float(self.rng.uniform(*far)) / vehicle.per_character, near, self.rng)

    def passing(self, vehicle: Vehicle, frames: int, still: int = 0, rightwards: bool | None = None) -> Path:
        """A vehicle that crosses the picture."""
        scale = self.scale(vehicle, 11.5, 20)
        to_right = bool(self.rng.random() < 0.5) if rightwards is None else rightwards
        height = float(self.rng.uniform(330, 590))
        return across(frames, scale, scale * width_of(vehicle.corners), height, to_right, self.rng, still)


def _zoom(made: _Set) -> _Scene:
    vehicle = made.vehicle()
    return _Scene((Actor(vehicle, made.coming(vehicle, steady(made.seconds(2.4, 4.8)))),))


def _pan(made: _Set) -> _Scene:
    vehicle = made.vehicle()
    path = made.passing(vehicle, made.seconds(1.0, 2.6))
    speed = float(made.rng.uniform(-4, 4)) if made.rng.random() < 0.5 else 0.0
    return _Scene((Actor(vehicle, path),), camera=drift(len(path), speed))


def _shake(made: _Set) -> _Scene:
    vehicle, frames = made.vehicle(), made.seconds(2, 3.6)
    path = made.coming(vehicle, 0.85 * steady(frames), far=(8.5, 10))
    return _Scene((Actor(vehicle, path),), camera=shake(frames, float(made.rng.uniform(4, 14)), made.rng))


def _blur(made: _Set) -> _Scene:
    vehicle = made.vehicle()
    path = made.passing(vehicle, made.seconds(1.2, 2.2))
    speed = float(np.abs(np.diff(path[:, 0])).mean())
    each = float(path[0, 2]) * vehicle.per_character
    exposure = min(1.0, float(made.rng.uniform(0.15, 0.29)) * each / speed)
    day = made.ordinary()
    return _Scene((Actor(vehicle, path),), conditions=Conditions(day.noise, day.quality, exposure))


def _noise(made: _Set) -> _Scene:
    scene, day = _moving(made), made.ordinary()
    return _Scene(
        scene.actors,
        conditions=Conditions(float(made.rng.uniform(8, 16)), int(made.rng.integers(26, 31)), day.exposure),
    )


def _compression(made: _Set) -> _Scene:
    scene, day = _moving(made), made.ordinary()
    return _Scene(scene.actors, conditions=Conditions(day.noise, int(made.rng.integers(29, 34)), day.exposure))


def _moving(made: _Set) -> _Scene:
    return _zoom(made) if made.rng.random() < 0.5 else _pan(made)


def _crossing(made: _Set) -> _Scene:
    """Two vehicles pass each other, the nearer one before the other."""
    far, near, frames = made.vehicle(), made.vehicle(), made.seconds(2, 3.5)
    of_far, of_near = made.scale(far, 10, 13), made.scale(near, 13, 19)
    height = float(made.rng.uniform(300, 430))
    below = float(made.rng.uniform(0.6, 2.5)) * of_near * _high(near)
    rightwards = bool(made.rng.random() < 0.5)
    paths = together(
        across(frames, of_far, of_far * width_of(far.corners), height, rightwards, made.rng),
        across(frames, of_near, of_near * width_of(near.corners), height + below, not rightwards, made.rng),
    )
    return _Scene((Actor(far, paths[0]), Actor(near, paths[1])))


def _stop(made: _Set) -> _Scene:
    vehicle, frames = made.vehicle(), made.seconds(4, 5)
    way = with_a_stop(frames, float(made.rng.uniform(0.5, 0.75)), float(made.rng.uniform(0.25, 0.5)))
    return _Scene((Actor(vehicle, made.coming(vehicle, way)),))


def _parked(made: _Set) -> _Scene:
    vehicle = made.vehicle()
    path = standing(made.seconds(2, 4), made.scale(vehicle, 11, 19), made.rng)
    return _Scene((Actor(vehicle, path),))


def _occlusion(made: _Set) -> _Scene:
    """A pole stands before a vehicle that passes slowly, or another vehicle passes before one that hardly moves."""
    rng, behind = made.rng, made.vehicle()
    if rng.random() < 0.5:
        path = made.passing(behind, made.seconds(2.5, 4))
        wide = float(path[0, 2]) * width_of(behind.corners)
        pole = Pole(float(rng.uniform(0.3, 0.6)) * WIDTH, float(rng.uniform(0.3, 1.2)) * wide)
        return _Scene((Actor(behind, path),), poles=(pole,))
    before, still = made.vehicle(), made.seconds(0.5, 1)
    scale = made.scale(before, 13, 20)
    frames = made.seconds(1.2, 2)
    paths = together(
        standing(still + frames + made.seconds(0.3, 0.8), made.scale(behind, 10, 14), rng),
        across(frames, scale, scale * width_of(before.corners), 0, bool(rng.random() < 0.5), rng, still),
    )
    paths[1][:, 1] += paths[0][0, 1] + float(rng.uniform(20, 90))
    return _Scene((Actor(behind, paths[0]), Actor(before, paths[1])))


def _night(made: _Set) -> _Scene:
    vehicle, rng = made.vehicle(), made.rng
    if rng.random() < 0.6:
        path = made.coming(vehicle, steady(made.seconds(2.4, 4.5)))
    else:
        path = made.passing(vehicle, made.seconds(1.8, 3))
    dark = Conditions(
        float(rng.uniform(5, 12)),
        int(rng.choice(QUALITIES[1:])),
        float(rng.uniform(0.05, 0.25)),
        float(rng.uniform(0.15, 0.4)),
    )
    return _Scene((Actor(vehicle, path),), conditions=dark)


def _successor(made: _Set) -> _Scene:
    """A vehicle leaves, and one whose text differs in one character comes at once after it, on the same lane."""
    first, second = made.stock.near_pair(made.rng)
    rng = made.rng
    if rng.random() < 0.5:
        frames, gap = made.seconds(1.3, 2.1), int(rng.integers(1, 12))
        rightwards = bool(rng.random() < 0.5)
        ahead = made.passing(first, frames, rightwards=rightwards)
        after = made.passing(second, frames, still=frames + gap, rightwards=rightwards)
        after[:, 1] += ahead[0, 1] - after[-1, 1]
        paths = together(ahead, after)
        return _Scene((Actor(second, paths[1]), Actor(first, paths[0])))
    ahead = made.coming(first, 0.4 + 0.6 * steady(made.seconds(1.2, 1.8)))
    after = made.coming(second, 0.85 * steady(made.seconds(1.5, 2.3)), far=(8.5, 10))
    gap = int(rng.integers(1, 10))
    paths = together(ahead, np.concatenate([np.full((len(ahead) - gap, 4), np.nan), after]))
    return _Scene((Actor(second, paths[1]), Actor(first, paths[0])))


KINDS: Mapping[str, Callable[[_Set], _Scene]] = {
    "zoom": _zoom,
    "pan": _pan,
    "shake": _shake,
    "blur": _blur,
    "noise": _noise,
    "compression": _compression,
    "crossing": _crossing,
    "stop": _stop,
    "parked": _parked,
    "occlusion": _occlusion,
    "night": _night,
    "successor": _successor,
}
"""What happens, by the name of the kind."""


def clips(stock: Mapping[Half, Stock], passages: int, kinds: tuple[str, ...] = tuple(KINDS)) -> Iterator[Clip]:
    """Yields clips by their seeds from 0 until they show ``passages`` vehicles; fewer are the beginning of more.

    Even seeds are the half ``fit``, odd ones the half ``measure``; both go through all kinds in turn.
    """
    shown = seed = 0
    while shown < passages:
        half: Half = "measure" if seed % 2 else "fit"
        made = clip_of(kinds[seed // 2 % len(kinds)], seed, half, stock[half])
        shown += len(made.actors)
        seed += 1
        yield made


def clip_of(kind: str, seed: int, half: Half, stock: Stock) -> Clip:
    """Returns the clip of a kind and a seed, in which every plate can be read in at least LEAST_LEGIBLE frames."""
    for attempt in range(TRIES):
        rng = np.random.default_rng([seed, attempt, *kind.encode()])
        made = _Set(stock, rng)
        scene = KINDS[kind](made)
        frames = max(len(actor.path) for actor in scene.actors)
        camera = np.zeros((frames, 2)) if scene.camera is None else scene.camera
        conditions = scene.conditions or made.ordinary()
        clip = Clip(
            f"{kind}-{seed:04d}", kind, half, seed, _street(stock, rng), scene.actors, camera, conditions, scene.poles
        )
        numbers = range(len(clip.actors))
        if all(has_contrast(clip, n) and legible(clip, n).sum() >= LEAST_LEGIBLE for n in numbers):
            return clip
    raise RuntimeError(f"{kind}, seed {seed}: no legible clip in {TRIES} attempts")


def _street(stock: Stock, rng: np.random.Generator) -> Image:
    """Draws a photograph as background, its plates painted over."""
    scene = stock.streets[int(rng.integers(len(stock.streets)))]
    image = read_image(scene.path).copy()
    for box in (scene.plate.box, *scene.others):
        wipe(image, np.array(box, np.float32), rng)
    return image


def _high(vehicle: Vehicle) -> float:
    """The height of the plate in pixels of the vehicle's picture."""
    corners = vehicle.corners
    return float(np.linalg.norm(corners[3] - corners[0]) + np.linalg.norm(corners[2] - corners[1])) / 2
