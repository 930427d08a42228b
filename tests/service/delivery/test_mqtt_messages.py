"""What brokers are told: topics, payloads and the devices of Home Assistant."""

import json
import re

import pytest
from jinja2.sandbox import SandboxedEnvironment
from pydantic import ValidationError

from src.service.delivery.events import EventKind
from src.service.delivery.mqtt import MqttOptions
from src.service.delivery.mqtt.messages import (
    OUTCOMES,
    camera_of,
    device,
    event,
    last_seen,
    occupancy,
    segment,
    subject_of,
)
from tests.service.delivery.mqtt_deliveries import CAMERA, LEVEL, at, delivery, sighting

BROKER = at("mqtt://localhost")
OPTIONS = MqttOptions()


def test_a_topic_has_no_character_that_it_cannot_have() -> None:
    odd = "a/b+c#d\0e\x1f\x7f$\ud800\uffff"
    assert not re.search("[/+#$\0-\x1f\x7f]", segment(odd))
    segment(odd).encode("utf-8")


def test_different_names_are_different_levels() -> None:
    names = ["a/b", "a%2Fb", "a_b", "a+b", "a b", "ворота", "A/b"]
    assert len({segment(name) for name in names}) == len(names)
    assert segment("ворота 1") == "ворота 1"


def test_events_stand_under_what_they_are_about() -> None:
    def topic(kind: EventKind, **body: object) -> str:
        return event(delivery(BROKER, kind, **body).body, OPTIONS).topic

    assert event(sighting(BROKER).body, OPTIONS).topic == f"number-plate/cameras/{LEVEL}/sighting"
    assert event(sighting(BROKER, camera=None).body, OPTIONS).topic == "number-plate/uploads/sighting"
    assert topic(EventKind.VISIT_BEGAN, visit={"place": "Двор/1"}) == "number-plate/places/Двор%2F1/visit"
    assert topic(EventKind.TEST) == "number-plate/test"
    assert event(sighting(BROKER).body, MqttOptions(prefix="depot/gates")).topic.startswith("depot/gates/cameras/")


def test_the_whole_event_is_told_and_nothing_of_a_plate_is_kept_by_the_broker() -> None:
    body = sighting(BROKER).body
    assert json.loads(event(body, OPTIONS).payload) == body
    assert not event(body, OPTIONS).retain
    assert not last_seen(body, OPTIONS).retain


@pytest.mark.parametrize("outcome", [*OUTCOMES[:-1], None])
def test_home_assistant_shows_the_plate_and_the_decision(outcome: str | None) -> None:
    """What it does: templates over the payload, an enumeration that has the state, an event of a type that it knows."""
    body = sighting(BROKER, outcome=outcome).body
    told, config = last_seen(body, OPTIONS), json.loads(device(camera_of(body), OPTIONS).payload)
    payload = json.loads(told.payload)
    entities = config["components"]
    assert config["state_topic"] == entities["plate"]["json_attributes_topic"] == told.topic

    def state(entity: str) -> str:
        return SandboxedEnvironment().from_string(entities[entity]["value_template"]).render(value_json=payload)

    assert state("plate") == "M356CC65"
    assert state("decision") == (outcome or "none")
    assert state("decision") in entities["decision"]["options"]
    assert payload["event_type"] in entities["vehicle"]["event_types"]
    assert payload["list"] == (None if outcome is None else "Residents")


def test_home_assistant_shows_how_full_a_place_is() -> None:
    place = subject_of(delivery(BROKER, EventKind.VISIT_ENDED, visit={"place": "Двор"}).body)
    told = occupancy(place, {"inside": 3, "capacity": None, "free": None, "overstaying": 0}, OPTIONS)
    config = json.loads(device(place, OPTIONS).payload)
    assert (config["state_topic"], config["device"]["name"]) == (told.topic, "Двор")
    shown = {
        key: SandboxedEnvironment().from_string(entity["value_template"]).render(value_json=json.loads(told.payload))
        for key, entity in config["components"].items()
    }
    assert shown == {"inside": "3", "free": "None", "overstaying": "0"}


def test_a_plate_that_was_not_read_has_a_state_too() -> None:
    assert json.loads(last_seen(sighting(BROKER, text="").body, OPTIONS).payload)["text"] == "unread"


def test_a_device_is_as_home_assistant_wants_it() -> None:
    camera = camera_of(sighting(BROKER).body)
    message = device(camera, OPTIONS)
    config = json.loads(message.payload)
    (identifier,) = config["device"]["identifiers"]
    assert re.fullmatch(f"homeassistant/device/{identifier}/config", message.topic)
    assert re.fullmatch("[a-zA-Z0-9_-]+", identifier)
    assert message.retain
    assert config["device"]["name"] == CAMERA
    assert config["origin"]["name"]
    assert config["availability"] == [{"topic": "number-plate/status"}]
    unique = [entity["unique_id"] for entity in config["components"].values()]
    assert len(set(unique)) == len(unique) == 3
    assert {entity["platform"] for entity in config["components"].values()} == {"sensor", "event"}


def test_a_device_is_another_one_for_another_camera_and_another_prefix() -> None:
    gate, yard = (camera_of(sighting(BROKER, camera=name).body) for name in ("gate", "yard"))
    topics = {device(gate, OPTIONS).topic, device(yard, OPTIONS).topic, device(gate, MqttOptions(prefix="b")).topic}
    assert len(topics) == 3


@pytest.mark.parametrize("prefix", ["", "a/", "/a", "a+", "#", "$SYS", "a\nb", "a" * 101])
def test_a_prefix_that_is_no_topic_is_refused(prefix: str) -> None:
    with pytest.raises(ValidationError, match="prefix"):
        MqttOptions(prefix=prefix)


def test_a_certificate_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError, match="no certificate in PEM"):
        MqttOptions(certificate="-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
