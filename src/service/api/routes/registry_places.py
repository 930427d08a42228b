"""Places and their gates."""

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Path, Query

from src.service.api.auth import Here, Looker, Registrar
from src.service.api.openapi import json_form, problems
from src.service.api.registry_requests import NewGate, NewPlace, Paged, PlaceChange
from src.service.api.registry_responses import PlaceRecord, PlaceRecords, Removed
from src.service.api.requests import Identifier
from src.service.api.routes.answers import existing
from src.service.api.routes.registry_answers import SAVED, paged, saved
from src.service.http.body import json_body
from src.service.http.problems import Kind
from src.service.store import registry
from src.service.store.registry import Place

router = APIRouter(tags=["registry"])
IdInPath = Annotated[Identifier, Path()]


@router.get("/v1/places", response_model=PlaceRecords, responses=problems())
def places(here: Here, _: Looker, page: Annotated[Paged, Query()]) -> dict[str, Any]:
    """Places with their gates, by name, page by page."""
    return paged(lambda: registry.places(here.resources.database, page.limit, page.cursor))


@router.post(
    "/v1/places",
    status_code=201,
    response_model=PlaceRecord,
    responses=problems(*SAVED),
    openapi_extra=json_form(NewPlace),
)
async def create_place(here: Here, actor: Registrar, new: Annotated[NewPlace, Depends(json_body(NewPlace))]) -> Place:
    """Makes a place. One that a camera or a sheet names is made by itself."""
    database, fields = here.resources.database, new.model_dump()
    return await to_thread.run_sync(lambda: saved(lambda: registry.create_place(database, fields, actor), "place"))


@router.get("/v1/places/{id}", response_model=PlaceRecord, responses=problems(Kind.NOT_FOUND))
def place(here: Here, _: Looker, id: IdInPath) -> Place:
    """One place with its gates."""
    return existing(registry.place(here.resources.database, id), "place")


@router.patch(
    "/v1/places/{id}",
    response_model=PlaceRecord,
    responses=problems(Kind.NOT_FOUND, *SAVED),
    openapi_extra=json_form(PlaceChange),
)
async def change_place(
    here: Here, actor: Registrar, id: IdInPath, wanted: Annotated[PlaceChange, Depends(json_body(PlaceChange))]
) -> Place:
    """Changes what is sent of a place, and leaves the rest; another time zone moves the hours of its permits."""
    database, fields = here.resources.database, wanted.model_dump(exclude_unset=True)
    changed = await to_thread.run_sync(
        lambda: saved(lambda: registry.change_place(database, id, fields, actor), "place")
    )
    here.cameras.look_again()  # they show its name
    return changed


@router.delete("/v1/places/{id}", response_model=Removed, responses=problems(Kind.NOT_FOUND))
def delete_place(here: Here, actor: Registrar, id: IdInPath) -> Removed:
    """Deletes a place with its gates, its visits and the permits for it alone; its cameras stay, and stand nowhere."""
    permits, cameras = existing(registry.delete_place(here.resources.database, id, actor), "place")
    here.cameras.look_again()
    return Removed(permits=permits, cameras=cameras)


@router.post(
    "/v1/places/{id}/gates",
    status_code=201,
    response_model=PlaceRecord,
    responses=problems(Kind.NOT_FOUND, *SAVED),
    openapi_extra=json_form(NewGate),
)
async def create_gate(
    here: Here, actor: Registrar, id: IdInPath, new: Annotated[NewGate, Depends(json_body(NewGate))]
) -> Place:
    """Makes a gate of a place, and answers with the place."""
    database = here.resources.database
    return await to_thread.run_sync(lambda: saved(lambda: registry.create_gate(database, id, new.name, actor), "place"))


@router.patch(
    "/v1/gates/{id}",
    response_model=PlaceRecord,
    responses=problems(Kind.NOT_FOUND, *SAVED),
    openapi_extra=json_form(NewGate),
)
async def change_gate(
    here: Here, actor: Registrar, id: IdInPath, wanted: Annotated[NewGate, Depends(json_body(NewGate))]
) -> Place:
    """Gives a gate another name, and answers with its place."""
    database = here.resources.database
    changed = await to_thread.run_sync(
        lambda: saved(lambda: registry.change_gate(database, id, wanted.name, actor), "gate")
    )
    here.cameras.look_again()
    return changed


@router.delete("/v1/gates/{id}", response_model=Removed, responses=problems(Kind.NOT_FOUND))
def delete_gate(here: Here, actor: Registrar, id: IdInPath) -> Removed:
    """Deletes a gate; its cameras stay at the place."""
    cameras = existing(registry.delete_gate(here.resources.database, id, actor), "gate")
    here.cameras.look_again()
    return Removed(cameras=cameras)
