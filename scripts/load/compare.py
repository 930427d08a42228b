"""The database and the folder of pictures against what the service acknowledged."""

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from scripts.load.ledger import Ledger
from src.service.database import Database, tables


@dataclass(frozen=True, slots=True)
class Row:
    """A picture as the database has it."""

    id: str
    name: str
    sha256: str
    stored_as: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Counts; of all but the first three each should be 0."""

    pictures: int
    sightings: int
    kept_unanswered: int
    """Pictures that were kept though their request broke off before the answer: nobody was promised anything."""
    lost_pictures: int
    lost_sightings: int
    doubled_pictures: int
    """Names that more than one picture has: every one was sent until it was answered once."""
    doubled_sightings: int
    """Sightings of acknowledged pictures that were not acknowledged."""
    unknown_pictures: int
    """Pictures that nobody sent, or whose request was refused."""
    altered_pictures: int
    """Acknowledged pictures of which the database has another name or digest."""
    torn_files: int
    """Files that are not, to the byte, what was sent."""
    missing_files: int
    stray_files: int
    """Files without a row: what a kill leaves between the two, until the service sweeps it."""

    def faults(self, killed: bool) -> dict[str, int]:
        """What should not be."""
        forgiven = {"pictures", "sightings", "kept_unanswered"} | ({"stray_files"} if killed else set())
        counts = {name: getattr(self, name) for name in self.__slots__ if name not in forgiven}
        return {name: count for name, count in counts.items() if count}


def compare(database: Database, folder: Path, run: str, ledger: Ledger) -> Comparison:
    """Everything that is stored under the names of ``run``. ``folder`` is that of the pictures."""
    rows, sightings = _stored(database, run)
    by_id = {row.id: row for row in rows}
    kept = {promise.image: promise for promise in ledger.kept}
    promised = {promise.name for promise in ledger.kept}
    files = [_state(folder, row) for row in rows]
    here = [promise for promise in ledger.kept if promise.image in by_id]
    return Comparison(
        pictures=len(rows),
        sightings=sum(map(len, sightings.values())),
        kept_unanswered=sum(row.name in ledger.unanswered for row in rows),
        lost_pictures=len(kept.keys() - by_id.keys()),
        lost_sightings=sum(len(promise.sightings - sightings[promise.image]) for promise in ledger.kept),
        doubled_pictures=sum(count > 1 for count in Counter(row.name for row in rows).values()),
        doubled_sightings=sum(len(sightings[promise.image] - promise.sightings) for promise in here),
        unknown_pictures=sum(row.name not in promised | ledger.unanswered for row in rows),
        altered_pictures=sum((by_id[p.image].name, by_id[p.image].sha256) != (p.name, p.sha256) for p in here),
        torn_files=files.count("torn"),
        missing_files=files.count("missing"),
        stray_files=_strays(folder, database),
    )


def _stored(database: Database, run: str) -> tuple[list[Row], defaultdict[str, set[str]]]:
    """The pictures of a run, and the sightings by picture."""
    image, of_run = tables.ImageRow, tables.ImageRow.name.startswith(f"{run}-", autoescape=True)
    columns = select(image.id, image.name, image.sha256, image.stored_as).where(of_run)
    pairs = select(tables.DetectionRow.image_id, tables.SightingRow.id).join(tables.SightingRow.detection)
    sightings: defaultdict[str, set[str]] = defaultdict(set)
    with database.reading() as session:
        rows = [Row(*row) for row in session.execute(columns)]
        for image_id, sighting_id in session.execute(pairs.join(tables.DetectionRow.image).where(of_run)):
            sightings[image_id].add(sighting_id)
    return rows, sightings


def _state(folder: Path, row: Row) -> str:
    path = folder / (row.stored_as or "")
    if not path.is_file():
        return "missing"
    with path.open("rb") as file:
        return "whole" if hashlib.file_digest(file, "sha256").hexdigest() == row.sha256 else "torn"


def _strays(folder: Path, database: Database) -> int:
    """Files of any run. The database is asked last: what is saved meanwhile is none."""
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    with database.reading() as session:
        return len(files - set(session.scalars(select(tables.ImageRow.stored_as))))
