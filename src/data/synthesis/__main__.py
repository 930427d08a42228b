"""A contact sheet of synthetic crops: ``python -m src.data.synthesis OUT.png --count 60 --seed 0``."""

import argparse
from pathlib import Path

import cv2
import numpy as np

from src.core.types import Image
from src.data.synthesis import DEFAULT_WEIGHTS, CropSynthesiser, FontError, SyntheticCrop, find_fonts

COLUMNS = 6
CAPTION = 16


def contact_sheet(crops: list[SyntheticCrop], zoom: int = 2, boxes: bool = False) -> Image:
    """Crops enlarged, in rows of six, each with region and text below; ``boxes`` draws the characters'."""
    cells = [_cell(crop, zoom, boxes) for crop in crops]
    cells += [np.full_like(cells[0], 255)] * (-len(cells) % COLUMNS)
    rows = [np.hstack(cells[i : i + COLUMNS]) for i in range(0, len(cells), COLUMNS)]
    return np.vstack(rows)


def _cell(crop: SyntheticCrop, zoom: int, boxes: bool) -> Image:
    height, width = crop.image.shape[0] * zoom, crop.image.shape[1] * zoom
    large = np.asarray(cv2.resize(crop.image, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
    if boxes:
        for x1, y1, x2, y2 in np.round(crop.chars * zoom).astype(int).tolist():
            cv2.rectangle(large, (x1, y1), (x2, y2), (255, 0, 0), 1)
    cell = np.full((height + CAPTION, width + 4, 3), 255, np.uint8)
    cell[:height, :width] = large
    caption = f"{crop.region} {crop.text}".encode("ascii", "replace").decode()
    cv2.putText(cell, caption, (2, height + 12), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (0, 0, 0), 1, cv2.LINE_AA)
    return cell


def main() -> None:
    """Writes the sheet and says which plates could not be drawn for want of a font."""
    parser = argparse.ArgumentParser(prog="python -m src.data.synthesis", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fonts", type=Path, default=Path(".fonts"))
    parser.add_argument("--only", choices=sorted(DEFAULT_WEIGHTS), help="one group of plates")
    parser.add_argument("--boxes", action="store_true", help="draw the boxes of the characters")
    args = parser.parse_args()
    weights = {args.only: 1.0} if args.only else DEFAULT_WEIGHTS
    try:
        synthesise = CropSynthesiser(find_fonts(args.fonts), weights=weights)
    except FontError as error:
        parser.error(str(error))
    rng = np.random.default_rng(args.seed)
    sheet = contact_sheet([synthesise(rng) for _ in range(args.count)], boxes=args.boxes)
    if not cv2.imwrite(str(args.out), sheet[..., ::-1]):
        parser.error(f"cannot write {args.out}")
    if synthesise.skipped:
        print(f"left out for want of a font: {', '.join(synthesise.skipped)}")


if __name__ == "__main__":
    main()
