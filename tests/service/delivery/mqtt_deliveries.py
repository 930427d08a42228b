"""Receivers of the kind MQTT, and events for them, made up."""

from datetime import UTC, datetime, timedelta
from typing import Any

from src.service.database.types import new_id
from src.service.delivery.events import TRIED_FOR, EventKind, ReceiverKind
from src.service.delivery.sender import Outgoing, Receiver
from tests.service.broker import PASSWORD, USER, Broker
from tests.service.recognitions import NOON, plate

CAMERA = "въезд/+#1"
"""A name that a topic cannot have as it is, and how it stands in one."""
LEVEL = "въезд%2F%2B%231"


def receiver(broker: Broker, password: str = PASSWORD, **options: Any) -> Receiver:
    """The broker as a receiver, spoken to without encryption."""
    return at(f"mqtt://localhost:{broker.port}", password, **options)


def encrypted(broker: Broker, host: str = "localhost", **options: Any) -> Receiver:
    """The broker as a receiver, spoken to over TLS."""
    return at(f"mqtts://{host}:{broker.tls_port}", **options)


def at(address: str, password: str = PASSWORD, **options: Any) -> Receiver:
    """A broker at an address of this machine."""
    said = {"user": USER, **options}
    return Receiver("broker", "home", ReceiverKind.MQTT, address, ("127.0.0.1",), password, said)


def sighting(
    to: Receiver,
    text: str = "M356CC65",
    kind: EventKind = EventKind.SIGHTING,
    camera: str | None = CAMERA,
    outcome: str | None = "allowed",
    minute: int = 0,
) -> Outgoing:
    """A delivery of a sighting that was seen some minutes after noon."""
    decision = None if outcome is None else {"outcome": outcome, "reason": "listed", "list": "Residents"}
    seen = (NOON + timedelta(minutes=minute)).isoformat()
    record = {**plate(text).model_dump(mode="json"), "id": new_id(), "seen": seen, "camera": camera}
    return delivery(to, kind, sighting={**record, "decision": decision})


def delivery(to: Receiver, kind: EventKind, **body: Any) -> Outgoing:
    """A delivery of an event that has just happened."""
    event_id, now = new_id(), datetime.now(UTC)
    told = {"id": event_id, "kind": str(kind), "at": now.isoformat(), **body}
    return Outgoing(new_id(), event_id, kind, now, told, to, attempts=0, expires=now + TRIED_FOR)
