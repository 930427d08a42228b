"""Acknowledges sightings: a guard says that she has seen what was decided."""

from datetime import UTC, datetime

from sqlalchemy import update

from src.core.result import SightingRecord
from src.service.database import Database, tables
from src.service.store.audit import Action, Actor, note
from src.service.store.sightings import newest
from src.service.text import shown


def acknowledge(database: Database, sighting_id: str, actor: Actor) -> SightingRecord | None:
    """Writes down that a guard has seen a sighting, and returns it; None where there is no such sighting.

    One that was acknowledged before keeps its time, so that a request may be sent again. It is audited, found or not.
    Raises sqlalchemy.exc.SQLAlchemyError.
    """
    row, known = tables.SightingRow, tables.SightingRow.id == shown(sighting_id)
    with database.session() as session:
        # the condition stands in the statement itself: of two guards at the same moment the first one counts
        session.execute(update(row).where(known, row.acknowledged.is_(None)).values(acknowledged=datetime.now(UTC)))
        found = next(iter(newest(session, [known], 1)), None)
        note(session, Action.ACKNOWLEDGE, sighting_id, actor, {"sightings": 0 if found is None else 1})
        return found
