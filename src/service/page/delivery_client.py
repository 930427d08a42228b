"""The part of the API that is about receivers and the deliveries to them, as the page sees it."""

from dataclasses import dataclass
from urllib.parse import quote

from src.service.api.delivery_responses import (
    DeliveryRecords,
    MadeReceiver,
    ReceiverRecord,
    ReceiverRecords,
    RenewedSecret,
    Tried,
)
from src.service.page.client import ApiClient, Json

MOST = 500
"""The most entries that the API gives on one page."""
TRIED_S = 60
"""Seconds that a receiver may take over a test."""


@dataclass(frozen=True, slots=True)
class DeliveryQuery:
    """Which deliveries are asked for; what is None does not matter. A receiver is named by its identifier."""

    receiver: str | None = None
    state: str | None = None
    limit: int = 50


class DeliveryClient:
    """One visitor's way to receivers and deliveries. Every method raises ServiceError."""

    def __init__(self, api: ApiClient) -> None:
        """``api`` has the visitor's key."""
        self._api = api

    def receivers(self) -> list[ReceiverRecord]:
        """Returns all receivers, by name."""
        return self._api.said(ReceiverRecords, "GET", "/v1/receivers", {"limit": MOST}).items

    def create_receiver(self, fields: Json) -> MadeReceiver:
        """Makes a receiver and returns it; a webhook has a secret, which no other answer has."""
        return self._api.said(MadeReceiver, "POST", "/v1/receivers", json=fields)

    def change_receiver(self, receiver: str, fields: Json) -> None:
        """Changes these fields of a receiver, and leaves the others."""
        self._api.send("PATCH", _path("receivers", receiver), json=fields)

    def delete_receiver(self, receiver: str) -> None:
        """Removes a receiver and what is on its way to it."""
        self._api.send("DELETE", _path("receivers", receiver))

    def try_out(self, receiver: str) -> Tried:
        """Sends a test event now, and returns what came of it."""
        return self._api.said(Tried, "POST", f"{_path('receivers', receiver)}/test", timeout=TRIED_S)

    def renew_secret(self, receiver: str) -> str:
        """Returns a new secret of a webhook; the old one is good no longer."""
        return self._api.said(RenewedSecret, "POST", f"{_path('receivers', receiver)}/secret").secret

    def resolve(self, receiver: str) -> None:
        """Looks up anew where the address of a receiver leads."""
        self._api.send("POST", f"{_path('receivers', receiver)}/resolve")

    def deliveries(self, query: DeliveryQuery, cursor: str | None) -> DeliveryRecords:
        """Returns a page of deliveries, newest first."""
        asked = {"receiver": query.receiver, "state": query.state, "limit": query.limit, "cursor": cursor}
        return self._api.said(DeliveryRecords, "GET", "/v1/deliveries", asked)

    def send_again(self, delivery: str) -> None:
        """Has a dead delivery sent again."""
        self._api.send("POST", f"{_path('deliveries', delivery)}/again")

    def send_all_again(self, receiver: str | None) -> None:
        """Has all dead deliveries to a receiver sent again, but for those to barriers; None: to any."""
        self._api.send("POST", "/v1/deliveries/again", {"receiver": receiver})

    def delete_delivery(self, delivery: str) -> None:
        """Removes a dead delivery."""
        self._api.send("DELETE", _path("deliveries", delivery))

    def delete_dead(self, receiver: str | None) -> None:
        """Removes all dead deliveries to a receiver; None: to any."""
        self._api.send("DELETE", "/v1/deliveries", {"receiver": receiver})


def _path(what: str, known: str) -> str:
    return f"/v1/{what}/{quote(known, safe='')}"
