"""Vehicles and permits, made up, straight in the tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import event, select

from src.core.alphabet import merge_look_alikes
from src.service.database import Database, tables

BEGUN = datetime(2025, 1, 1, tzinfo=UTC)


def add_vehicle(
    database: Database, text: str, *lists: str, region: str | None = "RU", trailer: str | None = None, **terms: Any
) -> str:
    """Adds a vehicle, and a permit on each of the lists, which are called by their kinds; returns its identifier."""
    with database.session() as session:
        car = tables.VehicleRow(
            text=text, region=region, merged=merge_look_alikes(text), trailer_text=trailer, created=BEGUN, updated=BEGUN
        )
        session.add(car)
        for kind in lists:
            on = session.scalar(select(tables.ListRow).where(tables.ListRow.name == kind))
            on = on or tables.ListRow(name=kind, kind=kind, created=BEGUN, updated=BEGUN)
            session.add(tables.PermitRow(vehicle=car, on=on, created=BEGUN, updated=BEGUN, **terms))
        session.flush()
        return car.id


def add_place(database: Database, name: str, time_zone: str | None = None, camera: str | None = None) -> str:
    """Adds a place, and a camera there; returns the identifier of the place."""
    with database.session() as session:
        place = tables.PlaceRow(name=name, time_zone=time_zone, created=BEGUN)
        session.add(place)
        if camera is not None:
            session.add(tables.CameraRow(name=camera, created=BEGUN, place=place))
        session.flush()
        return place.id


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """The statements that are sent to the database in the block."""
    sent: list[str] = []

    def note(connection: object, cursor: object, statement: str, *others: object) -> None:
        sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
