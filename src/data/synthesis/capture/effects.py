"""A table, by groups, of all effects that a plate may undergo on its way into a crop, and their probabilities.

A synthesiser can leave whole groups out, which shows what each is worth to a reader.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Generic, TypeVar

import numpy as np

from src.core.types import Image
from src.data.synthesis.capture import camera, light, pose
from src.data.synthesis.capture.pose import Shot
from src.data.synthesis.drawing import surface
from src.data.synthesis.drawing.draw import Sheet

T = TypeVar("T")


@dataclass(frozen=True)
class Effect(Generic[T]):
    """An effect: ``apply`` changes the share ``odds`` of the plates at a harshness of 1."""

    group: str
    odds: float
    apply: Callable[[T, np.random.Generator], T]


def _on_image(apply: Callable[[Image, np.random.Generator], Image], shot: Shot, rng: np.random.Generator) -> Shot:
    return replace(shot, image=apply(shot.image, rng))


def _image(group: str, odds: float, apply: Callable[[Image, np.random.Generator], Image]) -> Effect[Shot]:
    return Effect(group, odds, partial(_on_image, apply))


ON_PLATE: tuple[Effect[Sheet], ...] = (
    Effect("relief", 0.6, surface.embossed),
    Effect("wear", 0.1, surface.rubbed),
    Effect("wear", 0.12, surface.scratched),
    Effect("screws", 0.3, surface.screwed),
)
IN_CROP: tuple[Effect[Shot], ...] = (
    Effect("pose", 0.12, pose.bent),
    Effect("sheen", 0.35, light.sheen),
    _image("dirt", 0.18, light.dirt),
    _image("sun", 0.22, light.shadow),
    _image("exposure", 1.2, light.exposed),
    _image("sun", 0.08, light.glare),
    Effect("night", 0.08, light.night),
    Effect("infrared", 0.12, light.infrared),
    _image("rain", 0.04, light.rain),
    _image("blur", 0.28, camera.defocus),
    _image("blur", 0.16, camera.motion),
    _image("sensor", 0.22, camera.noise),
    _image("resolution", 0.4, camera.coarse),
    _image("sensor", 0.12, camera.sharpen),
    _image("compression", 0.35, camera.jpeg),
)
"""Effects on the picture, in the order in which they are applied."""
HELD = 0.45
"""This share of the plates is in a holder; its group is ``holder``."""
HARSHNESS = (0.15, 0.4, 0.8, 1.5)
"""The odds of all effects of a crop are multiplied by one of these: bad pictures have several faults at once."""
GROUPS = tuple(dict.fromkeys(["holder", *(e.group for e in ON_PLATE), *(e.group for e in IN_CROP)]))
"""The names of all groups, which a synthesiser can leave out."""


def kept(effects: Sequence[Effect[T]], without: Collection[str]) -> tuple[Effect[T], ...]:
    """Returns ``effects`` except those of the groups ``without``."""
    return tuple(effect for effect in effects if effect.group not in without)


def spoiled(picture: T, effects: Sequence[Effect[T]], harshness: float, rng: np.random.Generator) -> T:
    """Applies each of ``effects`` to ``picture`` with its odds times ``harshness``."""
    for effect in effects:
        if rng.random() < effect.odds * harshness:
            picture = effect.apply(picture, rng)
    return picture
