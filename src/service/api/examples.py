"""The examples of OpenAPI: one picture, and what the API says of it."""

from typing import Any

Json = dict[str, Any]

_IMAGE_ID, _SIGHTING_ID = "5f3759df9e3779b97f4a7c15c6ef3720", "6a09e667bb67ae853c6ef372a54ff53a"
_CAMERA_ID = "243f6a8885a308d313198a2e03707344"

_PLATE: Json = {
    "box": [348.19, 379.96, 492.08, 415.98],
    "corners": [[348.48, 383.74], [492.34, 380.54], [492.05, 412.8], [350.01, 415.77]],
    "detection_confidence": 0.775036,
    "text": "M356CC65",
    "confidence": 0.993453,
    "char_confidences": [0.999963, 0.999592, 0.999944, 0.999707, 0.996461, 0.999255, 0.999963, 0.999434],
    "raw_text": "M356CC65",
    "raw_confidence": 0.993055,
    "format": "1",
    "region": "RU",
    "region_confidence": 0.993606,
    "candidates": [{"text": "M356CC65", "region": "RU", "confidence": 0.993453}],
    "accepted": None,
}

_DECISION: Json = {
    "outcome": "allowed",
    "reason": "listed",
    "probability": 0.999934,
    "text": "M356CC65",
    "vehicle": "13198a2e03707344a4093822299f31d0",
    "list": "residents",
    "permit": "082efa98ec4e6c89452821e638d01377",
    "watch": None,
}

RESULT: Json = {
    "image": "00-ru.jpg",
    "id": _IMAGE_ID,
    "width": 800,
    "height": 600,
    "truncated": False,
    "plates": [{**_PLATE, "sighting": _SIGHTING_ID, "decision": _DECISION}],
    "annotated": None,
    "ms": {"decode": 29.99, "detect": 11.3, "read": 7.32, "total": 48.61},
}

FAILURE: Json = {
    "image": "letter.jpg",
    "error": {"type": "unknown_format", "message": "not an image, or of an unsupported format"},
}

SIGHTING: Json = {
    **_PLATE,
    "id": _SIGHTING_ID,
    "seen": "2026-01-31T12:00:00Z",
    "camera": "gate",
    "image_id": _IMAGE_ID,
    "image": "00-ru.jpg",
    "width": 800,
    "height": 600,
    "has_picture": True,
    "frames": None,
    "read": None,
    "agreeing": None,
    "passage_first": None,
    "passage_last": None,
    "times": 1,
    "last_seen": None,
    "read_text": None,
    "read_region": None,
    "corrected": None,
    "decision": _DECISION,
    "acknowledged": None,
}

CORRECTED: Json = {
    **SIGHTING,
    "text": "M356CO65",
    "read_text": "M356CC65",
    "read_region": "RU",
    "corrected": "2026-01-31T12:05:00Z",
}

CORRECTION: Json = {
    "at": "2026-01-31T12:05:00Z",
    "key": "gatehouse",
    "before": "M356CC65",
    "region_before": "RU",
    "after": "M356CO65",
    "region_after": "RU",
}

PLATE: Json = {
    "text": "M356CC65",
    "formats": [{"region": "RU", "format": "1"}],
    "regions": ["RU"],
    "sightings": 1,
    "first_seen": "2026-01-31T12:00:00Z",
    "last_seen": "2026-01-31T12:00:00Z",
    "latest": [SIGHTING],
}

PASSAGE: Json = {
    **SIGHTING,
    "corners": None,
    "detection_confidence": None,
    "accepted": True,
    "image": "gate 2026-01-31 12:00:00.jpg",
    "frames": 14,
    "read": 9,
    "agreeing": 8,
    "passage_first": "2026-01-31T12:00:00Z",
    "passage_last": "2026-01-31T12:00:03Z",
}

NEW_CAMERA: Json = {
    "name": "gate",
    "source": "rtsp://viewer:secret@192.168.1.20/stream1",
    "zone": [[0.1, 0.4], [0.9, 0.4], [0.9, 1.0], [0.1, 1.0]],
    "min_width": 60,
    "countries": ["RU", "BY"],
    "place": "Depot",
    "gate": "North",
    "direction": "entry",
    "merge_s": 30,
    "enabled": True,
}

CAMERA: Json = {
    "id": _CAMERA_ID,
    **NEW_CAMERA,
    "source": "rtsp://viewer:***@192.168.1.20/stream1",
    "created": "2026-01-31T12:00:01Z",
    "updated": "2026-01-31T12:00:01Z",
    "state": {
        "online": True,
        "frames_per_second": 24.9,
        "behind": 0.1,
        "last_picture": "2026-01-31T12:30:00Z",
        "last_error": None,
        "reconnects": 0,
        "restarts": 0,
        "since": "2026-01-31T12:00:04Z",
    },
}

CAMERA_SIGHTINGS: Json = {
    "name": "gate",
    "created": "2026-01-31T12:00:01Z",
    "sightings": 1,
    "last_seen": "2026-01-31T12:00:00Z",
}

STATISTICS: Json = {
    "since": "2026-01-25T00:00:00Z",
    "images": 1,
    "sightings": 1,
    "plates": 1,
    "by_time": [{"time": "2026-01-31T12:00:00Z", "sightings": 1}],
    "by_day": [{"day": "2026-01-31", "sightings": 1}],
    "by_hour": [{"hour": 12, "sightings": 1}],
    "by_region": [{"region": "RU", "sightings": 1}],
    "by_camera": [{"camera": "gate", "sightings": 1}],
    "by_plate": [{"text": "M356CC65", "sightings": 1}],
}

TICKET: Json = {"ticket": "x7Qf0hPZ8Yk2nVJmTg5cW1sLr9uEaBdO3iKqXyNvM4w", "expires": "2026-01-31T12:01:00Z"}

VERSION: Json = {
    "version": "0.1.0",
    "python": "3.11.2",
    "onnxruntime": "1.32.0",
    "providers": ["CPUExecutionProvider"],
    "countries": ["BY", "RU"],
    "models": {
        "detector": {"name": "detector", "input_size": [416, 416], "licence": "AGPL-3.0-or-later"},
        "ocr": {"name": "ocr", "input_size": [48, 128], "licence": "AGPL-3.0-or-later"},
    },
}

SECRET = "np_1a2b3c4d_this-is-shown-once-and-never-again-0123456789a"

NEW_KEY: Json = {
    "name": "guard",
    "role": "operator",
    "scopes": ["persons"],
    "expires": "2100-01-01T00:00:00Z",
    "per_minute": 120,
    "per_day": None,
}

KEY: Json = {
    "id": "b7e151628aed2a6abf7158809cf4f3c7",
    **NEW_KEY,
    "prefix": "np_1a2b3c4d",
    "allows": ["recognize", "read", "registry", "persons", "correct"],
    "created": "2026-01-31T12:00:00Z",
    "revoked": None,
    "used_today": 17,
    "state": "valid",
}

OWN_KEY: Json = {
    "required": True,
    **{field: KEY[field] for field in ("id", "name", "prefix", "role", "allows", "expires", "per_minute", "per_day")},
}

AUDIT: Json = {
    "id": "62e7160f38b4da56a784d9045190cfef",
    "at": "2026-01-31T12:05:00Z",
    "action": "search",
    "subject": "356",
    "detail": {"camera": "gate", "limit": 50},
    "key": {field: KEY[field] for field in ("id", "name", "prefix")},
    "remote": "192.168.1.5",
}

PROBLEM: Json = {
    "type": "urn:number-plate:unknown_format",
    "title": "The file is no picture of a known format",
    "status": 415,
    "detail": "not an image, or of an unsupported format",
    "instance": "/v1/recognize",
    "picture": "letter.jpg",
}
