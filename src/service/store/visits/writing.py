"""Writes visits down, and tells of those that have changed."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from src.core.alphabet import merge_look_alikes
from src.core.result import VisitState
from src.service.database.tables import CrossingRow, VisitRow
from src.service.database.types import new_id
from src.service.delivery.events import EventKind
from src.service.delivery.outbox import listening, tell
from src.service.store.visits.pairing import Passing
from src.service.store.visits.records import records

Pair = tuple[Passing | None, Passing | None]
"""The passings in and out of a visit; one of them may be missing."""
CHANGED = "visits"
"""What the session of a transaction knows the visits by that are new, changed or gone."""
TOLD = (
    *("state", "text", "region", "entered", "left", "closed"),
    *("outcome", "vehicle_id", "permit_id", "list"),
)
DECIDED = ("outcome", "vehicle_id", "permit_id", "list")


def changed_visits(session: Session) -> list[str]:
    """Returns, once, the identifiers of the visits that a transaction has made, changed or deleted."""
    return list(dict.fromkeys(session.info.pop(CHANGED, ())))


def write(session: Session, place_id: str, pairs: Sequence[Pair], left_behind: Iterable[str]) -> None:
    """Makes each pair one visit, which keeps its identifier where its entry, or else its exit, stays.

    Those with an entry come first, so that they choose before those that an exit is left of.
    Visits that have no crossing any more go, ``left_behind`` among them. All events are in the same transaction.
    """
    known = {row.visit_id for pair in pairs for row in _rows(pair) if row.visit_id is not None} | set(left_behind)
    visits = {row.id: row for row in session.scalars(select(VisitRow).where(VisitRow.id.in_(known)))} if known else {}
    before = {visit_id: [getattr(row, name) for name in TOLD] for visit_id, row in visits.items()}
    chosen: dict[str, tuple[VisitRow, Pair]] = {}
    for pair in pairs:
        own = (visits[row.visit_id] for row in _rows(pair) if row.visit_id in visits and row.visit_id not in chosen)
        visit = next(own, None) or VisitRow(id=new_id(), place_id=place_id)
        _fill(visit, pair)
        session.add(visit)
        chosen[visit.id] = visit, pair
    session.flush()  # crossings name visits that there are
    for visit, pair in chosen.values():
        for row in _rows(pair):
            row.visit_id = visit.id
    session.flush()
    gone = known - chosen.keys()
    if gone:
        crossed = exists().where(CrossingRow.visit_id == VisitRow.id)
        session.execute(delete(VisitRow).where(VisitRow.id.in_(gone), ~crossed))
    changed = [
        (row, before.get(row.id))
        for row, _ in chosen.values()
        if before.get(row.id) != [getattr(row, name) for name in TOLD]
    ]
    _tell(session, changed, gone)


def _rows(pair: Pair) -> list[CrossingRow]:
    return [row for passing in pair if passing is not None for row in passing.rows]


def _fill(row: VisitRow, pair: Pair) -> None:
    entry, leaving = (None if passing is None else passing.first for passing in pair)
    stands = entry or leaving
    assert stands is not None
    row.text, row.region, row.merged = stands.text, stands.region, merge_look_alikes(stands.text)
    row.began, row.closed, row.stay_s = stands.at, None, None
    row.entered, row.left = None if entry is None else entry.at, None if leaving is None else leaving.at
    for name in DECIDED:
        setattr(row, name, getattr(stands, name))
    if entry is None:
        row.state = VisitState.NO_ENTRY
    elif leaving is not None:
        row.state, row.stay_s = VisitState.LEFT, round((leaving.at - entry.at).total_seconds())
    elif entry.until is None:
        row.state = VisitState.INSIDE
    else:
        row.state, row.closed = VisitState.NO_EXIT, entry.until


def _tell(session: Session, changed: Sequence[tuple[VisitRow, list[object] | None]], gone: Iterable[str]) -> None:
    """Tells receivers of visits, each with what it was before; None stands for a new one.

    Nobody is told of those that are gone: each of their sightings is told in another visit, or was deleted.
    """
    session.info.setdefault(CHANGED, []).extend([*(row.id for row, _ in changed), *gone])
    if not changed or not listening(session):
        return
    now = datetime.now(UTC)
    told = {record.id: record for record in records(session, [row.id for row, _ in changed], now)}
    for row, before in changed:
        tell(session, _kind(row.state, None if before is None else str(before[0])), visit=told[row.id], at=now)


def _kind(state: str, before: str | None) -> EventKind:
    if before is None:
        return EventKind.VISIT_BEGAN
    if before == VisitState.INSIDE and state != VisitState.INSIDE:
        return EventKind.VISIT_ENDED
    return EventKind.VISIT_CHANGED
