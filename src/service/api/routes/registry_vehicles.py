"""Vehicles, and what persons are to them."""

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Path, Query

from src.service.api.auth import Here, Looker, PersonKeeper, Registrar
from src.service.api.openapi import json_form, problems
from src.service.api.registry_requests import NewLink, NewVehicle, VehicleChange, VehicleSearch
from src.service.api.registry_responses import Removed, VehicleRecord, VehicleRecords
from src.service.api.registry_values import PersonRole
from src.service.api.requests import Identifier
from src.service.api.routes.answers import existing
from src.service.api.routes.registry_answers import SAVED, paged, saved
from src.service.http.body import json_body
from src.service.http.problems import Kind
from src.service.lifespan import Service
from src.service.store import Actor, registry
from src.service.store.registry import VehicleQuery

router = APIRouter(tags=["registry"])
IdInPath = Annotated[Identifier, Path()]


@router.get("/v1/vehicles", response_model=VehicleRecords, responses=problems())
def vehicles(here: Here, actor: Looker, query: Annotated[VehicleSearch, Query()]) -> dict[str, Any]:
    """Vehicles by a part of a plate or wildcards, of a country, a list or a place; by plate, page by page."""
    wanted = VehicleQuery(query.text, query.region, query.list, query.place)
    return paged(
        lambda: registry.vehicles(here.resources.database, wanted, query.limit, query.cursor, actor), VehicleRecord.of
    )


@router.post(
    "/v1/vehicles",
    status_code=201,
    response_model=VehicleRecord,
    responses=problems(*SAVED),
    openapi_extra=json_form(NewVehicle),
)
async def create_vehicle(
    here: Here, actor: Registrar, new: Annotated[NewVehicle, Depends(json_body(NewVehicle))]
) -> VehicleRecord:
    """Makes a vehicle; there is one of each plate and country."""
    database, fields = here.resources.database, new.model_dump()
    return await to_thread.run_sync(
        lambda: VehicleRecord.of(saved(lambda: registry.create_vehicle(database, fields, actor), "vehicle", "text"))
    )


@router.get("/v1/vehicles/{id}", response_model=VehicleRecord, responses=problems(Kind.NOT_FOUND))
def vehicle(here: Here, actor: Looker, id: IdInPath) -> VehicleRecord:
    """One vehicle with its permits, and with its persons where the key may see them."""
    return _vehicle(here, id, actor)


@router.patch(
    "/v1/vehicles/{id}",
    response_model=VehicleRecord,
    responses=problems(Kind.NOT_FOUND, *SAVED),
    openapi_extra=json_form(VehicleChange),
)
async def change_vehicle(
    here: Here, actor: Registrar, id: IdInPath, wanted: Annotated[VehicleChange, Depends(json_body(VehicleChange))]
) -> VehicleRecord:
    """Changes what is sent of a vehicle, and leaves the rest."""
    database, fields = here.resources.database, wanted.model_dump(exclude_unset=True)
    return await to_thread.run_sync(
        lambda: VehicleRecord.of(saved(lambda: registry.change_vehicle(database, id, fields, actor), "vehicle", "text"))
    )


@router.delete("/v1/vehicles/{id}", response_model=Removed, responses=problems(Kind.NOT_FOUND))
def delete_vehicle(here: Here, actor: Registrar, id: IdInPath) -> Removed:
    """Deletes a vehicle with its permits; its persons and its sightings stay."""
    return Removed(permits=existing(registry.delete_vehicle(here.resources.database, id, actor), "vehicle"))


@router.post(
    "/v1/vehicles/{id}/persons",
    status_code=201,
    response_model=VehicleRecord,
    responses=problems(Kind.NOT_FOUND, *SAVED),
    openapi_extra=json_form(NewLink),
)
async def link(
    here: Here, actor: PersonKeeper, id: IdInPath, new: Annotated[NewLink, Depends(json_body(NewLink))]
) -> VehicleRecord:
    """Makes a person the owner or a driver of a vehicle, and answers with the vehicle."""
    database = here.resources.database

    def linked() -> VehicleRecord:
        saved(lambda: registry.add_link(database, id, new.person, new.role, actor) or None, "vehicle", "person")
        return _vehicle(here, id, actor)

    return await to_thread.run_sync(linked)


@router.delete("/v1/vehicles/{id}/persons/{person}/{role}", response_model=Removed, responses=problems(Kind.NOT_FOUND))
def unlink(here: Here, actor: PersonKeeper, id: IdInPath, person: IdInPath, role: PersonRole) -> Removed:
    """Parts a person from a vehicle; both stay."""
    existing(registry.remove_link(here.resources.database, id, person, role, actor) or None, "link")
    return Removed(vehicles=1)


def _vehicle(here: Service, vehicle_id: str, actor: Actor) -> VehicleRecord:
    return VehicleRecord.of(existing(registry.vehicle(here.resources.database, vehicle_id, actor), "vehicle"))
