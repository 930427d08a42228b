"""Lists of vehicles, and the permits that put vehicles on them."""

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Path, Query

from src.service.api.auth import Here, Looker, Registrar
from src.service.api.openapi import json_form, problems
from src.service.api.registry_requests import Hours, ListChange, NewList, NewPermit, Paged, PermitChange
from src.service.api.registry_responses import ListRecord, ListRecords, PermitRecord, Removed, minute
from src.service.api.requests import Identifier
from src.service.api.routes.answers import existing
from src.service.api.routes.registry_answers import SAVED, paged, saved
from src.service.http.body import json_body
from src.service.http.problems import Kind
from src.service.store import registry
from src.service.store.registry import VehicleList

router = APIRouter(tags=["registry"])
IdInPath = Annotated[Identifier, Path()]


@router.get("/v1/lists", response_model=ListRecords, responses=problems())
def lists(here: Here, _: Looker, page: Annotated[Paged, Query()]) -> dict[str, Any]:
    """Lists, by name, page by page."""
    return paged(lambda: registry.lists(here.resources.database, page.limit, page.cursor))


@router.post(
    "/v1/lists",
    status_code=201,
    response_model=ListRecord,
    responses=problems(*SAVED),
    openapi_extra=json_form(NewList),
)
async def create_list(
    here: Here, actor: Registrar, new: Annotated[NewList, Depends(json_body(NewList))]
) -> VehicleList:
    """Makes a list."""
    database = here.resources.database
    return await to_thread.run_sync(
        lambda: saved(lambda: registry.create_list(database, new.model_dump(), actor), "list")
    )


@router.get("/v1/lists/{id}", response_model=ListRecord, responses=problems(Kind.NOT_FOUND))
def vehicle_list(here: Here, _: Looker, id: IdInPath) -> VehicleList:
    """One list."""
    return existing(registry.vehicle_list(here.resources.database, id), "list")


@router.patch(
    "/v1/lists/{id}",
    response_model=ListRecord,
    responses=problems(Kind.NOT_FOUND, *SAVED),
    openapi_extra=json_form(ListChange),
)
async def change_list(
    here: Here, actor: Registrar, id: IdInPath, wanted: Annotated[ListChange, Depends(json_body(ListChange))]
) -> VehicleList:
    """Changes what is sent of a list, and leaves the rest."""
    database, fields = here.resources.database, wanted.model_dump(exclude_unset=True)
    return await to_thread.run_sync(lambda: saved(lambda: registry.change_list(database, id, fields, actor), "list"))


@router.delete("/v1/lists/{id}", response_model=Removed, responses=problems(Kind.NOT_FOUND))
def delete_list(here: Here, actor: Registrar, id: IdInPath) -> Removed:
    """Deletes a list with all its permits; the vehicles stay."""
    return Removed(permits=existing(registry.delete_list(here.resources.database, id, actor), "list"))


@router.post(
    "/v1/vehicles/{id}/permits",
    status_code=201,
    response_model=PermitRecord,
    responses=problems(Kind.NOT_FOUND, *SAVED),
    openapi_extra=json_form(NewPermit),
)
async def create_permit(
    here: Here, actor: Registrar, id: IdInPath, new: Annotated[NewPermit, Depends(json_body(NewPermit))]
) -> PermitRecord:
    """Puts a vehicle on a list, for a place or for all, for a time or for ever."""
    database, fields = here.resources.database, _fields(new.model_dump(), new.hours)
    return await to_thread.run_sync(
        lambda: PermitRecord.of(saved(lambda: registry.create_permit(database, id, fields, actor), "vehicle", "list"))
    )


@router.get("/v1/permits/{id}", response_model=PermitRecord, responses=problems(Kind.NOT_FOUND))
def permit(here: Here, _: Looker, id: IdInPath) -> PermitRecord:
    """One permit."""
    return PermitRecord.of(existing(registry.permit(here.resources.database, id), "permit"))


@router.patch(
    "/v1/permits/{id}",
    response_model=PermitRecord,
    responses=problems(Kind.NOT_FOUND, *SAVED),
    openapi_extra=json_form(PermitChange),
)
async def change_permit(
    here: Here, actor: Registrar, id: IdInPath, wanted: Annotated[PermitChange, Depends(json_body(PermitChange))]
) -> PermitRecord:
    """Changes what is sent of a permit, and leaves the rest."""
    database, fields = here.resources.database, _fields(wanted.model_dump(exclude_unset=True), wanted.hours)
    return await to_thread.run_sync(
        lambda: PermitRecord.of(saved(lambda: registry.change_permit(database, id, fields, actor), "permit", "list"))
    )


@router.delete("/v1/permits/{id}", response_model=Removed, responses=problems(Kind.NOT_FOUND))
def delete_permit(here: Here, actor: Registrar, id: IdInPath) -> Removed:
    """Takes a vehicle from a list."""
    existing(registry.delete_permit(here.resources.database, id, actor) or None, "permit")
    return Removed(permits=1)


def _fields(sent: dict[str, Any], hours: Hours | None) -> dict[str, Any]:
    """Returns the fields of a permit's row, with the minutes of the day in the place of ``hours``."""
    if "hours" not in sent:
        return sent
    fields = {name: value for name, value in sent.items() if name != "hours"}
    if hours is None:
        return fields | {"from_minute": None, "until_minute": None}
    return fields | {"from_minute": minute(hours.from_), "until_minute": minute(hours.until)}
