"""Vehicles that are known, with their permits and, for those who may see them, the persons that belong to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from src.core.alphabet import merge_look_alikes
from src.service.database import Database, tables
from src.service.store.audit import Action, Actor, note
from src.service.store.cameras import NameTakenError
from src.service.store.registry.links import LinkedPerson, note_look_up, persons_of
from src.service.store.registry.pages import Page, page_of
from src.service.store.registry.permits import Permit, permits_of
from src.service.text import ESCAPE, like


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle."""

    id: str
    text: str
    region: str | None
    trailer_text: str | None
    make: str | None
    model: str | None
    colour: str | None
    notes: str | None
    permits: list[Permit]
    persons: list[LinkedPerson] | None
    """None where whoever asks may not see them."""
    created: datetime
    updated: datetime


@dataclass(frozen=True, slots=True)
class VehicleQuery:
    """Which vehicles are asked for; None does not matter."""

    text: str | None = None
    """A part of the plate or, with wildcards, the whole of it."""
    region: str | None = None
    list: str | None = None
    """The name of a list that they are on."""
    place: str | None = None
    """The name of a place that they have a permit for, or one that holds everywhere."""


def vehicles(database: Database, query: VehicleQuery, limit: int, cursor: str | None, actor: Actor) -> Page[Vehicle]:
    """Returns a page of the vehicles that are asked for, by plate. It is audited, and so is whose persons it names.

    Raises CursorError, and TextError for the text.
    """
    row, asked = tables.VehicleRow, conditions(query)
    with database.session() as session:
        detail = {
            name: getattr(query, name) for name in ("region", "list", "place") if getattr(query, name) is not None
        }
        note(session, Action.VEHICLES, query.text, actor, detail)
        return page_of(session, row, (row.text, row.id), asked, limit, cursor, lambda rows: _told(session, rows, actor))


def vehicle(database: Database, vehicle_id: str, actor: Actor) -> Vehicle | None:
    """Returns the vehicle with this identifier, None where there is none. It is audited."""
    with database.session() as session:
        note(session, Action.VEHICLE, vehicle_id, actor)
        row = session.get(tables.VehicleRow, vehicle_id)
        return None if row is None else _told(session, [row], actor)[0]


def create_vehicle(database: Database, fields: dict[str, Any], actor: Actor) -> Vehicle:
    """Makes a vehicle of the fields of its row; texts are canonical. It is audited.

    Raises NameTakenError where there is one of the plate.
    """
    now = datetime.now(UTC)
    try:
        with database.session() as session:
            row = tables.VehicleRow(merged=merge_look_alikes(fields["text"]), created=now, updated=now, **fields)
            session.add(row)
            session.flush()
            note(session, Action.CREATE_VEHICLE, row.id, actor)
            return _told(session, [row], actor)[0]
    except IntegrityError:
        raise NameTakenError(fields["text"]) from None


def change_vehicle(database: Database, vehicle_id: str, fields: dict[str, Any], actor: Actor) -> Vehicle | None:
    """Changes those ``fields`` of a vehicle, and returns it; None where there is none. It is audited.

    Raises NameTakenError.
    """
    try:
        with database.session() as session:
            row = session.get(tables.VehicleRow, vehicle_id)
            if row is None:
                return None
            for field, value in fields.items():
                setattr(row, field, value)
            row.merged, row.updated = merge_look_alikes(row.text), datetime.now(UTC)
            session.flush()
            note(session, Action.CHANGE_VEHICLE, row.id, actor, {"fields": sorted(fields)})
            return _told(session, [row], actor)[0]
    except IntegrityError:
        raise NameTakenError(fields.get("text", "")) from None


def delete_vehicle(database: Database, vehicle_id: str, actor: Actor) -> int | None:
    """Deletes a vehicle with its permits, and returns their number, None where there is no such vehicle.

    Its persons stay, without it, and so do its sightings. It is audited.
    """
    with database.session() as session:
        if session.get(tables.VehicleRow, vehicle_id) is None:
            return None
        permit = tables.PermitRow
        of_vehicle = select(func.count()).select_from(permit).where(permit.vehicle_id == vehicle_id)
        permits = session.scalar(of_vehicle) or 0
        note(session, Action.DELETE_VEHICLE, vehicle_id, actor, {"permits": permits})
        session.execute(delete(tables.VehicleRow).where(tables.VehicleRow.id == vehicle_id))
        return permits


def conditions(query: VehicleQuery) -> list[ColumnElement[bool]]:
    """Returns the conditions on the vehicles that are asked for. Raises TextError."""
    row, permit, found = tables.VehicleRow, tables.PermitRow, list[ColumnElement[bool]]()
    if query.text is not None:
        found.append(row.merged.like(like(query.text), escape=ESCAPE))
    if query.region is not None:
        found.append(row.region == query.region)
    holds = list[ColumnElement[bool]]()
    if query.list is not None:
        called = select(tables.ListRow.id).where(tables.ListRow.name == query.list)
        holds.append(permit.list_id.in_(called))
    if query.place is not None:
        named = select(tables.PlaceRow.id).where(tables.PlaceRow.name == query.place)
        holds.append(or_(permit.place_id.is_(None), permit.place_id.in_(named)))
    if holds:
        found.append(select(permit.id).where(permit.vehicle_id == row.id, *holds).exists())
    return found


def _told(session: Session, rows: Sequence[tables.VehicleRow], actor: Actor) -> list[Vehicle]:
    ids = [row.id for row in rows]
    permits = permits_of(session, ids)
    persons = persons_of(session, ids) if actor.sees_persons else None
    if persons is not None:
        note_look_up(session, persons, actor)
    return [
        Vehicle(
            id=row.id,
            text=row.text,
            region=row.region,
            trailer_text=row.trailer_text,
            make=row.make,
            model=row.model,
            colour=row.colour,
            notes=row.notes,
            permits=permits.get(row.id, []),
            persons=None if persons is None else persons.get(row.id, []),
            created=row.created,
            updated=row.updated,
        )
        for row in rows
    ]
