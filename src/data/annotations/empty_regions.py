"""Regions of photographs that look a little like plates and show none: kept by eye, found by the photograph's hash."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from src.data.annotations.corrections import CorrectionError
from src.data.annotations.manifest import LabelBox, first_fault


class Region(BaseModel):
    """A part of the picture with that hash in that set, without any plate."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    set: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="of the picture's file")
    box: LabelBox


def read_regions(path: Path) -> list[Region]:
    """The regions of one file. Raises CorrectionError naming file and line of the first fault."""
    regions = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if line.strip():
            try:
                regions.append(Region.model_validate_json(line))
            except ValidationError as error:
                raise CorrectionError(f"{path}:{number}: {first_fault(error)}") from None
    return regions


def regions_by_hash(folder: Path) -> dict[str, list[Region]]:
    """All regions of the ``*.jsonl`` of ``folder``, by their picture's hash. Raises CorrectionError where none is."""
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise CorrectionError(f"{folder}: no regions (*.jsonl) in it")
    found: dict[str, list[Region]] = {}
    for region in (region for path in files for region in read_regions(path)):
        found.setdefault(region.sha256, []).append(region)
    return found
