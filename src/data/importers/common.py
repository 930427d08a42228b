"""What the importers share: the user's defaults, errors, and sizes of images."""

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
"""The EXIF orientations that exchange width and height."""


class SourceError(ValueError):
    """Nothing can be imported from a source: it is missing, of another format, or ambiguous."""


class RecordError(ValueError):
    """One image cannot be imported; the message names file, line (where there is one) and fault."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the user states for the whole source, because the format does not."""

    source: str
    split: str = "train"
    region: str | None = None
    classes: tuple[str, ...] = ()
    """The names of the object classes that are plates; empty where the source has only one class."""
    pattern: re.Pattern[str] | None = None
    """How a crop's file name without suffix holds the text, in the group ``text``; None if the name is the text."""


def image_size(path: Path, place: str) -> tuple[int, int]:
    """Reads (width, height) with the EXIF orientation applied, from the file's header alone.

    Raises RecordError, which begins with ``place``, if the image is missing or the file is no image.
    """
    try:
        with warnings.catch_warnings(), PillowImage.open(path) as picture:
            warnings.simplefilter("ignore")  # a large image is no fault of its header
            size = picture.size
            # Pillow gives the size of a TIFF with the orientation applied, and of every other format as stored
            turned = picture.format != "TIFF" and picture.getexif().get(ExifTags.Base.Orientation) in _SIDEWAYS
    except (FileNotFoundError, IsADirectoryError):
        raise RecordError(f"{place}: missing image {path}") from None
    except UnidentifiedImageError:
        raise RecordError(f"{place}: not an image: {path}") from None
    except (OSError, SyntaxError, ValueError, PillowImage.DecompressionBombError) as error:
        raise RecordError(f"{place}: damaged image {path} ({error})") from None
    return size[::-1] if turned else size


def region_code(text: str) -> str:
    """Returns an ISO 3166 alpha-2 code (or ``EU``) in upper case. Raises ValueError for anything else."""
    code = text.strip().upper()
    if not re.fullmatch("[A-Z]{2}", code):
        raise ValueError(f"a region is two letters, as DE, not {text!r}")
    return code


def finite_numbers(words: Iterable[str]) -> list[float]:
    """Parses ``words`` as finite numbers. Raises ValueError that names the first word that is none."""
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
    """Rounds a box to a hundredth of a pixel. Raises ValueError if its width or height is not greater than 0."""
    box = round(x1, 2), round(y1, 2), round(x2, 2), round(y2, 2)
    if box[2] <= box[0] or box[3] <= box[1]:
        raise ValueError(f"a box of {x2 - x1:g} x {y2 - y1:g}")
    return box


def files_in(folder: Path, suffix: str) -> list[Path]:
    """Lists all files below ``folder`` with that suffix, sorted. Raises SourceError if there are none."""
    if not folder.is_dir():
        raise SourceError(f"{folder}: {'not a folder' if folder.exists() else 'no such folder'}")
    found = sorted(p for p in folder.rglob(f"*{suffix}") if p.is_file())
    if not found:
        raise SourceError(f"{folder}: no {suffix} file in it")
    return found


def images_in(folder: Path) -> list[Path]:
    """Lists all pictures below ``folder``, sorted."""
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())


def read_lines(path: Path) -> list[tuple[int, str]]:
    """Reads the lines of a text file that are not blank, with their numbers from 1. Raises RecordError."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise RecordError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise RecordError(f"{path}: not a UTF-8 text file") from None
    return [(number, line.strip("\r")) for number, line in enumerate(lines, 1) if line.strip()]
