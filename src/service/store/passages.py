"""Saves passages that a camera told as sightings: the picture and all rows, or nothing.

A passage has a key. When it is told again, the same sighting is brought up to date, so that what is told twice, or
stored twice because a process was killed in between, is one sighting.
"""

import hashlib
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from src.core.result import SightingRecord
from src.service.database import Database, tables
from src.service.database.types import new_id
from src.service.delivery.events import EventKind
from src.service.registry.decide import decide_sighting
from src.service.registry.rules import SHIPPED, Rules
from src.service.store.corrections import name_plate
from src.service.store.merging import extend, find_growing, grow, is_better, lock, show_in
from src.service.store.pictures import Pictures
from src.service.store.removal import drop_unseen
from src.service.store.sightings import sighting_record
from src.service.store.telling import is_told_anew, tell_of
from src.service.store.visits.crossings import cross
from src.service.text import shown
from src.video.passage import PassageRecord

JPEG = "image/jpeg"
SAID = {
    *("confidence", "region_confidence", "candidates", "accepted"),
    *("frames", "read", "agreeing"),
}
"""The fields of a passage that a sighting has too, beside those that an operator may correct."""


class UnknownCameraError(ValueError):
    """The error of a camera that this database never had."""


@dataclass(frozen=True, slots=True)
class NewPassage:
    """A passage as it was told for the ``telling``-th time, from 1; its text is not empty.

    ``picture`` is the JPEG of the frame with the best view, ``width`` and ``height`` are those of the frame.
    """

    key: str
    telling: int
    camera_id: str
    first: datetime
    last: datetime
    width: int
    height: int
    record: PassageRecord
    picture: bytes | None


def save_passage(
    database: Database, pictures: Pictures | None, passage: NewPassage, rules: Rules = SHIPPED
) -> SightingRecord | None:
    """Saves and decides a passage, and returns its sighting. When it returns, all is on the disk; where it raises,
    nothing is.

    None means that the passage was told before and its sighting is gone: whoever deleted it wants it to stay away.
    ``pictures`` None keeps no picture. Raises UnknownCameraError, OSError and sqlalchemy.exc.SQLAlchemyError.
    """
    stored_as, stale = None, list[str]()
    with ExitStack() as undo:
        if pictures is not None and passage.picture is not None:
            stored_as = pictures.put(new_id(), passage.picture)
            undo.callback(pictures.remove, [stored_as])
        # a plate that is no longer seen may go, which nobody must do while others add sightings of it
        with database.adding() if passage.telling == 1 else database.removing() as session:
            row, part = _known(session, passage.key), session.get(tables.MergedPassageRow, passage.key)
            if row is None and part is None and passage.telling > 1:
                return None
            camera = session.get(tables.CameraRow, passage.camera_id)
            if camera is None:
                raise UnknownCameraError(passage.camera_id)
            lock(session, camera)
            earlier, said = row, None if row is None else (row.text, row.region)
            row, stale = _told(session, row, part, camera, passage, stored_as)
            is_new, decision = row in session.new, row.decision
            with session.no_autoflush:  # so that the row is written once
                decide_sighting(session, row, rules)
            session.flush()
            if is_new:
                record = tell_of(session, EventKind.SIGHTING, row)
            elif is_told_anew(decision, row.decision) or (row is earlier and said != (row.text, row.region)):
                record = tell_of(session, EventKind.SIGHTING_CHANGED, row)
            else:
                record = sighting_record(row)
            cross(session, [row] if is_new else [], [] if is_new else [row])
            undo.pop_all()  # if the commit fails, only ``sweep`` can tell whether it is on the disk after all
    if pictures is not None:
        pictures.remove(stale)
    return record


def _told(
    session: Session,
    row: tables.SightingRow | None,
    part: tables.MergedPassageRow | None,
    camera: tables.CameraRow,
    passage: NewPassage,
    stored_as: str | None,
) -> tuple[tables.SightingRow, list[str]]:
    """Writes the passage down, and returns its sighting and the files that are not needed any longer.

    ``row`` is the sighting that the passage has made before, ``part`` says which one it is a part of; both are None
    where it is told for the first time. A passage whose text has changed is no part any longer of what others told.
    """
    if row is not None and row.times == 1:
        stale = row.detection.image.stored_as
        _changed(session, row, passage, stored_as)
        return row, [] if stale is None else [stale]
    if row is None and part is not None:
        row = session.get_one(tables.SightingRow, part.sighting_id)
    if row is not None:
        if _is_of(row, passage):
            if part is not None:
                part.last = passage.last
            extend(row, passage.last)
            return row, _shown_better(session, row, camera, passage, stored_as)
        _leave(session, row, part)
    row = find_growing(session, camera, passage.record.text, passage.record.region, passage.first)
    if row is None:
        return _added(session, camera, passage, stored_as), []
    session.add(tables.MergedPassageRow(key=passage.key, sighting_id=row.id, last=passage.last, before=row.last_seen))
    grow(row, passage.last)
    return row, _shown_better(session, row, camera, passage, stored_as)


def _is_of(row: tables.SightingRow, passage: NewPassage) -> bool:
    """Tells whether a passage that is told again still is of the plate of its sighting; an operator's word stands."""
    said = passage.record.text, passage.record.region
    return row.corrected is not None or (row.text, row.region) == said


def _leave(session: Session, row: tables.SightingRow, part: tables.MergedPassageRow | None) -> None:
    """Takes a passage out of a sighting that others have told as well."""
    row.times -= 1
    if part is None:
        row.passage = None
    else:
        if row.last_seen == part.last:
            row.last_seen = part.before
        session.delete(part)
    session.flush()


def _shown_better(
    session: Session, row: tables.SightingRow, camera: tables.CameraRow, passage: NewPassage, stored_as: str | None
) -> list[str]:
    """Gives the sighting the reading and the picture of the passage if they are better and will not change any more;
    returns the files that are not needed any longer.
    """
    if not (passage.record.left and is_better(row, passage.record.confidence)):
        return [] if stored_as is None else [stored_as]
    stale = show_in(session, row, _detection(camera, passage))
    _fill(session, row, passage, stored_as)
    return stale


def _known(session: Session, key: str) -> tables.SightingRow | None:
    wanted = select(tables.SightingRow).where(tables.SightingRow.passage == key)
    with_image = joinedload(tables.SightingRow.detection).joinedload(tables.DetectionRow.image)
    return session.scalar(wanted.options(with_image))


def _added(
    session: Session, camera: tables.CameraRow, passage: NewPassage, stored_as: str | None
) -> tables.SightingRow:
    detection = _detection(camera, passage)
    row = tables.SightingRow(
        detection=detection, camera=camera, seen=passage.first, passage=passage.key, char_confidences=[]
    )
    _fill(session, row, passage, stored_as)
    session.add_all([detection.image, detection, row])
    return row


def _detection(camera: tables.CameraRow, passage: NewPassage) -> tables.DetectionRow:
    """Returns new rows of the passage's best view and its picture."""
    picture, (x1, y1, x2, y2) = passage.picture or b"", passage.record.best.box
    image = tables.ImageRow(
        name=shown(f"{camera.name} {passage.first:%Y-%m-%d %H-%M-%S}.jpg"),
        media_type=JPEG,
        received=datetime.now(UTC),
        taken=passage.first,
        camera=camera,
        sha256=hashlib.sha256(picture).hexdigest(),
        bytes=len(picture),
        width=passage.width,
        height=passage.height,
    )
    return tables.DetectionRow(id=new_id(), image=image, position=0, x1=x1, y1=y1, x2=x2, y2=y2)


def _changed(session: Session, row: tables.SightingRow, passage: NewPassage, stored_as: str | None) -> None:
    earlier = row.plate_id
    _fill(session, row, passage, stored_as)
    session.flush()
    if row.plate_id != earlier:
        drop_unseen(session, {earlier})


def _fill(session: Session, row: tables.SightingRow, passage: NewPassage, stored_as: str | None) -> None:
    """Writes what may change from one telling to the next; ``seen`` stays, as pages of a search are in its order.

    The text of an operator stays too, with its country and format: what is told goes beside it.
    """
    record, picture, image = passage.record, passage.picture or b"", row.detection.image
    image.sha256, image.bytes, image.stored_as = hashlib.sha256(picture).hexdigest(), len(picture), stored_as
    image.width, image.height = passage.width, passage.height
    found = row.detection
    found.x1, found.y1, found.x2, found.y2 = record.best.box
    if row.corrected is None:
        name_plate(session, row, record.text, record.region)
        row.format = record.format
    else:
        row.read_text, row.read_region = record.text, record.region
    for field, value in record.model_dump(include=SAID).items():
        setattr(row, field, value)
    row.raw_text, row.raw_confidence = record.text, record.confidence
    row.passage_first, row.passage_last = passage.first, passage.last
