"""YOLO: ``data.yaml`` with folders of images, one ``.txt`` of normalised boxes or polygons per image."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from src.data.annotations.manifest import PlateLabel, Points, Record
from src.data.importers.common import (
    Defaults,
    RecordError,
    SourceError,
    finite_numbers,
    image_size,
    images_in,
    read_lines,
    rounded_box,
)

_SPLITS = ("train", "val", "test")
_SLACK = 0.01
"""A normalised coordinate may lie this far beyond the image, as in ultralytics."""


@dataclass(frozen=True, slots=True)
class _DataSet:
    folders: Mapping[str, Sequence[Path]]
    classes: int
    plates: frozenset[int]
    """The class numbers that are plates."""


def read_yolo(source: Path, defaults: Defaults) -> Iterator[Record | RecordError]:
    """Returns one scene per image of the splits in ``source`` (``data.yaml``, or the folder that holds it).

    An image without a label file is background, as in ultralytics. A line of 5 numbers is a box, of 9 a quadrilateral
    (kept as ``corners``, with the box around it), of more a polygon (the box around it). Raises SourceError for a
    ``data.yaml`` that cannot be used.
    """
    yield from _scenes(_read_yaml(source / "data.yaml" if source.is_dir() else source, defaults.classes), defaults)


def read_yolo_folders(
    folders: Mapping[str, Sequence[Path]], names: Sequence[str], defaults: Defaults
) -> Iterator[Record | RecordError]:
    """Works as ``read_yolo`` without a correct ``data.yaml``: takes each split's image folders and the class names.

    Raises SourceError for a folder without labelled images.
    """
    place = next(place for places in folders.values() for place in places)
    plates = _plate_classes(place, names, defaults.classes)
    yield from _scenes(_DataSet(folders, len(names), plates), defaults)


def _scenes(dataset: _DataSet, defaults: Defaults) -> Iterator[Record | RecordError]:
    for split, places in dataset.folders.items():
        for place in places:
            images, orphans = _images_and_orphans(place)
            yield from orphans
            for image in images:
                yield from _scene(image, split, dataset, defaults)


def _read_yaml(path: Path, wanted: tuple[str, ...]) -> _DataSet:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: not YAML ({str(error).splitlines()[0]})") from None
    if not isinstance(content, dict) or not any(content.get(split) for split in _SPLITS):
        raise SourceError(f"{path}: names none of {', '.join(_SPLITS)}")
    if "kpt_shape" in content:
        raise SourceError(f"{path}: keypoint labels (kpt_shape) are not supported, only boxes and polygons")
    names = _class_names(path, content)
    folders = {
        split: [_resolve(path, content.get("path"), str(entry)) for entry in np.atleast_1d(content[split])]
        for split in _SPLITS
        if content.get(split)
    }
    return _DataSet(folders, len(names), _plate_classes(path, names, wanted))


def _class_names(path: Path, content: dict[str, Any]) -> list[str]:
    names = content.get("names")
    if isinstance(names, dict):
        names = [names[number] for number in sorted(names)]
    if not isinstance(names, list) or not names:
        raise SourceError(f"{path}: no class names")
    return [str(name) for name in names]


def _plate_classes(path: Path, names: Sequence[str], wanted: tuple[str, ...]) -> frozenset[int]:
    if not wanted and len(names) > 1:
        raise SourceError(f"{path}: several classes ({', '.join(names)}): say by --class which are plates")
    if missing := [name for name in wanted if name not in names]:
        raise SourceError(f"{path}: no class {missing[0]}; there are: {', '.join(names)}")
    return frozenset(n for n, name in enumerate(names) if not wanted or name in wanted)


def _resolve(yaml_path: Path, root: str | None, entry: str) -> Path:
    """Finds a split's folder. Roboflow writes ``../train/images`` where it means ``train/images``."""
    base = yaml_path.parent / (root or "")
    for place in (base / entry, base / entry.removeprefix("../"), yaml_path.parent / entry):
        if place.exists():
            return place
    raise SourceError(f"{yaml_path}: {entry}: no such file or folder")


def _images_and_orphans(place: Path) -> tuple[list[Path], list[RecordError]]:
    """Returns the images of a folder or of a list file, and a fault for each label file that has no image."""
    images = images_in(place) if place.is_dir() else _listed(place)
    if not images:
        raise SourceError(f"{place}: no image in it")
    if not any(_label_path(image).exists() for image in images):  # a split of nothing but background is a mistake
        raise SourceError(f"{place}: no image of it has a label file; looked for {_label_path(images[0])}")
    if place.is_file():
        return images, []
    known = {_label_path(image) for image in images} | {_label_path(place / "classes.txt")}
    labels = sorted(_label_path(place / "x.txt").parent.rglob("*.txt"))
    return images, [RecordError(f"{p}: missing image of these labels") for p in labels if p not in known]


def _listed(place: Path) -> list[Path]:
    try:
        return [place.parent / line.strip() for _, line in read_lines(place)]
    except RecordError as error:
        raise SourceError(str(error)) from None


def _label_path(image: Path) -> Path:
    """Turns ``a/images/b/c.jpg`` into ``a/labels/b/c.txt``: the last folder named ``images`` is replaced."""
    parts = list(image.parts)
    if "images" in parts[:-1]:
        parts[len(parts) - 2 - parts[-2::-1].index("images")] = "labels"
    return Path(*parts).with_suffix(".txt")


def _scene(image: Path, split: str, dataset: _DataSet, defaults: Defaults) -> Iterator[Record | RecordError]:
    labels = _label_path(image)
    try:
        width, height = image_size(image, str(labels))
        lines = read_lines(labels) if labels.exists() else []
    except RecordError as fault:
        yield fault
        return
    plates, faults = [], []
    for number, line in lines:
        try:
            plates.append(_plate(line, (width, height), dataset, defaults.region))
        except ValueError as error:
            faults.append(RecordError(f"{labels}:{number}: {error}"))
    yield from faults
    if not faults:
        yield Record(
            image=str(image),
            width=width,
            height=height,
            split=split,
            source=defaults.source,
            plates=tuple(plate for plate in plates if plate),
        )


def _plate(line: str, size: tuple[int, int], dataset: _DataSet, region: str | None) -> PlateLabel | None:
    """Returns the plate of one line; None for an object of another class."""
    words = line.split()
    if not words[0].isdecimal() or int(words[0]) >= dataset.classes:
        raise ValueError(f"{words[0]!r} is no class number below {dataset.classes}")
    numbers = np.array(finite_numbers(words[1:]))
    if len(numbers) != 4 and (len(numbers) < 6 or len(numbers) % 2):
        raise ValueError(f"{len(words)} numbers: neither a box (5), nor a quadrilateral (9), nor a polygon")
    if numbers.min() < -_SLACK or numbers.max() > 1 + _SLACK:
        raise ValueError("coordinates outside 0 to 1: not normalised?")
    if int(words[0]) not in dataset.plates:
        return None
    if len(numbers) == 4:
        centre, half = numbers[:2] * size, numbers[2:] * size / 2
        return PlateLabel(box=rounded_box(*(centre - half), *(centre + half)), region=region)
    points = numbers.reshape(-1, 2) * size
    corners = _ordered(points) if len(points) == 4 else None
    return PlateLabel(box=rounded_box(*points.min(0), *points.max(0)), corners=corners, region=region)


def _ordered(points: "np.ndarray[Any, Any]") -> Points:
    """Orders four corners clockwise from the plate's own top left, whatever the order of the source.

    In clockwise order the top edge is the one that leads furthest to the right. This holds for every plate that is
    tilted by less than about 75 degrees.
    """
    after = np.roll(points, -1, 0)
    area = (points[:, 0] * after[:, 1] - after[:, 0] * points[:, 1]).sum()
    if area < 0:  # y points down, so that a positive area is clockwise
        points = points[::-1]
    first = int((np.roll(points, -1, 0) - points)[:, 0].argmax())
    a, b, c, d = ((round(float(x), 2), round(float(y), 2)) for x, y in np.roll(points, -first, 0))
    return a, b, c, d
