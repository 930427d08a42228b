"""Stores a sheet of vehicles in one transaction: all of it, what is well of it, or nothing.

Rows are looked up and stored by the thousand. What is there already is changed where a row says otherwise: vehicles are
known by plate and country, permits by vehicle, list and place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from src.core.alphabet import merge_look_alikes
from src.service.database import Database, tables
from src.service.database.types import new_id
from src.service.registry.columns import Fault, PermitCells, VehicleCells
from src.service.registry.reading import SheetOfVehicles
from src.service.registry.texts import CellError
from src.service.store.audit import Action, Actor, note
from src.service.store.registry.import_persons import Persons
from src.service.store.registry.pages import TABLES, pieces
from src.service.store.rows import place_row
from src.service.wrong import Wrong

MOST_FAULTS = 1000
"""The faults that are told at most."""
PERMIT_FIELDS = ("valid_from", "valid_until", "weekdays", "from_minute", "until_minute")
NO_PERMIT: dict[str, Any] = {**dict.fromkeys(PERMIT_FIELDS), "weekdays": []}
VEHICLE_FIELDS = ("trailer_text", "make", "model", "colour", "notes")

Plate = tuple[str, str | None]
PermitKey = tuple[str, str, str | None]
"""The identifiers of the vehicle, the list and the place."""


@dataclass(slots=True)
class Imported:
    """What an import did, or would do."""

    rows: int
    vehicles_created: int = 0
    vehicles_changed: int = 0
    permits_created: int = 0
    permits_changed: int = 0
    persons_created: int = 0
    persons_changed: int = 0
    faults: list[Fault] = field(default_factory=list)
    """The first MOST_FAULTS of them."""
    faulty: int = 0
    """The number of rows with a fault."""
    done: bool = False
    """Whether it is stored."""


def import_sheet(database: Database, sheet: SheetOfVehicles, skip: bool, dry_run: bool, actor: Actor) -> Imported:
    """Stores a sheet. Where a row has a fault nothing is stored, or the others are where ``skip`` is set.

    ``dry_run`` stores nothing, and tells what would be. It is audited where it is stored.
    """
    importing, found = _Import(sheet.kinds), Imported(sheet.rows)
    faults = list(sheet.faults)
    with database.session() as session:
        if session.connection().dialect.name == "postgresql":
            # two imports, or an import and an operator, would otherwise make the same vehicle at the same moment
            session.execute(text("LOCK TABLE vehicles, permits, lists, persons IN SHARE ROW EXCLUSIVE MODE"))
        for batch in sheet.good():
            faults += importing.add(session, batch)
        importing.tell(found)
        found.faulty = len({fault.row for fault in faults})
        found.faults = sorted(faults, key=lambda fault: fault.row)[:MOST_FAULTS]
        found.done = not dry_run and (skip or not faults)
        if found.done:
            counts = {name: getattr(found, name) for name in ("rows", "faulty", "vehicles_created", "vehicles_changed")}
            note(session, Action.IMPORT, None, actor, counts | {"persons": sheet.has_persons})
        else:
            session.rollback()
    return found


class _Import:
    """An import at work, in one transaction."""

    def __init__(self, kinds: Mapping[str, str]) -> None:
        """``kinds`` are those of lists, as the sheet says."""
        self._now = datetime.now(UTC)
        self._kinds = kinds
        self._lists: dict[str, tuple[str, str] | None] = {}
        self._places: dict[str, str] = {}
        self._persons = Persons(self._now)
        self._created, self._changed = set[str](), set[str]()
        self._permits_created, self._permits_changed = set[str](), set[str]()

    def tell(self, found: Imported) -> None:
        """Adds up what was created and changed; what was created by one row and changed by another is created."""
        found.vehicles_created = len(self._created)
        found.vehicles_changed = len(self._changed - self._created)
        found.permits_created = len(self._permits_created)
        found.permits_changed = len(self._permits_changed - self._permits_created)
        found.persons_created = len(self._persons.created)
        found.persons_changed = len(self._persons.changed - self._persons.created)

    def add(self, session: Session, batch: Sequence[VehicleCells]) -> list[Fault]:
        """Stores a batch; returns the faults of those of its rows that are left out."""
        faults = list[Fault]()
        good = list[VehicleCells]()
        for row in batch:
            fault = None if row.permit is None else self._list_fault(session, row.row, row.permit)
            if fault is None:
                good.append(row)
            else:
                faults.append(fault)
        ids = self._vehicles(session, good)
        self._permits(session, [(ids[row.text, row.region], row.permit) for row in good if row.permit is not None])
        self._persons.add(
            session, [(ids[row.text, row.region], role, person) for row in good for role, person in row.persons]
        )
        return faults

    def _list_fault(self, session: Session, number: int, permit: PermitCells) -> Fault | None:
        """Makes sure that there is the list of a permit, and returns why there cannot be."""
        row = tables.ListRow
        if permit.list not in self._lists:
            known = session.execute(select(row.id, row.kind).where(row.name == permit.list)).one_or_none()
            self._lists[permit.list] = None if known is None else (known.id, known.kind)
        found = self._lists[permit.list]
        if found is None:
            kind = self._kinds.get(permit.list)
            if kind is None:
                return Fault.of(number, "list", CellError(Wrong.NO_LIST, list=permit.list))
            made = {"id": new_id(), "name": permit.list, "kind": kind}
            session.execute(insert(row), [made | {"notes": None, "created": self._now, "updated": self._now}])
            self._lists[permit.list] = str(made["id"]), kind
        elif permit.kind not in (None, found[1]):
            return Fault.of(number, "kind", CellError(Wrong.OTHER_KIND, list=permit.list, kind=found[1]))
        return None

    def _vehicles(self, session: Session, rows: Sequence[VehicleCells]) -> dict[Plate, str]:
        """Makes or changes the vehicles of the rows, and returns their identifiers."""
        vehicle = tables.VehicleRow
        columns = (vehicle.id, vehicle.text, vehicle.region, *(getattr(vehicle, name) for name in VEHICLE_FIELDS))
        known: dict[Plate, dict[str, Any]] = {}
        for some in pieces({row.text for row in rows}):
            for found in session.execute(select(*columns).where(vehicle.text.in_(some))).mappings():
                known[found["text"], found["region"]] = dict(found)
        created, changed = dict[str, dict[str, Any]](), dict[str, dict[str, Any]]()
        for row in rows:
            plate = (row.text, row.region)
            if plate not in known:
                made: dict[str, Any] = {"id": new_id(), "text": row.text, "region": row.region}
                known[plate] = made | dict.fromkeys(VEHICLE_FIELDS)
                created[known[plate]["id"]] = known[plate]
            entry = known[plate]
            if any(entry[name] != value for name, value in row.fields):
                entry.update(row.fields)
                if entry["id"] not in created:
                    changed[entry["id"]] = entry
        if created:
            times = {"created": self._now, "updated": self._now}
            new = [each | {"merged": merge_look_alikes(each["text"])} | times for each in created.values()]
            session.execute(insert(TABLES["vehicles"]), new)
        if changed:
            session.execute(update(vehicle), [each | {"updated": self._now} for each in changed.values()])
        self._created |= created.keys()
        self._changed |= changed.keys()
        return {plate: entry["id"] for plate, entry in known.items()}

    def _permits(self, session: Session, rows: Sequence[tuple[str, PermitCells]]) -> None:
        """Makes or changes the permits of vehicles, which are given by their identifiers."""
        permit = tables.PermitRow
        names = ("id", "vehicle_id", "list_id", "place_id", *PERMIT_FIELDS)
        known: dict[PermitKey, dict[str, Any]] = {}
        for some in pieces({vehicle_id for vehicle_id, _ in rows}):
            wanted = select(*(getattr(permit, name) for name in names)).where(permit.vehicle_id.in_(some))
            for found in session.execute(wanted).mappings():
                known[found["vehicle_id"], found["list_id"], found["place_id"]] = dict(found)
        created, changed = dict[str, dict[str, Any]](), dict[str, dict[str, Any]]()
        for vehicle_id, cells in rows:
            there = self._lists[cells.list]
            assert there is not None
            key = (vehicle_id, there[0], None if cells.place is None else self._place(session, cells.place))
            fields = {name: list(value) if isinstance(value, tuple) else value for name, value in cells.fields}
            if key not in known:
                made = {"id": new_id(), **dict(zip(names[1:4], key, strict=True)), **NO_PERMIT, **fields}
                known[key] = created[made["id"]] = made
            elif any(known[key][name] != value for name, value in fields.items()):
                known[key].update(fields)
                if known[key]["id"] not in created:
                    changed[known[key]["id"]] = known[key]
        if created:
            times = {"notes": None, "created": self._now, "updated": self._now}
            session.execute(insert(TABLES["permits"]), [each | times for each in created.values()])
        if changed:
            session.execute(update(permit), [each | {"updated": self._now} for each in changed.values()])
        self._permits_created |= created.keys()
        self._permits_changed |= changed.keys()

    def _place(self, session: Session, called: str) -> str:
        if called not in self._places:
            row = place_row(session, called, self._now)
            session.flush()
            self._places[called] = row.id
        return self._places[called]
