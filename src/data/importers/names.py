"""Crops whose file names hold their texts, such as ``KA19XYZ.jpg`` or ``cam3_KA19XYZ_0042.jpg``."""

import re
from collections.abc import Iterator
from pathlib import Path

from src.core.alphabet import normalise
from src.data.annotations.manifest import Record
from src.data.importers.common import Defaults, RecordError, SourceError, image_size, images_in

_WHOLE = re.compile("(?P<text>.+)")


def read_names(source: Path, defaults: Defaults) -> Iterator[Record | RecordError]:
    """Returns one crop per picture below the folder ``source`` whose name, without suffix, fits ``defaults.pattern``.

    A picture whose name does not fit is a fault. Raises SourceError if no name fits.
    """
    pattern = defaults.pattern or _WHOLE
    images = _images(source)
    texts = {image: normalise(match["text"]) if (match := pattern.fullmatch(image.stem)) else "" for image in images}
    if not any(texts.values()):
        raise SourceError(f"{source}: no name fits {pattern.pattern}, as {images[0].stem}")
    for image, text in texts.items():
        yield _crop(image, text, defaults) if text else RecordError(f"{image}: no text in its name")


def read_unlabelled(source: Path, defaults: Defaults) -> Iterator[Record | RecordError]:
    """Returns the pictures below the folder ``source`` as crops of unknown text."""
    for image in _images(source):
        yield _crop(image, None, defaults)


def _images(source: Path) -> list[Path]:
    images = images_in(source)
    if not images:
        raise SourceError(f"{source}: {'no image in it' if source.is_dir() else 'no such folder'}")
    return images


def _crop(image: Path, text: str | None, defaults: Defaults) -> Record | RecordError:
    try:
        width, height = image_size(image, str(image))
    except RecordError as fault:
        return fault
    return Record(
        image=str(image),
        width=width,
        height=height,
        split=defaults.split,
        source=defaults.source,
        text=text,
        region=defaults.region,
    )
