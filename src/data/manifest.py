"""The one data format: JSON Lines, an image per line, paths relative to the manifest's folder."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

Box = tuple[float, float, float, float]
Points = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]


class ManifestError(ValueError):
    """A manifest that cannot be read; the message names file, line and fault."""


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PlateLabel(_Closed):
    """One plate of a scene. Boxes and corners in pixels of the stored image."""

    box: Box
    text: str | None = None
    region: str | None = None
    sure: bool = True
    published_text: str | None = None
    corners: Points | None = None
    lines: int | None = Field(default=None, ge=1, le=2)
    chars: tuple[Box, ...] | None = None


class Record(_Closed):
    """One image: a scene when ``plates`` is there, else a crop of one plate with its ``text``."""

    image: str
    width: int | None = None
    height: int | None = None
    split: str = "train"
    source: str = "unknown"
    plates: tuple[PlateLabel, ...] | None = None
    ignore: tuple[Box, ...] = ()
    text: str | None = None
    region: str | None = None
    verified: bool = True
    corners: Points | None = None
    lines: int | None = Field(default=None, ge=1, le=2)
    chars: Annotated[tuple[Box, ...] | None, BeforeValidator(lambda v: v or None)] = None

    @property
    def is_scene(self) -> bool:
        return self.plates is not None


def read_manifest(path: Path) -> list[Record]:
    """All records of a manifest. Raises ManifestError naming file and line of the first fault."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(
            f"{path}: {getattr(error, 'strerror', None) or 'not a UTF-8 text file'}"
        ) from None
    records = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                records.append(Record.model_validate_json(line))
            except ValidationError as error:
                first = error.errors()[0]
                where = ".".join(map(str, first["loc"])) or "line"
                raise ManifestError(f"{path}:{number}: {where}: {first['msg']}") from None
    return records


def write_manifest(path: Path, records: Iterable[Record]) -> None:
    """Writes records, leaving out what holds its default; the folder is created."""
    path.parent.mkdir(parents=True, exist_ok=True)
    keep = {"image", "split", "source"}
    with path.open("w", encoding="utf-8") as file:
        for record in records:
            file.write(
                record.model_dump_json(
                    include=keep | _stated(record),
                    exclude_defaults=False,
                    exclude_unset=False,
                    exclude_none=True,
                )
                + "\n"
            )


def _stated(record: Record) -> set[str]:
    return {n for n, f in Record.model_fields.items() if getattr(record, n) != f.default}


def of_split(records: Sequence[Record], split: str) -> list[Record]:
    """The records of one split, in order."""
    return [r for r in records if r.split == split]
