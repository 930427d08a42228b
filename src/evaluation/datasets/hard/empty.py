"""Regions of training photographs that look a little like plates and show none: kept by eye, found by hash and box."""

from collections.abc import Iterator
from pathlib import Path

from src.core.card import sha256_of
from src.core.image import ImageError, read_image
from src.data.annotations import empty_regions as stored
from src.data.annotations.corrections import CorrectionError
from src.data.annotations.manifest import Record, read_manifest
from src.evaluation.datasets.hard.photographs import Made
from src.evaluation.datasets.sets import LABELS, SetError

EMPTY = "no-plate"
REGIONS = LABELS / "regions"
"""A file of regions that a person looked at, one a line."""


def empty_regions(data: Path, folder: Path = REGIONS) -> Iterator[Made]:
    """The regions whose picture is below ``data``; those of other pictures wait.

    Raises SetError for a malformed line, ManifestError.
    """
    regions = [region for path in sorted(folder.glob("*.jsonl")) for region in read_regions(path)]
    images = _images(data, {region.sha256: region.set for region in regions})
    for region in regions:
        if region.sha256 not in images:
            continue
        path, source = images[region.sha256]
        try:
            image = read_image(path)
        except ImageError:
            continue  # the evaluation of its own set names it
        x1, y1, x2, y2 = (round(side) for side in region.box)
        part = image[max(y1, 0) : y2, max(x1, 0) : x2]
        name = f"{region.sha256[:12]}-{x1}-{y1}"
        yield Made(Record(image=name, split="val", source=source, plates=()), part)


def read_regions(path: Path) -> list[stored.Region]:
    """Raises SetError naming file and line of the first fault."""
    try:
        return stored.read_regions(path)
    except CorrectionError as error:
        raise SetError(str(error)) from None


def _images(data: Path, wanted: dict[str, str]) -> dict[str, tuple[Path, str]]:
    """Path and source by hash, of the scenes of the named sets that are there."""
    found = {}
    for name in sorted(set(wanted.values())):
        manifest = data / name / "manifest.jsonl"
        for record in read_manifest(manifest) if manifest.is_file() else ():
            path = manifest.parent / record.image
            if record.is_scene and record.split == "train" and path.is_file():
                digest = sha256_of(path)
                if digest in wanted:
                    found[digest] = path, record.source
    return found
