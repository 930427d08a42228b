"""Deletes sightings and plates, and the pictures that show no others.

Rows are deleted first, and files when that is on the disk; after a kill in between ``sweep`` removes the files.
"""

from collections import Counter
from collections.abc import Collection, Sequence

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from src.service.database import Database, tables
from src.service.delivery.outbox import forget_subjects, forget_text
from src.service.store.answers import forget_answers
from src.service.store.audit import Action, Actor, forget, note
from src.service.store.pictures import Pictures
from src.service.store.visits.crossings import uncross
from src.service.text import plate_text, shown

BATCH = 500
"""The rows in one statement, as databases limit its parameters."""
FORGOTTEN = ""
"""What was read of a sighting that is another plate's now, where the plate that it was read as is deleted."""


def delete_sighting(database: Database, pictures: Pictures, sighting_id: str, actor: Actor) -> bool:
    """Deletes a sighting; its picture and its plate go too if they have no other. Returns False where there was none.

    Its visit loses that end, or goes. It is audited whether there was one or not. Kept answers that name the sighting
    lose their bodies.
    """
    with database.removing() as session:
        found = session.scalars(select(tables.SightingRow).where(tables.SightingRow.id == shown(sighting_id))).all()
        uncross(session, [row.id for row in found])
        stored = delete_rows(session, found)
        forget_answers(session, [shown(sighting_id)])
        note(session, Action.DELETE_SIGHTING, sighting_id, actor, {"sightings": len(found)})
    pictures.remove(stored)
    return bool(found)


def delete_plate(database: Database, pictures: Pictures, text: str, actor: Actor) -> int:
    """Deletes all sightings of a plate, in any spelling and of any country, and returns their number. Raises TextError.

    What they are of visits goes too.

    It is audited, but not under the text; earlier entries lose the text too, and kept answers that name it lose their
    bodies. The text has a plate in each country, and each plate has an entry with its id: for an older backup this says
    which plates must be deleted there as well. A sighting that was read as this plate, and corrected to another one, is
    the other one's: it stays, and nothing says any longer what it was read as.
    """
    plain = plate_text(text)
    with database.removing() as session:
        found = session.scalars(select(tables.SightingRow).where(tables.SightingRow.text == plain)).all()
        sightings: dict[str | None, int] = {**Counter(row.plate_id for row in found)} or {None: 0}
        stored: list[str] = []
        for start in range(0, len(found), BATCH):
            some = found[start : start + BATCH]
            uncross(session, [row.id for row in some])
            stored += delete_rows(session, some)
        uncross(session, [], plain)
        forget(session, plain)
        forget_text(session, plain)
        _forget_readings(session, plain)
        # an answer has the text that was read, whatever it was corrected to since
        named = [plain, *(row.id for row in found if row.corrected is not None)]
        for start in range(0, len(named), BATCH):
            forget_answers(session, named[start : start + BATCH])
        for plate_id, count in sightings.items():
            note(session, Action.DELETE_PLATE, plate_id, actor, {"sightings": count})
    pictures.remove(stored)
    return len(found)


def drop_unseen(session: Session, plate_ids: Collection[str]) -> int:
    """Deletes those of the plates that have no sighting left, and returns their number."""
    unseen = ~exists().where(tables.SightingRow.plate_id == tables.PlateRow.id)
    dropped = delete(tables.PlateRow).where(tables.PlateRow.id.in_(plate_ids), unseen).returning(tables.PlateRow.id)
    return len(session.scalars(dropped).all())


def _forget_readings(session: Session, plain: str) -> None:
    """Deletes a plate from what is remembered of the sightings of other plates that were taken for it."""
    row, made = tables.SightingRow, tables.CorrectionRow
    corrected = select(made.sighting_id)  # they are few among all sightings, whose texts as read have no index
    reading: dict[str, object] = {"raw_text": FORGOTTEN, "char_confidences": [], "candidates": None}
    forget_subjects(session, session.scalars(select(row.id).where(row.id.in_(corrected), row.read_text == plain)).all())
    read = update(row).where(row.id.in_(corrected), row.read_text == plain)
    session.execute(read.values(read_text=FORGOTTEN, read_region=None, **reading))
    session.execute(update(made).where(made.before == plain).values(before=FORGOTTEN, region_before=None))
    session.execute(update(made).where(made.after == plain).values(after=FORGOTTEN, region_after=None))


def delete_rows(session: Session, sightings: Sequence[tables.SightingRow]) -> list[str]:
    """Deletes sightings, BATCH at most, with plates and pictures that show no others, and with what was to be told of
    them or of their visits; returns the files to remove.
    """
    forget_told(session, [row.id for row in sightings])
    detections = {row.detection_id for row in sightings}
    plates = {row.plate_id for row in sightings}
    of_detections = select(tables.DetectionRow.image_id).where(tables.DetectionRow.id.in_(detections))
    images = set(session.scalars(of_detections))
    session.execute(delete(tables.DetectionRow).where(tables.DetectionRow.id.in_(detections)))  # sightings go with them
    drop_unseen(session, plates)
    return drop_unshown(session, images)


def forget_told(session: Session, sightings: Sequence[str]) -> None:
    """Deletes all events about sightings, and about the visits that begin or end with them."""
    crossing = tables.CrossingRow
    for start in range(0, len(sightings), BATCH):
        some = sightings[start : start + BATCH]
        of_visits = session.scalars(select(crossing.visit_id).where(crossing.sighting_id.in_(some)))
        forget_subjects(session, {*some, *(visit for visit in of_visits if visit is not None)})


def drop_unshown(session: Session, image_ids: Collection[str]) -> list[str]:
    """Deletes those of the pictures that no sighting is in, and returns the files to remove."""
    others = (
        exists()
        .where(tables.DetectionRow.image_id == tables.ImageRow.id)
        .where(tables.SightingRow.detection_id == tables.DetectionRow.id)
    )
    gone = session.scalars(select(tables.ImageRow).where(tables.ImageRow.id.in_(image_ids), ~others)).all()
    session.execute(delete(tables.ImageRow).where(tables.ImageRow.id.in_([image.id for image in gone])))
    return [image.stored_as for image in gone if image.stored_as is not None]
