"""Reads a photograph from disk into the one image contract (``types.Image``).

It uses Pillow rather than OpenCV. Pillow knows an image's size before it decodes a pixel, decodes JPEG at a fraction of
its size, knows its EXIF orientation, and converts grey, palette and CMYK. It raises on a truncated file where OpenCV
returns a picture that is grey below; ``core.cut_jpeg`` reads those files of which nearly everything is there.
"""

import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import (  # the plugins register themselves; Pillow would look through all that it has for them
    AvifImagePlugin,  # noqa: F401
    ExifTags,
    Jpeg2KImagePlugin,  # noqa: F401
    TiffImagePlugin,  # noqa: F401
    UnidentifiedImageError,
    WebPImagePlugin,  # noqa: F401
)
from PIL import Image as PillowImage

from src.core.cut_jpeg import is_cut_jpeg, open_cut_jpeg
from src.core.limits import LEAST_SIDE
from src.core.types import Image

MAX_PIXELS = 100_000_000
MAX_BYTES = 8 * MAX_PIXELS
"""The bytes that so many pixels of 16 bits and four channels take up without any compression."""

SUFFIXES = frozenset(
    (
        *(".jfif", ".jpe", ".jpeg", ".jpg", ".mpo", ".apng", ".png", ".webp", ".avif", ".avifs"),
        *(".tif", ".tiff", ".gif", ".bmp", ".j2c", ".j2k", ".jp2", ".jpc", ".jpf", ".jpx"),
        *(".pbm", ".pgm", ".pnm", ".ppm", ".heic", ".heics", ".heif", ".heifs", ".hif"),
    )
)
"""The suffixes for which a folder is searched. Of a file that is named outright only the contents count."""

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "TIFF", "GIF", "BMP", "JPEG2000", "PPM")
"""The formats that are read. Pillow knows more, among them some that run other programs (EPS)."""

_HEIF_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"})
_UPRIGHT = {
    2: PillowImage.Transpose.FLIP_LEFT_RIGHT,
    3: PillowImage.Transpose.ROTATE_180,
    4: PillowImage.Transpose.FLIP_TOP_BOTTOM,
    5: PillowImage.Transpose.TRANSPOSE,
    6: PillowImage.Transpose.ROTATE_270,
    7: PillowImage.Transpose.TRANSVERSE,
    8: PillowImage.Transpose.ROTATE_90,
}
"""What each EXIF orientation asks for. Pillow's ``exif_transpose`` fails where it cannot rewrite the other tags."""

_MOST_REDUCED = 8
"""A JPEG consists of blocks with so many pixels a side, and its decoders cannot reduce it by more."""
_BAND_PIXELS = 1 << 21


class ImageError(ValueError):
    """The error of a picture that cannot be read; the message names the fault, and the caller names the file."""


class UnknownFormatError(ImageError):
    """The error of a file that is no picture, or a picture of a format that is not read."""


class TooLargeError(ImageError):
    """The error of a picture with too many pixels, or of a file with too many bytes."""


@dataclass(frozen=True, slots=True)
class Photograph:
    """The decoded pixels of a file, each of which stands for ``factor`` x ``factor`` of the file's own."""

    pixels: Image
    width: int  # of the file, its orientation applied
    height: int
    factor: int
    media_type: str  # by the contents, such as image/jpeg
    truncated: bool = False  # whether the end of the file is missing, but hardly anything of the picture


def read_image(path: Path | str, max_pixels: int = MAX_PIXELS) -> Image:
    """Decodes ``path`` to ``uint8 [H, W, 3]`` RGB with the EXIF orientation applied and alpha put on white.

    It takes the first picture of an animation. Raises ImageError for a file that is missing, truncated or no image, or
    that has more than ``max_pixels``.
    """
    return read_photograph(path, max_pixels, max_pixels).pixels


def read_named(path: Path | str) -> Image:
    """Reads one picture among many as ``read_image`` does; its ImageError names ``path``."""
    try:
        return read_image(path)
    except ImageError as error:
        raise ImageError(f"{path}: {error}") from None


def read_photograph(path: Path | str, least_side: int = LEAST_SIDE, max_pixels: int = MAX_PIXELS) -> Photograph:
    """Reads a picture at 1/2, 1/4 or 1/8 of its size if its longer side then still has ``least_side`` pixels.

    Every picture in which plates are looked for is decoded like this, both by the reader and by the evaluation. A JPEG
    is decoded at that size in the first place; other formats are averaged over squares. Raises ImageError.
    """
    return decode_photograph(_snapshot(path), least_side, max_pixels)


def decode_photograph(data: bytes, least_side: int = LEAST_SIDE, max_pixels: int = MAX_PIXELS) -> Photograph:
    """Decodes a file's bytes as ``read_photograph`` does. Raises ImageError."""
    with _named_faults(max_pixels):
        with _open(io.BytesIO(data)) as picture:
            width, height = picture.size
            if width * height > max_pixels:
                raise TooLargeError(f"{width} x {height} pixels, over {max_pixels / 1e6:g} megapixels")
            factor = _reduction(max(width, height), least_side)
            try:
                return _decode(picture, factor)
            except OSError:
                if not is_cut_jpeg(data):
                    raise
        with open_cut_jpeg(data) as picture:
            return replace(_decode(picture, factor), truncated=True)


def _snapshot(path: Path | str) -> bytes:
    """Returns the bytes of a file, which is read once: what happens to it later does not matter.

    Pillow and libtiff would map it into memory, and a file that is cut off meanwhile would kill the process.
    """
    try:
        found = os.stat(path)
        if stat.S_ISDIR(found.st_mode):
            raise ImageError("a folder, not an image")
        if not stat.S_ISREG(found.st_mode):
            raise ImageError("neither a file nor a folder")  # reading a named pipe may never end
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except ImageError:
        raise
    except FileNotFoundError:
        raise ImageError("no such file") from None
    except PermissionError:
        raise ImageError("may not be opened") from None
    except OSError as error:
        raise ImageError(f"cannot be read ({error.strerror})") from None
    except ValueError:
        raise ImageError("no such file: its name has a zero byte") from None
    if len(data) > MAX_BYTES:
        raise TooLargeError(f"a file of over {MAX_BYTES // 1_000_000} megabytes")
    return data


@contextmanager
def _named_faults(max_pixels: int) -> Iterator[None]:
    try:
        yield
    except ImageError:
        raise
    except UnidentifiedImageError:
        raise UnknownFormatError("not an image, or of an unsupported format") from None
    except PillowImage.DecompressionBombError:
        raise TooLargeError(f"over {max_pixels / 1e6:g} megapixels") from None
    except MemoryError:
        raise ImageError("too little memory to decode it") from None
    except (OSError, SyntaxError, ValueError, EOFError, RuntimeError) as error:  # RuntimeError: AVIF
        raise ImageError(f"damaged image ({error})") from None


def _open(file: io.BytesIO) -> PillowImage.Image:
    """Opens the image and reads its header."""
    try:
        return PillowImage.open(file, formats=FORMATS)
    except UnidentifiedImageError:
        head = file.getbuffer()[:12].tobytes()
        if head[4:8] != b"ftyp" or head[8:] not in _HEIF_BRANDS:
            raise
        return _open_heif(file)


def _open_heif(file: io.BytesIO) -> PillowImage.Image:
    try:
        import pillow_heif  # optional
    except ImportError:
        raise UnknownFormatError("HEIF, which needs the package pillow-heif") from None
    pillow_heif.register_heif_opener()
    return PillowImage.open(file, formats=("HEIF",))


def _reduction(side: int, least_side: int) -> int:
    factor = 1
    while factor < _MOST_REDUCED and side >= 2 * factor * least_side:
        factor *= 2
    return factor


def _decode(picture: PillowImage.Image, factor: int) -> Photograph:
    width, height = picture.size
    media_type = _media_type(picture)
    if factor > 1 and min(width, height) >= factor:
        picture.draft(None, (width // factor, height // factor))  # takes effect for JPEG alone
    left = factor if picture.size == (width, height) else 1
    picture.load()
    orientation = picture.getexif().get(ExifTags.Base.Orientation)
    if orientation in _UPRIGHT:
        picture = picture.transpose(_UPRIGHT[orientation])
    if orientation in (5, 6, 7, 8):
        width, height = height, width
    return Photograph(_pixels(picture, left), width, height, factor, media_type)


def _media_type(picture: PillowImage.Image) -> str:
    """Returns the media type. A JPEG with further pictures behind it, as telephones make them, counts as a JPEG."""
    kind = "JPEG" if picture.format == "MPO" else picture.format or ""
    return PillowImage.MIME.get(kind, "application/octet-stream")


def _pixels(picture: PillowImage.Image, factor: int) -> Image:
    """Returns RGB pixels, averaged over ``factor`` x ``factor``. It works in bands, so that copies stay small."""
    rows = max(1, _BAND_PIXELS // (picture.width * factor)) * factor
    pixels = np.empty((-(-picture.height // factor), -(-picture.width // factor), 3), np.uint8)
    for top in range(0, picture.height, rows):
        band = _to_rgb(picture.crop((0, top, picture.width, min(top + rows, picture.height))))
        pixels[top // factor : (top + rows) // factor] = np.asarray(band.reduce(factor) if factor > 1 else band)
    return pixels


def _to_rgb(picture: PillowImage.Image) -> PillowImage.Image:
    if picture.mode == "F":  # Pillow would clip to 0..255, which turns a picture of 0..1 black
        raise ImageError("floating-point pixels, of which nobody says what is white")
    if picture.mode.startswith("I;16") or picture.mode == "I":  # 16-bit grey: Pillow would clip, not scale
        wide = np.asarray(picture, np.float32)
        picture = PillowImage.fromarray((wide / 257).clip(0, 255).astype(np.uint8))
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        white = PillowImage.new("RGBA", picture.size, "white")
        picture = PillowImage.alpha_composite(white, picture)
    return picture if picture.mode == "RGB" else picture.convert("RGB")
