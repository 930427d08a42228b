"""A street in which vehicles of the samples drive: frames are made of cut-out vehicles and a ground without plates."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from src.core.geometry import box_to_corners
from src.core.image import read_image
from src.core.types import Image
from src.runtime.blur import hide
from src.video.frame import Frame

SAMPLES = Path("data/samples")
RU = ("00-ru.jpg", (345, 380, 493, 418), "M356CC65")
DE = ("01-de.jpg", (325, 447, 471, 489), "OBZR8008")
BR = ("03-br.jpg", (348, 444, 467, 487), "NGG8033")

Vehicle = tuple[str, tuple[int, int, int, int], str]
Path2 = Callable[[float], tuple[float, float] | None]
"""Where the middle of a vehicle's plate is at a time, as pixels of the frame; None while it is not there."""


@cache
def ground() -> Image:
    """The street: a sample without its vehicle's plate, out of focus as what is far away is."""
    name, box, _ = RU
    image = hide(read_image(SAMPLES / name), [box_to_corners(np.array(box, np.float32))])
    return np.asarray(cv2.GaussianBlur(image, (0, 0), 6), np.uint8)


@cache
def cut_out(vehicle: Vehicle, scale: float = 1.0) -> Image:
    """The back of a vehicle, with its plate in the middle."""
    name, (x1, y1, x2, y2), _ = vehicle
    x, y = (x1 + x2) // 2, (y1 + y2) // 2
    part = read_image(SAMPLES / name)[y - 90 : y + 90, x - 130 : x + 130]
    return np.asarray(cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def film(
    vehicles: Sequence[tuple[Vehicle, Path2]], seconds: float, rate: float = 12.0, scale: float = 1.0
) -> Iterator[Frame]:
    """The frames of a film; a vehicle that stands later in ``vehicles`` is nearer."""
    for number in range(round(seconds * rate)):
        time = number / rate
        image = ground().copy()
        for vehicle, path in vehicles:
            place = path(time)
            if place is not None:
                _paste(image, cut_out(vehicle, scale), round(place[0]), round(place[1]))
        noise = np.random.default_rng(number).normal(0, 2, image.shape[:2])[..., None]
        yield Frame.of(np.clip(image + noise, 0, 255).astype(np.uint8), number, time)


def across(start: float, end: float, seconds: float, y: float = 400, begin: float = 0.0) -> Path2:
    """A straight path in ``seconds``, from x ``start`` to ``end``."""

    def place(time: float) -> tuple[float, float] | None:
        share = (time - begin) / seconds
        return (start + share * (end - start), y) if 0 <= share <= 1 else None

    return place


def _paste(image: Image, part: Image, x: int, y: int) -> None:
    height, width = part.shape[:2]
    left, top = x - width // 2, y - height // 2
    x1, y1, x2, y2 = max(left, 0), max(top, 0), min(left + width, image.shape[1]), min(top + height, image.shape[0])
    if x1 < x2 and y1 < y2:
        image[y1:y2, x1:x2] = part[y1 - top : y2 - top, x1 - left : x2 - left]
