"""Persons: owners and drivers. All of it is personal data, so every look-up is audited, by identifiers alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from src.service.database import Database, tables
from src.service.store.audit import Action, Actor, note
from src.service.store.registry.links import LinkedVehicle, vehicles_of
from src.service.store.registry.pages import Page, page_of
from src.service.text import ESCAPE


@dataclass(frozen=True, slots=True)
class Person:
    """A person, with the vehicles that they own or drive. It is never part of a log, so ``repr`` has no name."""

    id: str
    name: str
    phone: str | None
    email: str | None
    notes: str | None
    vehicles: list[LinkedVehicle]
    created: datetime
    updated: datetime

    def __repr__(self) -> str:
        return f"Person({self.id})"


def persons(database: Database, text: str | None, limit: int, cursor: str | None, actor: Actor) -> Page[Person]:
    """Returns a page of the persons who have ``text`` in their name, telephone or e-mail, by name.

    It is audited by the identifiers of the persons whom it names, and not by ``text``. Raises CursorError.
    """
    row = tables.PersonRow
    asked = []
    if text is not None:
        pattern = "%" + re.sub(r"[\\%_]", r"\\\g<0>", text) + "%"
        asked.append(or_(*(column.ilike(pattern, escape=ESCAPE) for column in (row.name, row.phone, row.email))))
    with database.session() as session:
        page = page_of(session, row, (row.name, row.id), asked, limit, cursor, lambda rows: _told(session, rows))
        note(session, Action.PERSONS, None, actor, {"persons": [person.id for person in page.items]})
        return page


def person(database: Database, person_id: str, actor: Actor) -> Person | None:
    """Returns the person with this identifier, None where there is none. It is audited."""
    with database.session() as session:
        note(session, Action.PERSON, person_id, actor)
        row = session.get(tables.PersonRow, person_id)
        return None if row is None else _told(session, [row])[0]


def create_person(database: Database, fields: dict[str, Any], actor: Actor) -> Person:
    """Makes a person of ``name``, ``phone``, ``email`` and ``notes``. It is audited."""
    now = datetime.now(UTC)
    with database.session() as session:
        row = tables.PersonRow(created=now, updated=now, **fields)
        session.add(row)
        session.flush()
        note(session, Action.CREATE_PERSON, row.id, actor)
        return _told(session, [row])[0]


def change_person(database: Database, person_id: str, fields: dict[str, Any], actor: Actor) -> Person | None:
    """Changes those ``fields`` of a person, and returns them; None where there is none. It is audited."""
    with database.session() as session:
        row = session.get(tables.PersonRow, person_id)
        if row is None:
            return None
        for field, value in fields.items():
            setattr(row, field, value)
        row.updated = datetime.now(UTC)
        note(session, Action.CHANGE_PERSON, row.id, actor, {"fields": sorted(fields)})
        return _told(session, [row])[0]


def erase_person(database: Database, person_id: str, actor: Actor) -> int | None:
    """Deletes all that is kept of a person but the identifier in the audit, which says that it was done.

    Returns the number of vehicles that were theirs, None where there is no such person. Kept answers of the API name
    no persons. In SQLite what was there is overwritten in the file, and in the one beside it, before this returns,
    unless a long reading of another process keeps the latter; PostgreSQL overwrites it as its own settings say.
    """
    with database.session() as session:
        row = session.get(tables.PersonRow, person_id)
        if row is None:
            return None
        vehicles = len({vehicle.id for vehicle in vehicles_of(session, [person_id]).get(person_id, [])})
        session.execute(delete(tables.PersonRow).where(tables.PersonRow.id == person_id))  # the links go with them
        note(session, Action.ERASE_PERSON, person_id, actor, {"vehicles": vehicles})
    database.empty_log()
    return vehicles


def _told(session: Session, rows: Sequence[tables.PersonRow]) -> list[Person]:
    vehicles = vehicles_of(session, [row.id for row in rows])
    return [
        Person(
            id=row.id,
            name=row.name,
            phone=row.phone,
            email=row.email,
            notes=row.notes,
            vehicles=vehicles.get(row.id, []),
            created=row.created,
            updated=row.updated,
        )
        for row in rows
    ]
