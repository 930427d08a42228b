"""What the API answers of receivers and deliveries, as OpenAPI shows it."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from src.core.result import Outcome
from src.service.api import delivery_examples as examples
from src.service.api.registry_responses import NEXT, TOTAL
from src.service.delivery.events import EventKind, ReceiverKind, State


class ReceiverRecord(BaseModel):
    """A receiver, without its secrets."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [examples.RECEIVER]})

    id: str
    name: str
    kind: ReceiverKind
    address: str
    pinned: list[str] = Field(description="the IP addresses of its host: nothing else is connected to")
    options: dict[str, Any] = Field(description="those of its kind; the values of headers are ***")
    has_secret: bool = Field(description="whether there is a secret, a password or a header")
    events: list[EventKind] = Field(description="the kinds that it is told; empty: all; so below")
    outcomes: list[Outcome]
    lists: list[str]
    cameras: list[str]
    places: list[str]
    enabled: bool
    created: datetime
    updated: datetime
    failing_since: datetime | None = Field(description="null where the last delivery arrived")
    last_error: str | None
    delivered: datetime | None = Field(description="when the last delivery arrived")
    waiting: int = Field(description="deliveries on their way")
    dead: int = Field(description="deliveries that were given up")


class MadeReceiver(ReceiverRecord):
    """A receiver that was just made; this answer alone has the secret of a webhook."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.RECEIVER | {"secret": examples.SECRET}]})

    secret: str | None = Field(description="what signatures are made with; null where it is no webhook")


class ReceiverRecords(BaseModel):
    """A page of the receivers, by name."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [examples.RECEIVER], "next": None, "total": 1}]}
    )

    items: list[ReceiverRecord]
    next: str | None = Field(description=NEXT)
    total: int | None = Field(description=TOTAL)


class RenewedSecret(BaseModel):
    """The new secret of a webhook: this answer alone has it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"secret": examples.SECRET}]})

    secret: str


class Tried(BaseModel):
    """What came of a test."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.TRIED]})

    delivered: bool
    status: int | None = Field(description="of its answer, where it speaks HTTP and has answered")
    error: str | None = Field(description="why it did not arrive")
    ms: float = Field(description="milliseconds that it took")


class DeliveryRecord(BaseModel):
    """An event on its way to one receiver."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [examples.DELIVERY]})

    id: str
    event: str = Field(description="its identifier, which the receiver gets")
    kind: EventKind
    at: datetime = Field(description="when it happened")
    subject: str | None = Field(description="the identifier of the sighting or the visit")
    text: str | None = Field(description="of the plate")
    receiver: str
    receiver_name: str
    state: State = Field(description="`waiting`; `delivered`; `dead`: it was given up")
    due: datetime = Field(description="when it is tried next")
    expires: datetime = Field(description="when it is given up")
    attempts: int
    last_error: str | None
    ended: datetime | None = Field(description="when it arrived, or was given up")


class DeliveryRecords(BaseModel):
    """A page of deliveries, the newest events first."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [examples.DELIVERY], "next": None, "total": 1}]}
    )

    items: list[DeliveryRecord]
    next: str | None = Field(description=NEXT)
    total: int | None = Field(description=TOTAL)


class Changed(BaseModel):
    """How many deliveries it was."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"deliveries": 17}]})

    deliveries: int
