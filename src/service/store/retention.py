"""Deletes what is too old, and files that no row knows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update

from src.service.database import Database, tables
from src.service.store.audit import OF_PLATES, SERVICE, Action, note, record
from src.service.store.pictures import Pictures
from src.service.store.recognitions import AHEAD
from src.service.store.removal import drop_unseen, forget_told
from src.service.store.visits.expiry import expire_visits
from src.service.times import utc

BATCH = 200
"""The images in one transaction: nothing can be saved while it lasts."""

ORPHAN_AGE_S = 3600
"""Seconds: a younger file may belong to a picture that is just being saved."""


@dataclass(frozen=True, slots=True)
class Expired:
    """How much was deleted."""

    images: int = 0
    sightings: int = 0
    plates: int = 0
    visits: int = 0
    files: int = 0
    """Files that no row knew."""

    def __add__(self, other: "Expired") -> "Expired":
        return Expired(
            images=self.images + other.images,
            sightings=self.sightings + other.sightings,
            plates=self.plates + other.plates,
            visits=self.visits + other.visits,
            files=self.files + other.files,
        )


def expire(database: Database, pictures: Pictures, older_than: datetime) -> Expired:
    """Deletes images from before ``older_than``, their files and sightings, and plates that nobody has seen since.

    An image is as old as the later of its times of receipt and of taking, if the latter is not over AHEAD later. The
    deletion is audited. Visits and events that are as old go too, the latter delivered or not. Older entries of the
    audit keep who did what and when, but no longer with which plate. Files without a row are swept too. Several
    processes may do so at once. Raises OSError and sqlalchemy.exc.SQLAlchemyError; another call goes on with the rest.
    """
    before = utc(older_than)
    total = Expired(visits=expire_visits(database, before))
    while (batch := _expire_batch(database, pictures, before)) != Expired():
        total += batch
    entries = tables.AuditRow
    with database.removing() as session:
        session.execute(delete(tables.EventRow).where(tables.EventRow.at < before))
        session.execute(
            update(entries)
            .where(entries.at < before, entries.action.in_(OF_PLATES), entries.subject.is_not(None))
            .values(subject=None, detail=None)
        )
    return total + Expired(files=sweep(database, pictures))


def sweep(database: Database, pictures: Pictures) -> int:
    """Removes files without a row, as a kill during saving or deleting leaves them; returns their number.

    It is audited if there are any. Raises OSError and sqlalchemy.exc.SQLAlchemyError.
    """
    old = list(pictures.older_than(ORPHAN_AGE_S))
    removed = 0
    for start in range(0, len(old), BATCH):
        files = old[start : start + BATCH]
        with database.reading() as session:
            known = set(session.scalars(select(tables.ImageRow.stored_as).where(tables.ImageRow.stored_as.in_(files))))
        removed += pictures.remove(sorted(set(files) - known))
    if removed:
        record(database, Action.EXPIRE, None, SERVICE, {"files": removed})
    return removed


def _expire_batch(database: Database, pictures: Pictures, before: datetime) -> Expired:
    with database.removing() as session:
        row = tables.ImageRow
        is_old = (row.taken.is_(None)) | (row.taken < before) | (row.received < before - AHEAD)
        old = session.scalars(
            select(row).where(row.received < before, is_old).order_by(row.received).limit(BATCH)
        ).all()
        if not old:
            return Expired()
        ids, stored = [image.id for image in old], [image.stored_as for image in old if image.stored_as is not None]
        of_images = (
            select(tables.SightingRow.id, tables.SightingRow.plate_id)
            .join(tables.SightingRow.detection)
            .where(tables.DetectionRow.image_id.in_(ids))
        )
        sightings = session.execute(of_images).all()
        plates = [plate_id for _, plate_id in sightings]
        forget_told(session, [sighting_id for sighting_id, _ in sightings])
        session.execute(delete(tables.ImageRow).where(tables.ImageRow.id.in_(ids)))
        expired = Expired(len(ids), len(plates), drop_unseen(session, set(plates)))
        detail = {"images": expired.images, "sightings": expired.sightings, "plates": expired.plates}
        note(session, Action.EXPIRE, before.isoformat(), SERVICE, detail)
    pictures.remove(stored)
    return expired
