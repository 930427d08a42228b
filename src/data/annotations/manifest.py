"""The one data format: JSON Lines with an image per line. Paths are relative to the manifest's folder."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from src.core.alphabet import normalise
from src.core.files import replacing
from src.core.schema import Closed, read_json_lines

Box = tuple[float, float, float, float]
Points = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]


def _in_order(box: Box) -> Box:
    if not (box[0] < box[2] and box[1] < box[3]):
        raise ValueError(f"x1 < x2 and y1 < y2 expected, got {', '.join(f'{v:g}' for v in box)}")
    return box


def _canonical(text: str) -> str:
    canonical = normalise(text)
    if not canonical:
        raise ValueError(f"{text!r} says nothing; null stands for a text that nobody knows")
    if text != canonical:
        raise ValueError(f"{text!r} is not in canonical spelling ({canonical})")
    return text


LabelBox = Annotated[Box, AfterValidator(_in_order)]
"""x1, y1, x2, y2, where the width and the height are greater than 0."""
PlateText = Annotated[str, AfterValidator(_canonical)]
"""A text that is not empty, spelled as by ``core.alphabet.normalise``."""


class ManifestError(ValueError):
    """A manifest cannot be read; the message names file, line and fault."""


class PlateLabel(Closed):
    """One plate of a scene. Boxes and corners are in pixels of the stored image."""

    box: LabelBox
    text: PlateText | None = None
    region: str | None = None
    sure: bool = True
    published_text: PlateText | None = None
    corners: Points | None = None
    lines: int | None = Field(default=None, ge=1, le=2)
    chars: tuple[LabelBox, ...] | None = None
    whole: bool = True


class Record(Closed):
    """One image: a scene if it has ``plates``, otherwise a crop of one plate with its ``text``."""

    image: str
    width: int | None = None
    height: int | None = None
    split: str = "train"
    source: str = "unknown"
    plates: tuple[PlateLabel, ...] | None = None
    ignore: tuple[LabelBox, ...] = ()
    text: PlateText | None = None
    region: str | None = None
    verified: bool = True
    corners: Points | None = None
    lines: int | None = Field(default=None, ge=1, le=2)
    chars: tuple[LabelBox, ...] | None = None

    @property
    def is_scene(self) -> bool:
        return self.plates is not None

    @property
    def labels(self) -> "tuple[PlateLabel | Record, ...]":
        """Returns the plates of a scene; a crop is its own plate."""
        return (self,) if self.plates is None else self.plates


def read_manifest(path: Path) -> list[Record]:
    """Reads all records of a manifest. Raises ManifestError naming file and line of the first fault."""
    return [record for _, record in read_json_lines(path, Record, ManifestError)]


def write_manifest(path: Path, records: Iterable[Record]) -> None:
    """Writes records without the fields that hold their defaults, and creates the folder.

    The file appears whole or not at all: an interrupted run leaves an older manifest as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="\n") as file:
        for record in records:
            file.write(record.model_dump_json(exclude_defaults=True) + "\n")


def manifest_path(name: str, data_root: Path) -> Path:
    """Finds the manifest of a set: ``name`` is a folder below ``data_root``, or a path of a manifest or its folder.

    Raises ManifestError if there is none.
    """
    places = [data_root / name / "manifest.jsonl", Path(name), Path(name) / "manifest.jsonl"]
    for place in places:
        if place.is_file():
            return place
    raise ManifestError(f"{places[0]}: no such manifest; `mix` and `data.sets` say which sets are used")


def read_set(name: str, data_root: Path) -> list[Record]:
    """Reads a set (see ``manifest_path``) with the full paths of its images, so that sets can be joined."""
    path = manifest_path(name, data_root)
    folder = path.parent.resolve()
    return [r.model_copy(update={"image": str(folder / r.image)}) for r in read_manifest(path)]


def of_split(records: Sequence[Record], split: str) -> list[Record]:
    """Returns the records of one split, in order."""
    return [r for r in records if r.split == split]
