"""What a broker is told: topics and payloads, and the devices that Home Assistant makes of them.

docs/mqtt.md has them all. Names of cameras and places stand in topics as they are, but for what a topic cannot have or
takes for something else. No message about a plate is to be kept by the broker ("retained"): a plate that is deleted
here would stay there.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from src.core.result import Outcome
from src.service.delivery.events import OF_SIGHTINGS, EventKind
from src.service.delivery.mqtt.options import MqttOptions

DISCOVERY = "homeassistant"
"""The topic at which Home Assistant looks for devices, unless it is told to look elsewhere."""
ONLINE, OFFLINE = "online", "offline"
"""What the topic of ``status`` says; Home Assistant knows these two."""
UNDECIDED = "none"
"""The outcome of a plate of which nothing was decided, as where there are no lists."""
OUTCOMES = [*map(str, Outcome), UNDECIDED]
UNREAD = "unread"
"""The state of a plate without a text: Home Assistant passes over an empty one."""
_STATE_OF = {"camera": "last", "place": "occupancy"}
"""The ends of the topics that the entities of a device have their state from."""
_ORIGIN = {"name": "Number Plate"}
_ODD = re.compile("[%+#/$\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Message:
    """What is told under a topic."""

    topic: str
    payload: str
    retain: bool = False
    """The broker keeps it, and tells it whoever comes later."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The camera or the place that a message is about."""

    kind: str
    """camera or place."""
    name: str

    def topic(self, prefix: str) -> str:
        """Returns what the topics of its messages begin with."""
        return f"{prefix}/{self.kind}s/{segment(self.name)}"


def segment(name: str) -> str:
    """Returns ``name`` as one level of a topic; different names are different levels.

    >>> segment("въезд 1"), segment("yard/gate #2+")
    ('въезд 1', 'yard%2Fgate %232%2B')
    """
    return _ODD.sub(lambda odd: "".join(f"%{byte:02X}" for byte in odd[0].encode("utf-8", "surrogatepass")), name)


def status(options: MqttOptions, payload: str) -> Message:
    """Returns that the service is online or offline, which the broker keeps."""
    return Message(f"{options.prefix}/status", payload, retain=True)


def camera_of(body: dict[str, Any]) -> Subject | None:
    """Returns the camera of a sighting's event; None where it has none, and for other events."""
    if EventKind(body["kind"]) not in OF_SIGHTINGS or body["sighting"]["camera"] is None:
        return None
    return Subject("camera", body["sighting"]["camera"])


def subject_of(body: dict[str, Any]) -> Subject | None:
    """Returns the camera of a sighting's event and the place of a visit's; None where it has none."""
    return Subject("place", body["visit"]["place"]) if "visit" in body else camera_of(body)


def event(body: dict[str, Any], options: MqttOptions) -> Message:
    """Returns the whole event, as webhooks get it.

    A sighting is told under its camera or, without one, under ``uploads``; a visit under its place.
    """
    camera, prefix = camera_of(body), options.prefix
    if camera is not None:
        topic = f"{camera.topic(prefix)}/sighting"
    elif EventKind(body["kind"]) in OF_SIGHTINGS:
        topic = f"{prefix}/uploads/sighting"
    elif "visit" in body:
        topic = f"{Subject('place', body['visit']['place']).topic(prefix)}/visit"
    else:
        topic = f"{prefix}/{segment(body['kind'])}"
    return Message(topic, _json(body))


def last_seen(body: dict[str, Any], options: MqttOptions) -> Message:
    """Returns what Home Assistant shows of a sighting that has a camera: one level of fields, and the event's type."""
    sighting = body["sighting"]
    decision = sighting["decision"] or {}
    outcome = decision.get("outcome") or UNDECIDED
    shown = {"event_type": outcome, "outcome": outcome, "text": sighting["text"] or UNREAD}
    shown |= {field: sighting[field] for field in ("id", "seen", "region", "confidence")}
    shown |= {field: decision.get(field) for field in ("reason", "list", "watch", "vehicle", "permit")}
    return Message(f"{Subject('camera', sighting['camera']).topic(options.prefix)}/last", _json(shown))


def occupancy(place: Subject, counted: Mapping[str, int | None], options: MqttOptions) -> Message:
    """Returns how full a place is, which the broker keeps: it is no plate."""
    return Message(f"{place.topic(options.prefix)}/{_STATE_OF['place']}", _json(dict(counted)), retain=True)


def seen(body: dict[str, Any]) -> datetime:
    """Returns when the picture of a sighting's event was taken."""
    return datetime.fromisoformat(body["sighting"]["seen"])


def device(subject: Subject, options: MqttOptions) -> Message:
    """Returns the device of a camera or a place for Home Assistant, which the broker keeps.

    It is in the form that Home Assistant has had since 2024.11, all entities of a device in one message:
    https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload
    """
    identifier = f"number-plate-{_digest(options.prefix, subject.kind, subject.name)}"
    topic = f"{subject.topic(options.prefix)}/{_STATE_OF[subject.kind]}"
    components = _of_camera(topic) if subject.kind == "camera" else _of_place()
    config = {
        "device": {
            "identifiers": [identifier],
            "name": subject.name,
            "manufacturer": "Number Plate",
            "model": subject.kind,
        },
        "origin": _ORIGIN,
        "availability": [{"topic": status(options, ONLINE).topic}],
        "state_topic": topic,
        "qos": 1,
        "components": {key: {**entity, "unique_id": f"{identifier}-{key}"} for key, entity in components.items()},
    }
    return Message(f"{DISCOVERY}/device/{identifier}/config", _json(config), retain=True)


def _of_camera(topic: str) -> dict[str, dict[str, Any]]:
    """Returns the entities of a camera, whose state is told under ``topic``."""
    return {
        "plate": {
            "platform": "sensor",
            "name": "Last plate",
            "icon": "mdi:car",
            "value_template": "{{ value_json.text }}",
            "json_attributes_topic": topic,
        },
        "decision": {
            "platform": "sensor",
            "name": "Decision",
            "icon": "mdi:boom-gate",
            "device_class": "enum",
            "options": OUTCOMES,
            "value_template": "{{ value_json.outcome }}",
        },
        "vehicle": {"platform": "event", "name": "Vehicle", "icon": "mdi:car-arrow-right", "event_types": OUTCOMES},
    }


def _of_place() -> dict[str, dict[str, Any]]:
    """Returns the entities of a place. What is null becomes ``None``, which Home Assistant takes for unknown."""
    names = {"inside": "Inside", "free": "Free", "overstaying": "Overstaying"}
    counts = {"platform": "sensor", "icon": "mdi:parking", "state_class": "measurement"}
    return {
        key: {**counts, "name": name, "value_template": f"{{{{ value_json.{key} }}}}"} for key, name in names.items()
    }


def _digest(*names: str) -> str:
    """Returns a short identifier of names that may have any characters, as Home Assistant allows few."""
    return hashlib.sha256("\0".join(names).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _json(payload: dict[str, Any]) -> str:
    return json.dumps(payload, ensure_ascii=False)
