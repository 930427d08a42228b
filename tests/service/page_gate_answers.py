"""What the API answers of visits, receivers and deliveries."""

from typing import Any

from tests.service.page_registry_answers import page_of

Json = dict[str, Any]
NOW = "2026-01-31T12:00:00Z"
STAY: Json = {
    "id": "1" * 32,
    "place": "Depot",
    "state": "inside",
    "text": "M356CC65",
    "region": "RU",
    "entered": NOW,
    "left": None,
    "closed": None,
    "duration_s": 7500,
    "overstays": True,
    "entry": "2" * 32,
    "exit": None,
    "entry_camera": "north in",
    "exit_camera": None,
    "entry_gate": "North gate",
    "exit_gate": None,
    "outcome": "allowed",
    "vehicle": "8" * 32,
    "permit": "7" * 32,
    "list": "Residents",
}
LEFT: Json = {
    **STAY,
    "id": "3" * 32,
    "state": "left",
    "left": "2026-01-31T13:00:00Z",
    "duration_s": 3600,
    "overstays": False,
    "exit": "4" * 32,
    "exit_camera": "north out",
}
STRANGER: Json = {
    **STAY,
    "id": "5" * 32,
    "state": "no_entry",
    "text": "B777OP77",
    "entered": None,
    "left": "2026-01-31T13:00:00Z",
    "duration_s": None,
    "overstays": False,
    "entry": None,
    "entry_camera": None,
    "entry_gate": None,
    "exit": "6" * 32,
    "exit_camera": "north out",
    "outcome": "unknown",
    "vehicle": None,
    "permit": None,
    "list": None,
}
LINE: Json = {
    "day": "2026-01-31",
    "place": None,
    "permit": None,
    "list": None,
    "text": None,
    "visits": 17,
    "left": 12,
    "inside": 2,
    "no_exit": 2,
    "no_entry": 1,
    "overstayed": 4,
    "mean_s": 5400,
    "longest_s": 30_000,
    "total_s": 64_800,
}
OCCUPANCY: Json = {"place": "Depot", "inside": 12, "capacity": 40, "free": 28, "overstaying": 2}
UNBOUNDED: Json = {"place": "Yard", "inside": 3, "capacity": None, "free": None, "overstaying": 0}
RECEIVER: Json = {
    "id": "a" * 32,
    "name": "Gatehouse",
    "kind": "webhook",
    "address": "https://gatehouse.example.org/plates",
    "pinned": ["192.0.2.10"],
    "options": {},
    "has_secret": True,
    "events": ["sighting", "visit.ended"],
    "outcomes": ["denied"],
    "lists": [],
    "cameras": [],
    "places": ["Depot"],
    "enabled": True,
    "created": NOW,
    "updated": NOW,
    "failing_since": NOW,
    "last_error": "no connection: refused",
    "delivered": "2026-01-30T12:00:00Z",
    "waiting": 4,
    "dead": 2,
}
BROKER: Json = {
    **RECEIVER,
    "id": "b" * 32,
    "name": "Home",
    "kind": "mqtt",
    "address": "mqtts://broker.example.org",
    "options": {"user": "plates", "prefix": "plates", "discovery": False, "certificate": None},
    "events": [],
    "outcomes": [],
    "places": [],
    "failing_since": None,
    "last_error": None,
    "waiting": 0,
    "dead": 0,
}
BARRIER: Json = {
    **BROKER,
    "id": "c" * 32,
    "name": "North barrier",
    "kind": "barrier",
    "address": "http://192.168.1.30/relay/0",
    "options": {"method": "POST", "timeout_s": 0.5, "body": "open", "headers": {"Authorization": "***"}},
    "outcomes": ["allowed"],
    "places": ["Depot"],
}
FILTERED: Json = {**BARRIER, "lists": ["9" * 32]}
"""Its list is deleted."""
DEAD: Json = {
    "id": "d" * 32,
    "event": "e" * 32,
    "kind": "visit.ended",
    "at": NOW,
    "receiver": RECEIVER["id"],
    "receiver_name": "Gatehouse",
    "text": "M356CC65",
    "subject": "1" * 32,
    "state": "dead",
    "due": NOW,
    "expires": NOW,
    "attempts": 17,
    "last_error": "status 500",
    "ended": "2026-02-01T12:00:00Z",
}
WAITING: Json = {**DEAD, "id": "f" * 32, "state": "waiting", "attempts": 2, "ended": None}

ANSWERS: dict[str, Json] = {
    "GET /v1/visits": page_of(STAY),
    "GET /v1/visits/report": {"items": [LINE, {**LINE, "day": "2026-02-02", "visits": 3}]},
    "GET /v1/occupancy": {"items": [OCCUPANCY, UNBOUNDED]},
    "GET /v1/receivers": page_of(RECEIVER, BROKER, BARRIER),
    "POST /v1/receivers": {**RECEIVER, "secret": "whsec_shown-once"},
    f"POST /v1/receivers/{RECEIVER['id']}/secret": {"secret": "whsec_another"},
    f"POST /v1/receivers/{RECEIVER['id']}/test": {"delivered": True, "status": 204, "error": None, "ms": 41.7},
    "GET /v1/deliveries": page_of(DEAD),
}
