"""What the importers share: the user's defaults, a fault and its place, sizes of images."""

import math
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PIL import ExifTags, UnidentifiedImageError
from PIL import Image as PillowImage

from src.core.image import SUFFIXES
from src.data.annotations.manifest import Box

_SIDEWAYS = frozenset({5, 6, 7, 8})
"""EXIF orientations that swap width and height."""


class SourceError(ValueError):
    """A source of which nothing can be imported: not there, of another format, or ambiguous."""


class RecordError(ValueError):
    """One image that cannot be imported; the message names file, line (where there is one) and fault."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the user states for the whole source, since the format itself does not."""

    source: str
    split: str = "train"
    region: str | None = None
    classes: tuple[str, ...] = ()
    """Names of the object classes that are plates; empty where the source has only one class."""
    pattern: re.Pattern[str] | None = None
    """How a crop's file name, without its suffix, holds the text: as the group ``text``. None: it is the text."""


def image_size(path: Path, place: str) -> tuple[int, int]:
    """(width, height) with the EXIF orientation applied, from the file's header alone.

    Raises RecordError, which begins with ``place``, where the image is missing or none.
    """
    try:
        with warnings.catch_warnings(), PillowImage.open(path) as picture:
            warnings.simplefilter("ignore")  # a very large image is no fault of its header
            size = picture.size
            # Pillow gives the size of a TIFF already turned, and of every other format as stored
            turned = picture.format != "TIFF" and picture.getexif().get(ExifTags.Base.Orientation) in _SIDEWAYS
    except (FileNotFoundError, IsADirectoryError):
        raise RecordError(f"{place}: missing image {path}") from None
    except UnidentifiedImageError:
        raise RecordError(f"{place}: not an image: {path}") from None
    except (OSError, SyntaxError, ValueError, PillowImage.DecompressionBombError) as error:
        raise RecordError(f"{place}: damaged image {path} ({error})") from None
    return size[::-1] if turned else size


def region_code(text: str) -> str:
    """An ISO 3166 alpha-2 code (or ``EU``) in upper case. Raises ValueError for anything else."""
    code = text.strip().upper()
    if not re.fullmatch("[A-Z]{2}", code):
        raise ValueError(f"a region is two letters, as DE, not {text!r}")
    return code


def finite_numbers(words: Iterable[str]) -> list[float]:
    """The numbers written in ``words``. Raises ValueError that names the first word that is none."""
    numbers = []
    for word in words:
        try:
            number = float(word)
        except ValueError:
            raise ValueError(f"{word!r} is not a number") from None
        if not math.isfinite(number):
            raise ValueError(f"{word!r} is not a finite number")
        numbers.append(number)
    return numbers


def rounded_box(x1: float, y1: float, x2: float, y2: float) -> Box:
    """A box in pixels to a hundredth. Raises ValueError where it is not wider and higher than nothing."""
    box = round(x1, 2), round(y1, 2), round(x2, 2), round(y2, 2)
    if box[2] <= box[0] or box[3] <= box[1]:
        raise ValueError(f"a box of {x2 - x1:g} x {y2 - y1:g}")
    return box


def files_in(folder: Path, suffix: str) -> list[Path]:
    """All files below ``folder`` with that suffix, sorted. Raises SourceError where there are none."""
    if not folder.is_dir():
        raise SourceError(f"{folder}: {'not a folder' if folder.exists() else 'no such folder'}")
    found = sorted(p for p in folder.rglob(f"*{suffix}") if p.is_file())
    if not found:
        raise SourceError(f"{folder}: no {suffix} file in it")
    return found


def images_in(folder: Path) -> list[Path]:
    """All pictures below ``folder``, sorted."""
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())


def read_lines(path: Path) -> list[tuple[int, str]]:
    """The lines of a text file that are not blank, with their numbers from 1. Raises RecordError."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise RecordError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise RecordError(f"{path}: not a UTF-8 text file") from None
    return [(number, line.strip("\r")) for number, line in enumerate(lines, 1) if line.strip()]
