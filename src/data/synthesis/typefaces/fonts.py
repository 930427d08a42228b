"""Typefaces: which faces resemble those of which plates, and the masks of their characters, each drawn once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from src.data.synthesis.typefaces.elastic import BENDS, bent
from src.data.synthesis.typefaces.outlines import FontError, load_typeface
from src.data.synthesis.typefaces.strokes import NATURAL_STROKE, ROUNDNESS, pen_mask
from src.data.synthesis.typefaces.table import KIN, OWN, PHOTOGRAPHED, RESEMBLES, SCRIPT_FACES
from src.data.synthesis.typefaces.variable import AXES, instances, load_font

Mask = npt.NDArray[np.uint8]
"""``[h, w]``, where 255 is ink, cut tightly around the ink."""

SUFFIXES = frozenset({".ttf", ".otf", ".ttc", ".woff", ".woff2"})
HELD_OUT = "held-out"
"""The folder of the faces that the training never uses."""
HELD_OUT_MORE = "held-out-more"
"""The folder of further such faces. They are kept apart, so that results on the former stay comparable."""
HELD_OUT_CHINESE = "held-out-chinese"
"""The folder of the Chinese ones. They are kept apart, because they would change the plates drawn with the others."""
GLYPH_HEIGHT = 64
NOTE_HEIGHT = 24
NOTE_FACES = 6

_SCRIPTS = {"arabic": "\ufeb2", "chinese": "京", "hebrew": "מ"}
"""A face must hold this character to count as one of the script; a face outside the table is checked for it too."""
PHOTOGRAPHS = Path(__file__).parent / "photographed"
"""The folder of the faces that were traced from photographs (see ``harvest``)."""
DRAWN = (*ROUNDNESS, *sorted(set(OWN.values())), *sorted(set(PHOTOGRAPHED.values())))
"""The faces that need no package: those of strokes, of published geometry, and of PHOTOGRAPHS."""
_OUTLINED = frozenset(OWN.values())
_TRACED = frozenset(PHOTOGRAPHED.values())
OWN_SHARE = 0.67
"""This share of a typeface's plates uses the face drawn here; the others use similar faces, for variety."""
ELASTIC = 0.4
"""The face of this share of the plates is bent a little (see ``bent``)."""


def find_fonts(folder: Path) -> list[Path]:
    """Returns the font files under ``folder``, sorted, without those held out of training.

    Raises FontError naming the command that fetches some.
    """
    apart = {HELD_OUT, HELD_OUT_MORE, HELD_OUT_CHINESE}
    fonts = [p for p in _font_files(folder) if not apart & set(p.relative_to(folder).parts)]
    if not fonts:
        raise FontError(f"{folder}: no font file there; run scripts/fetch_fonts.sh {folder}")
    return fonts


def held_out_fonts(folder: Path) -> list[Path]:
    """Returns the font files held out of training in ``folder``, sorted. Raises FontError like ``find_fonts``."""
    return _held_out(folder, HELD_OUT)


def more_held_out_fonts(folder: Path) -> list[Path]:
    """Works as ``held_out_fonts`` for the further faces."""
    return _held_out(folder, HELD_OUT_MORE)


def held_out_chinese_fonts(folder: Path) -> list[Path]:
    """Works as ``held_out_fonts`` for the faces of Chinese characters."""
    return _held_out(folder, HELD_OUT_CHINESE)


def _held_out(folder: Path, name: str) -> list[Path]:
    fonts = _font_files(folder / name)
    if not fonts:
        raise FontError(f"{folder / name}: no font file there; run scripts/fetch_fonts.sh {folder}")
    return fonts


def _font_files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES)


class Faces:
    """Holds the available faces by the registry's typefaces: those of ``fonts``, and ``pens`` of DRAWN.

    A variable font counts as several faces. The share ``elastic`` of the plates uses a bent face.
    """

    def __init__(self, fonts: Sequence[Path], pens: Collection[str] = DRAWN, elastic: float = ELASTIC) -> None:
        if not fonts:
            raise FontError("no fonts given; run scripts/fetch_fonts.sh and pass find_fonts(Path('.fonts'))")
        self.elastic = elastic
        self._every = [face for p in fonts for face in instances(p)]
        self._latin = [f for f in self._every if _stem(f) not in SCRIPT_FACES and _holds(f, "A") and _holds(f, "0")]
        if not self._latin:
            raise FontError("none of the fonts writes Latin letters")
        self._own: dict[str, list[str]] = {}
        for typeface, face in (*OWN.items(), *PHOTOGRAPHED.items()):
            if face in pens:
                self._own.setdefault(typeface, []).append(face)
        self._near: dict[str, list[str]] = {}
        for face in (*self._latin, *(p for p in pens if p not in _OUTLINED)):
            for typeface in RESEMBLES.get(_stem(face), ()):
                self._near.setdefault(typeface, []).append(face)
        self._script = {name: [f for f in self._every if _holds(f, sample)] for name, sample in _SCRIPTS.items()}
        self._notes: dict[str, list[str]] = {}

    def writes(self, script: str, text: str = "") -> bool:
        """Tells whether a face for ``arabic``, ``chinese`` or ``hebrew`` holds all characters of ``text``."""
        return bool(self._writing(script, text))

    def _writing(self, script: str, text: str) -> list[str]:
        return [f for f in self._script.get(script, ()) if all(c == " " or _holds(f, c) for c in text)]

    def choose(self, rng: np.random.Generator, typeface: str, stray: float = 0.15) -> str:
        """Chooses a face for the registry's ``typeface``: one drawn here for OWN_SHARE, otherwise a similar one.

        With the probability ``stray``, or if none is similar, it is any Latin face.
        """
        own = self._own.get(typeface)
        if own and rng.random() < OWN_SHARE:
            return own[int(rng.random() * len(own))]
        faces = self._near.get(KIN.get(typeface, typeface), [])
        if not faces or rng.random() < stray:
            faces = self._latin
        return faces[int(rng.random() * len(faces))]

    def bend(self, rng: np.random.Generator) -> int:
        """Chooses the number of BENDS by which a plate's face is bent; 0 for none."""
        return 1 + int(rng.random() * (BENDS - 1)) if self.elastic and rng.random() < self.elastic else 0

    def for_script(self, rng: np.random.Generator, script: str, text: str) -> str:
        """Chooses a face that holds ``text`` in a ``script`` of ``writes``. Raises FontError if there is none."""
        faces = self._writing(script, text)
        if not faces:
            raise FontError(f"no {script} font holds {text!r}; run scripts/fetch_fonts.sh")
        return faces[int(rng.random() * len(faces))]

    def for_words(self, rng: np.random.Generator, text: str) -> str | None:
        """Chooses a face that holds every character of ``text``, in any script; None if there is none."""
        start = int(rng.random() * len(self._every))
        for face in (*self._every[start:], *self._every[:start]):
            if all(c == " " or _holds(face, c) for c in text):
                return face
        return None

    def for_note(self, rng: np.random.Generator, text: str) -> str | None:
        """Chooses one of NOTE_FACES faces that hold ``text``, a word that is not read; None if there is none.

        These are few, so that their words stay in the cache: drawing them costs more than all the rest of a plate.
        """
        if text not in self._notes:
            faces = [f for f in self._every if all(c == " " or _holds(f, c) for c in text)]
            self._notes[text] = faces[:: max(1, len(faces) // NOTE_FACES)]
        faces = self._notes[text]
        return faces[int(rng.random() * len(faces))] if faces else None


@dataclass(frozen=True)
class Lettering:
    """A face at a boldness; ``weight`` is how many pixels strokes grow on either side at GLYPH_HEIGHT.

    ``bend`` is the number of the shape that all its characters are bent to, 0 for none.
    """

    face: str
    weight: int = 0
    bend: int = 0

    @property
    def stroke(self) -> float:
        """Returns the width of a stem relative to the height of a character."""
        return _stroke(self.face) + 2 * self.weight / GLYPH_HEIGHT

    def mask(self, text: str) -> Mask:
        """Returns the ink of a character, or of a word that counts as one. Raises FontError if the face lacks it."""
        if self.bend:
            return _bent_glyph(self.face, text, self.weight, self.bend)
        return _glyph(self.face, text, self.weight)

    def accented(self, char: str, plain: str) -> Mask:
        """Returns the ink of ``char``, such as an umlaut, as high as any letter, or of ``plain`` if it is missing."""
        if self.face in _OUTLINED:
            held = char in load_typeface(self.face).glyphs
        else:
            held = self.face not in ROUNDNESS and _holds(self.face, char)
        return self.mask(char if held else plain)

    def cyrillic_u(self, lean: float) -> Mask:
        """Returns the letter written Y in the text of a Russian plate, from a face drawn here or by ``cyrillic_u``."""
        if self.face in _OUTLINED and "У" in load_typeface(self.face).glyphs:
            return self.mask("У")
        return cyrillic_u(round(self.stroke, 2), lean)


def lettering(face: str, stroke: float, bend: int = 0) -> Lettering:
    """Thins or fattens ``face`` until a stroke is about ``stroke`` of the height of a character, and bends it."""
    grow = round((stroke - _stroke(face)) * GLYPH_HEIGHT / 2)
    return Lettering(face, max(-2, min(4, grow)), bend)


@cache
def cyrillic_u(stroke: float, lean: float) -> Mask:
    """Draws the letter written Y in the text of a Russian plate: its long stroke runs down to the left.

    ``stroke`` is relative to the height, and ``lean`` is where the long stroke ends, relative to the width. The letter
    is drawn here because few faces with Latin letters hold it, and none of them draws it straight.
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


@lru_cache(maxsize=8192)
def note_mask(face: str, text: str) -> Mask:
    """Returns the ink of small lettering that is no part of the plate's text."""
    return _ink(_font(face, NOTE_HEIGHT), text)


@lru_cache(maxsize=512)
def sign_mask(face: str, text: str) -> Mask:
    """Returns the ink of large lettering, such as a sign's, that is seen closely."""
    return _ink(_font(face, round(GLYPH_HEIGHT * 1.4)), text)


@lru_cache(maxsize=16384)
def _bent_glyph(face: str, text: str, weight: int, bend: int) -> Mask:
    return bent(_glyph(face, text, weight), bend)


@lru_cache(maxsize=65536)
def _glyph(face: str, text: str, weight: int) -> Mask:
    if face in _OUTLINED:
        return load_typeface(face).mask(text, GLYPH_HEIGHT, _stroke(face) + 2 * weight / GLYPH_HEIGHT)
    if face in ROUNDNESS:
        mask = _tight(pen_mask(face, text, NATURAL_STROKE * GLYPH_HEIGHT + 2 * weight, GLYPH_HEIGHT))
        weight = 0
    else:
        if lacking := [c for c in text if c != " " and not _holds(face, c)]:
            raise FontError(f"typeface {face}: no glyph for {lacking[0]!r}")
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
    """Returns the width of the stem of an L, as a share of its height."""
    if face in _OUTLINED:
        return load_typeface(face).stroke
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


@lru_cache(maxsize=2048)
def _font(face: str, size: int) -> ImageFont.FreeTypeFont:
    """Loads ``face``: the path of a font, of an instance of one, or the name of a face of PHOTOGRAPHS."""
    return load_font(str(PHOTOGRAPHS / f"{face}.ttf") if face in _TRACED else face, size)


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


def _stem(face: str) -> str:
    """Returns the name of a face in the table: that of its file, whichever instance it is."""
    return Path(face.partition(AXES)[0]).stem if face not in _TRACED else face
