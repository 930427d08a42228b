"""Regions of photographs, chosen by a person, that look like plates and show none; a hash names the photograph."""

from pathlib import Path

from pydantic import Field

from src.core.schema import Closed, read_json_lines
from src.data.annotations.corrections import CorrectionError
from src.data.annotations.manifest import LabelBox


class Region(Closed):
    """A part of the picture with that hash in that set. It shows no plate."""

    set: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="of the picture's file")
    box: LabelBox


def read_regions(path: Path) -> list[Region]:
    """Reads the regions of one file. Raises CorrectionError naming file and line of the first fault."""
    return [region for _, region in read_json_lines(path, Region, CorrectionError)]


def regions_by_hash(folder: Path) -> dict[str, list[Region]]:
    """Returns all regions of the ``*.jsonl`` of ``folder``, by picture hash. Raises CorrectionError without files."""
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise CorrectionError(f"{folder}: no regions (*.jsonl) in it")
    found: dict[str, list[Region]] = {}
    for region in (region for path in files for region in read_regions(path)):
        found.setdefault(region.sha256, []).append(region)
    return found
