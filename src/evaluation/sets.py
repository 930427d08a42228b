"""Which labelled pictures are evaluated, and where they are found."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from src.data.corrections import apply_known_corrections
from src.data.labels import load_known_labels
from src.data.manifest import Record, read_manifest

SAMPLES = Path("data/samples/manifest.jsonl")
LABELS = Path("data/labels")
"""Both are part of the repository, wherever the data root is."""
ALL = "all"
"""In place of a split: whatever a record says."""


class SetError(ValueError):
    """A set that is not there or has nothing to evaluate."""


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """Pictures that give one row of the report.

    ``scenes`` go through the whole path and label every plate; ``plates`` test the OCR alone.
    """

    name: str
    kind: Literal["scenes", "plates"]
    root: Path  # the records' image paths are relative to it
    records: tuple[Record, ...]
    left_out: int = 0  # crops beside these that have no text, so that they test nothing


def data_folder(stated: str | None) -> Path:
    """``stated``, else ``$PLATE_DATA``, else ``data``.

    Raises SetError where it was named and is not there: a misspelt folder must not end in the rendered samples.
    """
    named = stated or os.environ.get("PLATE_DATA")
    if named and not Path(named).is_dir():
        raise SetError(f"{named}: no such data folder")
    return Path(named or "data")


def default_sets(data: Path, split: str) -> list[EvaluationSet]:
    """For ``test`` the benchmarks below ``data``, else its scenes, its crops and the hand labels.

    Without any of them: the rendered samples, of whatever split. Raises SetError, ManifestError, LabelError.
    """
    if split == "test":
        manifests = sorted(data.glob("benchmarks/*/manifest.jsonl"))
    else:
        manifests = [p for n in ("scenes", "ocr") if (p := data / n / "manifest.jsonl").is_file()]
    sets = [s for path in manifests for s in sets_of(path, split)]
    if split != "test":
        sets += _hand_labels(data, split)
    if sets:
        return sets
    if not SAMPLES.is_file():
        raise SetError(f"{data}: no manifests for split {split!r}, and {SAMPLES} is not there either")
    return sets_of(SAMPLES, ALL)


def named_sets(names: Sequence[str], data: Path, split: str) -> list[EvaluationSet]:
    """The sets that ``names`` stand for: a manifest, its folder, or a folder's name below ``data``."""
    sets = [s for name in names for s in sets_of(_manifest_of(name, data), split)]
    twice = [name for name, times in Counter(s.name for s in sets).items() if times > 1]
    if twice:
        raise SetError(f"{twice[0]}: two sets of this name; sets are named by their manifest's folder")
    return sets


def sets_of(manifest: Path, split: str) -> list[EvaluationSet]:
    """The scenes of a manifest as one set, its crops as one set per source.

    A manifest of another name than ``manifest.jsonl`` gives its own to the sets, else its folder does. Raises SetError
    where nothing is there to be found or read.
    """
    everything = _read(manifest)
    records = [r for r in everything if split in (ALL, r.split)]
    if not any(r.is_scene or r.text is not None for r in records):
        raise SetError(f"{manifest}: no labelled picture of split {split!r}; {_splits_of(everything)}")
    name = manifest.resolve().parent.name if manifest.name == "manifest.jsonl" else manifest.stem
    scenes = tuple(r for r in records if r.is_scene)
    sets = [EvaluationSet(name, "scenes", manifest.parent, scenes)] if scenes else []
    return sets + _by_source(f"{name}/", manifest.parent, [r for r in records if not r.is_scene])


def _read(manifest: Path) -> list[Record]:
    """The records, those of the public scenes with the boxes that were looked at again."""
    records = read_manifest(manifest)
    corrections = LABELS / "scenes"
    if manifest.resolve().parent.name != corrections.name or not corrections.is_dir():
        return records
    return apply_known_corrections(records, manifest.parent, corrections)


def _splits_of(records: Sequence[Record]) -> str:
    splits = Counter(record.split for record in records)
    return "it has " + (", ".join(f"{n} of {split!r}" for split, n in splits.items()) or "no record at all")


def _by_source(prefix: str, root: Path, records: Sequence[Record]) -> list[EvaluationSet]:
    by_source: dict[str, list[Record]] = {}
    for record in records:
        by_source.setdefault(record.source, []).append(record)
    sets = []
    for source, of_source in by_source.items():
        labelled = tuple(r for r in of_source if r.is_scene or r.text is not None)
        sets.append(EvaluationSet(prefix + source, "plates", root, labelled, len(of_source) - len(labelled)))
    return [pictures for pictures in sets if pictures.records]


def _hand_labels(data: Path, split: str) -> list[EvaluationSet]:
    """The labels kept in the repository, of the pictures that ``data`` has."""
    if not any(LABELS.glob("*.jsonl")):
        return []
    records = [r for r in load_known_labels(LABELS, data) if split in (ALL, r.split)]
    # paths relative to the data, so that reports from two machines name the same pictures
    relative = [r.model_copy(update={"image": os.path.relpath(r.image, data.resolve())}) for r in records]
    return _by_source("", data, relative)


def _manifest_of(name: str, data: Path) -> Path:
    places = [Path(name), Path(name) / "manifest.jsonl", data / name / "manifest.jsonl"]
    places += [data / "benchmarks" / name / "manifest.jsonl"]
    for place in places:
        if place.is_file():
            return place
    raise SetError(f"{name}: no manifest; looked for {', '.join(map(str, places))}")
