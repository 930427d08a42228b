"""Receivers: who is told of what happens. Their secrets are written, and never read here again."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from src.service.database import Database, tables
from src.service.delivery.destinations import parse_destination
from src.service.delivery.events import ReceiverKind, State
from src.service.delivery.queue import receiver_of
from src.service.delivery.sender import Receiver
from src.service.delivery.signature import new_secret
from src.service.store.audit import Action, Actor, note
from src.service.store.cameras import NameTakenError
from src.service.store.registry.pages import Page, page_of
from src.service.store.registry.permits import UnknownError

HIDDEN = "***"
"""What stands for the value of a header, and for one that is to stay as it is."""
FILTERS: dict[str, type[tables.ListRow] | type[tables.CameraRow] | type[tables.PlaceRow]] = {
    "lists": tables.ListRow,
    "cameras": tables.CameraRow,
    "places": tables.PlaceRow,
}
"""The filters that name something which may be given another name; rows have its identifiers."""


class NoSecretError(ValueError):
    """The error of a receiver that is no webhook, and so has no secret that could be renewed."""


class OptionsError(ValueError):
    """The error of a receiver that could not work as it is to be; the message begins with the field."""


@dataclass(frozen=True, slots=True)
class ReceiverEntry:
    """A receiver as it is told of, with the names in the place of identifiers.

    What is deleted has no name any more, and its identifier stays: a filter that let nothing through would look as one
    that lets everything through, and would become one when it is sent back.
    """

    id: str
    name: str
    kind: str
    address: str
    pinned: list[str]
    options: dict[str, Any]
    has_secret: bool
    events: list[str]
    outcomes: list[str]
    lists: list[str]
    cameras: list[str]
    places: list[str]
    enabled: bool
    created: datetime
    updated: datetime
    failing_since: datetime | None
    last_error: str | None
    delivered: datetime | None
    waiting: int
    dead: int


def receivers(database: Database, limit: int, cursor: str | None = None) -> Page[ReceiverEntry]:
    """Returns a page of the receivers, by name. Raises CursorError."""
    row = tables.ReceiverRow
    with database.reading() as session:
        return page_of(session, row, (row.name, row.id), [], limit, cursor, lambda rows: _told(session, rows))


def receiver(database: Database, receiver_id: str) -> ReceiverEntry | None:
    """Returns the receiver with this identifier, None where there is none."""
    with database.reading() as session:
        row = session.get(tables.ReceiverRow, receiver_id)
        return None if row is None else _told(session, [row])[0]


def sendable(database: Database, receiver_id: str) -> Receiver | None:
    """Returns a receiver as senders need it, with its secret; None where there is none."""
    with database.reading() as session:
        row = session.get(tables.ReceiverRow, receiver_id)
        return None if row is None else receiver_of(row)


def create_receiver(
    database: Database, fields: Mapping[str, Any], pinned: Sequence[str], actor: Actor
) -> tuple[ReceiverEntry, str | None]:
    """Makes a receiver, whose host has these addresses; returns it, with the new secret of a webhook. It is audited.

    ``fields`` are those of the row, with names in its filters, and the headers of a barrier in its options. Raises
    NameTakenError, UnknownError and OptionsError.
    """
    now, kind = datetime.now(UTC), ReceiverKind(fields["kind"])
    secret = new_secret() if kind is ReceiverKind.WEBHOOK else fields.get("secret")
    try:
        with database.session() as session:
            row = tables.ReceiverRow(kind=str(kind), pinned=list(pinned), secret=secret, created=now, updated=now)
            _write(session, row, fields)
            session.add(row)
            session.flush()
            note(session, Action.CREATE_RECEIVER, row.name, actor, {"id": row.id, "kind": row.kind})
            return _told(session, [row])[0], secret if kind is ReceiverKind.WEBHOOK else None
    except IntegrityError:
        raise NameTakenError(fields["name"]) from None


def change_receiver(
    database: Database, receiver_id: str, fields: Mapping[str, Any], pinned: Sequence[str] | None, actor: Actor
) -> ReceiverEntry | None:
    """Changes those ``fields`` of a receiver, and returns it; None where there is none. It is audited, without values.

    ``pinned`` are the addresses of its host where its address is among the fields. One that gets another address, or is
    enabled, begins without a failure. Raises NameTakenError, UnknownError and OptionsError.
    """
    try:
        with database.session() as session:
            row = session.get(tables.ReceiverRow, receiver_id)
            if row is None:
                return None
            earlier, was_enabled = row.name, row.enabled
            _check_move(row, fields)
            if pinned is not None:
                row.pinned = list(pinned)
            if "secret" in fields:
                row.secret = fields["secret"]
            _write(session, row, fields)
            if pinned is not None or (row.enabled and not was_enabled):
                row.failing_since = row.last_error = None
            row.updated = datetime.now(UTC)
            session.flush()
            note(session, Action.CHANGE_RECEIVER, earlier, actor, {"id": row.id, "fields": sorted(fields)})
            return _told(session, [row])[0]
    except IntegrityError:
        raise NameTakenError(fields["name"]) from None


def delete_receiver(database: Database, receiver_id: str, actor: Actor) -> int | None:
    """Deletes a receiver with all deliveries to it, and returns the number of those that did not arrive; None where
    there is no such receiver. It is audited.
    """
    with database.removing() as session:
        row = session.get(tables.ReceiverRow, receiver_id)
        if row is None:
            return None
        told = _told(session, [row])[0]
        lost = told.waiting + told.dead
        note(session, Action.DELETE_RECEIVER, row.name, actor, {"id": row.id, "deliveries": lost})
        session.execute(delete(tables.ReceiverRow).where(tables.ReceiverRow.id == receiver_id))
        return lost


def renew_secret(database: Database, receiver_id: str, actor: Actor) -> str | None:
    """Gives a webhook a new secret, and returns it; None where there is no such receiver. It is audited.

    Raises NoSecretError for a receiver of another kind.
    """
    with database.session() as session:
        row = session.get(tables.ReceiverRow, receiver_id)
        if row is None:
            return None
        if row.kind != ReceiverKind.WEBHOOK:
            raise NoSecretError(row.kind)
        row.secret, row.updated = new_secret(), datetime.now(UTC)
        note(session, Action.RENEW_SECRET, row.name, actor, {"id": row.id})
        return row.secret


def repin(database: Database, receiver_id: str, pinned: Sequence[str], actor: Actor) -> ReceiverEntry | None:
    """Notes where the host of a receiver leads to now, and returns the receiver; None where there is none. It is
    audited.
    """
    with database.session() as session:
        row = session.get(tables.ReceiverRow, receiver_id)
        if row is None:
            return None
        row.pinned, row.updated = list(pinned), datetime.now(UTC)
        note(session, Action.RESOLVE_RECEIVER, row.name, actor, {"id": row.id})
        return _told(session, [row])[0]


def _check_move(row: tables.ReceiverRow, fields: Mapping[str, Any]) -> None:
    """Raises OptionsError where another server would be told a password or headers that were entered for this one:
    whoever may change a receiver may not therefore read its secrets.
    """
    kind = ReceiverKind(row.kind)
    if "address" not in fields or row.secret is None or kind is ReceiverKind.WEBHOOK:
        return
    there, before = (parse_destination(address, kind) for address in (fields["address"], row.address))
    if (there.scheme, there.host, there.port) == (before.scheme, before.host, before.port):
        return
    headers = fields.get("options", {}).get("headers")
    is_anew = (
        "secret" in fields if kind is ReceiverKind.MQTT else headers is not None and HIDDEN not in headers.values()
    )
    if not is_anew:
        what = "secret" if kind is ReceiverKind.MQTT else "options.headers"
        raise OptionsError(f"{what}: has to be entered anew for another server")


def _write(session: Session, row: tables.ReceiverRow, fields: Mapping[str, Any]) -> None:
    for field, value in fields.items():
        if field in FILTERS:
            setattr(row, field, _identifiers(session, field, value, getattr(row, field) or ()))
        elif field == "options":
            _write_options(row, value)
        elif field not in ("kind", "secret"):
            setattr(row, field, value)
    if row.kind == ReceiverKind.BARRIER and not (row.places or row.cameras):
        raise OptionsError("places: a barrier needs a place or a camera, or it would open for all of them")


def _write_options(row: tables.ReceiverRow, options: Mapping[str, Any]) -> None:
    """Writes the options down; the headers of a barrier, which may be secret, go to the secret."""
    row.options = {name: value for name, value in options.items() if name != "headers"}
    headers = options.get("headers")
    if headers is None:
        return
    known: dict[str, str] = json.loads(row.secret) if row.secret else {}
    if unknown := sorted(name for name, value in headers.items() if value == HIDDEN and name not in known):
        raise OptionsError(f"options.headers.{unknown[0]}: there is none that could stay as it is")
    kept = {name: known[name] if value == HIDDEN else value for name, value in headers.items()}
    row.secret = json.dumps(kept) if kept else None


def _identifiers(session: Session, field: str, names: Sequence[str], known: Collection[str]) -> list[str]:
    """Returns the identifiers of what is named. One of the ``known`` ones may stand for something that is deleted."""
    row = FILTERS[field]
    found = {name: name for name in names if name in known}
    for row_id, name in session.execute(select(row.id, row.name).where(row.name.in_(names))):
        found[name] = row_id
    if unknown := [name for name in names if name not in found]:
        raise UnknownError(f"{field}.{list(names).index(unknown[0])}")
    return list(found.values())


def _told(session: Session, rows: Sequence[tables.ReceiverRow]) -> list[ReceiverEntry]:
    delivery = tables.DeliveryRow
    of_rows = (delivery.receiver_id.in_([row.id for row in rows]), delivery.state != State.DELIVERED)
    counted = select(delivery.receiver_id, delivery.state, func.count()).where(*of_rows)
    counts: dict[tuple[str, str], int] = {}
    for receiver_id, state, number in session.execute(counted.group_by(delivery.receiver_id, delivery.state)):
        counts[receiver_id, state] = number
    names = {
        field: dict(session.execute(select(row.id, row.name).where(row.id.in_(_all(rows, field)))).all())
        for field, row in FILTERS.items()
    }
    return [
        ReceiverEntry(
            id=row.id,
            name=row.name,
            kind=row.kind,
            address=row.address,
            pinned=row.pinned,
            options=_shown(row),
            has_secret=row.secret is not None,
            events=row.events,
            outcomes=row.outcomes,
            **{field: [names[field].get(one, one) for one in getattr(row, field)] for field in FILTERS},
            enabled=row.enabled,
            created=row.created,
            updated=row.updated,
            failing_since=row.failing_since,
            last_error=row.last_error,
            delivered=row.delivered,
            waiting=counts.get((row.id, State.WAITING), 0),
            dead=counts.get((row.id, State.DEAD), 0),
        )
        for row in rows
    ]


def _all(rows: Sequence[tables.ReceiverRow], field: str) -> set[str]:
    return {one for row in rows for one in getattr(row, field)}


def _shown(row: tables.ReceiverRow) -> dict[str, Any]:
    if row.kind != ReceiverKind.BARRIER:
        return dict(row.options)
    names: dict[str, str] = {} if row.secret is None else json.loads(row.secret)
    return {**row.options, "headers": dict.fromkeys(names, HIDDEN)}
