"""Plate texts that were transcribed by hand. They are kept apart from the pictures, which are found by their hash."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field

from src.core.card import sha256_of
from src.core.schema import Closed, read_json_lines
from src.data.annotations.manifest import LabelBox, PlateLabel, PlateText, Record, read_manifest


class LabelError(ValueError):
    """Labels cannot be read, or their picture is missing; the message names file and line."""


class Label(Closed):
    """One line of a label file: the picture's set and hash, and the text of its plate."""

    set: str = Field(description="the folder below the data root whose manifest lists the picture")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="of the picture's file")
    box: LabelBox | None = Field(default=None, description="the plate's place in a scene; none for a crop")
    text: PlateText
    region: str
    lines: Literal[1, 2]
    split: Literal["train", "val"]


PlacedLabel = tuple[Path, int, Label]
"""The file of a label, its line and the label."""


def load_labels(folder: Path, data_root: Path) -> list[Record]:
    """Returns a record per label of all ``*.jsonl`` in ``folder``; ``eu-crops.jsonl`` becomes source ``labels_eu``.

    ``image`` is an absolute path, so that joining it to a manifest's folder does not change it. A label with a box
    becomes a scene with that single plate, even if the picture shows more: a crop can be cut from it, but a detector
    must not be trained on it. Raises LabelError, and ManifestError where ``data_root`` lacks a set.
    """
    labels = _all_labels(folder)
    images = {name: _images_by_hash(data_root / name) for name in {label.set for _, _, label in labels}}
    for path, number, label in labels:
        if label.sha256 not in images[label.set]:
            raise LabelError(f"{path}:{number}: no picture of that hash in {data_root / label.set}")
    return _records(labels, images)


def load_known_labels(folder: Path, data_root: Path) -> list[Record]:
    """Works as ``load_labels`` on incomplete data: labels of missing pictures are not used."""
    labels = _all_labels(folder)
    sets = {label.set for _, _, label in labels if (data_root / label.set / "manifest.jsonl").is_file()}
    images = {name: _images_by_hash(data_root / name) for name in sets}
    return _records([(p, n, label) for p, n, label in labels if label.sha256 in images.get(label.set, {})], images)


def _all_labels(folder: Path) -> list[PlacedLabel]:
    return [(path, n, label) for path in _label_files(folder) for n, label in read_labels(path)]


def _records(labels: Sequence[PlacedLabel], images: Mapping[str, Mapping[str, Path]]) -> list[Record]:
    named = ((f"labels_{path.stem.split('-')[0]}", label) for path, _, label in labels)
    return [_record(label, images[label.set][label.sha256], source) for source, label in named]


def read_labels(path: Path) -> list[tuple[int, Label]]:
    """Reads the labels of one file with their line numbers from 1. Raises LabelError."""
    return read_json_lines(path, Label, LabelError)


def _label_files(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise LabelError(f"{folder}: no label file (*.jsonl) in it")
    return files


def _images_by_hash(folder: Path) -> dict[str, Path]:
    """Returns the existing pictures of ``folder``'s manifest by hash: a missing picture need not have a label."""
    paths = [(folder / record.image).resolve() for record in read_manifest(folder / "manifest.jsonl")]
    return {sha256_of(path): path for path in reversed(paths) if path.is_file()}


def _record(label: Label, image: Path, source: str) -> Record:
    if label.box is None:
        return Record(
            image=str(image),
            split=label.split,
            source=source,
            text=label.text,
            region=label.region,
            lines=label.lines,
        )
    plate = PlateLabel(box=label.box, text=label.text, region=label.region, lines=label.lines)
    return Record(image=str(image), split=label.split, source=source, plates=(plate,))
