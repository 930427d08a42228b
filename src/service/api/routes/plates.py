"""What is known of plates, and how many were seen."""

from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from src.service import store
from src.service.api.auth import Deleter, Here, Looker
from src.service.api.openapi import problems
from src.service.api.requests import PlateText
from src.service.api.responses import Deleted, PlateHistory, SightingsByCamera, Statistics
from src.service.cameras.broadcast import RELOAD
from src.service.http.problems import Kind, ServiceProblem
from src.service.store import Action

router = APIRouter(tags=["plates"])
TextInPath = Annotated[PlateText, Path()]


# no path has a line break in it, so that such a text is not found
@router.get("/v1/plates/{text:path}", response_model=PlateHistory, responses=problems(Kind.NOT_FOUND))
def plate(here: Here, actor: Looker, text: TextInPath) -> dict[str, Any]:
    """The countries and types of plates that a text fits, and where it was seen, if ever."""
    store.record(here.resources.database, Action.PLATE, text, actor)
    format_reader = here.resources.reader.plate_reader.format_reader
    fits = format_reader.fits(text) if format_reader else {}
    formats = [{"region": region, "format": name} for region, name in fits.items()]
    found = store.plate(here.resources.database, text)
    if found is None:
        never = {"regions": [], "sightings": 0, "first_seen": None, "last_seen": None, "latest": []}
        return {"text": text, "formats": formats} | never
    return {"formats": formats, **asdict(found)}


@router.delete("/v1/plates/{text:path}", response_model=Deleted, responses=problems(Kind.NOT_FOUND))
def delete(here: Here, actor: Deleter, text: TextInPath) -> Deleted:
    """Deletes all sightings of a plate, and the pictures in which nothing else was seen."""
    deleted = store.delete_plate(here.resources.database, here.resources.pictures, text, actor)
    if not deleted:
        raise ServiceProblem(Kind.NOT_FOUND, "no such plate")
    here.cameras.broadcast.publish(RELOAD)  # nobody shows them any longer
    return Deleted(sightings=deleted)


@router.get("/v1/statistics", response_model=Statistics, responses=problems())
def statistics(
    here: Here, _: Looker, days: Annotated[int, Query(ge=1, le=3660, description="up to today, in UTC")] = 7
) -> dict[str, Any]:
    """Counts of the last days."""
    since = datetime.combine(datetime.now(UTC).date() - timedelta(days=days - 1), time(), UTC)
    counts = store.statistics(here.resources.database, since)
    by = {
        f"by_{name}": [{name: value, "sightings": count} for value, count in getattr(counts, f"by_{name}").items()]
        for name in ("time", "day", "hour", "region", "camera")
    }
    by_plate = [{"text": text, "sightings": count} for text, count in counts.by_plate.items()]
    totals = {"images": counts.images, "sightings": counts.sightings, "plates": counts.plates}
    return {"since": since, **totals, **by, "by_plate": by_plate}


@router.get("/v1/statistics/cameras", response_model=SightingsByCamera, responses=problems())
def by_camera(here: Here, _: Looker) -> dict[str, Any]:
    """How often each camera has seen something, ever."""
    return {"items": store.camera_sightings(here.resources.database)}
