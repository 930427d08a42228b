"""A place with cameras of entries and exits, and vehicles that pass them."""

from datetime import timedelta
from typing import Any

from src.core.result import VisitRecord
from src.service import store
from src.service.database import Database
from src.service.store import Actor, Pictures, save_recognitions, visits
from src.service.store.visits import VisitQuery
from tests.service.recognitions import NOON, plate, recognised

NOBODY = Actor()


def make_gates(database: Database, place: str = "Depot", **said: Any) -> dict[str, str]:
    """Makes the cameras ``in`` and ``out`` of a place, named after it elsewhere; returns their identifiers."""
    first = "" if place == "Depot" else f"{place} "
    return {
        name: store.create_camera(
            database, {"name": first + name, "place": place, "direction": direction, "gate": "north", **said}, NOBODY
        ).id
        for name, direction in (("in", "entry"), ("out", "exit"))
    }


def pass_gate(
    database: Database, camera: str, text: str, minute: float, pictures: Pictures | None = None, **said: Any
) -> str:
    """A vehicle passes a camera some minutes after NOON; returns the identifier of its sighting."""
    picture = recognised(plate(text, **said), camera=camera, taken=NOON + timedelta(minutes=minute))
    (decided,) = save_recognitions(database, pictures, [picture])
    assert decided.stored is not None
    (sighting_id,) = decided.stored.sightings
    assert sighting_id is not None
    return sighting_id


def all_visits(database: Database, **query: Any) -> list[VisitRecord]:
    """Visits, the earliest first."""
    return visits.search(database, VisitQuery(**query)).items[::-1]


def brief(database: Database, **query: Any) -> list[tuple[str, str]]:
    """Texts and states of visits, the earliest first."""
    return [(visit.text, str(visit.state)) for visit in all_visits(database, **query)]
