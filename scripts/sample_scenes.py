"""Whole drawn scenes with labels, for the examples: ``python -m scripts.sample_scenes OUT_DIR``."""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np

from scripts.sample_vehicles import Car, paint_car, paint_road
from src.core.cli import run_command
from src.core.formats.registry import REGISTRY, RegistryError, load_country
from src.core.geometry import box_to_corners, corners_to_box
from src.core.types import Boxes, Corners, Image
from src.data.annotations.manifest import Box, PlateLabel, Points, Record, write_manifest
from src.data.synthesis.capture.pose import transform, transform_boxes
from src.data.synthesis.drawing.draw import draw_plate
from src.data.synthesis.drawing.holder import hold
from src.data.synthesis.layout.plate import Colour, Plate
from src.data.synthesis.layout.registered import PlateMaker
from src.data.synthesis.layout.variety import varied
from src.data.synthesis.typefaces.fonts import Faces, find_fonts

SIZE = (600, 800)
FINE = 2
"""Scenes are painted this much larger and averaged down."""

_PAINTS: tuple[Colour, ...] = (
    (150, 28, 34), (32, 66, 132), (196, 200, 204), (52, 54, 58), (226, 226, 222), (40, 92, 80),
    (198, 150, 52),
)  # fmt: skip
CASTS: tuple[tuple[tuple[str, str], ...], ...] = (
    (("RU", "1"),),
    (("DE", "car"),),
    (("PL", "city"), ("CZ", "car")),
    (("BR", "private"),),
    (("BR", "Mercosur private"),),
    (("US", "California"),),
)
"""Country and type of the plates of the cars in one scene after another."""


def maker_of(country: str, name: str) -> PlateMaker:
    """Makes plates of the type ``name`` of a country of the registry. Raises RegistryError where there is none."""
    path = REGISTRY / f"{country.lower()}.yaml"
    for form in load_country(path).formats:
        if form.type.name == name:
            return PlateMaker(form)
    raise RegistryError(f"{path}: types: none is called {name!r}")


def render_scene(
    makers: Sequence[Callable[[np.random.Generator], Plate]], faces: Faces, rng: np.random.Generator
) -> tuple[Image, tuple[PlateLabel, ...]]:
    """A road with a car for each of ``makers``; returns the scene (RGB, 600 x 800) and its plates' labels."""
    large = np.zeros((SIZE[0] * FINE, SIZE[1] * FINE, 3), np.uint8)
    paint_road(large, rng)
    labels = []
    for car, maker in zip(_park(len(makers), rng), makers, strict=True):
        paint_car(large, car)
        labels.append(_mount(large, car, varied(maker(rng), rng), faces, rng))
    scene = np.asarray(cv2.resize(large, SIZE[::-1], interpolation=cv2.INTER_AREA), np.uint8)
    grain = rng.normal(0, 2.0, (*SIZE, 1))
    return (scene + grain).clip(0, 255).astype(np.uint8), tuple(labels)


def _park(count: int, rng: np.random.Generator) -> list[Car]:
    """Cars beside one another, the left one nearer, in different paints."""
    height, width = SIZE[0] * FINE, SIZE[1] * FINE
    paints = rng.permutation(len(_PAINTS))
    cars = []
    for i in range(count):
        x = width * (0.5 if count == 1 else 0.27 + 0.48 * i) + float(rng.uniform(-0.04, 0.04)) * width
        wide = width * (0.62 if count == 1 else 0.45 - 0.07 * i) * float(rng.uniform(0.95, 1.05))
        y = height * (0.93 - 0.08 * i)
        cars.append(Car(x, y, wide, _PAINTS[paints[i]], bool(rng.random() < 0.5)))
    return cars


def _mount(image: Image, car: Car, plate: Plate, faces: Faces, rng: np.random.Generator) -> PlateLabel:
    """Puts ``plate`` on ``car``, a little askew, and labels it in pixels of the finished scene."""
    corners = car.plate_place(plate.aspect)
    corners += rng.normal(0, 0.0012, (4, 2)).astype(np.float32) * car.width
    tilt = float(rng.normal(0, 0.012))
    corners[:, 1] += (corners[:, 0] - car.x) * tilt
    flat = draw_plate(plate, faces, rng, max(48, round(float(corners[3, 1] - corners[0, 1]))))
    if plate.aspect > 3.5 and rng.random() < 0.6:
        flat = hold(flat, faces, rng)
    source = box_to_corners(flat.plate)
    matrix = np.asarray(cv2.getPerspectiveTransform(source, corners), np.float32)
    rgba = cv2.warpPerspective(np.dstack([flat.image, flat.alpha]), matrix, image.shape[1::-1], flags=cv2.INTER_LINEAR)
    share = rgba[..., 3:].astype(np.float32) / 255
    image[:] = (image * (1 - share) + rgba[..., :3] * share).astype(np.uint8)
    chars = transform_boxes(matrix, flat.chars, (image.shape[0], image.shape[1])) / FINE
    seen = transform(matrix, source) / np.float32(FINE)
    return PlateLabel(
        box=_box(corners_to_box(seen)),
        text=plate.registration,
        region=plate.region or None,
        corners=_points(seen),
        lines=plate.lines,
        chars=tuple(_box(c) for c in chars),
    )


def _box(values: Boxes) -> Box:
    x1, y1, x2, y2 = (round(float(v), 1) for v in values)
    return x1, y1, x2, y2


def _points(corners: Corners) -> Points:
    first, second, third, fourth = ((round(float(x), 1), round(float(y), 1)) for x, y in corners)
    return first, second, third, fourth


def write_scenes(out: Path, count: int, seed: int, faces: Faces) -> None:
    """Writes ``count`` scenes as JPEG and their ``manifest.jsonl`` into ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    casts = [[maker_of(*which) for which in cast] for cast in CASTS]
    records = []
    for i in range(count):
        rng = np.random.default_rng((seed, i))
        scene, labels = render_scene(casts[i % len(casts)], faces, rng)
        name = f"{i:02d}-{'-'.join((p.region or 'xx').lower() for p in labels)}.jpg"
        if not cv2.imwrite(str(out / name), scene[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 88]):
            raise OSError(f"{out / name}: cannot be written")
        records.append(
            Record(image=name, width=SIZE[1], height=SIZE[0], split="test", source="synthetic", plates=labels)
        )
    write_manifest(out / "manifest.jsonl", records)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m scripts.sample_scenes", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=len(CASTS))
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--fonts", type=Path, default=Path(".fonts"))
    args = parser.parse_args()
    write_scenes(args.out, args.count, args.seed, Faces(find_fonts(args.fonts)))


if __name__ == "__main__":
    run_command(main)
