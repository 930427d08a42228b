"""Draws a contact sheet of the registry: every type of plate, seen straight on, with its name."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw

from src.core.formats.registry import Country, PlateFormat
from src.core.montage import montage
from src.core.types import Image
from src.data.synthesis.drawing.draw import draw_plate
from src.data.synthesis.layout.registered import PlateMaker
from src.data.synthesis.typefaces.fonts import Faces

CELL = (284, 138)
"""The greatest width and height of a plate in pixels."""
LABEL = (220, 16)
"""The width of a type's label, and the height of each of its lines, in pixels."""
GREY = (120, 122, 125)


def write_sheet(countries: Sequence[Country], fonts: Sequence[Path], examples: int, path: Path) -> None:
    """Draws ``examples`` plates of each type into the picture ``path``, a row per type, always the same ones."""
    faces = Faces(fonts)
    formats = [form for country in countries for form in country.formats]
    rows = [[_label(form), *_plates(form, faces, examples, seed)] for seed, form in enumerate(formats)]
    path.parent.mkdir(parents=True, exist_ok=True)
    PillowImage.fromarray(montage([tile for row in rows for tile in row], 1 + examples, GREY)).save(path)


def _label(form: PlateFormat) -> Image:
    lines = [f"{form.country} {form.type.name}", " / ".join(form.type.lines)]
    label = PillowImage.new("RGB", (LABEL[0], LABEL[1] * len(lines)), GREY)
    ImageDraw.Draw(label).text((4, 0), "\n".join(lines), "white")
    return np.asarray(label, np.uint8)


def _plates(form: PlateFormat, faces: Faces, examples: int, seed: int) -> Iterator[Image]:
    rng, maker = np.random.default_rng(seed), PlateMaker(form)
    aspect = form.type.size[0] / form.type.size[1]
    width = min(CELL[0], round(CELL[1] * aspect))
    height = round(width / aspect)
    for _ in range(examples):
        flat = PillowImage.fromarray(draw_plate(maker(rng), faces, rng, 2 * height).image)
        yield np.asarray(flat.resize((width, height), PillowImage.Resampling.LANCZOS), np.uint8)
