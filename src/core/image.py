"""Reading a photograph from disk into the one image contract (``types.Image``).

Pillow rather than OpenCV: it knows an image's size before decoding a pixel, applies EXIF orientation,
converts grey, palette and CMYK, and raises on a truncated file where OpenCV returns a picture that is grey
below.
"""

import warnings
from pathlib import Path

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageOps, UnidentifiedImageError

from src.core.types import Image

MAX_PIXELS = 100_000_000
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})
"""What a folder is searched for; a file that is named outright may be of any format that Pillow knows."""


class ImageError(ValueError):
    """A picture that cannot be read; the message names the fault, the caller names the file."""


def read_image(path: Path | str, max_pixels: int = MAX_PIXELS) -> Image:
    """Decodes ``path`` to ``uint8 [H, W, 3]`` RGB with the EXIF orientation applied and alpha put on white.

    Raises ImageError for what is missing, truncated, no image at all, or of more than ``max_pixels``.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # size is checked here, odd EXIF is no fault of the pixels
            return _open(path, max_pixels)
    except ImageError:
        raise
    except FileNotFoundError:
        raise ImageError("no such file") from None
    except IsADirectoryError:
        raise ImageError("a folder, not an image") from None
    except PermissionError:
        raise ImageError("may not be opened") from None
    except UnidentifiedImageError:
        raise ImageError("not an image, or of an unsupported format") from None
    except PillowImage.DecompressionBombError:
        raise ImageError(f"over {max_pixels // 1_000_000} megapixels") from None
    except (OSError, SyntaxError, ValueError, EOFError, RuntimeError) as error:  # RuntimeError: AVIF
        raise ImageError(f"damaged image ({error})") from None


def _open(path: Path | str, max_pixels: int) -> Image:
    with PillowImage.open(path) as picture:
        if picture.width * picture.height > max_pixels:
            raise ImageError(f"{picture.width} x {picture.height} pixels, over {max_pixels // 1_000_000} megapixels")
        return _to_rgb(ImageOps.exif_transpose(picture))


def _to_rgb(picture: PillowImage.Image) -> Image:
    if picture.mode == "F":  # Pillow would clip to 0..255, which turns a picture of 0..1 black
        raise ImageError("floating-point pixels, of which nobody says what is white")
    if picture.mode.startswith("I;16") or picture.mode == "I":  # 16-bit grey: Pillow would clip, not scale
        wide = np.asarray(picture, np.float32)
        picture = PillowImage.fromarray((wide / 257).clip(0, 255).astype(np.uint8))
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        white = PillowImage.new("RGBA", picture.size, "white")
        picture = PillowImage.alpha_composite(white, picture)
    return np.array(picture.convert("RGB"))
