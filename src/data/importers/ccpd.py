"""CCPD, the Chinese City Parking Dataset: scenes of one plate whose file names are the labels.

Xu et al., "Towards End-to-End License Plate Detection and Recognition: A Large Dataset and Baseline", ECCV 2018. In
``025-95_113-154&383_386&473-386&473_177&454_154&383_363&402-0_0_22_27_27_33_16-37-15.jpg`` the fields are: share of the
picture, tilts, box, corners from the bottom right, characters, brightness, blur.
"""

from collections.abc import Iterator
from pathlib import Path

from src.data.annotations.manifest import PlateLabel, Record
from src.data.importers.common import Defaults, RecordError, SourceError, image_size, images_in, rounded_box

_PROVINCES = "皖沪津渝冀晋蒙辽吉黑苏浙京闽赣鲁豫鄂湘粤桂琼川贵云藏陕甘青宁新警学"
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_OTHERS = _LETTERS + "0123456789"
"""Names give characters as numbers: these tables are for the first place, the second and all further ones. The number
after the last character stands for none."""

Point = tuple[float, float]


def read_ccpd(source: Path, defaults: Defaults) -> Iterator[Record | RecordError]:
    """Returns one scene per picture below the folder ``source``, with box, corners and text; the region is CN.

    Raises SourceError for a folder without pictures.
    """
    images = images_in(source)
    if not images:
        raise SourceError(f"{source}: {'no image in it' if source.is_dir() else 'no such folder'}")
    for image in images:
        try:
            yield _scene(image, defaults)
        except RecordError as fault:
            yield fault


def _scene(image: Path, defaults: Defaults) -> Record:
    try:
        plate = _plate(image.stem, defaults.region or "CN")
    except ValueError as error:
        raise RecordError(f"{image}: {error}") from None
    width, height = image_size(image, str(image))
    return Record(
        image=str(image),
        width=width,
        height=height,
        split=defaults.split,
        source=defaults.source,
        plates=(plate,),
    )


def _plate(name: str, region: str) -> PlateLabel:
    fields = name.split("-")
    if len(fields) != 7:
        raise ValueError(f"{len(fields)} fields in its name, not 7")
    (x1, y1), (x2, y2) = _points(fields[2], 2)
    bottom_right, bottom_left, top_left, top_right = _points(fields[3], 4)
    return PlateLabel(
        box=rounded_box(x1, y1, x2, y2),
        corners=(top_left, top_right, bottom_right, bottom_left),
        text=_text(fields[4]),
        region=region,
    )


def _points(field: str, count: int) -> list[Point]:
    pairs = [point.split("&") for point in field.split("_")]
    if len(pairs) != count or not all(len(pair) == 2 and all(map(str.isdecimal, pair)) for pair in pairs):
        raise ValueError(f"{field!r} in its name is not {count} points x&y")
    return [(float(x), float(y)) for x, y in pairs]


def _text(field: str) -> str:
    numbers = field.split("_")
    tables = [_PROVINCES, _LETTERS] + [_OTHERS] * (len(numbers) - 2)
    if len(numbers) < 3 or not all(n.isdecimal() and int(n) < len(t) for n, t in zip(numbers, tables, strict=False)):
        raise ValueError(f"{field!r} in its name is no plate text")
    return "".join(table[int(number)] for number, table in zip(numbers, tables, strict=True))
