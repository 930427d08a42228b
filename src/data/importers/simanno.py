"""Databases of Simanno, the labelling tool of OpenLPR: SQLite with a row per picture and its boxes as JSON."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from src.data.annotations.manifest import Box, PlateLabel, Record
from src.data.importers.common import Defaults, RecordError, SourceError, finite_numbers, image_size, rounded_box

_QUERY = (
    "SELECT filename, imwidth, imheight, imgareas FROM annotations WHERE NOT ifnull(isdeleted, 0) ORDER BY filename"
)


def read_simanno(source: Path, defaults: Defaults) -> Iterator[Record | RecordError]:
    """Returns one scene per row of the database ``source`` that is not deleted; the pictures of ``a.db`` lie in ``a/``.

    Raises SourceError if ``source`` is no such database.
    """
    for name, width, height, areas in _rows(source):
        image, place = source.with_suffix("") / str(name), f"{source}: {name}"
        try:
            size = image_size(image, place)
            if (width, height) not in (size, (None, None)):
                raise RecordError(f"{place}: annotated at {width} x {height}, the image is {size[0]} x {size[1]}")
            plates = tuple(PlateLabel(box=box, region=defaults.region) for box in _boxes(areas, place))
        except RecordError as fault:
            yield fault
            continue
        yield Record(
            image=str(image),
            width=size[0],
            height=size[1],
            split=defaults.split,
            source=defaults.source,
            plates=plates,
        )


def _rows(source: Path) -> list[tuple[Any, ...]]:
    if not source.is_file():
        raise SourceError(f"{source}: {'a folder, not a database' if source.exists() else 'no such file'}")
    try:
        with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as database:
            rows: list[tuple[Any, ...]] = database.execute(_QUERY).fetchall()
    except sqlite3.Error as error:
        raise SourceError(f"{source}: not a Simanno database ({error})") from None
    return rows


def _boxes(areas: Any, place: str) -> list[Box]:
    """Parses the boxes of ``[{"x": 1, "y": 2, "width": 3, "height": 4, ...}, ...]``."""
    try:
        found = json.loads(areas or "[]")
        sides = [finite_numbers(str(area[side]) for side in ("x", "y", "width", "height")) for area in found]
        return [rounded_box(x, y, x + width, y + height) for x, y, width, height in sides]
    except (KeyError, TypeError):
        raise RecordError(f"{place}: areas without x, y, width and height") from None
    except ValueError as error:
        raise RecordError(f"{place}: {error}") from None
