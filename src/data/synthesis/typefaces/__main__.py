"""Sheets of the typefaces that need no package, and how those of photographs came about.

``python -m src.data.synthesis.typefaces sheet OUT.png [FACE ...]`` draws them; ``... harvest [FACE ...]`` traces faces
from the photographs of the training split below $PLATE_DATA anew, by what the exported reader sees in them.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from src.core.alphabet import Alphabet
from src.core.card import CardError
from src.core.cli import run_command
from src.core.image import ImageError
from src.core.montage import captioned, montage
from src.core.types import Image
from src.data.annotations.corrections import CorrectionError, with_corners
from src.data.annotations.manifest import ManifestError, Record, of_split, read_set
from src.data.loaders.real_crops import real_crops
from src.data.synthesis.typefaces import OWN, FontError, load_typeface
from src.data.synthesis.typefaces.fonts import PHOTOGRAPHS, Lettering
from src.data.synthesis.typefaces.harvest import (
    SETS,
    SOURCES,
    WORDS,
    WRITTEN,
    HarvestError,
    harvest,
    shows,
    stroke_of,
    write_face,
)
from src.data.synthesis.typefaces.pen import Mask
from src.data.synthesis.typefaces.samples import Floats, forced_columns
from src.runtime.plate_reader import PlateReader

PER_ROW = 18
MARGIN = 12
CORNERS = Path("data/labels/corners")


def typeface_sheet(names: Sequence[str], height: int) -> Image:
    """Draws all glyphs of the faces, ``height`` pixels high, dark on light, under their names. Raises FontError."""
    return montage([tile for name in names for tile in (_title(name), _glyphs(name, height))], columns=1)


def _title(name: str) -> Image:
    return captioned(np.full((MARGIN, 60 + 12 * len(name), 3), 255, np.uint8), name)


def _glyphs(name: str, height: int) -> Image:
    tiles = [np.pad(255 - mask, MARGIN, constant_values=255) for mask in _masks(name, height)]
    return montage([np.asarray(cv2.cvtColor(tile, cv2.COLOR_GRAY2RGB), np.uint8) for tile in tiles], PER_ROW)


def _masks(name: str, height: int) -> list[Mask]:
    if name not in SOURCES:
        face = load_typeface(name)
        return [face.mask(char, height) for char in sorted(face.glyphs)]
    masks = (Lettering(name).mask(char) for char in WRITTEN)
    sizes = ((max(1, round(m.shape[1] * height / m.shape[0])), height) for m in masks)
    return [
        np.asarray(cv2.resize(Lettering(name).mask(char), size, interpolation=cv2.INTER_LINEAR), np.uint8)
        for char, size in zip(WRITTEN, sizes, strict=True)
    ]


def harvest_faces(names: Sequence[str], data: Path, reader: PlateReader, out: Path) -> None:
    """Traces the faces ``names`` from the plates of their SOURCES below ``data`` and writes them into ``out``.

    Prints what each is made of. Raises HarvestError, ManifestError, CorrectionError and ImageError.
    """
    assert reader.card.alphabet is not None  # PlateReader opens none without
    alphabet = Alphabet(reader.card.alphabet)

    def attention(crop: Image, text: str) -> Floats | None:
        return forced_columns(reader.infer(crop[None])["log_probs"][0], alphabet.encode(text))

    records = [record for name in SETS for record in _training(name, data)]
    for name in names:
        crops = real_crops([r for r in records if r.source in SOURCES[name]], Path())
        crops = [c for c in crops if shows(name, c.text) and not alphabet.unknown(c.text)]
        means = harvest(crops, attention, reader.card.input_size, WORDS.get(name, ""))
        lacking = write_face(out / f"{name}.ttf", means)
        samples = sum(mean.samples for mean in means.values())
        widths = ", ".join(f"{c} {means[c].aspect:.2f}" for c in "H0" if c in means)
        print(
            f"{name}: {len(crops)} plates, {samples} characters, stroke {stroke_of(means):.3f}, "
            f"width against height {widths}; not seen: {lacking or 'none'}"
        )


def _training(name: str, data: Path) -> list[Record]:
    """Returns the plates of the training split of a set, with the corners that are known."""
    records = of_split(read_set(name, data), "train")
    return with_corners(records, [name], CORNERS) if any(r.is_scene for r in records) else records


def main() -> None:
    """Writes a sheet, or faces."""
    parser = argparse.ArgumentParser(prog="python -m src.data.synthesis.typefaces", description=__doc__)
    commands = parser.add_subparsers(required=True, dest="command")
    drawn = sorted({*OWN.values(), *SOURCES})
    sheet = commands.add_parser("sheet", help="a picture of all their characters")
    sheet.add_argument("out", type=Path)
    sheet.add_argument("faces", nargs="*", metavar="FACE", help=f"some of {', '.join(drawn)}; without any, all")
    sheet.add_argument("--height", type=int, default=96, help="of a character, in pixels")
    faces = commands.add_parser("harvest", help="trace faces from photographs of the training split")
    faces.add_argument("faces", nargs="*", metavar="FACE", help=f"some of {', '.join(SOURCES)}; without any, all")
    faces.add_argument("--reader", type=Path, default=Path("exports/ocr"), metavar="DIR")
    faces.add_argument("--out", type=Path, default=PHOTOGRAPHS, metavar="DIR")
    args = parser.parse_args()
    try:
        if args.command == "harvest":
            if unknown := sorted(set(args.faces) - set(SOURCES)):
                raise HarvestError(f"no face of photographs is called {unknown[0]}; there are {', '.join(SOURCES)}")
            data = Path(os.environ.get("PLATE_DATA", "data"))
            harvest_faces(args.faces or list(SOURCES), data, PlateReader(args.reader, threads=1), args.out)
            return
        if args.height < 8:
            raise FontError(f"--height {args.height}: at least 8")
        picture = typeface_sheet(args.faces or drawn, args.height)
    except (FontError, HarvestError, ManifestError, CorrectionError, CardError, ImageError) as error:
        parser.error(str(error))
    args.out.parent.mkdir(parents=True, exist_ok=True)
    if not cv2.imwrite(str(args.out), picture):
        parser.error(f"cannot write {args.out}")


if __name__ == "__main__":
    run_command(main)
