"""Deliveries as people see them: what is on its way, what arrived, and what was given up and may be sent again."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field
from sqlalchemy import ColumnElement, delete, exists, func, select, tuple_, update

from src.core.schema import Closed
from src.service.database import Database, tables
from src.service.database.types import IdColumn, UtcDateTime
from src.service.delivery.events import TRIED_FOR, ReceiverKind, State
from src.service.query import MAX_LIMIT, Cursor, Place
from src.service.store.audit import Action, Actor, note
from src.service.times import utc

BATCH = 500
"""The rows in one transaction: nothing can be saved while it lasts."""
ReceiverId = Annotated[str, Field(pattern="^[0-9a-f]{32}$", description="the identifier of a receiver")]


class DeliveryQuery(Closed):
    """Which deliveries are asked for, page by page; what is unset does not matter."""

    receiver: ReceiverId | None = None
    state: State | None = None
    limit: int = Field(default=50, ge=1, le=MAX_LIMIT, description="on one page")
    cursor: Cursor | None = Field(default=None, description="`next` of the page before")


class TooLateError(ValueError):
    """The error of a delivery to a barrier: it would open for a vehicle that is gone."""


@dataclass(frozen=True, slots=True)
class DeliveryEntry:
    """A delivery as it is told of."""

    id: str
    event: str
    kind: str
    at: datetime
    subject: str | None
    text: str | None
    receiver: str
    receiver_name: str
    state: str
    due: datetime
    expires: datetime
    attempts: int
    last_error: str | None
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """A page of deliveries, the newest events first, and the cursor of the next page; None where this is the last."""

    items: list[DeliveryEntry]
    next_cursor: str | None
    total: int | None
    """The number on all pages; None behind a cursor, as it would be counted anew for each page."""


def search_deliveries(database: Database, query: DeliveryQuery) -> DeliveryPage:
    """Returns one page of the deliveries that ``query`` asks for."""
    row, event = tables.DeliveryRow, tables.EventRow
    asked: list[ColumnElement[bool]] = []
    if query.receiver is not None:
        asked.append(row.receiver_id == query.receiver)
    if query.state is not None:
        asked.append(row.state == str(query.state))
    total = None
    with database.reading() as session:
        if query.cursor is None:
            total = session.scalar(select(func.count()).select_from(row).where(*asked)) or 0
        else:
            place = Place.from_cursor(query.cursor)
            asked.append(tuple_(event.at, row.id) < tuple_(place.seen, place.id, types=[UtcDateTime, IdColumn]))
        wanted = (
            select(row, event, tables.ReceiverRow.name)
            .join(row.event)
            .join(row.receiver)
            .where(*asked)
            .order_by(event.at.desc(), row.id.desc())
            .limit(query.limit + 1)
        )
        found = [_told(*each) for each in session.execute(wanted)]
    items = found[: query.limit]
    more = len(found) > query.limit
    return DeliveryPage(items, Place(items[-1].at, items[-1].id).cursor if more else None, total)


def send_again(database: Database, delivery_id: str, actor: Actor) -> DeliveryEntry | None:
    """Has a delivery tried again that was given up, and returns it; None where there is no such one. It is audited.

    Raises TooLateError for a barrier.
    """
    row, now = tables.DeliveryRow, datetime.now(UTC)
    with database.session() as session:
        found = session.scalar(select(row).where(row.id == delivery_id, row.state == State.DEAD))
        if found is None:
            return None
        if found.receiver.kind == ReceiverKind.BARRIER:
            raise TooLateError("a barrier opens for what stands before it, and not later")
        found.state, found.due, found.expires = str(State.WAITING), now, now + TRIED_FOR
        found.attempts, found.ended = 0, None
        note(session, Action.SEND_AGAIN, delivery_id, actor, {"receiver": found.receiver_id, "deliveries": 1})
        session.flush()
        return _told(found, found.event, found.receiver.name)


def send_all_again(database: Database, receiver_id: str | None, actor: Actor) -> int:
    """Has all deliveries tried again that were given up, of a receiver or of all, and returns their number. It is
    audited.

    Barriers open for what stands before them, and not later: theirs stay as they are.
    """
    row, receiver, now = tables.DeliveryRow, tables.ReceiverRow, datetime.now(UTC)
    others = select(receiver.id).where(receiver.kind != str(ReceiverKind.BARRIER))
    anew = {"state": str(State.WAITING), "due": now, "expires": now + TRIED_FOR, "attempts": 0, "ended": None}
    dead = _dead(receiver_id)
    with database.session() as session:
        again = update(row).where(*dead, row.receiver_id.in_(others)).values(**anew).returning(row.id)
        number = len(session.scalars(again).all())
        note(session, Action.SEND_AGAIN, None, actor, {"receiver": receiver_id, "deliveries": number})
    return number


def delete_dead(database: Database, delivery_id: str, actor: Actor) -> bool:
    """Deletes a delivery that was given up, and returns whether there was such a one. It is audited."""
    row = tables.DeliveryRow
    with database.removing() as session:
        found = session.scalar(select(row).where(row.id == delivery_id, row.state == State.DEAD))
        if found is None:
            return False
        note(session, Action.DELETE_DELIVERIES, delivery_id, actor, {"receiver": found.receiver_id, "deliveries": 1})
        session.execute(delete(row).where(row.id == delivery_id))
        return True


def delete_all_dead(database: Database, receiver_id: str | None, actor: Actor) -> int:
    """Deletes all deliveries that were given up, of a receiver or of all, and returns their number. It is audited."""
    row = tables.DeliveryRow
    with database.removing() as session:
        number = len(session.scalars(delete(row).where(*_dead(receiver_id)).returning(row.id)).all())
        note(session, Action.DELETE_DELIVERIES, None, actor, {"receiver": receiver_id, "deliveries": number})
    return number


def expire_deliveries(database: Database, older_than: datetime) -> int:
    """Deletes deliveries that arrived or were given up before ``older_than``, and events that no delivery is left of.

    Returns the number of deliveries. Raises sqlalchemy.exc.SQLAlchemyError; another call goes on with the rest.
    """
    before, row, event = utc(older_than), tables.DeliveryRow, tables.EventRow
    total = 0
    while True:
        with database.removing() as session:
            old = session.scalars(select(row.id).where(row.ended < before).limit(BATCH)).all()
            session.execute(delete(row).where(row.id.in_(old)))
            total += len(old)
            left = ~exists().where(row.event_id == event.id)
            bare = session.scalars(select(event.id).where(event.at < before, left).limit(BATCH)).all()
            session.execute(delete(event).where(event.id.in_(bare)))
        if not old and not bare:
            return total


def _dead(receiver_id: str | None) -> list[ColumnElement[bool]]:
    row = tables.DeliveryRow
    return [row.state == State.DEAD, *([] if receiver_id is None else [row.receiver_id == receiver_id])]


def _told(row: tables.DeliveryRow, event: tables.EventRow, receiver_name: str) -> DeliveryEntry:
    return DeliveryEntry(
        id=row.id,
        event=event.id,
        kind=event.kind,
        at=event.at,
        subject=event.subject,
        text=event.text,
        receiver=row.receiver_id,
        receiver_name=receiver_name,
        state=row.state,
        due=row.due,
        expires=row.expires,
        attempts=row.attempts,
        last_error=row.last_error,
        ended=row.ended,
    )
