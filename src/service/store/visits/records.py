"""What is told of visits."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from src.core.result import VisitRecord, VisitState
from src.service.database.tables import CameraRow, CrossingRow, GateRow, PlaceRow, VisitRow


def records(session: Session, visit_ids: Sequence[str], now: datetime) -> list[VisitRecord]:
    """Returns what is told of visits ``now``, in the order of their identifiers here; those that are gone lack."""
    if not visit_ids:
        return []
    row, sides = VisitRow, _sides(session, visit_ids)
    found = select(row, PlaceRow).join(row.place).where(row.id.in_(visit_ids))
    told = {visit.id: _record(visit, place, sides, now) for visit, place in session.execute(found)}
    return [told[visit_id] for visit_id in visit_ids if visit_id in told]


def overstays(visit: VisitRow, place: PlaceRow, now: datetime) -> bool:
    """Tells whether a vehicle stays longer than one may, or did; where nobody saw it leave nobody knows."""
    if place.max_stay_minutes is None or visit.entered is None:
        return False
    most = timedelta(minutes=place.max_stay_minutes)
    if visit.state == VisitState.INSIDE:
        return now - visit.entered > most
    return visit.left is not None and visit.left - visit.entered > most


_Side = tuple[str | None, str, str | None]
"""The identifier of a sighting, and the names of the camera and of the gate."""


def _sides(session: Session, visit_ids: Sequence[str]) -> dict[tuple[str | None, str], _Side]:
    """Returns who saw visits begin and end, by visit and direction."""
    row = CrossingRow
    wanted = (
        select(row.visit_id, row.direction, row.sighting_id, CameraRow.name, GateRow.name)
        .join(CameraRow, CameraRow.id == row.camera_id)
        .outerjoin(GateRow, GateRow.id == row.gate_id)
        .where(row.visit_id.in_(visit_ids), row.leads)
    )
    return {
        (visit, direction): (sighting, camera, gate)
        for visit, direction, sighting, camera, gate in session.execute(wanted)
    }


def _record(visit: VisitRow, place: PlaceRow, sides: dict[tuple[str | None, str], _Side], now: datetime) -> VisitRecord:
    entry, entry_camera, entry_gate = sides.get((visit.id, "entry"), (None, None, None))
    leaving, exit_camera, exit_gate = sides.get((visit.id, "exit"), (None, None, None))
    return VisitRecord.model_validate(
        {
            "id": visit.id,
            "place": place.name,
            "state": visit.state,
            "text": visit.text,
            "region": visit.region,
            "entered": visit.entered,
            "left": visit.left,
            "closed": visit.closed,
            "duration_s": visit.stay_s,
            "overstays": overstays(visit, place, now),
            "entry": entry,
            "exit": leaving,
            "entry_camera": entry_camera,
            "exit_camera": exit_camera,
            "entry_gate": entry_gate,
            "exit_gate": exit_gate,
            "outcome": visit.outcome,
            "vehicle": visit.vehicle_id,
            "permit": visit.permit_id,
            "list": visit.list,
        }
    )
