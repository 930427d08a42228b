"""Finds faults of labelled pictures: in a single record, and pictures or texts that are in two splits."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from src.core.alphabet import Alphabet
from src.core.image import ImageError, read_image
from src.data.annotations.manifest import Box, PlateLabel, Points, Record

SLACK = 1.0
"""A label may leave the image by this many pixels, because some formats count from 1 or round."""


@dataclass(frozen=True, slots=True)
class RecordFault:
    """One fault: its kind, the image that has it, and the details."""

    kind: str
    image: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A record with its own faults, and what its picture told."""

    record: Record
    path: Path
    size: tuple[int, int] | None  # width, height; None where the picture cannot be read
    digest: str | None  # sha256 of the file; None where it is missing
    faults: tuple[RecordFault, ...]


def check_record(record: Record, folder: Path, alphabet: Alphabet) -> Checked:
    """Reads the picture of ``record``, whose path is relative to ``folder``, and looks at every label."""
    path = folder / record.image
    size, digest, fault = _inspect(path)
    faults = [fault] if fault else []
    stated = (record.width or 0, record.height or 0)
    if size and any(stated) and stated != size:
        detail = f"stated {stated[0]} x {stated[1]}, is {size[0]} x {size[1]}"
        faults.append(RecordFault("width and height do not match", str(path), detail))
    limits = size or (stated if all(stated) else None)
    found = [*_geometry_faults(record, limits), *_text_faults(record, alphabet)]
    faults += [RecordFault(kind, str(path), detail) for kind, detail in found]
    return Checked(record, path, size, digest, tuple(faults))


def check_splits(checked: Iterable[Checked]) -> Iterator[RecordFault]:
    """Finds pictures, and texts of crops, that are in two splits: a model would be tested on what it has learnt."""
    pictures: dict[str, dict[str, str]] = defaultdict(dict)
    texts: dict[str, dict[str, str]] = defaultdict(dict)
    for item in checked:
        place = {item.record.split: str(item.path)}
        if item.digest:
            pictures[item.digest] = place | pictures[item.digest]
        if item.record.text and not item.record.is_scene:
            texts[item.record.text] = place | texts[item.record.text]
    for kind, groups in (("picture in two splits", pictures), ("text in two splits", texts)):
        for key, places in groups.items():
            if len(places) > 1:
                (split, first), *others = sorted(places.items())
                beside = ", ".join(f"{name}: {path}" for name, path in others)
                what = f"{key}, " if kind.startswith("text") else ""
                yield RecordFault(kind, first, f"{what}{split}; {beside}")


def _inspect(path: Path) -> tuple[tuple[int, int] | None, str | None, RecordFault | None]:
    """Decodes a picture to the end and returns (width, height), hash and fault."""
    if not path.is_file():
        return None, None, RecordFault("missing image", str(path))
    digest = sha256(path.read_bytes()).hexdigest()
    try:
        height, width = read_image(path).shape[:2]
    except ImageError as error:
        return None, digest, RecordFault("unreadable image", str(path), str(error))
    return (width, height), digest, None


def _geometry_faults(record: Record, limits: tuple[int, int] | None) -> Iterator[tuple[str, str]]:
    for name, box in _boxes(record):
        yield from _box_faults(name, box, limits)
    for name, label in _labels(record):
        if label.corners:
            yield from _corner_faults(name, label.corners, limits)


def _labels(record: Record) -> list[tuple[str, PlateLabel | Record]]:
    """Returns what has text, corners and chars: the plates of a scene, or the crop itself."""
    if record.plates is None:
        return [("crop", record)]
    return [(f"plate {n}", plate) for n, plate in enumerate(record.plates, 1)]


def _boxes(record: Record) -> Iterator[tuple[str, Box]]:
    for n, plate in enumerate(record.plates or (), 1):
        yield f"plate {n}", plate.box
    for n, box in enumerate(record.ignore, 1):
        yield f"ignore {n}", box
    for name, label in _labels(record):
        for n, box in enumerate(label.chars or (), 1):
            yield f"{name}, character {n}", box


def _box_faults(name: str, box: Box, limits: tuple[int, int] | None) -> Iterator[tuple[str, str]]:
    x1, y1, x2, y2 = box
    detail = f"{name}: {x1:g}, {y1:g}, {x2:g}, {y2:g}"
    if x2 - x1 < 1 or y2 - y1 < 1:
        yield "degenerate box", f"{detail} is under one pixel"
    if limits and _outside([(x1, y1), (x2, y2)], limits):
        yield "box outside the image", f"{detail} of {limits[0]} x {limits[1]}"


def _corner_faults(name: str, corners: Points, limits: tuple[int, int] | None) -> Iterator[tuple[str, str]]:
    detail = f"{name}: {' '.join(f'{x:g},{y:g}' for x, y in corners)}"
    if limits and _outside(corners, limits):
        yield "corners outside the image", f"{detail} of {limits[0]} x {limits[1]}"
    sides = np.roll(np.array(corners), -1, 0) - np.array(corners)
    after = np.roll(sides, -1, 0)
    turns = sides[:, 0] * after[:, 1] - sides[:, 1] * after[:, 0]
    if (turns <= 0).any():  # y points down, so that a clockwise path turns right at every corner
        yield "corners not clockwise", detail


def _outside(points: Iterable[tuple[float, float]], limits: tuple[int, int]) -> bool:
    return any(not (-SLACK <= x <= limits[0] + SLACK and -SLACK <= y <= limits[1] + SLACK) for x, y in points)


def _text_faults(record: Record, alphabet: Alphabet) -> Iterator[tuple[str, str]]:
    for name, label in _labels(record):
        if label.text is None:
            continue
        if unknown := alphabet.unknown(label.text):
            yield "character outside the alphabet", f"{name}: {''.join(unknown)!r} in {label.text!r}"
        if label.chars is not None and len(label.chars) != len(label.text):
            yield "character boxes do not fit the text", f"{name}: {len(label.chars)} for {label.text!r}"
