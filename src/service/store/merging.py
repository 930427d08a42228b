"""The same plate again, at the same camera and within its ``merge_s`` seconds: one sighting that grows.

The same plate is one of the same text and country: two cars whose plates look alike stay two. The row of the camera is
locked from the question whether there is such a sighting to the end of the transaction, so that of two that are told at
once the second one finds the first.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, joinedload

from src.service.database import tables
from src.service.store.removal import drop_unshown


def lock(session: Session, camera: tables.CameraRow) -> None:
    """Lets others who want to merge sightings of the camera wait for the end of the transaction.

    Whoever locks several cameras does so in the order of their names. In SQLite all writers wait anyway.
    """
    if camera.merge_s > 0:
        session.execute(
            select(tables.CameraRow.id).where(tables.CameraRow.id == camera.id).with_for_update(key_share=True)
        )


def find_growing(
    session: Session, camera: tables.CameraRow | None, text: str, region: str | None, at: datetime
) -> tables.SightingRow | None:
    """Returns the sighting that a plate which is told ``at`` a time belongs to, with its detection and image.

    None means that it is one of its own. The camera is locked.
    """
    if camera is None or not camera.merge_s > 0:
        return None
    row, near = tables.SightingRow, timedelta(seconds=camera.merge_s)
    last = func.coalesce(row.last_seen, row.passage_last, row.seen)
    of_plate = (row.text == text, row.region.is_not_distinct_from(region), row.camera_id == camera.id)
    wanted = (
        select(row).where(*of_plate, row.seen <= at + near, last >= at - near).order_by(last.desc(), row.id).limit(1)
    )
    with_image = joinedload(row.detection).joinedload(tables.DetectionRow.image)
    return session.scalar(wanted.options(with_image).execution_options(populate_existing=True))


def grow(row: tables.SightingRow, at: datetime) -> None:
    """Counts one more telling of the sighting."""
    row.times += 1
    extend(row, at)


def extend(row: tables.SightingRow, at: datetime) -> None:
    """Notes when the sighting was told last; a picture from before changes nothing."""
    row.last_seen = max(at, *(known for known in (row.last_seen, row.passage_last, row.seen) if known is not None))


def is_better(row: tables.SightingRow, confidence: float) -> bool:
    """Tells whether a reading with this confidence, and its picture, are to take the place of the sighting's.

    What was read where an operator has corrected it stays to be seen.
    """
    return row.corrected is None and confidence > row.confidence


def show_in(session: Session, row: tables.SightingRow, detection: tables.DetectionRow) -> list[str]:
    """Makes ``detection``, which is new, that of the sighting; returns the files to remove.

    The picture before goes unless another sighting is in it.
    """
    before = row.detection
    row.detection = detection
    session.add_all([detection.image, detection])
    session.flush()
    session.execute(delete(tables.DetectionRow).where(tables.DetectionRow.id == before.id))
    return drop_unshown(session, {before.image_id})
