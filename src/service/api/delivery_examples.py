"""The examples of OpenAPI: a webhook, and an event on its way to it."""

from typing import Any

Json = dict[str, Any]

_RECEIVER, _EVENT, _DELIVERY, _SIGHTING = (
    "243f6a8885a308d313198a2e03707344",
    "a4093822299f31d0082efa98ec4e6c89",
    "452821e638d01377be5466cf34e90c6c",
    "c0ac29b7c97c50dd3f84d5b5b5470917",
)
_NOON = "2026-01-31T12:00:00Z"

NEW_RECEIVER: Json = {
    "name": "Office",
    "kind": "webhook",
    "address": "https://office.example/plates",
    "events": ["sighting", "visit.ended"],
    "outcomes": ["denied"],
}
NEW_BARRIER: Json = {
    "name": "North gate",
    "kind": "barrier",
    "address": "http://192.168.1.30/relay/0?turn=on",
    "options": {"method": "GET", "headers": {"Authorization": "Basic dXNlcjpwYXNz"}},
    "cameras": ["gate"],
}
RECEIVER: Json = {
    "id": _RECEIVER,
    **NEW_RECEIVER,
    "pinned": ["203.0.113.7"],
    "options": {},
    "has_secret": True,
    "lists": [],
    "cameras": [],
    "places": [],
    "enabled": True,
    "created": _NOON,
    "updated": _NOON,
    "failing_since": None,
    "last_error": None,
    "delivered": _NOON,
    "waiting": 0,
    "dead": 0,
}
SECRET = "whsec_" + "A" * 43 + "="
TRIED: Json = {"delivered": True, "status": 204, "error": None, "ms": 41.5}
DELIVERY: Json = {
    "id": _DELIVERY,
    "event": _EVENT,
    "kind": "sighting",
    "at": _NOON,
    "subject": _SIGHTING,
    "text": "M356CC65",
    "receiver": _RECEIVER,
    "receiver_name": "Office",
    "state": "dead",
    "due": _NOON,
    "expires": "2026-02-01T12:00:00Z",
    "attempts": 17,
    "last_error": "no connection within 5 s",
    "ended": "2026-02-01T11:10:00Z",
}
