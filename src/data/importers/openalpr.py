"""The text files of OpenALPR's benchmark: ``image.jpg <tab> x <tab> y <tab> w <tab> h <tab> PLATE``."""

from collections.abc import Iterator
from pathlib import Path

from src.core.alphabet import normalise
from src.data.annotations.manifest import PlateLabel, Record
from src.data.importers.common import (
    Defaults,
    RecordError,
    files_in,
    finite_numbers,
    image_size,
    read_lines,
    rounded_box,
)


def read_openalpr(source: Path, defaults: Defaults) -> Iterator[Record | RecordError]:
    """Returns one scene per image that the ``.txt`` files below the folder ``source`` name, beside each file.

    A line is a plate. A file with a faulty line gives its faults and no record, because a plate that is left out would
    count as background.
    """
    for path in files_in(source, ".txt"):
        try:
            lines = read_lines(path)
        except RecordError as fault:
            yield fault
            continue
        if not lines:
            yield RecordError(f"{path}: no line in it")
        yield from _scenes(path, lines, defaults)


def _scenes(path: Path, lines: list[tuple[int, str]], defaults: Defaults) -> Iterator[Record | RecordError]:
    plates: dict[str, list[PlateLabel]] = {}
    faults = []
    for number, line in lines:
        try:
            plates.setdefault(line.split("\t")[0], []).append(_plate(line, defaults.region))
        except ValueError as error:
            faults.append(RecordError(f"{path}:{number}: {error}"))
    yield from faults
    for image, labels in plates.items() if not faults else ():
        file = path.parent / image
        try:
            width, height = image_size(file, str(path))
        except RecordError as fault:
            yield fault
            continue
        yield Record(
            image=str(file),
            width=width,
            height=height,
            split=defaults.split,
            source=defaults.source,
            plates=tuple(labels),
        )


def _plate(line: str, region: str | None) -> PlateLabel:
    fields = line.split("\t")
    if len(fields) != 6:
        raise ValueError(f"{len(fields)} tab-separated fields, not image, x, y, width, height, text")
    x, y, w, h = finite_numbers(fields[1:5])
    text = normalise(fields[5].strip())
    if not text:
        raise ValueError("no plate text")
    return PlateLabel(box=rounded_box(x, y, x + w, y + h), text=text, region=region)
