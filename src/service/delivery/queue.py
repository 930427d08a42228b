"""What the worker asks of the database: which deliveries are due, and what has come of others.

Everything is done in few, short transactions, as SQLite has one writer at a time: nothing is written where nothing is
due, and what came of some deliveries is written down with the taking of others.
"""

import logging
import random
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.orm import Session, contains_eager

from src.service.database import Database, tables
from src.service.delivery.events import EventKind, ReceiverKind, State
from src.service.delivery.pauses import next_try
from src.service.delivery.sender import Failed, Outgoing, Receiver, Sent

TAKEN_FOR = timedelta(minutes=2)
"""Longer than any sender takes. After that a delivery which nobody gave back is taken anew."""
LATE = "it is too late for it"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Listener:
    """An enabled receiver, and how it is with it."""

    receiver: Receiver
    is_failing: bool
    has_due: bool
    """Whether deliveries to it are to be tried now that nobody has taken."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of sending a delivery, and when."""

    delivery: Outgoing
    came: Sent | Failed
    at: datetime


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What was taken, and what has become of what was given back, counted by kind and what it is now."""

    taken: list[Outgoing]
    ended: Counter[tuple[ReceiverKind, str]]


def listeners(database: Database, now: datetime) -> list[Listener]:
    """Returns all enabled receivers, by their identifiers."""
    row, delivery = tables.ReceiverRow, tables.DeliveryRow
    due = exists().where(delivery.receiver_id == row.id, *_due(now))
    with database.reading() as session:
        found = session.execute(select(row, due).where(row.enabled).order_by(row.id)).all()
    return [Listener(receiver_of(each), each.failing_since is not None, has_due) for each, has_due in found]


def receiver_of(row: tables.ReceiverRow) -> Receiver:
    """Returns a receiver as senders need it."""
    kind, pinned = ReceiverKind(row.kind), tuple(row.pinned)
    return Receiver(row.id, row.name, kind, row.address, pinned, row.secret, dict(row.options))


def take_back(database: Database) -> None:
    """Makes free what an earlier owner of the deliveries had taken, and did not live to give back."""
    row = tables.DeliveryRow
    with database.session() as session:
        session.execute(
            update(row).where(row.state == State.WAITING, row.taken_until.is_not(None)).values(taken_until=None)
        )


def exchange(database: Database, results: Sequence[Result], slots: Mapping[str, int], now: datetime) -> Exchanged:
    """Writes down what came of deliveries, and takes due ones: at most so many of each receiver as ``slots`` says.

    Those that are taken are not taken again until they are given back. Raises sqlalchemy.exc.SQLAlchemyError; nothing
    is done then.
    """
    ended = Counter[tuple[ReceiverKind, str]]()
    changes: list[str] = []
    with database.adding() as session:  # nobody deletes events meanwhile
        for result in results:
            ended[result.delivery.receiver.kind, _give_back(session, result, changes)] += 1
        session.flush()
        taken = _take(session, slots, now)
    for change in changes:  # when it is on the disk
        log.warning("%s", change)
    return Exchanged(taken, ended)


def give_up(database: Database, now: datetime) -> Counter[ReceiverKind]:
    """Gives those deliveries up that wait and are too late by now, and returns their numbers by kind of receiver.

    Those that are on their way are left to whoever has taken them.
    """
    row, receiver = tables.DeliveryRow, tables.ReceiverRow
    late = (row.state == State.WAITING, row.expires <= now, or_(row.taken_until.is_(None), row.taken_until <= now))
    with database.reading() as session:
        if not session.scalar(select(exists().where(*late))):
            return Counter()
    with database.adding() as session:
        found = session.execute(
            select(row.id, receiver.kind, receiver.name, tables.EventRow.subject)
            .join(row.receiver)
            .join(row.event)
            .where(*late)
        ).all()
        off = {"state": str(State.DEAD), "ended": now, "taken_until": None}
        session.execute(update(row).where(*late).values(last_error=func.coalesce(row.last_error, LATE), **off))
    for _, kind, name, subject in found:
        if kind == ReceiverKind.BARRIER:
            log.warning("barrier %r was not opened for sighting %s: %s", name, subject, LATE)
    return Counter(ReceiverKind(kind) for _, kind, *_ in found)


def waiting(database: Database) -> dict[ReceiverKind, int]:
    """Returns how many deliveries wait, by kind of receiver."""
    row, kind = tables.DeliveryRow, tables.ReceiverRow.kind
    counted = select(kind, func.count()).join(row.receiver).where(row.state == State.WAITING).group_by(kind)
    with database.reading() as session:
        found = Counter(dict(session.execute(counted).all()))
    return {of: found[of] for of in ReceiverKind}


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    row = tables.DeliveryRow
    free = or_(row.taken_until.is_(None), row.taken_until <= now)
    return row.state == State.WAITING, row.due <= now, row.expires > now, free


def _take(session: Session, slots: Mapping[str, int], now: datetime) -> list[Outgoing]:
    row = tables.DeliveryRow
    taken: list[tables.DeliveryRow] = []
    for receiver_id, most in slots.items():
        wanted = (
            select(row)
            .join(row.receiver)
            .join(row.event)
            .options(contains_eager(row.receiver), contains_eager(row.event))
            .where(row.receiver_id == receiver_id, tables.ReceiverRow.enabled, *_due(now))
            .order_by(row.due, row.id)
            .limit(most)
        )
        taken += session.scalars(wanted)
    if taken:
        mine = row.id.in_([each.id for each in taken])
        session.execute(update(row).where(mine).values(taken_until=now + TAKEN_FOR))
    return [_outgoing(each) for each in taken]


def _outgoing(row: tables.DeliveryRow) -> Outgoing:
    event = row.event
    return Outgoing(
        id=row.id,
        event_id=event.id,
        kind=EventKind(event.kind),
        at=event.at,
        body=event.body,
        receiver=receiver_of(row.receiver),
        attempts=row.attempts,
        expires=row.expires,
    )


def _give_back(session: Session, result: Result, changes: list[str]) -> str:
    """Writes down what came of a delivery, and returns what it is now; ``failed`` stands for one that is tried again.

    What was deleted meanwhile stays away, and what was called off and arrived nevertheless has arrived. What is to be
    said of the receiver goes to ``changes``.
    """
    row = session.get(tables.DeliveryRow, result.delivery.id)
    receiver = session.get(tables.ReceiverRow, result.delivery.receiver.id)
    if isinstance(result.came, Sent):
        if receiver is not None:
            _reached(session, receiver, result.at, changes)
        if row is not None:
            row.state, row.ended, row.taken_until, row.last_error = str(State.DELIVERED), result.at, None, None
            row.attempts += 1
        return str(State.DELIVERED)
    if receiver is not None:
        _missed(receiver, result.came, result.at, changes)
    return "failed" if row is None else _tried(row, result, changes)


def _tried(row: tables.DeliveryRow, result: Result, changes: list[str]) -> str:
    """Writes down that a delivery failed, and returns what it is now."""
    assert isinstance(result.came, Failed)
    kind, name = result.delivery.receiver.kind, result.delivery.receiver.name
    row.attempts += 1
    row.taken_until = None
    if row.state != State.WAITING:
        return "failed"
    row.last_error = result.came.reason
    due = next_try(kind, row.attempts, result.came, result.at, row.expires, random.random())
    if due is not None:
        row.due = due
        return "failed"
    row.state, row.ended = str(State.DEAD), result.at
    if kind is ReceiverKind.BARRIER:
        said = result.came.reason
        changes.append(f"barrier {name!r} was not opened for sighting {row.event.subject}: {said}")
    return str(State.DEAD)


def _reached(session: Session, receiver: tables.ReceiverRow, at: datetime, changes: list[str]) -> None:
    """Notes that something has arrived. After failures all that waits is tried at once."""
    receiver.delivered = at
    if receiver.failing_since is None:
        return
    changes.append(f"{receiver.kind} {receiver.name!r} is reached again; it was not since {receiver.failing_since}")
    receiver.failing_since = receiver.last_error = None
    row = tables.DeliveryRow
    session.flush()
    later = (row.receiver_id == receiver.id, row.state == State.WAITING, row.due > at)
    session.execute(update(row).where(*later).values(due=at))


def _missed(receiver: tables.ReceiverRow, failed: Failed, at: datetime, changes: list[str]) -> None:
    if receiver.failing_since is None:
        receiver.failing_since = at
        changes.append(f"{receiver.kind} {receiver.name!r} is not reached: {failed.reason}")
    receiver.last_error = failed.reason
    if failed.is_gone and receiver.enabled:
        receiver.enabled = False
        changes.append(f"{receiver.kind} {receiver.name!r} wants to be told no more and is disabled")


def free(database: Database, deliveries: Collection[str]) -> None:
    """Lets deliveries be taken again that were taken and of which nobody knows what came."""
    row = tables.DeliveryRow
    if deliveries:
        with database.session() as session:
            session.execute(update(row).where(row.id.in_(deliveries)).values(taken_until=None))
