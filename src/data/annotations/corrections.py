"""Labels that were checked again: plates of scenes and texts of crops that replace those a data set came with."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field

from src.core.card import sha256_of
from src.core.schema import Closed, read_json_lines
from src.data.annotations.manifest import LabelBox, PlateLabel, PlateText, Points, Record


class CorrectionError(ValueError):
    """Corrections cannot be read, or their picture is missing; the message names file and line."""


class CorrectedPlate(Closed):
    """A plate that a person saw; it has ``corners`` only where they were marked."""

    box: LabelBox
    corners: Points | None = None


class Correction(Closed):
    """One line of a file: all plates and all ignore boxes of the picture with that hash."""

    set: Literal["scenes", "more/scenes"]
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="of the picture's file")
    plates: tuple[CorrectedPlate, ...]
    ignore: tuple[LabelBox, ...] = ()


class TextCorrection(Closed):
    """One line of a file: the text of the crop with that hash, or null where a person could not read it for certain."""

    set: Literal["ocr", "more/ocr"]
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="of the picture's file")
    text: PlateText | None


Line = TypeVar("Line", Correction, TextCorrection)
PlacedLine = tuple[str, Line]
"""A place in a file ("file, line"), and the correction that stands there."""


def apply_corrections(records: Sequence[Record], sets: Collection[str], folder: Path) -> list[Record]:
    """Returns ``records``, in order, with the plates and ignore boxes that the ``*.jsonl`` of ``folder`` give.

    ``records`` are all scenes of ``sets``, with the full paths of their images. Corrections of other sets are not used.
    A picture keeps its split and source. A plate whose box does not change keeps its text. A record that repeats an
    earlier one is left out. Raises CorrectionError if the folder has no files, a line is malformed, no record shows a
    picture, or a picture is named twice.
    """
    corrections = {digest: placed for digest, placed in _by_hash(folder, Correction).items() if placed[1].set in sets}
    hashes = _hashes(records, Path())
    if unknown := corrections.keys() - set(hashes):
        where, correction = min((corrections[digest] for digest in unknown), key=lambda placed: placed[0])
        raise CorrectionError(f"{where}: no scene of that hash in {correction.set}")
    return _apply(records, hashes, corrections)


def apply_known_corrections(records: Sequence[Record], root: Path, folder: Path) -> list[Record]:
    """Works as ``apply_corrections`` on a part of a set: corrections of pictures that are not in it are not used."""
    return _apply(records, _hashes(records, root), _by_hash(folder, Correction))


def apply_known_texts(records: Sequence[Record], root: Path, folder: Path) -> list[Record]:
    """Returns ``records`` with the texts that ``folder`` gives for crops, without the crops that nobody could read.

    ``records`` may be a part of a set: corrections of other pictures are not used. Scenes stay as they are. Raises
    CorrectionError if the folder has no files, a line is malformed, or a picture is named twice.
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
    """Returns ``records`` with the corners that ``folder`` has for plates without them; boxes stay as they are.

    The files are written by ``scripts.estimate_corners``. A plate whose box has changed since then gets no corners.
    Raises CorrectionError as ``apply_corrections`` does, except for pictures that no record shows.
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
    """Rounds a box to a hundredth of a pixel, as the files do."""
    return tuple(round(100 * value) for value in box)


def _hashes(records: Sequence[Record], root: Path) -> list[str]:
    """Returns the hash of each scene's file, and "" for a crop or a missing file."""
    return [sha256_of(root / r.image) if r.is_scene and (root / r.image).is_file() else "" for r in records]


def _apply(
    records: Sequence[Record], hashes: Sequence[str], corrections: Mapping[str, PlacedLine[Correction]]
) -> list[Record]:
    corrected = (
        _corrected(record, corrections[digest][1]) if digest in corrections else record
        for record, digest in zip(records, hashes, strict=True)
    )
    return list(dict.fromkeys(corrected))


def tightened(records: Sequence[Record], loose: Mapping[str, float]) -> list[Record]:
    """Returns ``records`` whose boxes are smaller on every side, for the sources in ``loose``.

    ``loose`` maps a source to the share of a box's height that is taken off. Raises CorrectionError for a source that
    no record has.
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
    """Reads the corrections of one file, of one ``kind``, with their line numbers from 1. Raises CorrectionError."""
    return read_json_lines(path, kind, CorrectionError)


def _by_hash(folder: Path, kind: type[Line]) -> dict[str, PlacedLine[Line]]:
    """Returns each correction with its place (file and line), by the hash of the picture."""
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise CorrectionError(f"{folder}: no corrections (*.jsonl) in it")
    found: dict[str, PlacedLine[Line]] = {}
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
