"""Labels that were looked at again: plates of scenes and texts of crops that replace what a data set came with."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field

from src.core.card import sha256_of
from src.core.schema import Closed, read_json_lines
from src.data.annotations.manifest import LabelBox, PlateLabel, PlateText, Points, Record


class CorrectionError(ValueError):
    """Corrections that cannot be read, or whose picture is not there; the message names file and line."""


class CorrectedPlate(Closed):
    """A plate that a person saw; ``corners`` only where they were marked."""

    box: LabelBox
    corners: Points | None = None


class Correction(Closed):
    """One line: all plates of the picture with that hash, and the boxes that are neither right nor wrong."""

    set: Literal["scenes", "more/scenes"]
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="of the picture's file")
    plates: tuple[CorrectedPlate, ...]
    ignore: tuple[LabelBox, ...] = ()


class TextCorrection(Closed):
    """One line: what the crop with that hash says, null where a person could not read it for certain."""

    set: Literal["ocr", "more/ocr"]
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="of the picture's file")
    text: PlateText | None


Line = TypeVar("Line", Correction, TextCorrection)
Placed = tuple[str, Line]
"""A correction and where it stands: file and line."""


def apply_corrections(records: Sequence[Record], sets: Collection[str], folder: Path) -> list[Record]:
    """``records``, in order, with plates and ignore boxes of every picture that a ``*.jsonl`` of ``folder`` speaks of.

    ``records`` are all scenes of ``sets``, with the full paths of their images; corrections of other sets wait. Split
    and source stay. A plate whose box is not changed keeps its text. A record that says again what an earlier one says
    is left out. Raises CorrectionError for a folder without files, a malformed line, a picture that no record shows,
    one named twice.
    """
    corrections = {digest: placed for digest, placed in _by_hash(folder, Correction).items() if placed[1].set in sets}
    hashes = _hashes(records, Path())
    if unknown := corrections.keys() - set(hashes):
        where, correction = min((corrections[digest] for digest in unknown), key=lambda placed: placed[0])
        raise CorrectionError(f"{where}: no scene of that hash in {correction.set}")
    return _apply(records, hashes, corrections)


def apply_known_corrections(records: Sequence[Record], root: Path, folder: Path) -> list[Record]:
    """As ``apply_corrections``, for records that need not be the whole set: corrections of other pictures wait."""
    return _apply(records, _hashes(records, root), _by_hash(folder, Correction))


def apply_known_texts(records: Sequence[Record], root: Path, folder: Path) -> list[Record]:
    """``records`` with the texts that the files of ``folder`` have for crops; without those that nobody could read.

    ``records`` need not be the whole set: corrections of other pictures wait. Scenes stay as they are. Raises
    CorrectionError for a folder without files, a malformed line, a picture that is named twice.
    """
    texts = {digest: correction.text for digest, (_, correction) in _by_hash(folder, TextCorrection).items()}
    read = []
    for record in records:
        digest = "" if record.is_scene or not (root / record.image).is_file() else sha256_of(root / record.image)
        if digest not in texts:
            read.append(record)
        elif (text := texts[digest]) is not None:
            read.append(record.model_copy(update={"text": text}))
    return read


def with_corners(records: Sequence[Record], sets: Collection[str], folder: Path) -> list[Record]:
    """``records`` with the corners that ``folder`` has for plates without them; boxes stay as they are.

    The files are of ``scripts.estimate_corners``. A plate whose box is not the one that was looked at keeps none.
    Raises CorrectionError as ``apply_corrections`` does, but not for pictures that no record shows.
    """
    known = {
        (digest, _key(plate.box)): plate.corners
        for digest, (_, correction) in _by_hash(folder, Correction).items()
        if correction.set in sets
        for plate in correction.plates
    }
    marked = []
    for record, digest in zip(records, _hashes(records, Path()), strict=True):
        plates = tuple(
            plate.model_copy(update={"corners": known.get((digest, _key(plate.box)))})
            if plate.corners is None
            else plate
            for plate in record.plates or ()
        )
        marked.append(record.model_copy(update={"plates": plates}))
    return marked


def _key(box: LabelBox) -> tuple[int, ...]:
    """A box to a hundredth of a pixel, as the files round it."""
    return tuple(round(100 * value) for value in box)


def _hashes(records: Sequence[Record], root: Path) -> list[str]:
    """Of each scene's file; empty for a crop, or where the file is missing."""
    return [sha256_of(root / r.image) if r.is_scene and (root / r.image).is_file() else "" for r in records]


def _apply(
    records: Sequence[Record], hashes: Sequence[str], corrections: Mapping[str, Placed[Correction]]
) -> list[Record]:
    corrected = (
        _corrected(record, corrections[digest][1]) if digest in corrections else record
        for record, digest in zip(records, hashes, strict=True)
    )
    return list(dict.fromkeys(corrected))


def tightened(records: Sequence[Record], loose: Mapping[str, float]) -> list[Record]:
    """``records`` with the boxes of the sources in ``loose`` drawn in on every side by a share of their height.

    Raises CorrectionError for a source that no record has.
    """
    if unknown := set(loose) - {record.source for record in records}:
        raise CorrectionError(f"loose names sources that the data lack: {', '.join(sorted(unknown))}")
    return [_tightened(r, loose[r.source]) if r.source in loose and r.plates else r for r in records]


def _tightened(record: Record, share: float) -> Record:
    plates = []
    for plate in record.plates or ():
        x1, y1, x2, y2 = plate.box
        by = share * (y2 - y1)
        plates.append(plate.model_copy(update={"box": (x1 + by, y1 + by, x2 - by, y2 - by)}))
    return record.model_copy(update={"plates": tuple(plates)})


def read_corrections(path: Path, kind: type[Line]) -> list[tuple[int, Line]]:
    """The corrections of one file, of one ``kind``, with their line numbers from 1. Raises CorrectionError."""
    return read_json_lines(path, kind, CorrectionError)


def _by_hash(folder: Path, kind: type[Line]) -> dict[str, Placed[Line]]:
    """Each correction with its place (file and line), by the picture's hash."""
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise CorrectionError(f"{folder}: no corrections (*.jsonl) in it")
    found: dict[str, Placed[Line]] = {}
    for path in files:
        for number, correction in read_corrections(path, kind):
            if correction.sha256 in found:
                raise CorrectionError(f"{path}:{number}: the picture of {found[correction.sha256][0]} again")
            found[correction.sha256] = f"{path}:{number}", correction
    return found


def _corrected(record: Record, correction: Correction) -> Record:
    known = {plate.box: plate for plate in record.plates or ()}
    plates = tuple(
        known[p.box].model_copy(update={"corners": p.corners})
        if p.box in known
        else PlateLabel(box=p.box, corners=p.corners)
        for p in correction.plates
    )
    return record.model_copy(update={"plates": plates, "ignore": correction.ignore})
