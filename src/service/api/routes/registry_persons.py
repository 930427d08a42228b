"""Persons: owners and drivers. Whoever sees one is audited."""

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Path, Query

from src.service.api.auth import Here, PersonKeeper
from src.service.api.openapi import json_form, problems
from src.service.api.registry_requests import NewPerson, PersonChange, PersonSearch
from src.service.api.registry_responses import PersonRecord, PersonRecords, Removed
from src.service.api.requests import Identifier
from src.service.api.routes.answers import existing
from src.service.api.routes.registry_answers import SAVED, paged, saved
from src.service.http.body import json_body
from src.service.http.problems import Kind
from src.service.store import registry
from src.service.store.registry import Person

router = APIRouter(tags=["persons"])
IdInPath = Annotated[Identifier, Path()]


@router.get("/v1/persons", response_model=PersonRecords, responses=problems())
def persons(here: Here, actor: PersonKeeper, query: Annotated[PersonSearch, Query()]) -> dict[str, Any]:
    """Persons by a part of the name, the telephone or the e-mail; by name, page by page."""
    return paged(lambda: registry.persons(here.resources.database, query.text, query.limit, query.cursor, actor))


@router.post(
    "/v1/persons",
    status_code=201,
    response_model=PersonRecord,
    responses=problems(*SAVED),
    openapi_extra=json_form(NewPerson),
)
async def create_person(
    here: Here, actor: PersonKeeper, new: Annotated[NewPerson, Depends(json_body(NewPerson))]
) -> Person:
    """Makes a person."""
    return await to_thread.run_sync(registry.create_person, here.resources.database, new.model_dump(), actor)


@router.get("/v1/persons/{id}", response_model=PersonRecord, responses=problems(Kind.NOT_FOUND))
def person(here: Here, actor: PersonKeeper, id: IdInPath) -> Person:
    """One person with their vehicles."""
    return existing(registry.person(here.resources.database, id, actor), "person")


@router.patch(
    "/v1/persons/{id}",
    response_model=PersonRecord,
    responses=problems(Kind.NOT_FOUND, *SAVED),
    openapi_extra=json_form(PersonChange),
)
async def change_person(
    here: Here, actor: PersonKeeper, id: IdInPath, wanted: Annotated[PersonChange, Depends(json_body(PersonChange))]
) -> Person:
    """Changes what is sent of a person, and leaves the rest."""
    database, fields = here.resources.database, wanted.model_dump(exclude_unset=True)
    return await to_thread.run_sync(
        lambda: saved(lambda: registry.change_person(database, id, fields, actor), "person")
    )


@router.delete("/v1/persons/{id}", response_model=Removed, responses=problems(Kind.NOT_FOUND))
def erase_person(here: Here, actor: PersonKeeper, id: IdInPath) -> Removed:
    """Erases a person: nothing is left but the audit's entries, which have the identifier alone."""
    return Removed(vehicles=existing(registry.erase_person(here.resources.database, id, actor), "person"))
