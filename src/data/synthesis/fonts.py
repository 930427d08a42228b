"""Typefaces: which resemble which plates, and the masks of their characters, each drawn once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from src.data.synthesis.strokes import NATURAL_STROKE, ROUNDNESS, pen_mask

Mask = npt.NDArray[np.uint8]
"""``[h, w]``: 255 is ink, cut tightly around it."""

SUFFIXES = frozenset({".ttf", ".otf", ".ttc", ".woff"})
HELD_OUT = "held-out"
"""The folder of the faces that no training sees."""
GLYPH_HEIGHT = 64
NOTE_HEIGHT = 24

_EVERY = frozenset({"euro", "russia", "america", "brazil"})
_KINDS: dict[str, frozenset[str]] = {
    "OSP-DIN": frozenset({"euro", "russia", "tunisia"}),
    "osifont": frozenset({"euro", "russia", "brazil"}),
    "RG2014B": frozenset({"euro", "tunisia", "america"}),
    "RG2014C": frozenset({"euro", "russia", "america", "tunisia"}),
    "RG2014D": _EVERY,
    "RG2014E": frozenset({"brazil", "america", "russia"}),
    "routed-gothic": frozenset({"brazil", "america"}),
    "routed-gothic-narrow": frozenset({"brazil", "america"}),
    "routed-gothic-wide": frozenset({"brazil", "america"}),
    "NationalPark-Regular": _EVERY,
    "NationalPark-Heavy": frozenset({"brazil", "america"}),
    "Dosis-SemiBold": frozenset({"euro", "russia"}),
    "barlow-latin-600-normal": frozenset({"euro", "russia", "brazil"}),
    "barlow-semi-condensed-latin-600-normal": _EVERY,
    "barlow-condensed-latin-500-normal": frozenset({"euro", "russia", "tunisia"}),
    "barlow-condensed-latin-600-normal": frozenset({"euro", "russia", "america", "tunisia"}),
    "saira-condensed-latin-500-normal": frozenset({"euro", "russia", "america"}),
    "saira-condensed-latin-600-normal": frozenset({"euro", "america", "tunisia"}),
    "saira-semi-condensed-latin-600-normal": frozenset({"euro", "brazil", "america"}),
    "saira-extra-condensed-latin-600-normal": frozenset({"euro"}),
    "overpass-latin-600-normal": frozenset({"euro", "brazil", "america"}),
    "roboto-condensed-latin-500-normal": frozenset({"euro", "russia", "tunisia"}),
    "share-tech-latin-400-normal": frozenset({"euro"}),
    "blinker-latin-600-normal": frozenset({"euro", "brazil"}),
    "rajdhani-latin-600-normal": frozenset({"euro", "america"}),
    "chakra-petch-latin-600-normal": frozenset({"america"}),
    "m-plus-rounded-1c-latin-700-normal": frozenset({"euro", "russia", "brazil", "america"}),
    "archivo-narrow-latin-600-normal": frozenset({"euro", "tunisia"}),
    "LiberationSans-Bold": frozenset({"euro", "brazil"}),
    "LiberationSansNarrow-Bold": frozenset({"euro", "tunisia"}),
    "KacstBook": frozenset({"arabic"}),
    "KacstOffice": frozenset({"arabic"}),
    "KacstTitle": frozenset({"arabic"}),
    "FreeSerifBold": frozenset({"arabic"}),
    "wqy-microhei": frozenset({"chinese"}),
}
"""By file stem: the plates that a face resembles, or the script that it is here for. Others are generic."""
_SCRIPTS = {"arabic": "\ufeb2", "chinese": "京"}
"""A character that a face must hold to write a script; a face outside the table is asked for it too."""


class FontError(ValueError):
    """No font, or one that cannot be read; the message names it and what to do."""


def find_fonts(folder: Path) -> list[Path]:
    """The font files under ``folder``, sorted, without those held out of training.

    Raises FontError naming the command that fetches some.
    """
    fonts = [p for p in _font_files(folder) if HELD_OUT not in p.relative_to(folder).parts]
    if not fonts:
        raise FontError(f"{folder}: no font file there; run scripts/fetch_fonts.sh {folder}")
    return fonts


def held_out_fonts(folder: Path) -> list[Path]:
    """The font files of ``folder`` that are held out of training, sorted. Raises FontError like ``find_fonts``."""
    fonts = _font_files(folder / HELD_OUT)
    if not fonts:
        raise FontError(f"{folder / HELD_OUT}: no font file there; run scripts/fetch_fonts.sh {folder}")
    return fonts


def _font_files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES)


class Faces:
    """The faces at hand, by the plates they resemble: those of ``fonts``, and ``pens`` of ROUNDNESS."""

    def __init__(self, fonts: Sequence[Path], pens: Collection[str] = tuple(ROUNDNESS)) -> None:
        if not fonts:
            raise FontError("no fonts given; run scripts/fetch_fonts.sh and pass find_fonts(Path('.fonts'))")
        self._latin = [str(p) for p in fonts if _holds(str(p), "A") and _holds(str(p), "0")]
        self._latin = [p for p in self._latin if not _KINDS.get(Path(p).stem, _EVERY) & set(_SCRIPTS)]
        if not self._latin:
            raise FontError("none of the fonts writes Latin letters")
        self._by_kind = {
            kind: [p for p in self._latin if kind in _KINDS.get(Path(p).stem, ())]
            for kind in ("euro", "russia", "america", "brazil", "tunisia")
        }
        for kind, share in (("russia", 3), ("brazil", 2), ("euro", 1), ("tunisia", 1)):
            self._by_kind[kind] += [*pens] * share
        for script, sample in _SCRIPTS.items():
            self._by_kind[script] = [str(p) for p in fonts if _holds(str(p), sample)]

    def writes(self, script: str) -> bool:
        """Whether a face for ``arabic`` or ``chinese`` is there."""
        return bool(self._by_kind[script])

    def choose(self, rng: np.random.Generator, kind: str, stray: float = 0.15) -> str:
        """A face for plates of ``kind``; with the odds of ``stray``, or if there is none, any Latin one."""
        faces = self._by_kind.get(kind, [])
        if not faces or (kind not in _SCRIPTS and rng.random() < stray):
            faces = self._latin
        return faces[int(rng.random() * len(faces))]


@dataclass(frozen=True)
class Lettering:
    """A face at a boldness; ``weight`` in pixels that strokes grow on either side at GLYPH_HEIGHT."""

    face: str
    weight: int = 0

    @property
    def stroke(self) -> float:
        """Width of a stem against the height of a character."""
        return _stroke(self.face) + 2 * self.weight / GLYPH_HEIGHT

    def mask(self, text: str) -> Mask:
        """The ink of one character, or of a word that counts as one."""
        return _glyph(self.face, text, self.weight)


def lettering(face: str, stroke: float) -> Lettering:
    """``face`` thinned or fattened until a stroke is about ``stroke`` of the height of a character."""
    grow = round((stroke - _stroke(face)) * GLYPH_HEIGHT / 2)
    return Lettering(face, max(-2, min(4, grow)))


@cache
def cyrillic_u(stroke: float, lean: float) -> Mask:
    """The letter written Y in the text of a Russian plate: its long stroke runs down to the left.

    ``stroke`` against the height, ``lean`` is where the long stroke ends, against the width. Drawn here, as
    few faces with Latin letters hold it, and none of them draws it straight.
    """
    width, thick = round(0.75 * GLYPH_HEIGHT), max(3, round(stroke * GLYPH_HEIGHT))
    half = thick // 2
    mask = np.zeros((GLYPH_HEIGHT + 2 * half, width + 2 * half), np.uint8)
    foot, head = (half + round(lean * width), GLYPH_HEIGHT + 2 * half), (half + width, -half)
    meet = 0.62
    joint = (round(head[0] + (foot[0] - head[0]) * meet), round(head[1] + (foot[1] - head[1]) * meet))
    cv2.line(mask, head, foot, 255, thick, cv2.LINE_AA)
    cv2.line(mask, (half, -half), joint, 255, thick, cv2.LINE_AA)
    mask = mask[half : half + GLYPH_HEIGHT]
    return mask


@lru_cache(maxsize=4096)
def note_mask(face: str, text: str) -> Mask:
    """The ink of small lettering that is no part of the plate's text."""
    return _ink(_font(face, NOTE_HEIGHT), text)


@cache
def _glyph(face: str, text: str, weight: int) -> Mask:
    if face in ROUNDNESS:
        mask = _tight(pen_mask(face, text, NATURAL_STROKE * GLYPH_HEIGHT + 2 * weight, GLYPH_HEIGHT))
        weight = 0
    else:
        mask = _ink(_font(face, round(GLYPH_HEIGHT * 1.4)), text)
    scale = GLYPH_HEIGHT / mask.shape[0]
    if weight:
        mask = np.pad(mask, 8)
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * abs(weight) + 1,) * 2)
        mask = np.asarray((cv2.dilate if weight > 0 else cv2.erode)(mask, kernel), np.uint8)
        mask = _tight(mask)
    width = max(2, round(mask.shape[1] * scale))
    return np.asarray(cv2.resize(mask, (width, GLYPH_HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)


@cache
def _stroke(face: str) -> float:
    """Width of the stem of an L, as a share of its height."""
    if face in ROUNDNESS:
        return NATURAL_STROKE
    mask = _glyph(face, "L", 0)
    return float((mask[: GLYPH_HEIGHT // 2] > 127).sum(1).mean()) / GLYPH_HEIGHT


@cache
def _holds(face: str, char: str) -> bool:
    font = _font(face, NOTE_HEIGHT)
    missing = font.getmask("\U0010fffe")
    mask = font.getmask(char)
    return mask.getbbox() is not None and (mask.size, bytes(mask)) != (missing.size, bytes(missing))


@lru_cache(maxsize=128)
def _font(face: str, size: int) -> ImageFont.FreeTypeFont:
    try:
        return ImageFont.truetype(face, size, layout_engine=ImageFont.Layout.BASIC)
    except OSError as error:
        raise FontError(f"{face}: not a font that can be read ({error})") from None


def _ink(font: ImageFont.FreeTypeFont, text: str) -> Mask:
    x1, y1, x2, y2 = font.getbbox(text)
    picture = Image.new("L", (max(1, round(x2 - x1)) + 8, max(1, round(y2 - y1)) + 8))
    ImageDraw.Draw(picture).text((4 - x1, 4 - y1), text, font=font, fill=255)
    return _tight(np.array(picture))


def _tight(mask: Mask) -> Mask:
    rows, columns = np.flatnonzero((mask > 64).any(1)), np.flatnonzero((mask > 64).any(0))
    if not rows.size:
        return np.full((2, 2), 255, np.uint8)
    return mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
