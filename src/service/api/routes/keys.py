"""API keys, for administrators, and the key of whoever asks."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from anyio import to_thread
from fastapi import APIRouter, Depends, Path, Query, Response

from src.service import store
from src.service.api.access import KeyChange, KeyRecord, KeyRecords, MadeKey, NewKey, OwnKey
from src.service.api.auth import Administrator, Anybody, Here
from src.service.api.openapi import Responses, json_form, problems
from src.service.api.requests import Identifier
from src.service.api.routes.answers import existing
from src.service.http.body import json_body
from src.service.http.problems import Kind, ServiceProblem
from src.service.lifespan import Service
from src.service.store import ApiKeyError, Key, KeyQuery, LastAdministratorError, Scope

router = APIRouter(tags=["keys"])
IdInPath = Annotated[Identifier, Path()]
REFUSALS = (Kind.NO_JSON, Kind.TOO_LONG, Kind.TOO_SLOW)
"""The problems of a key's record that is sent."""
MADE: Responses = {
    201: {"headers": {"Cache-Control": {"description": "no-store", "schema": {"type": "string"}}}},
}


@router.get("/v1/key", response_model=OwnKey, responses=problems())
def own(here: Here, actor: Anybody) -> OwnKey:
    """The key of this very request, and what it may be used for; it needs no scope."""
    key = None if actor.key_id is None else store.find_key(here.resources.database, actor.key_id)
    return OwnKey(
        required=here.resources.settings.require_keys,
        id=None if key is None else key.id,
        name=None if key is None else key.name,
        prefix=None if key is None else key.prefix,
        role=None if key is None else key.role,
        allows=list(Scope) if key is None else key.allowed,
        expires=None if key is None else key.expires,
        per_minute=None if key is None else key.per_minute,
        per_day=None if key is None else key.per_day,
    )


@router.get("/v1/keys", response_model=KeyRecords, responses=problems())
def keys(here: Here, _: Administrator, query: Annotated[KeyQuery, Query()]) -> KeyRecords:
    """All keys that were ever made, newest first, page by page; without their secrets."""
    page, now = store.search_keys(here.resources.database, query), datetime.now(UTC)
    used = store.used_today(here.resources.database, now)
    items = [_record(key, used.get(key.id, 0), now) for key in page.items]
    return KeyRecords(items=items, next=page.next_cursor, total=page.total)


@router.post(
    "/v1/keys",
    status_code=201,
    response_model=MadeKey,
    responses=MADE | problems(*REFUSALS),
    openapi_extra=json_form(NewKey),
)
async def create(
    here: Here, actor: Administrator, new: Annotated[NewKey, Depends(json_body(NewKey))], answer: Response
) -> MadeKey:
    """Makes a key. Its secret is in this answer and nowhere else: the service keeps a digest of it."""
    answer.headers["Cache-Control"] = "no-store"
    return await to_thread.run_sync(_create, here, actor, new)


@router.get("/v1/keys/{id}", response_model=KeyRecord, responses=problems(Kind.NOT_FOUND))
def key(here: Here, _: Administrator, id: IdInPath) -> KeyRecord:
    """One key, without its secret."""
    return _counted(here, store.find_key(here.resources.database, id))


@router.patch(
    "/v1/keys/{id}",
    response_model=KeyRecord,
    responses=problems(Kind.NOT_FOUND, Kind.LAST_ADMINISTRATOR, *REFUSALS),
    openapi_extra=json_form(KeyChange),
)
async def change(
    here: Here, actor: Administrator, id: IdInPath, wanted: Annotated[KeyChange, Depends(json_body(KeyChange))]
) -> KeyRecord:
    """Changes what is sent of a key, and leaves the rest; it takes effect with the next request.

    The last valid key of an administrator may not be limited further.
    """
    return await to_thread.run_sync(_change, here, actor, id, wanted)


@router.post(
    "/v1/keys/{id}/revoke",
    response_model=KeyRecord,
    responses=problems(Kind.NOT_FOUND, Kind.LAST_ADMINISTRATOR),
)
def revoke(here: Here, actor: Administrator, id: IdInPath) -> KeyRecord:
    """Makes a key useless, at once and for good. The last valid key of an administrator is refused."""
    try:
        return _counted(here, store.revoke_as_administrator(here.resources.database, id, actor))
    except LastAdministratorError as error:
        raise ServiceProblem(Kind.LAST_ADMINISTRATOR, str(error)) from None


def _create(here: Service, actor: store.Actor, new: NewKey) -> MadeKey:
    limits = (new.expires, new.per_minute, new.per_day)
    try:
        made = store.create_key(here.resources.database, new.name, new.scopes, *limits, role=new.role, actor=actor)
    except ApiKeyError as error:  # what it expires at is over since the request was checked
        raise ServiceProblem(Kind.INVALID_REQUEST, f"body: {error}") from None
    return MadeKey(**dict(_record(made.key, 0, datetime.now(UTC))), secret=made.secret)


def _change(here: Service, actor: store.Actor, key_id: str, wanted: KeyChange) -> KeyRecord:
    fields = {field: getattr(wanted, field) for field in wanted.model_fields_set}
    try:
        return _counted(here, store.change_key(here.resources.database, key_id, fields, actor))
    except ApiKeyError as error:
        raise ServiceProblem(Kind.INVALID_REQUEST, f"body: {error}") from None
    except LastAdministratorError as error:
        raise ServiceProblem(Kind.LAST_ADMINISTRATOR, str(error)) from None


def _counted(here: Service, found: Key | None) -> KeyRecord:
    key, now = existing(found, "key"), datetime.now(UTC)
    return _record(key, store.used_today(here.resources.database, now).get(key.id, 0), now)


def _record(key: Key, used: int, now: datetime) -> KeyRecord:
    return KeyRecord(
        id=key.id,
        name=key.name,
        prefix=key.prefix,
        role=key.role,
        scopes=sorted(key.scopes),
        allows=key.allowed,
        created=key.created,
        expires=key.expires,
        revoked=key.revoked,
        per_minute=key.per_minute,
        per_day=key.per_day,
        used_today=used,
        state=_state(key, now),
    )


def _state(key: Key, now: datetime) -> Literal["valid", "expired", "revoked"]:
    if key.revoked is not None:
        return "revoked"
    return "valid" if key.is_valid(now) else "expired"
