"""Colours of plates, by name or as #rrggbb."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator

PALETTE: Mapping[str, tuple[int, int, int]] = {
    "white": (238, 239, 236),
    "black": (18, 18, 20),
    "yellow": (246, 190, 20),
    "orange": (236, 150, 20),
    "red": (190, 28, 38),
    "green": (20, 105, 60),
    "blue": (20, 62, 160),
    "sky": (40, 110, 215),
    "grey": (176, 178, 178),
    "brown": (105, 65, 40),
}
"""The RGB colours that have a name."""


def _colour(word: Any) -> Any:
    """Returns the RGB colour of ``white`` or ``#f0f0f0``."""
    if isinstance(word, str) and re.fullmatch("#[0-9a-fA-F]{6}", word):
        return tuple(bytes.fromhex(word[1:]))
    if isinstance(word, str):
        if word not in PALETTE:
            raise ValueError(f"{word!r} is no colour: #rrggbb, or one of {', '.join(PALETTE)}")
        return PALETTE[word]
    return word


Colour = Annotated[tuple[int, int, int], BeforeValidator(_colour)]
