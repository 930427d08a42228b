"""A contact sheet of synthetic crops, alone or beside real ones.

``python -m src.data.synthesis OUT.png --count 60 --seed 0``; with ``--beside MANIFEST`` each row shows three real crops
of a region and then three drawn ones.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
import os
from pathlib import Path

import cv2
import numpy as np

from src.core.cli import run_command
from src.core.formats.registry import REGISTRY, RegistryError, load_registry
from src.core.geometry import CROP_SIZE
from src.core.image import ImageError
from src.core.montage import captioned, enlarged, montage
from src.core.types import Image
from src.data.annotations.labels import LabelError, load_labels
from src.data.annotations.manifest import ManifestError, Record, read_manifest
from src.data.synthesis import GROUPS, CropSynthesiser, FontError, SynthesisError, SyntheticCrop, find_fonts
from src.data.synthesis.beside import RealPlate, paired, real_plates
from src.data.synthesis.synthesiser import GENERIC

COLUMNS, ZOOM = 6, 2


def contact_sheet(crops: list[SyntheticCrop | RealPlate], boxes: bool = False) -> Image:
    """Shows crops enlarged in rows of six, each with region and text below; ``boxes`` outlines the characters."""
    return montage([captioned(_enlarged(crop, boxes), f"{crop.region} {crop.text}") for crop in crops], COLUMNS)


def _enlarged(crop: SyntheticCrop | RealPlate, boxes: bool) -> Image:
    large = enlarged(crop.image, ZOOM)
    if boxes and isinstance(crop, SyntheticCrop):
        for x1, y1, x2, y2 in np.round(crop.chars * ZOOM).astype(int).tolist():
            cv2.rectangle(large, (x1, y1), (x2, y2), (255, 0, 0), 1)
    return large


def main() -> None:
    """Writes the sheet and says which plates could not be drawn for want of a font."""
    parser = argparse.ArgumentParser(prog="python -m src.data.synthesis", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=60, metavar="N", help="how many crops are drawn (default: 60)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fonts", type=Path, default=Path(".fonts"), metavar="DIR")
    parser.add_argument(
        "--registry",
        type=Path,
        nargs="+",
        default=[REGISTRY],
        metavar="DIR",
        help=f"folders of plate formats, of which a later one's count (default: {REGISTRY})",
    )
    parser.add_argument("--only", metavar="COUNTRY", help="one country's plates (ISO 3166 alpha-2), or generic ones")
    parser.add_argument("--without", nargs="*", default=[], choices=GROUPS, metavar="GROUP", help=" ".join(GROUPS))
    parser.add_argument(
        "--beside", type=Path, metavar="PATH", help="a manifest, or a folder of labels for pictures under $PLATE_DATA"
    )
    parser.add_argument("--boxes", action="store_true", help="draw the boxes of the characters")
    args = parser.parse_args()
    try:
        crops, skipped = _crops(args)
        sheet = contact_sheet(crops, boxes=args.boxes)
    except (FontError, RegistryError, ManifestError, LabelError, SynthesisError, ImageError) as error:
        parser.error(str(error))
    if not cv2.imwrite(str(args.out), sheet[..., ::-1]):
        parser.error(f"cannot write {args.out}")
    if skipped:
        print(f"left out for want of a font: {', '.join(skipped)}")


def _crops(args: argparse.Namespace) -> tuple[list[SyntheticCrop | RealPlate], tuple[str, ...]]:
    fonts, rng = find_fonts(args.fonts), np.random.default_rng(args.seed)
    if args.beside is not None:
        regions = {args.only} if args.only else set(load_registry(*args.registry))
        real = [plate for plate in real_plates(*_records(args.beside)) if plate.region in regions]
        if not real:
            raise ManifestError(f"{args.beside}: no plate with its text and a country of the registry")
        return paired(real, fonts, args.without, args.registry, args.count, rng), ()
    weights, generic = _shares(args.only)
    synthesise = CropSynthesiser(fonts, CROP_SIZE, weights, generic, args.without, args.registry, arranged=True)
    return [synthesise(rng) for _ in range(args.count)], synthesise.skipped


def _shares(only: str | None) -> tuple[dict[str, float] | None, float]:
    """Returns the weights of the countries, and the share of plates of no country."""
    if only is None:
        return None, GENERIC
    return ({}, 1.0) if only == "generic" else ({only: 1.0}, 0.0)


def _records(path: Path) -> tuple[list[Record], Path]:
    """Returns the records of a manifest, or of a folder of labels, and the folder of their pictures."""
    if path.is_dir():
        root = Path(os.environ.get("PLATE_DATA", "data"))
        return load_labels(path, root), root
    return read_manifest(path), path.parent


if __name__ == "__main__":
    run_command(main)
