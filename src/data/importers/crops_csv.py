"""A CSV of plate crops: ``image_path,plate_text[,region]``, UTF-8, with that header."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from src.core.alphabet import normalise
from src.data.annotations.manifest import Record
from src.data.importers.common import Defaults, RecordError, SourceError, image_size, region_code


@dataclass(frozen=True, slots=True)
class Layout:
    """Describes a CSV of another origin: its columns of image and text, its header, the folder of its pictures."""

    columns: tuple[str, str] = ("image_path", "plate_text")
    header: tuple[str, ...] | None = None
    """The names of the columns, for a file without a header row."""
    images: str = "."
    """The folder that image paths are relative to, itself relative to the folder of the CSV."""


def read_csv(source: Path, defaults: Defaults, layout: Layout = Layout()) -> Iterator[Record | RecordError]:
    """Returns one crop per row; image paths are relative to the CSV's folder, and further columns are not read.

    A row's own ``region`` is used before the default. Raises SourceError for a file without that header.
    """
    try:
        # utf-8-sig, because Excel begins a UTF-8 file with a byte order mark
        with source.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, layout.header, skipinitialspace=True)
            if missing := [name for name in layout.columns if name not in (rows.fieldnames or ())]:
                raise SourceError(f"{source}: no column {missing[0]} in its first line")
            for row in rows:
                try:
                    yield _crop(source, row, f"{source}:{rows.line_num}", defaults, layout)
                except RecordError as fault:
                    yield fault
    except OSError as error:
        raise SourceError(f"{source}: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise SourceError(f"{source}: not a UTF-8 CSV file ({error})") from None


def _crop(source: Path, row: dict[str, str | None], place: str, defaults: Defaults, layout: Layout) -> Record:
    if None in row or None in row.values():
        raise RecordError(f"{place}: more or fewer fields than the header has")
    name, text = (str(row[column]).strip() for column in layout.columns)
    if not name or not normalise(text):
        raise RecordError(f"{place}: no {layout.columns[bool(name)]}")
    try:
        region = region_code(stated) if (stated := row.get("region")) else defaults.region
    except ValueError as error:
        raise RecordError(f"{place}: {error}") from None
    image = source.parent / layout.images / name
    width, height = image_size(image, place)
    return Record(
        image=str(image),
        width=width,
        height=height,
        split=defaults.split,
        source=defaults.source,
        text=normalise(text),
        region=region,
    )
