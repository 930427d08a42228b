"""Closes visits by hand: the vehicle has left, and nobody saw it."""

from datetime import UTC, datetime

from sqlalchemy import select

from src.core.result import VisitRecord, VisitState
from src.service.database import Database
from src.service.database.tables import CrossingRow, VisitRow
from src.service.store.audit import Action, Actor, note
from src.service.store.visits.crossings import lock_places
from src.service.store.visits.pairing import ENTRY, Facts
from src.service.store.visits.records import records
from src.service.store.visits.repair import Change, repair
from src.service.text import shown


def close_visit(database: Database, visit_id: str, actor: Actor) -> VisitRecord | None:
    """Says that a vehicle is no longer inside, and returns its visit; None where there is no such visit.

    A visit that has ended stays as it is. An exit that was seen before now, and is told later, ends the visit all the
    same; one that is seen after now has no entry. It is audited, found or not.
    """
    with database.session() as session:
        place_id = session.scalar(select(VisitRow.place_id).where(VisitRow.id == shown(visit_id)))
        lock_places(session, [place_id])
        visit = session.get(VisitRow, shown(visit_id))
        note(session, Action.CLOSE_VISIT, visit_id, actor, {"visits": int(visit is not None)})
        if visit is None:
            return None
        if visit.state == VisitState.INSIDE:
            row, now = CrossingRow, datetime.now(UTC)
            wanted = select(row).where(row.visit_id == visit.id, row.direction == ENTRY).order_by(row.at, row.id)
            crossings = session.scalars(wanted).all()
            before = Facts.of(crossings[0])
            crossings[0].closed = max(now, crossings[-1].at)  # a camera's clock may be ahead
            session.flush()
            repair(session, visit.place_id, [Change(before, crossings[0])])
        return next(iter(records(session, [visit.id], datetime.now(UTC))), None)
