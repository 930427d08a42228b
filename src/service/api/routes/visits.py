"""Visits to places: who is inside, who was, and for how long."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import JSONResponse

from src.core.result import VisitRecord
from src.service import store
from src.service.api.auth import Corrector, Here, Looker
from src.service.api.openapi import Responses, problems
from src.service.api.requests import Identifier
from src.service.api.routes.answers import existing
from src.service.api.routes.sheet_answers import sheet, sheets
from src.service.api.visit_responses import Occupancies, Report, ReportRecord, Visit, Visits
from src.service.http.problems import Kind
from src.service.store import Action
from src.service.store import visits as kept
from src.service.visit_query import VisitExport, VisitQuery, VisitReport

router = APIRouter(tags=["visits"])
IdInPath = Annotated[Identifier, Path()]
NO_SUCH = problems(Kind.NOT_FOUND)
SHEET = "place,state,plate,country\r\nDepot,left,M356CC65,RU\r\n"
REPORT: Responses = {
    200: sheets("day,visits,left,inside\r\n2026-01-31,210,203,4\r\n")[200] | {"description": "The report"}
}


@router.get("/v1/visits", response_model=Visits, responses=problems())
def search(here: Here, actor: Looker, query: Annotated[VisitQuery, Query()]) -> dict[str, Any]:
    """Visits of a place, a state, a plate, a vehicle or a time; the last that began first, page by page."""
    detail = query.model_dump(mode="json", exclude={"text"}, exclude_none=True)
    store.record(here.resources.database, Action.VISITS, query.text, actor, detail)
    page = kept.search(here.resources.database, query)
    return {"items": page.items, "next": page.next_cursor, "total": page.total}


@router.get("/v1/visits/export", response_class=Response, responses=sheets(SHEET) | problems())
def export(here: Here, actor: Looker, query: Annotated[VisitExport, Query()]) -> Response:
    """What a search finds, all pages of it, as a sheet; the last that began first. Times are in UTC.

    Texts that a spreadsheet would take for formulas have an apostrophe in front of them.
    """
    return sheet(query.format, "visits", kept.exported_visits(here.resources.database, query, actor))


@router.get("/v1/visits/report", response_model=Report, responses=REPORT | problems())
def report(here: Here, actor: Looker, query: Annotated[VisitReport, Query()]) -> Any:
    """Visits counted by day, by permit or by place, as JSON or as a sheet; a visit counts on the day it began."""
    detail = query.model_dump(mode="json", exclude_none=True)
    store.record(here.resources.database, Action.VISITS, None, actor, detail)
    lines = kept.report(here.resources.database, query.by, query)
    if query.format != "json":
        return sheet(query.format, f"visits by {query.by}", kept.report_rows(query.by, lines))
    items = [ReportRecord.model_validate(line).model_dump(mode="json") for line in lines]
    return JSONResponse({"items": items})


@router.get("/v1/visits/{id}", response_model=Visit, responses=NO_SUCH)
def visit(here: Here, actor: Looker, id: IdInPath) -> VisitRecord:
    """One visit."""
    store.record(here.resources.database, Action.VISIT, id, actor)
    return existing(kept.visit(here.resources.database, id), "visit")


@router.post("/v1/visits/{id}/close", response_model=Visit, responses=NO_SUCH)
def close(here: Here, actor: Corrector, id: IdInPath) -> VisitRecord:
    """Says that a vehicle which is inside has left, and nobody saw it; a visit that has ended stays as it is."""
    return existing(kept.close_visit(here.resources.database, id, actor), "visit")


@router.get("/v1/occupancy", response_model=Occupancies, responses=problems())
def occupancy(here: Here, _: Looker) -> dict[str, Any]:
    """How many vehicles are inside each place, how many have room, and how many stay longer than one may."""
    return {"items": kept.occupancy(here.resources.database)}
