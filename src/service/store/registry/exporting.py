"""The registry as a sheet that can be imported again: a row for each permit, and more where a vehicle has more persons
than permits.

Vehicles are read by the thousand, each thousand in a transaction of its own, as whoever takes the sheet may be slow.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from src.service.database import Database, tables
from src.service.registry.columns import COLUMNS, PERSON_COLUMNS, PERSONS, begin, days_text, end
from src.service.sheets import Cell
from src.service.store.audit import Action, Actor, note
from src.service.store.registry.pages import pieces
from src.service.store.registry.permits import Permit, permits_of
from src.service.store.registry.places import time_zones

PAGE = 1000


def exported(database: Database, with_persons: bool, actor: Actor) -> Iterator[list[Cell]]:
    """Yields the rows of the sheet, the head first. It is audited, before the first row is given."""
    with database.session() as session:
        note(session, Action.EXPORT, None, actor, {"persons": with_persons})
        zones = time_zones(session)
    yield [column for column in COLUMNS if with_persons or column not in PERSON_COLUMNS]
    row, last = tables.VehicleRow, ("", "")
    while True:
        with database.reading() as session:
            following = select(row).where(tuple_(row.text, row.id) > tuple_(*last)).order_by(row.text, row.id)
            vehicles = session.scalars(following.limit(PAGE)).all()
            if not vehicles:
                return
            ids = [vehicle.id for vehicle in vehicles]
            permits = permits_of(session, ids)
            persons = _contacts(session, ids) if with_persons else {}
        for vehicle in vehicles:
            for_roles = [persons.get((vehicle.id, role), []) for role in PERSONS] if with_persons else []
            of_vehicle = permits.get(vehicle.id, [])
            for number in range(max(1, len(of_vehicle), *map(len, for_roles))):
                cells = _cells(vehicle, of_vehicle[number] if number < len(of_vehicle) else None, zones)
                for contacts in for_roles:
                    cells += contacts[number] if number < len(contacts) else (None, None, None)
                yield cells
        last = (vehicles[-1].text, vehicles[-1].id)


def _cells(vehicle: tables.VehicleRow, permit: Permit | None, zones: dict[str, str | None]) -> list[Cell]:
    """Returns the cells of a row, without those of persons."""
    said: list[Cell] = [None] * 7
    if permit is not None:
        zone = None if permit.place is None else zones.get(permit.place)
        said = [
            *(permit.list.name, permit.list.kind, permit.place),
            *(begin_text(permit.valid_from, zone), end_text(permit.valid_until, zone)),
            *(days_text(permit.weekdays), hours_text(permit.from_minute, permit.until_minute)),
        ]
    of_vehicle = [vehicle.make, vehicle.model, vehicle.colour, vehicle.trailer_text, vehicle.notes]
    return [vehicle.text, vehicle.region, *said, *of_vehicle]


def begin_text(moment: datetime | None, zone: str | None) -> str | None:
    """Returns a time as ``begin`` reads it, as short as it can be: a day alone where it is the midnight in ``zone``."""
    if moment is None:
        return None
    local = _local(moment, zone)
    if local is not None:
        for text in (f"{local.date()}", local.isoformat(" ")):
            if begin(text, zone) == moment:
                return text
    return moment.astimezone(UTC).isoformat()


def end_text(moment: datetime | None, zone: str | None) -> str | None:
    """Returns a time as ``end`` reads it: the day before where it is the midnight in ``zone``."""
    if moment is None:
        return None
    local = _local(moment, zone)
    if local is not None and local.time() == time():
        day = f"{local.date() - timedelta(days=1)}"
        if end(day, zone) == moment:
            return day
    text = begin_text(moment, zone)
    return f"{text} 00:00:00" if text is not None and len(text) == len("2026-12-31") else text


def _local(moment: datetime, zone: str | None) -> datetime | None:
    """Returns a time as the clocks in ``zone`` show it; None at the ends of the calendar."""
    if not date.min.year < moment.year < date.max.year:
        return None
    return moment.astimezone(None if zone is None else ZoneInfo(zone)).replace(tzinfo=None)


def hours_text(first: int | None, last: int | None) -> str | None:
    """Returns the minutes of the day as ``hours`` reads them."""
    if first is None or last is None:
        return None
    return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in (first, last))


def _contacts(session: Session, vehicle_ids: Sequence[str]) -> dict[tuple[str, str], list[tuple[Cell, Cell, Cell]]]:
    """Returns name, telephone and e-mail of the persons of vehicles, by vehicle and role."""
    link, person = tables.VehiclePersonRow, tables.PersonRow
    found: dict[tuple[str, str], list[tuple[Cell, Cell, Cell]]] = {}
    wanted = select(link.vehicle_id, link.role, person.name, person.phone, person.email)
    for some in pieces(vehicle_ids):
        joined = wanted.join(person, person.id == link.person_id).where(link.vehicle_id.in_(some))
        for vehicle_id, role, *contact in session.execute(joined.order_by(person.name, person.id)):
            found.setdefault((vehicle_id, role), []).append((contact[0], contact[1], contact[2]))
    return found
