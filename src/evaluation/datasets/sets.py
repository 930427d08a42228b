"""Which labelled pictures are evaluated, and where they are found."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from src.core.metrics import match_boxes
from src.data.annotations.corrections import apply_known_corrections, apply_known_texts
from src.data.annotations.labels import load_known_labels
from src.data.annotations.manifest import PlateLabel, Record, read_manifest
from src.evaluation.accuracy.system_result import Skipped

DATA = Path("data")
"""The data folder where none is named."""
SAMPLES = DATA / "samples" / "manifest.jsonl"
LABELS = DATA / "labels"
"""Both are part of the repository, wherever the data root is."""
BENCHMARKS = "benchmarks/*/manifest.jsonl"
TRAINING_SETS = ("scenes", "ocr", "more/scenes", "more/ocr")
"""Folders below the data root."""
BY_SOURCE = ("more/scenes",)
"""Sets of scenes of which each source is of another country or vehicle, and is a row of its own."""
HARD = "hard/"
"""What the names of sets begin with that are made of other sets' photographs, or drawn for one question alone: no sum
over sets counts them."""
Kind = Literal["scenes", "plates"]
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
    kind: Kind
    root: Path  # the records' image paths are relative to it
    records: tuple[Record, ...]
    faulty: tuple[Skipped, ...] = ()  # pictures of the same manifest that cannot be evaluated


def data_folder(stated: str | None) -> Path:
    """``stated``, else ``$PLATE_DATA``, else ``data``.

    Raises SetError where it was named and is not there: a misspelt folder must not end in the rendered samples.
    """
    named = stated or os.environ.get("PLATE_DATA")
    if named and not Path(named).is_dir():
        raise SetError(f"{named}: no such data folder")
    return Path(named) if named else DATA


def default_sets(data: Path, split: str) -> list[EvaluationSet]:
    """For ``test`` the benchmarks below ``data``, else its scenes, its crops and the hand labels.

    Where no data folder was named and none of them is there: the rendered samples, of whatever split. Raises SetError,
    ManifestError, LabelError.
    """
    if split == "test":
        sets, looked_for = [s for path in sorted(data.glob(BENCHMARKS)) for s in sets_of(path, split)], [BENCHMARKS]
    else:
        looked_for = [f"{name}/manifest.jsonl" for name in TRAINING_SETS]
        sets = [s for name in TRAINING_SETS for s in _training_sets(data, name, split)] + _hand_labels(data, split)
    if sets:
        return sets
    if data == DATA and SAMPLES.is_file():
        return sets_of(SAMPLES, ALL)
    raise SetError(f"no {' or '.join(looked_for)} below {data}")


def _training_sets(data: Path, name: str, split: str) -> list[EvaluationSet]:
    """The sets of one folder below ``data``; none where it is missing."""
    manifest = data / name / "manifest.jsonl"
    sets = sets_of(manifest, split, name) if manifest.is_file() else []
    return [part for s in sets for part in (_parts(s) if s.name in BY_SOURCE else [s])]


def _parts(scenes: EvaluationSet) -> list[EvaluationSet]:
    """A set of scenes by source; what is faulty goes with the first."""
    parts = _by_source(f"{scenes.name}/", scenes.root, scenes.records, scenes.kind)
    first = replace(parts[0], faulty=tuple(f.model_copy(update={"set": parts[0].name}) for f in scenes.faulty))
    return [first, *parts[1:]]


def named_sets(names: Sequence[str], data: Path, split: str) -> list[EvaluationSet]:
    """The sets that ``names`` stand for: a manifest, its folder, or a folder's name below ``data``."""
    sets = [s for name in names for s in sets_of(_manifest_of(name, data), split, _name_below(name, data))]
    twice = [name for name, times in Counter(s.name for s in sets).items() if times > 1]
    if twice:
        raise SetError(f"{twice[0]}: two sets of this name; sets are named by their manifest's folder")
    return sets


def sets_of(manifest: Path, split: str, name: str | None = None) -> list[EvaluationSet]:
    """The scenes of a manifest as one set, its crops as one set per source, called ``name``.

    With None a manifest of another name than ``manifest.jsonl`` gives its own to the sets, else its folder does. Raises
    SetError where nothing is there to be found or read.
    """
    everything = _read(manifest)
    records = [r for r in everything if split in (ALL, r.split)]
    if not any(r.is_scene or r.text is not None for r in records):
        raise SetError(f"{manifest}: no labelled picture of split {split!r}; {_splits_of(everything)}")
    if name is None:
        name = manifest.resolve().parent.name if manifest.name == "manifest.jsonl" else manifest.stem
    sound, faults = _sound(records)
    scenes = tuple(r for r in sound if r.is_scene)
    sets = [EvaluationSet(name, "scenes", manifest.parent, scenes)] if scenes else []
    first, *others = sets + _by_source(f"{name}/", manifest.parent, [r for r in sound if not r.is_scene])
    faulty = (Skipped(set=first.name, image=str(manifest.parent / image), fault=fault) for image, fault in faults)
    return [replace(first, faulty=tuple(faulty)), *others]


def _read(manifest: Path) -> list[Record]:
    """The records, those of the public scenes and crops with the boxes and texts that were looked at again."""
    records, folder = read_manifest(manifest), manifest.resolve().parent.name
    boxes, texts = LABELS / "scenes", LABELS / "texts"
    if folder == "scenes" and boxes.is_dir():
        return _with_texts(apply_known_corrections(records, manifest.parent, boxes), records)
    if folder == "ocr" and texts.is_dir():
        return apply_known_texts(records, manifest.parent, texts)
    return records


def _with_texts(corrected: Sequence[Record], published: Sequence[Record]) -> list[Record]:
    """``corrected``, each new plate with what the published one says that it overlaps most."""
    known: dict[str, list[PlateLabel]] = {}
    for record in published:
        known.setdefault(record.image, []).extend(p for p in record.plates or () if p.text or p.region)
    return [_with_text(record, known[record.image]) for record in corrected]


def _with_text(record: Record, known: Sequence[PlateLabel]) -> Record:
    plates = list(record.plates or ())
    drawn, of_known = (np.array([p.box for p in some], np.float32).reshape(-1, 4) for some in (plates, known))
    for number, match in match_boxes(drawn, of_known):
        if plates[number].text is None:
            seen = plates[number].model_dump(include={"box", "corners"})
            plates[number] = known[match].model_copy(update=seen)
    return record if record.plates is None else record.model_copy(update={"plates": tuple(plates)})


def _sound(records: Sequence[Record]) -> tuple[list[Record], list[tuple[str, str]]]:
    """The records that can be evaluated, each picture once, and image and fault of the others."""
    sound: dict[str, Record] = {}
    faults = []
    for record in records:
        image = os.path.normpath(record.image)
        if not record.is_scene and record.text is None:
            faults.append((record.image, "neither plates nor text in its record"))
        elif image in sound:
            faults.append((record.image, "a second time in the manifest"))
        else:
            sound[image] = record
    return list(sound.values()), faults


def _splits_of(records: Sequence[Record]) -> str:
    splits = Counter(record.split for record in records)
    return "it has " + (", ".join(f"{n} of {split!r}" for split, n in splits.items()) or "no record at all")


def _by_source(prefix: str, root: Path, records: Sequence[Record], kind: Kind = "plates") -> list[EvaluationSet]:
    by_source: dict[str, list[Record]] = {}
    for record in records:
        by_source.setdefault(record.source, []).append(record)
    return [EvaluationSet(prefix + source, kind, root, tuple(rows)) for source, rows in by_source.items()]


def _hand_labels(data: Path, split: str) -> list[EvaluationSet]:
    """The labels kept in the repository, of the pictures that ``data`` has."""
    if not any(LABELS.glob("*.jsonl")):
        return []
    records = [r for r in load_known_labels(LABELS, data) if split in (ALL, r.split)]
    # paths relative to the data, so that reports from two machines name the same pictures
    relative = [r.model_copy(update={"image": os.path.relpath(r.image, data.resolve())}) for r in records]
    return _by_source("", data, relative)


def _name_below(name: str, data: Path) -> str | None:
    """``name`` where it is that of a folder below ``data``, such as ``more/scenes``."""
    below = not Path(name).exists() and (data / name / "manifest.jsonl").is_file()
    return Path(name).as_posix() if below else None


def _manifest_of(name: str, data: Path) -> Path:
    places = [Path(name), Path(name) / "manifest.jsonl", data / name / "manifest.jsonl"]
    places += [data / "benchmarks" / name / "manifest.jsonl"]
    for place in places:
        if place.is_file():
            return place
    raise SetError(f"{name}: no manifest; looked for {', '.join(map(str, places))}")
