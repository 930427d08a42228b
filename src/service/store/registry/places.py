"""Places and their gates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from src.service.database import Database, tables
from src.service.store.audit import Action, Actor, note
from src.service.store.cameras import NameTakenError
from src.service.store.registry.pages import Page, page_of


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate of a place."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place, with its gates by name."""

    id: str
    name: str
    time_zone: str | None
    capacity: int | None
    max_stay_minutes: int | None
    gates: list[Gate]
    created: datetime


def places(database: Database, limit: int, cursor: str | None = None) -> Page[Place]:
    """Returns a page of the places, by name. Raises CursorError."""
    row = tables.PlaceRow
    with database.reading() as session:
        return page_of(session, row, (row.name, row.id), [], limit, cursor, lambda rows: _told(session, rows))


def place(database: Database, place_id: str) -> Place | None:
    """Returns the place with this identifier, None where there is none."""
    with database.reading() as session:
        row = session.get(tables.PlaceRow, place_id)
        return None if row is None else _told(session, [row])[0]


def known_time_zones(database: Database) -> dict[str, str | None]:
    """Returns the time zones of all places, by their names."""
    with database.reading() as session:
        return time_zones(session)


def time_zones(session: Session) -> dict[str, str | None]:
    """Returns the time zones of all places, by their names."""
    return {row.name: row.time_zone for row in session.scalars(select(tables.PlaceRow))}


def create_place(database: Database, fields: dict[str, Any], actor: Actor) -> Place:
    """Makes a place of the fields of its row. It is audited. Raises NameTakenError."""
    try:
        with database.session() as session:
            row = tables.PlaceRow(created=datetime.now(UTC), **fields)
            session.add(row)
            session.flush()
            note(session, Action.CREATE_PLACE, row.name, actor, {"id": row.id})
            return _told(session, [row])[0]
    except IntegrityError:
        raise NameTakenError(fields["name"]) from None


def change_place(database: Database, place_id: str, fields: dict[str, Any], actor: Actor) -> Place | None:
    """Changes those ``fields`` of a place, and returns it; None where there is none. It is audited.

    Raises NameTakenError.
    """
    try:
        with database.session() as session:
            row = session.get(tables.PlaceRow, place_id)
            if row is None:
                return None
            earlier = row.name
            for field, value in fields.items():
                setattr(row, field, value)
            session.flush()
            note(session, Action.CHANGE_PLACE, earlier, actor, {"id": row.id, "fields": sorted(fields)})
            return _told(session, [row])[0]
    except IntegrityError:
        raise NameTakenError(fields["name"]) from None


def delete_place(database: Database, place_id: str, actor: Actor) -> tuple[int, int] | None:
    """Deletes a place with its gates, visits and the permits for it; cameras that stand there stay, and stand nowhere.

    Returns the numbers of those permits and cameras, None where there is no such place. It is audited.
    """
    with database.session() as session:
        row = session.get(tables.PlaceRow, place_id)
        if row is None:
            return None
        permits = _count(session, tables.PermitRow, tables.PermitRow.place_id == place_id)
        cameras = _count(session, tables.CameraRow, tables.CameraRow.place_id == place_id)
        note(session, Action.DELETE_PLACE, row.name, actor, {"id": row.id, "permits": permits, "cameras": cameras})
        session.execute(delete(tables.PlaceRow).where(tables.PlaceRow.id == place_id))
        return permits, cameras


def create_gate(database: Database, place_id: str, name: str, actor: Actor) -> Place | None:
    """Makes a gate, and returns its place; None where there is no such place. It is audited. Raises NameTakenError."""
    try:
        with database.session() as session:
            row = session.get(tables.PlaceRow, place_id)
            if row is None:
                return None
            gate = tables.GateRow(place_id=place_id, name=name, created=datetime.now(UTC))
            session.add(gate)
            session.flush()
            note(session, Action.CREATE_GATE, name, actor, {"id": gate.id, "place": place_id})
            return _told(session, [row])[0]
    except IntegrityError:
        raise NameTakenError(name) from None


def change_gate(database: Database, gate_id: str, name: str, actor: Actor) -> Place | None:
    """Gives a gate another name, and returns its place; None where there is no such gate. It is audited.

    Raises NameTakenError.
    """
    try:
        with database.session() as session:
            gate = session.get(tables.GateRow, gate_id)
            if gate is None:
                return None
            note(session, Action.CHANGE_GATE, gate.name, actor, {"id": gate.id, "fields": ["name"]})
            gate.name = name
            session.flush()
            return _told(session, [gate.place])[0]
    except IntegrityError:
        raise NameTakenError(name) from None


def delete_gate(database: Database, gate_id: str, actor: Actor) -> int | None:
    """Deletes a gate, and returns the number of the cameras that stood at it, which stay at its place.

    None stands for no such gate. It is audited.
    """
    with database.session() as session:
        gate = session.get(tables.GateRow, gate_id)
        if gate is None:
            return None
        cameras = _count(session, tables.CameraRow, tables.CameraRow.gate_id == gate_id)
        note(session, Action.DELETE_GATE, gate.name, actor, {"id": gate.id, "cameras": cameras})
        session.execute(delete(tables.GateRow).where(tables.GateRow.id == gate_id))
        return cameras


def _count(session: Session, row: type[tables.TableBase], condition: Any) -> int:
    return session.scalar(select(func.count()).select_from(row).where(condition)) or 0


def _told(session: Session, rows: Sequence[tables.PlaceRow]) -> list[Place]:
    gate = tables.GateRow
    found = select(gate).where(gate.place_id.in_([row.id for row in rows])).order_by(gate.name)
    gates: dict[str, list[Gate]] = {row.id: [] for row in rows}
    for each in session.scalars(found):
        gates[each.place_id].append(Gate(each.id, each.name))
    return [
        Place(row.id, row.name, row.time_zone, row.capacity, row.max_stay_minutes, gates[row.id], row.created)
        for row in rows
    ]
