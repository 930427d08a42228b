"""Receivers are made, tried out, changed and paused; what did not arrive is sent again."""

import httpx
import pytest

from src.service.api.delivery_requests import NewReceiver, ReceiverChange
from src.service.delivery.events import ReceiverKind
from tests.service.page.views.opening import (
    Script,
    assert_sound,
    deliveries,
    faults,
    field,
    html,
    known_receiver,
    new_receiver,
    opened,
    press,
    receivers,
    sent,
    sent_json,
    tried_receiver,
)
from tests.service.page_answers import Api, refusal
from tests.service.page_gate_answers import BARRIER, BROKER, DEAD, FILTERED, RECEIVER, WAITING
from tests.service.page_registry_answers import page_of

TEST = f"POST /v1/receivers/{RECEIVER['id']}/test"


def test_receivers_say_how_they_are_and_what_they_are_told(api: Api) -> None:
    page = opened(receivers)
    shown = html(page)
    for said in (
        "Failing since 31 Jan 2026, 12:00",
        "no connection: refused",
        "sighting, visit ended; Denied; Depot",
        f"deliveries?receiver={RECEIVER['id']}&amp;state=dead",
        "Delivers",
        "everything",
        "MQTT broker",
    ):
        assert said in shown
    api.instead["GET /v1/receivers"] = httpx.Response(
        200, json=page_of({**RECEIVER, "enabled": False}, {**BROKER, "delivered": None})
    )
    shown = html(opened(receivers))
    for said in ("Paused", "Nothing sent yet"):
        assert said in shown


def test_a_receiver_is_paused_and_goes_on(api: Api) -> None:
    page = opened(receivers)
    page.button(key=f"pause-{RECEIVER['id']}").click().run()
    assert sent_json(api, "PATCH") == [(f"/v1/receivers/{RECEIVER['id']}", {"enabled": False})]


def test_the_test_is_sent_once_and_its_outcome_told(api: Api) -> None:
    page = opened(tried_receiver)
    page.run()  # as each click in the window does
    assert page.success[0].value == "The test arrived: the answer had the status 204, within 42 ms."
    assert api.asked.count(TEST) == 1


def test_each_press_of_the_button_tests_anew(api: Api) -> None:
    page = opened(receivers)
    for _ in range(2):
        page.button(key=f"test-{RECEIVER['id']}").click().run()
    assert api.asked.count(TEST) == 2


def test_a_test_that_does_not_arrive_says_why_and_nothing_of_it_is_markup(api: Api) -> None:
    failed = {"delivered": False, "status": None, "error": "<b>refused", "ms": 3.0}
    api.instead[TEST] = httpx.Response(200, json=failed)
    page = opened(receivers)
    page.button(key=f"test-{RECEIVER['id']}").click().run()
    assert not page.success
    assert "The test did not arrive: &lt;b&gt;refused" in html(page)


def test_a_webhook_is_made_and_its_secret_shown_once(api: Api) -> None:
    page = opened(new_receiver)
    press(page, "Save")
    assert faults(page) == ["It needs a name."]
    field(page, "Name", "Gatehouse")
    press(page, "Save")
    assert faults(page) == ["It needs an address."]
    field(page, "Address", "https://gatehouse.example.org/plates")
    by_label = {each.label: each for each in page.multiselect}
    by_label["Events"].set_value(["visit.ended"])
    by_label["Decisions"].set_value(["denied"])
    press(page, "Save")
    assert sent_json(api, "POST") == [
        (
            "/v1/receivers",
            {
                "kind": "webhook",
                "name": "Gatehouse",
                "address": "https://gatehouse.example.org/plates",
                "events": ["visit.ended"],
                "outcomes": ["denied"],
                "places": [],
                "cameras": [],
                "lists": [],
            },
        )
    ]
    assert page.code[0].value == "whsec_shown-once"
    press(page, "I have it")
    assert not page.code


def test_a_secret_is_renewed_after_a_warning(api: Api) -> None:
    page = opened(known_receiver, of="RECEIVER")
    assert "the receiver refuses what is sent" in "".join(each.value for each in page.warning)
    press(page, "Make a new secret")
    assert page.code[0].value == "whsec_another"


def test_a_password_is_never_shown_and_stays_where_none_is_entered(api: Api) -> None:
    page = opened(known_receiver, of="BROKER")
    (password,) = [each for each in page.text_input if each.label == "Password"]
    assert password.value == ""
    press(page, "Save")
    field(page, "Password", "new")
    press(page, "Save")
    (path, kept), (_, changed) = sent_json(api, "PATCH")
    assert path == f"/v1/receivers/{BROKER['id']}"
    assert "secret" not in kept
    assert kept["options"] == BROKER["options"]
    assert changed["secret"] == "new"


def test_what_is_made_of_a_broker_and_a_barrier_is_what_the_api_takes(api: Api) -> None:
    page = opened(new_receiver)
    page.segmented_control[0].set_value("mqtt").run()
    field(page, "Name", "Home")
    field(page, "Address", "mqtts://broker.example.org")
    press(page, "Save")
    page = opened(new_receiver)
    page.segmented_control[0].set_value("barrier").run()
    field(page, "Name", "North barrier")
    field(page, "Address", "http://192.168.1.30/relay/0")
    {each.label: each for each in page.multiselect}["Places"].set_value(["Depot"])
    press(page, "Save")
    broker, barrier = (NewReceiver.model_validate(said).fields() for _, said in sent_json(api, "POST"))
    assert broker["options"]["discovery"] is True
    assert barrier["options"]["timeout_s"] == 3


def test_what_is_deleted_still_filters_when_something_else_is_changed(api: Api) -> None:
    press(opened(known_receiver, of="FILTERED"), "Save")
    ((_, said),) = sent_json(api, "PATCH")
    assert said["lists"] == FILTERED["lists"]


@pytest.mark.parametrize(("of", "field"), [("BROKER", "discovery"), ("BARRIER", "timeout_s")])
def test_options_that_are_not_touched_stay(api: Api, of: str, field: str) -> None:
    press(opened(known_receiver, of=of), "Save")
    ((_, said),) = sent_json(api, "PATCH")
    known = {"BROKER": BROKER, "BARRIER": BARRIER}[of]
    fields = ReceiverChange.model_validate(said).fields(ReceiverKind(known["kind"]))
    assert fields["options"][field] == known["options"][field]


def test_a_barrier_opens_for_who_is_allowed_at_a_place_that_is_named(api: Api) -> None:
    page = opened(new_receiver)
    page.segmented_control[0].set_value("barrier").run()
    assert_sound(page)
    by_label = {each.label: each for each in page.multiselect}
    assert "Events" not in by_label
    assert by_label["Decisions"].value == ["allowed"]
    field(page, "Name", "North barrier")
    field(page, "Address", "http://192.168.1.30/relay/0")
    press(page, "Save")
    assert faults(page) == ["A barrier needs a place or a camera."]


def test_the_headers_of_a_barrier_stay_hidden_and_as_they_are(api: Api) -> None:
    page = opened(known_receiver, of="BARRIER")
    assert page.text_area[0].value == "Authorization: ***"
    page.text_area[0].set_value("Authorization: ***\nX-Gate: north")
    press(page, "Save")
    ((_, said),) = sent_json(api, "PATCH")
    assert said["options"]["headers"] == {"Authorization": "***", "X-Gate": "north"}


@pytest.mark.parametrize("written", ["Authorization", ": x", "Authorization:"])
def test_what_is_no_header_is_said_so(api: Api, written: str) -> None:
    page = opened(known_receiver, of="BARRIER")
    page.text_area[0].set_value(written)
    press(page, "Save")
    assert faults(page) == ["A header is a name, a colon and a value."]
    assert sent_json(api, "PATCH") == []


def test_a_receiver_is_deleted_and_its_address_looked_up_again(api: Api) -> None:
    page = opened(known_receiver, of="BARRIER")
    press(page, "Look its address up again")
    press(page, "Delete for ever")
    path = f"/v1/receivers/{BARRIER['id']}"
    assert [call for call in api.asked if path in call] == [f"POST {path}/resolve", f"DELETE {path}"]


def test_what_was_given_up_says_why_and_is_sent_again(api: Api) -> None:
    page = opened(deliveries)
    assert sent(api, "GET /v1/deliveries") == [{"state": "dead", "limit": "20"}]
    for said in ("visit ended", "M356CC65", "Gatehouse, tried: 17, ended: 1 Feb 2026, 12:00", "status 500"):
        assert said in html(page)
    press(page, "Send again")
    press(page, "Delete")
    assert f"POST /v1/deliveries/{DEAD['id']}/again" in api.asked
    assert f"DELETE /v1/deliveries/{DEAD['id']}" in api.asked


def test_all_of_one_receiver_are_sent_again_or_deleted(api: Api) -> None:
    page = opened(deliveries, receiver=RECEIVER["id"], state="dead")
    press(page, "Send all again")
    press(page, "Delete for ever")
    assert sent(api, "POST /v1/deliveries/again") == [{"receiver": RECEIVER["id"]}]
    assert sent(api, "DELETE /v1/deliveries") == [{"receiver": RECEIVER["id"]}]


def test_a_barrier_is_not_opened_later(api: Api) -> None:
    api.instead["GET /v1/deliveries"] = httpx.Response(200, json=page_of({**DEAD, "receiver": BARRIER["id"]}))
    labels = [button.label for button in opened(deliveries).button]
    assert "Delete" in labels
    assert "Send again" not in labels


def test_what_waits_can_neither_be_sent_nor_deleted(api: Api) -> None:
    api.instead["GET /v1/deliveries"] = httpx.Response(200, json=page_of(WAITING))
    page = opened(deliveries, state="waiting")
    assert "next: 31 Jan 2026, 12:00" in html(page)
    assert page.button == []
    assert dict(page.query_params) == {"state": "waiting"}


@pytest.mark.parametrize("script", [receivers, deliveries])
def test_one_sentence_says_that_the_key_does_not_do(api: Api, script: Script) -> None:
    api.instead["GET /v1/(receivers|deliveries)"] = refusal(403, "wrong_scope")
    assert faults(opened(script)) == ["Your key does not allow this."]
