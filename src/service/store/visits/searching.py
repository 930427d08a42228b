"""Finds visits, and counts who is inside."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select, tuple_
from sqlalchemy.orm import Session

from src.core.result import VisitRecord, VisitState
from src.service.database import Database
from src.service.database.tables import PlaceRow, VisitRow
from src.service.database.types import IdColumn, UtcDateTime
from src.service.query import Place
from src.service.sheets import Cell
from src.service.store.audit import Action, Actor, note
from src.service.store.visits.records import records
from src.service.text import ESCAPE, like, shown
from src.service.visit_query import VisitFilter, VisitPeriod, VisitQuery

PAGE = 500
COLUMNS = (
    *("place", "state", "plate", "country", "entered", "left", "closed", "duration_s", "overstays", "decision"),
    *("list", "vehicle", "permit", "entry_camera", "exit_camera", "entry_gate", "exit_gate", "entry", "exit", "id"),
)


@dataclass(frozen=True, slots=True)
class VisitPage:
    """A page of visits, the last that began first, and the cursor of the next page; None where this is the last."""

    items: list[VisitRecord]
    next_cursor: str | None
    total: int | None
    """The number on all pages; None behind a cursor, as it would be counted anew for each page."""


@dataclass(frozen=True, slots=True)
class Occupancy:
    """How full a place is."""

    place: str
    inside: int
    capacity: int | None
    free: int | None
    """None where nobody says how many have room."""
    overstaying: int


def search(database: Database, query: VisitQuery) -> VisitPage:
    """Returns one page of the visits that ``query`` asks for."""
    row, now = VisitRow, datetime.now(UTC)
    with database.reading() as session:
        asked, total = conditions(session, query, now), None
        if query.cursor is None:
            total = session.scalar(select(func.count()).select_from(row).where(*asked)) or 0
            found = _newest(session, asked, query.limit + 1)
        else:
            found = _newest(session, [*asked, _behind(Place.from_cursor(query.cursor))], query.limit + 1)
        places, more = found[: query.limit], len(found) > query.limit
        items = records(session, [place.id for place in places], now)
    return VisitPage(items, places[-1].cursor if more else None, total)


def visit(database: Database, visit_id: str) -> VisitRecord | None:
    """Returns the visit with this identifier, None where there is none."""
    with database.reading() as session:
        return next(iter(records(session, [shown(visit_id)], datetime.now(UTC))), None)


def visits(database: Database, visit_ids: Sequence[str]) -> list[VisitRecord]:
    """Returns those of the visits that there are, in the order of their identifiers here."""
    with database.reading() as session:
        return records(session, visit_ids, datetime.now(UTC))


def exported_visits(database: Database, query: VisitFilter, actor: Actor) -> Iterator[list[Cell]]:
    """Yields the rows of a sheet, the head first, the last that began first; each page in a transaction of its own.

    It is audited, before the first row is given.
    """
    with database.session() as session:
        note(
            session,
            Action.EXPORT_VISITS,
            query.text,
            actor,
            query.model_dump(mode="json", exclude={"text"}, exclude_none=True),
        )
    yield list(COLUMNS)
    further, now = list[ColumnElement[bool]](), datetime.now(UTC)
    while True:
        with database.reading() as session:
            found = _newest(session, [*conditions(session, query, now), *further], PAGE)
            told = records(session, [place.id for place in found], now)
        yield from map(_cells, told)
        if len(found) < PAGE:
            return
        further = [_behind(found[-1])]


def occupancy(database: Database) -> list[Occupancy]:
    """Returns how full each place is, by name."""
    row, now = VisitRow, datetime.now(UTC)
    inside = (row.state == VisitState.INSIDE,)
    with database.reading() as session:
        places = session.scalars(select(PlaceRow).order_by(PlaceRow.name)).all()
        counted = select(row.place_id, func.count()).where(*inside).group_by(row.place_id)
        of_place = dict(session.execute(counted).all())
        late = select(row.place_id, func.count()).where(*inside, _overstaying(places, now)).group_by(row.place_id)
        too_long = dict(session.execute(late).all())
    return [
        Occupancy(
            place.name,
            (count := of_place.get(place.id, 0)),
            place.capacity,
            None if place.capacity is None else max(place.capacity - count, 0),
            too_long.get(place.id, 0),
        )
        for place in places
    ]


def conditions(session: Session, query: VisitFilter, now: datetime) -> list[ColumnElement[bool]]:
    """Returns the conditions on a visit."""
    row, found = VisitRow, of_period(query)
    if query.state is not None:
        found.append(row.state == str(query.state))
    if query.text is not None:
        found.append(row.merged.like(like(query.text), escape=ESCAPE))
    if query.vehicle is not None:
        found.append(row.vehicle_id == query.vehicle)
    if query.overstayed is not None:
        places = session.scalars(select(PlaceRow)).all()
        stay = _overstaying(places, now)
        found.append(stay if query.overstayed else not_(stay))
    return found


def of_period(query: VisitPeriod) -> list[ColumnElement[bool]]:
    """Returns the conditions on a visit's place and time."""
    row, found = VisitRow, list[ColumnElement[bool]]()
    if query.place is not None:
        called = select(PlaceRow.id).where(PlaceRow.name == query.place)
        found.append(row.place_id == called.scalar_subquery())
    if query.since is not None:
        found.append(row.began >= query.since)
    if query.until is not None:
        found.append(row.began < query.until)
    return found


def _overstaying(places: Sequence[PlaceRow], now: datetime) -> ColumnElement[bool]:
    """Returns the condition on visits to ``places`` that are, or were, longer than one may stay there."""
    row, found = VisitRow, list[ColumnElement[bool]]()
    for place in places:
        if place.max_stay_minutes is not None:
            most = timedelta(minutes=place.max_stay_minutes)
            inside = and_(row.state == VisitState.INSIDE, row.entered < now - most)
            left = and_(row.stay_s.is_not(None), row.stay_s > place.max_stay_minutes * 60)
            found.append(and_(row.place_id == place.id, or_(inside, left)))
    return or_(false(), *found)


def _newest(session: Session, asked: list[ColumnElement[bool]], limit: int) -> list[Place]:
    row = VisitRow
    wanted = select(row.began, row.id).where(*asked).order_by(row.began.desc(), row.id.desc()).limit(limit)
    return [Place(began, visit_id) for began, visit_id in session.execute(wanted)]


def _behind(place: Place) -> ColumnElement[bool]:
    return tuple_(VisitRow.began, VisitRow.id) < tuple_(place.seen, place.id, types=[UtcDateTime, IdColumn])


def _cells(visit: VisitRecord) -> list[Cell]:
    return [
        *(visit.place, visit.state.value, visit.text, visit.region, visit.entered, visit.left, visit.closed),
        *(visit.duration_s, visit.overstays, None if visit.outcome is None else visit.outcome.value, visit.list),
        *(visit.vehicle, visit.permit, visit.entry_camera, visit.exit_camera, visit.entry_gate, visit.exit_gate),
        *(visit.entry, visit.exit, visit.id),
    ]
