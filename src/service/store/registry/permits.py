"""Permits: a vehicle's entries on lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from src.service.database import Database, tables
from src.service.store.audit import Action, Actor, note
from src.service.store.cameras import NameTakenError
from src.service.store.registry.pages import BATCH


class UnknownError(ValueError):
    """The error of an entry that another one names, and that there is none of; the message says which."""


class PeriodError(ValueError):
    """The error of a permit that ends before it begins."""


@dataclass(frozen=True, slots=True)
class ListName:
    """The list that a permit is on."""

    id: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Permit:
    """A vehicle's entry on a list."""

    id: str
    vehicle: str
    list: ListName
    place: str | None
    """The name of the place; None: it holds everywhere."""
    valid_from: datetime | None
    valid_until: datetime | None
    weekdays: Sequence[int]
    from_minute: int | None
    until_minute: int | None
    notes: str | None
    created: datetime
    updated: datetime


def permit(database: Database, permit_id: str) -> Permit | None:
    """Returns the permit with this identifier, None where there is none."""
    with database.reading() as session:
        row = session.get(tables.PermitRow, permit_id)
        return None if row is None else permit_told(row)


def create_permit(database: Database, vehicle_id: str, fields: dict[str, Any], actor: Actor) -> Permit | None:
    """Puts a vehicle on a list; None stands for no such vehicle. It is audited.

    ``fields`` are those of the row, with the name of the ``list`` and of the ``place``. Raises UnknownError,
    PeriodError, and NameTakenError where the vehicle is on that list for that place already.
    """
    now = datetime.now(UTC)
    try:
        with database.session() as session:
            if session.get(tables.VehicleRow, vehicle_id) is None:
                return None
            row = tables.PermitRow(vehicle_id=vehicle_id, created=now, updated=now, **_named(session, fields))
            _check(row)
            session.add(row)
            session.flush()
            note(session, Action.CREATE_PERMIT, vehicle_id, actor, {"id": row.id, "list": row.on.name})
            return permit_told(row)
    except IntegrityError:
        raise NameTakenError(fields["list"]) from None


def change_permit(database: Database, permit_id: str, fields: dict[str, Any], actor: Actor) -> Permit | None:
    """Changes those ``fields`` of a permit, and returns it; None where there is none. It is audited.

    Raises UnknownError, PeriodError and NameTakenError.
    """
    try:
        with database.session() as session:
            row = session.get(tables.PermitRow, permit_id)
            if row is None:
                return None
            for field, value in _named(session, fields).items():
                setattr(row, field, value)
            row.updated = datetime.now(UTC)
            _check(row)
            session.flush()
            note(session, Action.CHANGE_PERMIT, row.vehicle_id, actor, {"id": row.id, "fields": sorted(fields)})
            return permit_told(row)
    except IntegrityError:
        raise NameTakenError(fields.get("list", "")) from None


def delete_permit(database: Database, permit_id: str, actor: Actor) -> bool:
    """Takes a vehicle from a list; returns False where there is no such permit. It is audited."""
    with database.session() as session:
        row = session.get(tables.PermitRow, permit_id)
        if row is None:
            return False
        note(session, Action.DELETE_PERMIT, row.vehicle_id, actor, {"id": row.id, "list": row.on.name})
        session.execute(delete(tables.PermitRow).where(tables.PermitRow.id == permit_id))
        return True


def permits_of(session: Session, vehicle_ids: Sequence[str]) -> dict[str, list[Permit]]:
    """Returns the permits of vehicles, by their identifiers; those of a vehicle stand by list and place."""
    row, found = tables.PermitRow, dict[str, list[Permit]]()
    for start in range(0, len(vehicle_ids), BATCH):
        some = row.vehicle_id.in_(vehicle_ids[start : start + BATCH])
        for each in session.scalars(select(row).where(some).options(joinedload(row.on), joinedload(row.place))):
            found.setdefault(each.vehicle_id, []).append(permit_told(each))
    for permits in found.values():
        permits.sort(key=lambda permit: (permit.list.name, permit.place or ""))
    return found


def permit_told(row: tables.PermitRow) -> Permit:
    """Returns what is told of a permit."""
    return Permit(
        id=row.id,
        vehicle=row.vehicle_id,
        list=ListName(row.on.id, row.on.name, row.on.kind),
        place=None if row.place is None else row.place.name,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        weekdays=row.weekdays,
        from_minute=row.from_minute,
        until_minute=row.until_minute,
        notes=row.notes,
        created=row.created,
        updated=row.updated,
    )


def _named(session: Session, fields: dict[str, Any]) -> dict[str, Any]:
    """Returns the fields with the rows of the list and the place that they name. Raises UnknownError."""
    rows = {name: value for name, value in fields.items() if name not in ("list", "place")}
    if "list" in fields:
        rows["on"] = session.scalar(select(tables.ListRow).where(tables.ListRow.name == fields["list"]))
        if rows["on"] is None:
            raise UnknownError("list")
    if "place" in fields:
        called = fields["place"]
        wanted = select(tables.PlaceRow).where(tables.PlaceRow.name == called)
        rows["place"] = None if called is None else session.scalar(wanted)
        if called is not None and rows["place"] is None:
            raise UnknownError("place")
    return rows


def _check(row: tables.PermitRow) -> None:
    if row.valid_from is not None and row.valid_until is not None and row.valid_until <= row.valid_from:
        raise PeriodError("ends before it begins")
