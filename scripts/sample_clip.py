"""A short drawn video with its truth, for the examples: ``python -m scripts.sample_clip OUT.mp4``."""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from scripts.sample_scenes import FINE, SIZE, maker_of
from scripts.sample_vehicles import Car, paint_car, paint_road
from src.core.cli import run_command
from src.core.geometry import box_to_corners
from src.core.types import Image
from src.data.synthesis.drawing.draw import Flat, draw_plate
from src.data.synthesis.layout.plate import Colour
from src.data.synthesis.typefaces.fonts import Faces, find_fonts
from src.video.writer import VideoWriter

RATE, SECONDS = 25, 7.0
HORIZON = 0.42
"""The share of the picture's height that is sky."""


EDGE = 800
"""Cars are painted on a ground that is so many pixels larger on the left, on the right and below: they drive off it."""


@dataclass(frozen=True)
class Drive:
    """A car that comes near on its lane: its distance shrinks from ``far`` to ``near`` between two times."""

    country: str
    type: str
    paint: Colour
    lane: float
    """-1 is the left side of the road, 1 the right one."""
    begin: float
    end: float
    far: float
    near: float
    rear: bool = False

    def car(self, time: float) -> Car | None:
        """Returns the car at ``time``, in pixels of the picture that is averaged down; None while it is not there."""
        if not self.begin <= time <= self.end:
            return None
        height, width = SIZE[0] * FINE, SIZE[1] * FINE
        distance = self.far + (self.near - self.far) * (time - self.begin) / (self.end - self.begin)
        share = 1 / distance
        return Car(
            x=EDGE + width * (0.5 + self.lane * 0.3 * share),
            y=height * (HORIZON + 0.56 * share),
            width=width * 0.56 * share,
            paint=self.paint,
            rear=self.rear,
        )


DRIVES = (
    Drive("RU", "1", (150, 28, 34), -1.0, 0.0, 3.6, 3.2, 0.7),
    Drive("DE", "car", (32, 66, 132), 1.0, 0.8, 5.6, 0.72, 3.2, rear=True),
    Drive("BR", "Mercosur private", (226, 226, 222), -0.9, 3.2, 7.0, 3.4, 0.7),
)
"""Two cars come, and one drives away between them."""


def frames(faces: Faces, seed: int) -> Iterator[tuple[Image, float]]:
    """Yields the pictures (RGB, 600 x 800) with their times."""
    rng = np.random.default_rng(seed)
    road = np.zeros((SIZE[0] * FINE, SIZE[1] * FINE, 3), np.uint8)
    paint_road(road, rng)
    road = np.pad(road, ((0, EDGE), (EDGE, EDGE), (0, 0)), mode="edge")
    plates = [draw_plate(maker_of(d.country, d.type)(rng), faces, rng, 120) for d in DRIVES]
    for number in range(round(SECONDS * RATE)):
        time = number / RATE
        large = road.copy()
        seen = [(car, flat) for d, flat in zip(DRIVES, plates, strict=True) if (car := d.car(time)) is not None]
        for car, flat in sorted(seen, key=lambda pair: pair[0].width):
            paint_car(large, car)
            _mount(large, car, flat)
        seen_part = large[: SIZE[0] * FINE, EDGE : EDGE + SIZE[1] * FINE]
        picture = cv2.resize(seen_part, SIZE[::-1], interpolation=cv2.INTER_AREA).astype(np.float32)
        yield np.clip(picture + rng.normal(0, 1.5, (*SIZE, 1)), 0, 255).astype(np.uint8), time


def _mount(image: Image, car: Car, flat: Flat) -> None:
    """Puts the plate on the car."""
    source = box_to_corners(flat.plate)
    aspect = float(np.ptp(source[:, 0]) / np.ptp(source[:, 1]))
    matrix = cv2.getPerspectiveTransform(source, car.plate_place(aspect))
    rgba = cv2.warpPerspective(np.dstack([flat.image, flat.alpha]), matrix, image.shape[1::-1], flags=cv2.INTER_AREA)
    share = rgba[..., 3:].astype(np.float32) / 255
    image[:] = (image * (1 - share) + rgba[..., :3] * share).astype(np.uint8)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m scripts.sample_clip", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--fonts", type=Path, default=Path(".fonts"))
    args = parser.parse_args()
    with VideoWriter(args.out, SIZE[1], SIZE[0], RATE) as writer:
        for picture, time in frames(Faces(find_fonts(args.fonts)), args.seed):
            writer.write(picture, time)


if __name__ == "__main__":
    run_command(main)
