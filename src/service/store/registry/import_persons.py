"""Owners and drivers of a sheet of vehicles.

Two rows speak of one person where name, telephone and e-mail are the same. A row that gives a person of its vehicle
another telephone or e-mail changes that person, unless other vehicles have them too: those keep the person as it was
until their own rows say otherwise.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from src.service.database import tables
from src.service.database.types import new_id
from src.service.registry.columns import PersonCells
from src.service.store.registry.pages import TABLES, pieces

Contact = tuple[str, str | None, str | None]
"""Name, telephone and e-mail."""
Link = tuple[str, str, str]
LINK = ("vehicle_id", "person_id", "role")


class Persons:
    """The persons of an import at work."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self.created, self.changed = set[str](), set[str]()

    def add(self, session: Session, rows: Iterable[tuple[str, str, PersonCells]]) -> None:
        """Makes persons owners or drivers of vehicles; rows have the vehicle's identifier and the role."""
        said = _joined(rows)
        if not said:
            return
        linked = _linked(session, {vehicle_id for vehicle_id, _, _ in said})
        known = _known(session, {name for _, _, name in said})
        uses = _uses(session, {person_id for persons in linked.values() for person_id in persons} | set(known.values()))
        work = _Work()
        for (vehicle_id, role, name), cells in said.items():
            of_vehicle = linked.get((vehicle_id, role), {})
            earlier = next((each for each in of_vehicle.items() if each[1][0] == name), None)
            if earlier is not None and _says_nothing_new(earlier[1], cells):
                continue
            wanted = _merged(cells, None if earlier is None else earlier[1])
            if earlier is not None and wanted not in known and uses[earlier[0]] == 1:
                work.changed[earlier[0]] = wanted
                known[wanted] = earlier[0]
                if known.get(earlier[1]) == earlier[0]:
                    del known[earlier[1]]
                continue
            if wanted not in known:
                known[wanted] = new_id()
                work.created[known[wanted]] = wanted
            person_id = known[wanted]
            if earlier is not None:
                work.parted.add((vehicle_id, earlier[0], role))
                uses[earlier[0]] -= 1
                self.changed.add(person_id)
            if person_id not in of_vehicle:
                work.linked.add((vehicle_id, person_id, role))
                uses[person_id] += 1
        work.do(session, self._now, {person_id for _, person_id, _ in work.parted if not uses[person_id]})
        self.created |= work.created.keys()
        self.changed |= work.changed.keys()


@dataclass(slots=True)
class _Work:
    """What is to be done with persons and their links, each a vehicle, a person and a role."""

    created: dict[str, Contact] = field(default_factory=dict)
    changed: dict[str, Contact] = field(default_factory=dict)
    linked: set[Link] = field(default_factory=set)
    parted: set[Link] = field(default_factory=set)

    def do(self, session: Session, now: datetime, unused: set[str]) -> None:
        """Does it; persons whom no vehicle has any more are deleted, unless there are notes about them."""
        person = tables.PersonRow
        if self.created:
            rest = {"notes": None, "created": now, "updated": now}
            session.execute(insert(TABLES["persons"]), [_fields(*each) | rest for each in self.created.items()])
        if self.changed:
            session.execute(update(person), [_fields(*each) | {"updated": now} for each in self.changed.items()])
        if self.linked:
            linked = [dict(zip(LINK, each, strict=True)) for each in sorted(self.linked)]
            session.execute(insert(TABLES["vehicle_persons"]), linked)
        if self.parted:
            columns = TABLES["vehicle_persons"].columns
            which = delete(TABLES["vehicle_persons"]).where(*(columns[n] == bindparam(f"this_{n}") for n in LINK))
            names = [f"this_{name}" for name in LINK]
            parted = [dict(zip(names, each, strict=True)) for each in sorted(self.parted)]
            session.execute(which, parted)
        for some in pieces(unused):
            session.execute(delete(person).where(person.id.in_(some), person.notes.is_(None)))


def _fields(person_id: str, contact: Contact) -> dict[str, Any]:
    return {"id": person_id, "name": contact[0], "phone": contact[1], "email": contact[2]}


def _joined(rows: Iterable[tuple[str, str, PersonCells]]) -> dict[tuple[str, str, str], PersonCells]:
    """Returns what the rows say, once of each vehicle, role and name; they contradict each other nowhere."""
    said: dict[tuple[str, str, str], PersonCells] = {}
    for vehicle_id, role, cells in rows:
        earlier = said.setdefault((vehicle_id, role, cells.name), cells)
        said[vehicle_id, role, cells.name] = PersonCells(
            cells.name, cells.phone or earlier.phone, cells.email or earlier.email
        )
    return said


def _says_nothing_new(contact: Contact, said: PersonCells) -> bool:
    return all(value in (None, there) for value, there in zip(said[1:], contact[1:], strict=True))


def _merged(said: PersonCells, earlier: Contact | None) -> Contact:
    """Returns the contact of a person; what is not said stays as it was."""
    if earlier is None:
        return said.name, said.phone, said.email
    return said.name, said.phone or earlier[1], said.email or earlier[2]


def _linked(session: Session, vehicle_ids: set[str]) -> dict[tuple[str, str], dict[str, Contact]]:
    """Returns the persons of vehicles, by vehicle and role."""
    link, person, found = tables.VehiclePersonRow, tables.PersonRow, dict[tuple[str, str], dict[str, Contact]]()
    wanted = select(link.vehicle_id, link.role, person.id, person.name, person.phone, person.email)
    for some in pieces(vehicle_ids):
        joined = wanted.join(person, person.id == link.person_id).where(link.vehicle_id.in_(some))
        for vehicle_id, role, person_id, name, phone, email in session.execute(joined):
            found.setdefault((vehicle_id, role), {})[person_id] = (name, phone, email)
    return found


def _known(session: Session, names: set[str]) -> dict[Contact, str]:
    """Returns the persons of these names; of those with the same contact, the one that was there first."""
    row, found = tables.PersonRow, dict[Contact, str]()
    for some in pieces(names):
        wanted = select(row.id, row.name, row.phone, row.email).where(row.name.in_(some))
        for person_id, name, phone, email in session.execute(wanted.order_by(row.created.desc(), row.id)):
            found[name, phone, email] = person_id
    return found


def _uses(session: Session, person_ids: set[str]) -> Counter[str]:
    """Returns how many links each person has."""
    link, found = tables.VehiclePersonRow, Counter[str]()
    for some in pieces(person_ids):
        wanted = select(link.person_id, func.count()).where(link.person_id.in_(some)).group_by(link.person_id)
        for person_id, count in session.execute(wanted):
            found[person_id] = count
    return found
