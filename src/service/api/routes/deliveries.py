"""Deliveries: what is on its way, and what was given up and may be sent again; for administrators."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from src.service import store
from src.service.api.auth import Administrator, Here
from src.service.api.delivery_requests import OfReceiver
from src.service.api.delivery_responses import Changed, DeliveryRecord, DeliveryRecords
from src.service.api.openapi import problems
from src.service.api.requests import Identifier
from src.service.api.routes.answers import existing
from src.service.api.routes.paths import NO_WORD
from src.service.http.problems import Kind, ServiceProblem
from src.service.store import DeliveryEntry, DeliveryQuery, TooLateError

router = APIRouter(tags=["deliveries"])
IdInPath = Annotated[Identifier, Path()]
DEAD = "delivery that was given up"


@router.get("/v1/deliveries", response_model=DeliveryRecords, responses=problems())
def deliveries(here: Here, _: Administrator, query: Annotated[DeliveryQuery, Query()]) -> DeliveryRecords:
    """Deliveries, the newest events first, page by page."""
    page = store.search_deliveries(here.resources.database, query)
    items = [DeliveryRecord.model_validate(each) for each in page.items]
    return DeliveryRecords(items=items, next=page.next_cursor, total=page.total)


@router.post("/v1/deliveries/again", response_model=Changed, responses=problems())
def all_again(here: Here, actor: Administrator, of: Annotated[OfReceiver, Query()]) -> Changed:
    """Sends all that was given up once more, for another day; what was to open a barrier stays as it is."""
    sent = store.send_all_again(here.resources.database, of.receiver, actor)
    here.deliveries.wake()
    return Changed(deliveries=sent)


@router.delete("/v1/deliveries", response_model=Changed, responses=problems())
def delete_dead(here: Here, actor: Administrator, of: Annotated[OfReceiver, Query()]) -> Changed:
    """Deletes all deliveries that were given up."""
    return Changed(deliveries=store.delete_all_dead(here.resources.database, of.receiver, actor))


@router.post(
    "/v1/deliveries/{id}/again",
    response_model=DeliveryRecord,
    responses=problems(Kind.NOT_FOUND, Kind.TOO_LATE),
)
def again(here: Here, actor: Administrator, id: IdInPath) -> DeliveryEntry:
    """Sends one delivery that was given up once more, for another day."""
    try:
        sent = existing(store.send_again(here.resources.database, id, actor), DEAD)
    except TooLateError as error:
        raise ServiceProblem(Kind.TOO_LATE, str(error)) from None
    here.deliveries.wake()
    return sent


@router.delete(f"/v1/deliveries/{{id:{NO_WORD}}}", response_model=Changed, responses=problems(Kind.NOT_FOUND))
def delete_delivery(here: Here, actor: Administrator, id: IdInPath) -> Changed:
    """Deletes one delivery that was given up."""
    existing(store.delete_dead(here.resources.database, id, actor) or None, DEAD)
    return Changed(deliveries=1)
