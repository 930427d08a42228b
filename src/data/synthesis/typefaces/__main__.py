"""A sheet of the typefaces that are drawn here: ``python -m src.data.synthesis.typefaces OUT.png [FACE ...]``."""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from src.core.cli import run_command
from src.data.synthesis.typefaces import OWN, FontError, load_typeface
from src.data.synthesis.typefaces.pen import Mask

PER_ROW = 18
MARGIN = 12


def typeface_sheet(names: Sequence[str], height: int) -> Mask:
    """All glyphs of the faces, ``height`` pixels high, dark on light, each face under its name. Raises FontError."""
    rows = [row for name in names for row in _rows(name, height)]
    width = max(row.shape[1] for row in rows)
    return np.vstack([np.pad(row, ((0, 0), (0, width - row.shape[1])), constant_values=255) for row in rows])


def _rows(name: str, height: int) -> list[Mask]:
    face = load_typeface(name)
    glyphs = [np.pad(255 - face.mask(char, height), MARGIN, constant_values=255) for char in sorted(face.glyphs)]
    title = np.full((28, 60 + 12 * len(name)), 255, np.uint8)
    cv2.putText(title, name, (MARGIN, 22), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (0,), 1, cv2.LINE_AA)
    return [title, *(np.hstack(glyphs[i : i + PER_ROW]) for i in range(0, len(glyphs), PER_ROW))]


def main() -> None:
    """Writes the sheet."""
    drawn = sorted(set(OWN.values()))
    parser = argparse.ArgumentParser(prog="python -m src.data.synthesis.typefaces", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("faces", nargs="*", metavar="FACE", help=f"some of {', '.join(drawn)}; without any, all")
    parser.add_argument("--height", type=int, default=96, help="of a character, in pixels")
    args = parser.parse_args()
    if args.height < 8:
        parser.error(f"--height {args.height}: at least 8")
    try:
        sheet = typeface_sheet(args.faces or drawn, args.height)
    except FontError as error:
        parser.error(str(error))
    args.out.parent.mkdir(parents=True, exist_ok=True)
    if not cv2.imwrite(str(args.out), sheet):
        parser.error(f"cannot write {args.out}")


if __name__ == "__main__":
    run_command(main)
