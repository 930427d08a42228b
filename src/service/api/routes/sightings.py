"""What was seen: found, shown, corrected and deleted."""

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Path, Query, Response
from fastapi.responses import StreamingResponse

from src.core.result import SightingRecord
from src.service import store
from src.service.api.auth import Corrector, Deleter, Here, Looker
from src.service.api.openapi import json_form, pictures, problems
from src.service.api.requests import Identifier, NewCorrection
from src.service.api.responses import CorrectionRecords, Deleted, Sighting, Sightings
from src.service.api.routes.answers import drawn, existing, original
from src.service.api.routes.paths import NO_WORD
from src.service.api.routes.sheet_answers import sheet, sheets
from src.service.cameras.broadcast import RELOAD, Event
from src.service.http.body import json_body
from src.service.http.problems import Kind, ServiceProblem
from src.service.lifespan import Service
from src.service.query import SightingExport, SightingQuery
from src.service.store import Action, Actor, NewText

router = APIRouter(tags=["sightings"])
IdInPath = Annotated[Identifier, Path()]
SHEET = "seen,plate,country,confidence\r\n2026-01-31T12:00:00+00:00,M356CC65,RU,0.993453\r\n"
NO_SUCH = problems(Kind.NOT_FOUND)


@router.get("/v1/sightings", response_model=Sightings, responses=problems())
def search(here: Here, actor: Looker, query: Annotated[SightingQuery, Query()]) -> dict[str, Any]:
    """Sightings by a part of a plate or wildcards, of a country, a camera or a time; newest first, page by page."""
    detail = query.model_dump(mode="json", exclude={"text"}, exclude_none=True)
    store.record(here.resources.database, Action.SEARCH, query.text, actor, detail)
    page = store.search(here.resources.database, query)
    return {"items": page.items, "next": page.next_cursor, "total": page.total}


@router.get("/v1/sightings/export", response_class=StreamingResponse, responses=sheets(SHEET) | problems())
def export(here: Here, actor: Looker, query: Annotated[SightingExport, Query()]) -> StreamingResponse:
    """What a search finds, all pages of it, as a sheet; newest first. Times are in UTC.

    Texts that a spreadsheet would take for formulas have an apostrophe in front of them.
    """
    return sheet(query.format, "sightings", store.exported_sightings(here.resources.database, query, actor))


@router.get("/v1/sightings/{id}", response_model=Sighting, responses=NO_SUCH)
def sighting(here: Here, actor: Looker, id: IdInPath) -> SightingRecord:
    """One sighting."""
    store.record(here.resources.database, Action.SIGHTING, id, actor)
    return existing(store.sighting(here.resources.database, id), "sighting")


@router.get(
    "/v1/sightings/{id}/picture",
    response_class=Response,
    responses=pictures("image/*") | problems(Kind.NOT_FOUND, Kind.NOT_DRAWN),
)
async def picture(
    here: Here,
    actor: Looker,
    id: IdInPath,
    annotated: Annotated[bool, Query(description="with all plates marked")] = False,
) -> Response:
    """The picture of a sighting: the very file that was uploaded or, its plates marked, a JPEG."""
    database = here.resources.database
    await to_thread.run_sync(store.record, database, Action.PICTURE, id, actor)
    stored = existing(await to_thread.run_sync(store.picture, database, here.resources.pictures, id), "sighting")
    return await (drawn(here, stored, "JPEG") if annotated else original(stored))


@router.post(
    "/v1/sightings/{id}/correction",
    response_model=Sighting,
    responses=problems(Kind.NOT_FOUND, Kind.NO_JSON, Kind.TOO_LONG, Kind.TOO_SLOW),
    openapi_extra=json_form(NewCorrection),
)
async def correct(
    here: Here,
    actor: Corrector,
    id: IdInPath,
    wanted: Annotated[NewCorrection, Depends(json_body(NewCorrection))],
) -> SightingRecord:
    """Gives a sighting the text that an operator sees; the one that it has already is thereby confirmed.

    What was read stays beside it, searches and statistics go by the new text, and the history has who made it.
    """
    return await to_thread.run_sync(_correct, here, actor, id, wanted)


def _correct(here: Service, actor: Actor, id: str, wanted: NewCorrection) -> SightingRecord:
    format_reader = here.resources.reader.plate_reader.format_reader
    region = None if wanted.region is None else wanted.region.upper()
    kind = None if region is None or format_reader is None else format_reader.fits(wanted.text).get(region)
    database, rules = here.resources.database, here.resources.settings.rules
    made = store.correct(database, id, NewText(wanted.text, region, kind), actor, rules)
    corrected = existing(made, "sighting")
    here.cameras.broadcast.publish(Event("passage", corrected.model_dump_json()))
    return corrected


@router.get("/v1/sightings/{id}/corrections", response_model=CorrectionRecords, responses=NO_SUCH)
def corrections(here: Here, actor: Looker, id: IdInPath) -> dict[str, Any]:
    """Who made what of a sighting's text, newest first."""
    store.record(here.resources.database, Action.SIGHTING, id, actor)
    return {"items": existing(store.history(here.resources.database, id), "sighting")}


@router.post("/v1/sightings/{id}/acknowledgement", response_model=Sighting, responses=NO_SUCH)
def acknowledge(here: Here, actor: Corrector, id: IdInPath) -> SightingRecord:
    """Says that a guard has seen what was decided, so that it is not shown to others as news; the first one counts.

    Where something else is decided later, that has not been acknowledged.
    """
    acknowledged = existing(store.acknowledge(here.resources.database, id, actor), "sighting")
    here.cameras.broadcast.publish(Event("passage", acknowledged.model_dump_json()))
    return acknowledged


@router.delete(f"/v1/sightings/{{id:{NO_WORD}}}", response_model=Deleted, responses=NO_SUCH)
def delete(here: Here, actor: Deleter, id: IdInPath) -> Deleted:
    """Deletes a sighting, and its picture where nothing else was seen in it."""
    if not store.delete_sighting(here.resources.database, here.resources.pictures, id, actor):
        raise ServiceProblem(Kind.NOT_FOUND, "no such sighting")
    here.cameras.broadcast.publish(RELOAD)  # nobody shows it any longer
    return Deleted(sightings=1)
