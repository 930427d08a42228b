"""Regions of photographs that look a little like plates and show none: kept by eye, found by the photograph's hash."""

from pathlib import Path

from pydantic import Field

from src.core.schema import Closed, read_json_lines
from src.data.annotations.corrections import CorrectionError
from src.data.annotations.manifest import LabelBox


class Region(Closed):
    """A part of the picture with that hash in that set, without any plate."""

    set: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="of the picture's file")
    box: LabelBox


def read_regions(path: Path) -> list[Region]:
    """The regions of one file. Raises CorrectionError naming file and line of the first fault."""
    return [region for _, region in read_json_lines(path, Region, CorrectionError)]


def regions_by_hash(folder: Path) -> dict[str, list[Region]]:
    """All regions of the ``*.jsonl`` of ``folder``, by their picture's hash. Raises CorrectionError where none is."""
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise CorrectionError(f"{folder}: no regions (*.jsonl) in it")
    found: dict[str, list[Region]] = {}
    for region in (region for path in files for region in read_regions(path)):
        found.setdefault(region.sha256, []).append(region)
    return found
