"""Lists of vehicles: who is let in, turned away or watched."""

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
class VehicleList:
    """A list."""

    id: str
    name: str
    kind: str
    """allow, deny or watch."""
    notes: str | None
    vehicles: int
    """How many are on it."""
    created: datetime
    updated: datetime


def lists(database: Database, limit: int, cursor: str | None = None) -> Page[VehicleList]:
    """Returns a page of the lists, by name. Raises CursorError."""
    row = tables.ListRow
    with database.reading() as session:
        return page_of(session, row, (row.name, row.id), [], limit, cursor, lambda rows: _told(session, rows))


def vehicle_list(database: Database, list_id: str) -> VehicleList | None:
    """Returns the list with this identifier, None where there is none."""
    with database.reading() as session:
        row = session.get(tables.ListRow, list_id)
        return None if row is None else _told(session, [row])[0]


def create_list(database: Database, fields: dict[str, Any], actor: Actor) -> VehicleList:
    """Makes a list of ``name``, ``kind`` and ``notes``. It is audited. Raises NameTakenError."""
    now = datetime.now(UTC)
    try:
        with database.session() as session:
            row = tables.ListRow(created=now, updated=now, **fields)
            session.add(row)
            session.flush()
            note(session, Action.CREATE_LIST, row.name, actor, {"id": row.id, "kind": row.kind})
            return _told(session, [row])[0]
    except IntegrityError:
        raise NameTakenError(fields["name"]) from None


def change_list(database: Database, list_id: str, fields: dict[str, Any], actor: Actor) -> VehicleList | None:
    """Changes those ``fields`` of a list, and returns it; None where there is none. It is audited.

    Raises NameTakenError.
    """
    try:
        with database.session() as session:
            row = session.get(tables.ListRow, list_id)
            if row is None:
                return None
            earlier = row.name
            for field, value in fields.items():
                setattr(row, field, value)
            row.updated = datetime.now(UTC)
            session.flush()
            note(session, Action.CHANGE_LIST, earlier, actor, {"id": row.id, "fields": sorted(fields)})
            return _told(session, [row])[0]
    except IntegrityError:
        raise NameTakenError(fields["name"]) from None


def delete_list(database: Database, list_id: str, actor: Actor) -> int | None:
    """Deletes a list with its permits, and returns their number, None where there is no such list. It is audited.

    The vehicles stay.
    """
    with database.session() as session:
        row = session.get(tables.ListRow, list_id)
        if row is None:
            return None
        of_list = select(func.count()).select_from(tables.PermitRow).where(tables.PermitRow.list_id == list_id)
        permits = session.scalar(of_list) or 0
        note(session, Action.DELETE_LIST, row.name, actor, {"id": row.id, "permits": permits})
        session.execute(delete(tables.ListRow).where(tables.ListRow.id == list_id))  # its permits go with it
        return permits


def _told(session: Session, rows: Sequence[tables.ListRow]) -> list[VehicleList]:
    permit = tables.PermitRow
    counted = (
        select(permit.list_id, func.count(permit.vehicle_id.distinct()).label("vehicles"))
        .where(permit.list_id.in_([row.id for row in rows]))
        .group_by(permit.list_id)
    )
    vehicles = {each.list_id: each.vehicles for each in session.execute(counted)}
    return [
        VehicleList(row.id, row.name, row.kind, row.notes, vehicles.get(row.id, 0), row.created, row.updated)
        for row in rows
    ]
