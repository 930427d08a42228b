"""Receivers: webhooks, brokers and barriers that are told of what happens; for administrators."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from anyio import to_thread
from fastapi import APIRouter, Depends, Path, Query, Response

from src.service.api.auth import Administrator, Here
from src.service.api.delivery_requests import NewReceiver, ReceiverChange, WrongOptionsError
from src.service.api.delivery_responses import (
    Changed,
    MadeReceiver,
    ReceiverRecord,
    ReceiverRecords,
    RenewedSecret,
    Tried,
)
from src.service.api.openapi import Responses, json_form, problems
from src.service.api.registry_requests import Paged
from src.service.api.requests import Identifier
from src.service.api.routes.answers import existing
from src.service.api.routes.registry_answers import SAVED, paged, saved
from src.service.delivery.destinations import DestinationError, parse_destination, pin
from src.service.delivery.events import ReceiverKind
from src.service.delivery.sender import Failed
from src.service.http.body import json_body
from src.service.http.problems import Kind, ServiceProblem
from src.service.lifespan import Service
from src.service.store import Action, Actor, receivers, record
from src.service.store.receivers import NoSecretError, OptionsError, ReceiverEntry

router = APIRouter(tags=["deliveries"])
IdInPath = Annotated[Identifier, Path()]
NO_STORE: dict[str, Any] = {
    "headers": {"Cache-Control": {"description": "no-store", "schema": {"type": "string"}}},
}
MADE: Responses = {201: NO_STORE}
RENEWED: Responses = {200: NO_STORE}
Thing = TypeVar("Thing")


@router.get("/v1/receivers", response_model=ReceiverRecords, responses=problems())
def all_receivers(here: Here, _: Administrator, page: Annotated[Paged, Query()]) -> dict[str, Any]:
    """Receivers, by name, page by page; without their secrets."""
    return paged(lambda: receivers.receivers(here.resources.database, page.limit, page.cursor))


@router.post(
    "/v1/receivers",
    status_code=201,
    response_model=MadeReceiver,
    responses=MADE | problems(*SAVED),
    openapi_extra=json_form(NewReceiver),
)
async def create_receiver(
    here: Here, actor: Administrator, new: Annotated[NewReceiver, Depends(json_body(NewReceiver))], answer: Response
) -> MadeReceiver:
    """Makes a receiver, which is told of what happens from now on. The secret of a webhook is in this answer alone."""
    answer.headers["Cache-Control"] = "no-store"
    return await to_thread.run_sync(_create, here, actor, new)


@router.get("/v1/receivers/{id}", response_model=ReceiverRecord, responses=problems(Kind.NOT_FOUND))
def one_receiver(here: Here, _: Administrator, id: IdInPath) -> ReceiverEntry:
    """One receiver, without its secrets."""
    return existing(receivers.receiver(here.resources.database, id), "receiver")


@router.patch(
    "/v1/receivers/{id}",
    response_model=ReceiverRecord,
    responses=problems(Kind.NOT_FOUND, *SAVED),
    openapi_extra=json_form(ReceiverChange),
)
async def change_receiver(
    here: Here,
    actor: Administrator,
    id: IdInPath,
    wanted: Annotated[ReceiverChange, Depends(json_body(ReceiverChange))],
) -> ReceiverEntry:
    """Changes what is sent of a receiver, and leaves the rest; another address is looked up and checked."""
    return await to_thread.run_sync(_change, here, actor, id, wanted)


@router.delete("/v1/receivers/{id}", response_model=Changed, responses=problems(Kind.NOT_FOUND))
def delete_receiver(here: Here, actor: Administrator, id: IdInPath) -> Changed:
    """Deletes a receiver, and what is on its way to it: the answer tells how much that was."""
    lost = existing(receivers.delete_receiver(here.resources.database, id, actor), "receiver")
    here.deliveries.wake()
    return Changed(deliveries=lost)


@router.post("/v1/receivers/{id}/test", response_model=Tried, responses=problems(Kind.NOT_FOUND))
async def test_receiver(here: Here, actor: Administrator, id: IdInPath) -> Tried:
    """Sends a test event now, once, and answers with what came of it. A barrier opens."""
    database = here.resources.database
    to = existing(await to_thread.run_sync(receivers.sendable, database, id), "receiver")
    came, ms = await here.deliveries.test(to)
    error = came.reason if isinstance(came, Failed) else None
    tried = Tried(delivered=error is None, status=came.status, error=error, ms=round(ms, 1))
    detail = {"id": id, "delivered": tried.delivered}
    await to_thread.run_sync(record, database, Action.TEST_RECEIVER, to.name, actor, detail)
    return tried


@router.post(
    "/v1/receivers/{id}/secret",
    response_model=RenewedSecret,
    responses=RENEWED | problems(Kind.NOT_FOUND, Kind.NO_SECRET),
)
def renew_secret(here: Here, actor: Administrator, id: IdInPath, answer: Response) -> RenewedSecret:
    """Gives a webhook a new secret, which is in this answer alone; what is sent from now on is signed with it."""
    answer.headers["Cache-Control"] = "no-store"
    try:
        return RenewedSecret(secret=existing(receivers.renew_secret(here.resources.database, id, actor), "receiver"))
    except NoSecretError as error:
        raise ServiceProblem(Kind.NO_SECRET, f"it is of the kind {error}") from None


@router.post("/v1/receivers/{id}/resolve", response_model=ReceiverRecord, responses=problems(Kind.NOT_FOUND))
def resolve_receiver(here: Here, actor: Administrator, id: IdInPath) -> ReceiverEntry:
    """Looks up anew where the host of a receiver is, as after a move; it is checked as a new one is."""
    known = existing(receivers.receiver(here.resources.database, id), "receiver")
    pinned = _pinned(here, known.address, ReceiverKind(known.kind))
    changed = existing(receivers.repin(here.resources.database, id, pinned, actor), "receiver")
    here.deliveries.wake()
    return changed


def _create(here: Service, actor: Actor, new: NewReceiver) -> MadeReceiver:
    pinned, database = _pinned(here, new.address, new.kind), here.resources.database
    made, secret = _saved(lambda: receivers.create_receiver(database, new.fields(), pinned, actor))
    return MadeReceiver(**ReceiverRecord.model_validate(made).model_dump(), secret=secret)


def _change(here: Service, actor: Actor, receiver_id: str, wanted: ReceiverChange) -> ReceiverEntry:
    database = here.resources.database
    kind = ReceiverKind(existing(receivers.receiver(database, receiver_id), "receiver").kind)
    try:
        fields = wanted.fields(kind)
    except WrongOptionsError as fault:
        raise ServiceProblem(Kind.INVALID_REQUEST, f"body.{fault}") from None
    pinned = _pinned(here, wanted.address, kind) if "address" in fields else None
    changed = _saved(lambda: receivers.change_receiver(database, receiver_id, fields, pinned, actor))
    here.deliveries.wake()
    return changed


def _saved(work: Callable[[], Thing | None]) -> Thing:
    try:
        return saved(work, "receiver")
    except OptionsError as fault:
        raise ServiceProblem(Kind.INVALID_REQUEST, f"body.{fault}") from None


def _pinned(here: Service, address: str, kind: ReceiverKind) -> list[str]:
    """Returns where the host of an address is. Raises ServiceProblem where nothing may be sent there."""
    try:
        return pin(parse_destination(address, kind), here.resources.settings.networks)
    except DestinationError as fault:
        raise ServiceProblem(Kind.INVALID_REQUEST, f"body.address: it {fault}") from None
