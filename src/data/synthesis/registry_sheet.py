"""A contact sheet of the registry: every type of plate, drawn flat, with its name."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw

from src.core.formats.registry import Country, Format
from src.data.synthesis.drawing.draw import draw_plate
from src.data.synthesis.layout.registered import PlateMaker
from src.data.synthesis.typefaces.fonts import Faces

CELL = (300, 150)
"""Width and height of a cell in pixels; a plate is fitted into it."""
LABEL = 220


def write_sheet(countries: Sequence[Country], fonts: Sequence[Path], examples: int, path: Path) -> None:
    """Draws ``examples`` plates of each type into the picture ``path``, a row per type; the same every time."""
    faces = Faces(fonts)
    formats = [form for country in countries for form in country.formats]
    rows = [_row(form, faces, examples, seed) for seed, form in enumerate(formats)]
    sheet = PillowImage.new("RGB", (LABEL + examples * CELL[0], sum(row.height for row in rows)), (120, 122, 125))
    top = 0
    for row in rows:
        sheet.paste(row, (0, top))
        top += row.height
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path)


def _row(form: Format, faces: Faces, examples: int, seed: int) -> PillowImage.Image:
    rng, maker = np.random.default_rng(seed), PlateMaker(form)
    aspect = form.type.size[0] / form.type.size[1]
    width = min(CELL[0] - 16, round((CELL[1] - 12) * aspect))
    height = round(width / aspect)
    row = PillowImage.new("RGB", (LABEL + examples * CELL[0], height + 16), (120, 122, 125))
    ImageDraw.Draw(row).text((8, 6), f"{form.country} {form.type.name}\n{' / '.join(form.type.lines)}", "white")
    for i in range(examples):
        flat = draw_plate(maker(rng), faces, rng, 2 * height)
        plate = PillowImage.fromarray(flat.image).resize((width, height), PillowImage.Resampling.LANCZOS)
        row.paste(plate, (LABEL + i * CELL[0] + 8, 8))
    return row
