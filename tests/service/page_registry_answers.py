"""What the API answers of the registry, keys and audit."""

from typing import Any

Json = dict[str, Any]
NOW = "2026-01-31T12:00:00Z"
LIST: Json = {
    "id": "1" * 32,
    "name": "Residents",
    "kind": "allow",
    "notes": "Building 4",
    "vehicles": 2,
    "created": NOW,
    "updated": NOW,
}
DENIED: Json = {**LIST, "id": "2" * 32, "name": "Turned away", "kind": "deny", "notes": None, "vehicles": 1}
WATCHED: Json = {**LIST, "id": "3" * 32, "name": "Couriers", "kind": "watch", "notes": None, "vehicles": 0}
PLACE: Json = {
    "id": "4" * 32,
    "name": "Depot",
    "time_zone": "Europe/Moscow",
    "capacity": 120,
    "max_stay_minutes": 1440,
    "gates": [{"id": "5" * 32, "name": "North gate"}, {"id": "6" * 32, "name": "South gate"}],
    "created": NOW,
}
PERMIT: Json = {
    "id": "7" * 32,
    "vehicle": "8" * 32,
    "list": {"id": LIST["id"], "name": "Residents", "kind": "allow"},
    "place": "Depot",
    "valid_from": "2025-12-31T21:00:00Z",
    "valid_until": "2027-12-31T21:00:00Z",
    "weekdays": [0, 1, 2, 3, 4],
    "hours": {"from": "08:00", "until": "18:00"},
    "notes": None,
    "created": NOW,
    "updated": NOW,
}
LAPSED: Json = {
    **PERMIT,
    "id": "9" * 32,
    "list": {"id": WATCHED["id"], "name": "Couriers", "kind": "watch"},
    "place": None,
    "valid_from": None,
    "valid_until": "2026-01-01T00:00:00Z",
    "weekdays": [],
    "hours": None,
}
VEHICLE: Json = {
    "id": "8" * 32,
    "text": "M356CC65",
    "region": "RU",
    "trailer_text": "AB123465",
    "make": "Volvo",
    "model": "FH16",
    "colour": "white",
    "notes": "bay 7",
    "permits": [PERMIT, LAPSED],
    "persons": [{"id": "a" * 32, "role": "owner", "name": "Ann Lee"}],
    "created": NOW,
    "updated": NOW,
}
PERSON: Json = {
    "id": "a" * 32,
    "name": "Ann Lee",
    "phone": "+1 555 0100",
    "email": "ann@example.org",
    "notes": None,
    "vehicles": [{"id": VEHICLE["id"], "text": "M356CC65", "region": "RU", "role": "owner"}],
    "created": NOW,
    "updated": NOW,
}
CHECKED: Json = {
    "rows": 4,
    "vehicles_created": 2,
    "vehicles_changed": 0,
    "permits_created": 2,
    "permits_changed": 1,
    "persons_created": 0,
    "persons_changed": 0,
    "faults": [
        {
            "row": 3,
            "column": "valid_until",
            "reason": "'soon' is no date as in 2026-12-31",
            "code": "no_date",
            "values": {"cell": "soon"},
        }
    ],
    "faulty": 1,
    "done": False,
}
SCOPES = ["recognize", "read", "delete", "registry", "persons", "correct", "admin"]
OWN_KEY: Json = {
    "required": False,
    "id": None,
    "name": None,
    "prefix": None,
    "role": None,
    "allows": SCOPES,
    "expires": None,
    "per_minute": None,
    "per_day": None,
}
KEY: Json = {
    "id": "b" * 32,
    "name": "office",
    "prefix": "np_1a2b3c4d",
    "role": "operator",
    "scopes": ["persons"],
    "allows": ["recognize", "read", "registry", "persons", "correct"],
    "state": "valid",
    "created": NOW,
    "expires": None,
    "revoked": None,
    "per_minute": 60,
    "per_day": 10000,
    "used_today": 12,
}
ENTRY: Json = {
    "id": "c" * 32,
    "at": NOW,
    "key": {"id": KEY["id"], "name": "office", "prefix": KEY["prefix"]},
    "action": "search",
    "subject": "356",
    "detail": {"region": "RU", "limit": 12},
    "remote": "192.0.2.7",
}
CORRECTION: Json = {
    "at": NOW,
    "key": "office",
    "before": "M356CC6S",
    "region_before": "RU",
    "after": "M356CC65",
    "region_after": "RU",
}


def page_of(*items: Json) -> Json:
    """A page with all that there is."""
    return {"items": list(items), "next": None, "total": len(items)}


ANSWERS: dict[str, Json] = {
    "GET /v1/key": OWN_KEY,
    "GET /v1/lists": page_of(LIST, DENIED, WATCHED),
    "GET /v1/places": page_of(PLACE),
    "POST /v1/places": PLACE,
    "GET /v1/vehicles": page_of(VEHICLE),
    "POST /v1/vehicles": VEHICLE,
    f"GET /v1/vehicles/{VEHICLE['id']}": VEHICLE,
    "GET /v1/persons": page_of(PERSON),
    "POST /v1/persons": PERSON,
    f"GET /v1/persons/{PERSON['id']}": PERSON,
    "POST /v1/registry/import": CHECKED,
    "GET /v1/keys": page_of(KEY),
    "POST /v1/keys": {**KEY, "secret": "np_1a2b3c4d_secret"},
    "GET /v1/audit": page_of(ENTRY),
}
