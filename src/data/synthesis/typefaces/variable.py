"""Splits a variable font into several faces: light and bold, narrow and wide."""

from functools import cache
from itertools import product
from pathlib import Path

from PIL import ImageFont

from src.data.synthesis.typefaces.outlines import FontError

AXES = "@"
"""Separates the path of a variable font from the values of its axes, as in ``x.woff2@400,75``."""
_SHARES = {"wght": (0.3, 0.55, 0.8), "wdth": (0.0, 0.5, 1.0)}
"""The places between least and greatest value at which each axis is set; other axes keep their defaults."""
_NAMES = {"Weight": "wght", "Width": "wdth"}


def instances(path: Path) -> list[str]:
    """Returns the faces of a font file: itself, or a variable font at the _SHARES of its axes. Raises FontError."""
    axes = _axes(str(path))
    if not axes:
        return [str(path)]
    choices = []
    for name, least, usual, most in axes:
        shares = _SHARES.get(_NAMES.get(name, ""))
        choices.append([usual] if shares is None else [round(least + (most - least) * share) for share in shares])
    return [f"{path}{AXES}{','.join(map(str, values))}" for values in product(*choices)]


@cache
def _axes(path: str) -> list[tuple[str, int, int, int]]:
    """Returns name, least, usual and greatest value of each axis; none for a font that does not vary."""
    try:
        font = ImageFont.truetype(path, 24)
        axes = font.get_variation_axes()
    except OSError:
        return []  # it does not vary; a font that cannot be read is reported where it is first used
    return [(_text(a["name"]), int(a["minimum"] or 0), int(a["default"] or 0), int(a["maximum"] or 0)) for a in axes]


def _text(name: object) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)


def load_font(face: str, size: int) -> ImageFont.FreeTypeFont:
    """Loads the face ``face`` of ``instances`` at ``size``. Raises FontError naming what cannot be read."""
    path, _, values = face.partition(AXES)
    try:
        font = ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
        if values:
            font.set_variation_by_axes([float(value) for value in values.split(",")])
    except OSError as error:
        raise FontError(f"{face}: not a font that can be read ({error})") from None
    return font
