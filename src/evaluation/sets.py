"""Which labelled pictures are evaluated, and where they are found."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from src.data.labels import load_labels, read_labels
from src.data.manifest import Record, read_manifest

SAMPLES = Path("data/samples/manifest.jsonl")
LABELS = Path("data/labels")
"""Both are part of the repository, wherever the data root is."""


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
    return sets_of(SAMPLES, None)


def named_sets(names: Sequence[str], data: Path, split: str) -> list[EvaluationSet]:
    """The sets that ``names`` stand for: a manifest, its folder, or a folder's name below ``data``."""
    return [s for name in names for s in sets_of(_manifest_of(name, data), split)]


def sets_of(manifest: Path, split: str | None) -> list[EvaluationSet]:
    """The scenes of a manifest as one set, its crops as one set per source; None means every split."""
    records = [r for r in read_manifest(manifest) if split in (None, r.split)]
    if not records:
        raise SetError(f"{manifest}: no record of split {split!r}")
    name, scenes = manifest.parent.name, tuple(r for r in records if r.is_scene)
    sets = [EvaluationSet(name, "scenes", manifest.parent, scenes)] if scenes else []
    return sets + _by_source(f"{name}/", manifest.parent, [r for r in records if not r.is_scene])


def _by_source(prefix: str, root: Path, records: Sequence[Record]) -> list[EvaluationSet]:
    sources = dict.fromkeys(r.source for r in records)
    return [
        EvaluationSet(prefix + source, "plates", root, tuple(r for r in records if r.source == source))
        for source in sources
    ]


def _hand_labels(data: Path, split: str) -> list[EvaluationSet]:
    """The labels kept in the repository, where ``data`` has every set that they belong to."""
    files = sorted(LABELS.glob("*.jsonl"))
    named = {label.set for path in files for _, label in read_labels(path)}
    if not files or not all((data / name / "manifest.jsonl").is_file() for name in named):
        return []
    return _by_source("", data, [r for r in load_labels(LABELS, data) if r.split == split])


def _manifest_of(name: str, data: Path) -> Path:
    places = [Path(name), Path(name) / "manifest.jsonl", data / name / "manifest.jsonl"]
    places += [data / "benchmarks" / name / "manifest.jsonl"]
    for place in places:
        if place.is_file():
            return place
    raise SetError(f"{name}: no manifest; looked for {', '.join(map(str, places))}")
