"""A clip as data, before a pixel of it is drawn: who moves how, in which light; and the truth that follows from it."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from src.core.geometry import box_to_corners, corners_to_box
from src.core.types import Boxes, Corners, Image
from src.evaluation.video.motion import HEIGHT, RATE, WIDTH, Floats, Path
from src.evaluation.video.schema import TrueBox, TruePassage
from src.evaluation.video.vehicles import LEAST_PER_CHARACTER, Half, Vehicle

MOST_BLUR = 0.3
"""A plate is legible while the blur is at most this long, by the width that a character has."""
LEAST_CONTRAST, OVER_NOISE = 20.0, 2.5
"""The standard deviation of a legible plate's grey values is at least so much, and so many times that of the noise."""
PLATE_BY_NIGHT = 0.7
"""The least gain of a plate by night: its paint reflects the lamps."""
INSIDE = 2.0
"""A plate is whole in the picture where all of it is so many pixels from the edge."""
HIDDEN = 0.02
"""The share of a plate from which on, when something is before it, it is not legible."""
LEAST_SEEN = 0.15
"""The least share of a plate that is in the picture, and not hidden, that has a box."""
BESIDE, ABOVE, BELOW = 2.8, 2.4, 1.3
"""How much of a vehicle is shown around its plate, in widths of the plate."""
FEATHER = 0.12
"""The share of the shown part's height over which its edge fades into the background."""

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Conditions:
    """The light and the camera.

    ``noise`` is a standard deviation in grey values, ``quality`` the constant rate factor of H.264 (more is worse),
    ``exposure`` the share of the time between two frames in which the shutter is open. ``night`` is the gain of what
    no lamp shines on; 1 by day.
    """

    noise: float
    quality: int
    exposure: float
    night: float = 1.0


@dataclass(frozen=True)
class Actor:
    """A vehicle and the path of its plate, without the camera's own movement."""

    vehicle: Vehicle
    path: Path

    @property
    def shown(self) -> tuple[int, int, int, int]:
        """The part of the vehicle's picture that the clip shows: x1, y1, x2, y2 in its pixels."""
        box = corners_to_box(self.vehicle.corners)
        x, y = (box[:2] + box[2:]) / 2
        wide = box[2] - box[0]
        height, width = self.vehicle.image.shape[:2]
        left, right = max(0.0, x - BESIDE * wide), min(float(width), x + BESIDE * wide)
        top, bottom = max(0.0, y - ABOVE * wide), min(float(height), y + BELOW * wide)
        return int(left), int(top), int(np.ceil(right)), int(np.ceil(bottom))


@dataclass(frozen=True)
class Pole:
    """Something upright that stands before all vehicles: its left edge and its width, in pixels of the frame."""

    left: float
    width: float


@dataclass(frozen=True)
class Clip:
    """``actors`` are in the order in which they are drawn: the farthest first. ``camera`` is [frames, 2] pixels that
    everything moves by.
    """

    name: str
    kind: str
    half: Half
    seed: int
    background: Image
    actors: tuple[Actor, ...]
    camera: Floats
    conditions: Conditions
    poles: tuple[Pole, ...] = field(default=())

    @property
    def frames(self) -> int:
        return len(self.camera)

    def matrices(self, actor: Actor) -> Floats:
        """From pixels of an actor's picture to pixels of the frame, ``[frames, 2, 3]``; NaN where it is not there."""
        x, y, scale, turn = actor.path.T
        middle = actor.vehicle.corners.mean(0).astype(np.float64)
        cos, sin = scale * np.cos(np.radians(turn)), scale * np.sin(np.radians(turn))
        linear = np.stack([np.stack([cos, -sin], -1), np.stack([sin, cos], -1)], -2)
        shift = np.stack([x, y], -1) + self.camera - linear @ middle
        return np.concatenate([linear, shift[..., None]], -1)

    def blurs(self, actor: Actor) -> Floats:
        """How far the plate moves while the shutter is open, ``[frames, 2]`` pixels."""
        at = actor.path[:, :2] + self.camera
        moved = np.gradient(at, axis=0) if self.frames > 1 else np.zeros_like(at)
        return self.conditions.exposure * np.nan_to_num(moved)


def truth(clip: Clip) -> list[TruePassage]:
    """What a watcher of the clip ought to tell, one for each vehicle, in the order of the clip's actors."""
    return [_passage(clip, number) for number in range(len(clip.actors))]


def has_contrast(clip: Clip, number: int) -> bool:
    """Tells whether the plate of an actor stands out from the noise."""
    contrast = clip.actors[number].vehicle.contrast * (PLATE_BY_NIGHT if clip.conditions.night < 1 else 1.0)
    return contrast >= max(LEAST_CONTRAST, OVER_NOISE * clip.conditions.noise)


def legible(clip: Clip, number: int) -> Bools:
    """In which frames the plate of an actor can be read, ``[frames]``: wide enough, whole, sharp, and nothing
    before it."""
    actor = clip.actors[number]
    corners = _corners(clip, actor)
    boxes = corners_to_box(corners)
    width = np.linalg.norm(corners[:, 1] - corners[:, 0], axis=-1)
    each = width * actor.vehicle.per_character / np.linalg.norm(actor.vehicle.corners[1] - actor.vehicle.corners[0])
    whole = (boxes[:, :2] >= INSIDE).all(1) & (boxes[:, 2:] <= np.array([WIDTH, HEIGHT]) - INSIDE).all(1)
    blur = np.linalg.norm(clip.blurs(actor), axis=1)
    with np.errstate(invalid="ignore"):
        clear = (each >= LEAST_PER_CHARACTER) & (blur <= MOST_BLUR * each)
    return np.asarray(whole & clear & (_hidden(clip, number, boxes) <= HIDDEN), np.bool_)


def _passage(clip: Clip, number: int) -> TruePassage:
    vehicle, readable = clip.actors[number].vehicle, legible(clip, number)
    boxes = corners_to_box(_corners(clip, clip.actors[number]))
    limits = np.array([WIDTH, HEIGHT] * 2, np.float32)
    inside = boxes.clip(0, limits)
    with np.errstate(invalid="ignore", divide="ignore"):
        seen = _area(inside) / _area(boxes) * (1 - _hidden(clip, number, boxes))
        there = np.flatnonzero(seen >= LEAST_SEEN)
    times = np.flatnonzero(readable)
    return TruePassage(
        source=clip.name,
        number=number,
        kind=clip.kind,
        group=vehicle.group,
        half=clip.half,
        picture=vehicle.picture,
        text=vehicle.text,
        lines=vehicle.lines,
        region=vehicle.region,
        first=float(times[0] / RATE),
        last=float(times[-1] / RATE),
        legible=len(times),
        boxes=tuple(TrueBox(time=t / RATE, box=tuple(inside[t].round(1).tolist())) for t in there),
    )


def _corners(clip: Clip, actor: Actor) -> Corners:
    """The corners of the plate in each frame, ``[frames, 4, 2]``."""
    return _mapped(clip.matrices(actor), actor.vehicle.corners)


def _mapped(matrices: Floats, points: Corners) -> Corners:
    return (points @ matrices[:, :, :2].swapaxes(1, 2) + matrices[:, None, :, 2]).astype(np.float32)


def _hidden(clip: Clip, number: int, boxes: Boxes) -> Floats:
    """Which share of a plate's box ``[frames, 4]`` something nearer covers, ``[frames]``."""
    covers = []
    for pole in clip.poles:
        left = pole.left + clip.camera[:, 0]
        covers.append(np.column_stack([left, np.zeros(clip.frames), left + pole.width, np.full(clip.frames, HEIGHT)]))
    for nearer in clip.actors[number + 1 :]:
        outline = _mapped(clip.matrices(nearer), box_to_corners(np.array(nearer.shown, np.float32)))
        covers.append(corners_to_box(outline).astype(np.float64))
    share = np.zeros(clip.frames)
    for cover in covers:
        both = np.concatenate([np.maximum(boxes[:, :2], cover[:, :2]), np.minimum(boxes[:, 2:], cover[:, 2:])], 1)
        with np.errstate(invalid="ignore"):
            share = np.maximum(share, np.nan_to_num(_area(both) / _area(boxes)))
    return share


def _area(boxes: npt.NDArray[np.floating]) -> Floats:
    return np.asarray(np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 0), 1), np.float64)
