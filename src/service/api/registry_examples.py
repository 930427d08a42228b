"""The examples of OpenAPI: a depot, and a lorry that may enter it."""

from typing import Any

Json = dict[str, Any]

_LIST, _PLACE, _GATE = (
    "13198a2e03707344a4093822299f31d0",
    "082efa98ec4e6c89452821e638d01377",
    "be5466cf34e90c6cc0ac29b7c97c50dd",
)
_VEHICLE, _PERMIT, _PERSON = (
    "3f84d5b5b5470917c0ac29b7c97c50dd",
    "9216d5d98979fb1bd1310ba698dfb5ac",
    "2ffd72dbd01adfb7b8e1afed6a267e96",
)
_TIMES: Json = {"created": "2026-01-31T12:00:00Z", "updated": "2026-01-31T12:00:00Z"}

NEW_LIST: Json = {"name": "Suppliers", "kind": "allow", "notes": "lorries that bring goods"}
LIST: Json = {"id": _LIST, **NEW_LIST, "vehicles": 1, **_TIMES}

NEW_PLACE: Json = {"name": "Depot", "time_zone": "Europe/Moscow", "capacity": 120, "max_stay_minutes": 1440}
PLACE: Json = {"id": _PLACE, **NEW_PLACE, "gates": [{"id": _GATE, "name": "North"}], "created": "2026-01-31T12:00:00Z"}
NEW_GATE: Json = {"name": "North"}

NEW_PERMIT: Json = {
    "list": "Suppliers",
    "place": "Depot",
    "valid_from": "2026-01-31T21:00:00Z",
    "valid_until": "2026-12-31T21:00:00Z",
    "weekdays": [0, 1, 2, 3, 4],
    "hours": {"from": "08:00", "until": "18:00"},
    "notes": None,
}
PERMIT: Json = {
    "id": _PERMIT,
    "vehicle": _VEHICLE,
    **NEW_PERMIT,
    "list": {"id": _LIST, "name": "Suppliers", "kind": "allow"},
    **_TIMES,
}

NEW_VEHICLE: Json = {
    "text": "M356CC65",
    "region": "RU",
    "trailer_text": "AP123465",
    "make": "KAMAZ",
    "model": "54901",
    "colour": "white",
    "notes": None,
}
VEHICLE: Json = {
    "id": _VEHICLE,
    **NEW_VEHICLE,
    "permits": [PERMIT],
    "persons": [{"id": _PERSON, "role": "driver", "name": "I. Petrov"}],
    **_TIMES,
}

NEW_PERSON: Json = {"name": "I. Petrov", "phone": "+7 921 000-00-00", "email": "petrov@example.com", "notes": None}
PERSON: Json = {
    "id": _PERSON,
    **NEW_PERSON,
    "vehicles": [{"id": _VEHICLE, "text": "M356CC65", "region": "RU", "role": "driver"}],
    **_TIMES,
}
NEW_LINK: Json = {"person": _PERSON, "role": "driver"}

REMOVED: Json = {"permits": 1, "cameras": 0, "vehicles": 0}

IMPORTED: Json = {
    "rows": 3,
    "vehicles_created": 2,
    "vehicles_changed": 0,
    "permits_created": 2,
    "permits_changed": 0,
    "persons_created": 1,
    "persons_changed": 0,
    "faults": [
        {
            "row": 4,
            "column": "hours",
            "reason": "'8 to 6' is not two times as in 08:00-18:00",
            "code": "no_hours",
            "values": {"cell": "8 to 6"},
        }
    ],
    "faulty": 1,
    "done": False,
}

SHEET = "plate,country,list,kind,valid_until,hours\r\nM356CC65,RU,Suppliers,allow,2026-12-31,08:00-18:00\r\n"
