"""Cameras as records. One that is deleted keeps its row, as its sightings keep its name."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from src.service.database import Database, tables
from src.service.store.audit import Action, Actor, note
from src.service.store.rows import gate_row, place_row
from src.service.text import shown


class NameTakenError(ValueError):
    """The error of a name that another camera, or another entry of the registry, has."""


class NoPlaceError(ValueError):
    """The error of a gate of no place."""


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera's record. ``source`` is as it was entered, with its password, and so never part of ``repr``."""

    id: str
    name: str
    source: str | None
    zone: list[list[float]] | None
    min_width: float
    countries: list[str]
    place: str | None
    gate: str | None
    """The name of a gate of that place."""
    direction: str | None
    merge_s: float
    enabled: bool
    created: datetime
    updated: datetime

    @property
    def is_watched(self) -> bool:
        """Whether it is to be watched."""
        return self.enabled and self.source is not None

    def __repr__(self) -> str:
        return f"Camera({self.id}, {self.name!r})"


EMPTY: dict[str, Any] = {
    **{"source": None, "zone": None, "min_width": 0.0, "countries": [], "place": None, "gate": None},
    **{"direction": None, "merge_s": 0.0, "enabled": True},
}
"""The fields of a camera that is a name alone."""


def all_cameras(database: Database) -> list[Camera]:
    """Returns all cameras that are not deleted, by name."""
    row = tables.CameraRow
    with database.reading() as session:
        found = select(row).where(_there()).options(joinedload(row.place), joinedload(row.gate)).order_by(row.name)
        return [_camera(each) for each in session.scalars(found)]


def camera(database: Database, camera_id: str) -> Camera | None:
    """Returns the camera with this identifier; None where there is none, or it is deleted."""
    with database.reading() as session:
        found = _row(session, camera_id)
        return None if found is None else _camera(found)


def deleted_cameras(database: Database) -> set[str]:
    """Returns the identifiers of the cameras that are deleted."""
    with database.reading() as session:
        return set(session.scalars(select(tables.CameraRow.id).where(~_there())))


def create_camera(database: Database, fields: dict[str, Any], actor: Actor) -> Camera:
    """Makes a camera. A deleted one of the same name comes back, with the sightings that name it.

    ``fields`` are those of ``Camera`` that a client may set, ``name`` among them. It is audited. Raises NameTakenError
    and NoPlaceError.
    """
    now = datetime.now(UTC)
    try:
        with database.session() as session:
            said = _placed(session, EMPTY | fields, None, now)
            row = session.scalar(select(tables.CameraRow).where(tables.CameraRow.name == fields["name"]))
            if row is None:
                session.add(row := tables.CameraRow(created=now))
            elif row.deleted is None:
                raise NameTakenError(fields["name"])
            else:
                row.created, row.deleted = now, None
            _fill(row, said, now)
            session.flush()
            note(session, Action.CREATE_CAMERA, row.name, actor, {"id": row.id})
            return _camera(row)
    except IntegrityError:  # another transaction made one of the same name just now
        raise NameTakenError(fields["name"]) from None


def change_camera(database: Database, camera_id: str, fields: dict[str, Any], actor: Actor) -> Camera | None:
    """Changes those ``fields`` of a camera, and returns it; None where there is none.

    A camera that moves to another place stands at no gate there, unless it is said at which. It is audited, with the
    names of the fields and not with what is in them. Raises NameTakenError and NoPlaceError.
    """
    now = datetime.now(UTC)
    try:
        with database.session() as session:
            row = _row(session, camera_id)
            if row is None:
                return None
            earlier = row.name
            if _is_taken(session, row, fields.get("name", earlier)):
                raise NameTakenError(fields["name"])
            _fill(row, _placed(session, fields, row.place, now), now)
            session.flush()
            note(session, Action.CHANGE_CAMERA, earlier, actor, {"id": row.id, "fields": sorted(fields)})
            return _camera(row)
    except IntegrityError:
        raise NameTakenError(fields["name"]) from None


def delete_camera(database: Database, camera_id: str, actor: Actor) -> int | None:
    """Deletes a camera's record, its source and password among it; its sightings stay, and keep its name.

    Returns their number, None where there is no such camera. It is audited.
    """
    now = datetime.now(UTC)
    with database.session() as session:
        row = _row(session, camera_id)
        if row is None:
            return None
        _fill(row, EMPTY, now)
        row.deleted = now
        note(session, Action.DELETE_CAMERA, row.name, actor, {"id": row.id})
        sightings = tables.SightingRow
        return session.scalar(select(func.count()).select_from(sightings).where(sightings.camera_id == row.id)) or 0


def _there() -> ColumnElement[bool]:
    return tables.CameraRow.deleted.is_(None)


def _row(session: Session, camera_id: str) -> tables.CameraRow | None:
    return session.scalar(select(tables.CameraRow).where(tables.CameraRow.id == shown(camera_id), _there()))


def _is_taken(session: Session, row: tables.CameraRow, called: str) -> bool:
    """Tells whether another camera has the name, even a deleted one: its sightings are told apart by it."""
    other = select(tables.CameraRow.id).where(tables.CameraRow.name == called, tables.CameraRow.id != row.id)
    return session.scalar(other) is not None


def _fill(row: tables.CameraRow, fields: dict[str, Any], now: datetime) -> None:
    for field, value in fields.items():
        setattr(row, field, value)
    row.updated = now


def _placed(session: Session, fields: dict[str, Any], earlier: tables.PlaceRow | None, now: datetime) -> dict[str, Any]:
    """Returns the fields with the rows of the place and the gate that they name, which are made where there are none.

    ``earlier`` is the place of the camera, where they name none. Raises NoPlaceError.
    """
    if fields.keys().isdisjoint({"place", "gate"}):
        return fields
    called, gate_called = fields.get("place"), fields.get("gate")
    place = earlier if "place" not in fields else None if called is None else place_row(session, called, now)
    if gate_called is not None and place is None:
        raise NoPlaceError(gate_called)
    placed = fields | {"place": place}
    if "gate" in fields or place is not earlier:
        placed["gate"] = None if gate_called is None or place is None else gate_row(session, place, gate_called, now)
    return placed


def _camera(row: tables.CameraRow) -> Camera:
    return Camera(
        id=row.id,
        name=row.name,
        source=row.source,
        zone=row.zone,
        min_width=row.min_width,
        countries=row.countries,
        place=None if row.place is None else row.place.name,
        gate=None if row.gate is None else row.gate.name,
        direction=row.direction,
        merge_s=row.merge_s,
        enabled=row.enabled,
        created=row.created,
        updated=row.updated or row.created,
    )
