"""What persons are to vehicles. Whoever sees a person is written down, by the person's identifier alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from src.service.database import Database, tables
from src.service.store.audit import Action, Actor, note
from src.service.store.cameras import NameTakenError
from src.service.store.registry.pages import BATCH
from src.service.store.registry.permits import UnknownError


@dataclass(frozen=True, slots=True)
class LinkedPerson:
    """A person as a vehicle names them."""

    id: str
    role: str
    """owner or driver."""
    name: str


@dataclass(frozen=True, slots=True)
class LinkedVehicle:
    """A vehicle as a person names it."""

    id: str
    text: str
    region: str | None
    role: str


def persons_of(session: Session, vehicle_ids: Sequence[str]) -> dict[str, list[LinkedPerson]]:
    """Returns the persons of vehicles, by the identifiers of these; owners come first."""
    link, person, found = tables.VehiclePersonRow, tables.PersonRow, dict[str, list[LinkedPerson]]()
    for start in range(0, len(vehicle_ids), BATCH):
        some = link.vehicle_id.in_(vehicle_ids[start : start + BATCH])
        wanted = select(link.vehicle_id, link.role, person.id, person.name).join(person, person.id == link.person_id)
        for vehicle_id, role, person_id, name in session.execute(wanted.where(some)):
            found.setdefault(vehicle_id, []).append(LinkedPerson(person_id, role, name))
    for persons in found.values():
        persons.sort(key=lambda person: (person.role != "owner", person.name, person.id))
    return found


def vehicles_of(session: Session, person_ids: Sequence[str]) -> dict[str, list[LinkedVehicle]]:
    """Returns the vehicles of persons, by the identifiers of these; those of a person stand by plate."""
    link, vehicle, found = tables.VehiclePersonRow, tables.VehicleRow, dict[str, list[LinkedVehicle]]()
    for start in range(0, len(person_ids), BATCH):
        some = link.person_id.in_(person_ids[start : start + BATCH])
        wanted = select(link.person_id, vehicle.id, vehicle.text, vehicle.region, link.role)
        linked = session.execute(wanted.join(vehicle, vehicle.id == link.vehicle_id).where(some))
        for person_id, vehicle_id, text, region, role in linked:
            found.setdefault(person_id, []).append(LinkedVehicle(vehicle_id, text, region, role))
    for vehicles in found.values():
        vehicles.sort(key=lambda vehicle: (vehicle.text, vehicle.region or "", vehicle.role))
    return found


def note_look_up(session: Session, persons: Mapping[str, Sequence[LinkedPerson]], actor: Actor) -> None:
    """Writes down who has seen persons with their vehicles."""
    if seen := sorted({person.id for several in persons.values() for person in several}):
        note(session, Action.PERSON, seen[0] if len(seen) == 1 else None, actor, {"persons": seen})


def add_link(database: Database, vehicle_id: str, person_id: str, role: str, actor: Actor) -> bool:
    """Makes a person the owner or a driver of a vehicle; returns False where there is no such vehicle. It is audited.

    Raises UnknownError for the person, and NameTakenError where it is so already.
    """
    try:
        with database.session() as session:
            if session.get(tables.VehicleRow, vehicle_id) is None:
                return False
            if session.get(tables.PersonRow, person_id) is None:
                raise UnknownError("person")
            session.add(tables.VehiclePersonRow(vehicle_id=vehicle_id, person_id=person_id, role=role))
            session.flush()
            note(session, Action.LINK_PERSON, person_id, actor, {"vehicle": vehicle_id, "role": role})
            return True
    except IntegrityError:
        raise NameTakenError(person_id) from None


def remove_link(database: Database, vehicle_id: str, person_id: str, role: str, actor: Actor) -> bool:
    """Parts a person from a vehicle; returns False where they were not linked so. It is audited."""
    link = tables.VehiclePersonRow
    which = (link.vehicle_id == vehicle_id, link.person_id == person_id, link.role == role)
    with database.session() as session:
        parted = session.scalar(delete(link).where(*which).returning(link.person_id)) is not None
        if parted:
            note(session, Action.UNLINK_PERSON, person_id, actor, {"vehicle": vehicle_id, "role": role})
        return parted
