"""Keys are made, limited and revoked; the audit is read; decisions and corrections are shown."""

import httpx
import pytest

from src.service.api import examples
from tests.service.page.views.opening import (
    Script,
    assert_sound,
    audit,
    details,
    faults,
    field,
    html,
    keys,
    known_key,
    new_key,
    opened,
    press,
    search,
    sent,
    sent_json,
)
from tests.service.page_answers import SAMPLE, Api, problem, refusal
from tests.service.page_registry_answers import ENTRY, KEY, OWN_KEY, page_of

ALLOWED = {
    "outcome": "allowed",
    "reason": "listed",
    "probability": 0.99712,
    "text": "M356CC65",
    "vehicle": "8" * 32,
    "list": "Residents",
    "permit": "7" * 32,
    "watch": None,
}
CORRECTED = {"read_text": "M356CC6S", "read_region": "RU", "corrected": "2026-01-31T13:00:00Z"}


def found(api: Api, **said: object) -> None:
    """A search finds the one sighting of the examples, but for some fields."""
    page = page_of({**examples.SIGHTING, **said})
    api.instead["GET /v1/sightings"] = httpx.Response(200, json=page)


def test_keys_say_what_they_may_and_how_much_they_ask(api: Api) -> None:
    shown = html(opened(keys))
    for said in (
        "office",
        "np_1a2b3c4d",
        "operator, see persons",
        "60 a minute, 10,000 a day",
        "12",
        "for ever",
        "valid",
    ):
        assert said in shown


def test_that_keys_are_not_required_is_said(api: Api) -> None:
    assert "whoever reaches the service" in opened(keys).warning[0].value


def test_the_visitors_own_key_is_marked(api: Api) -> None:
    api.instead["GET /v1/key"] = httpx.Response(200, json={**OWN_KEY, "required": True, "id": KEY["id"]})
    page = opened(keys)
    assert not page.warning
    assert "yours" in html(page)


def test_revoked_keys_are_shown_on_request(api: Api) -> None:
    revoked = {**KEY, "id": "d" * 32, "name": "old", "state": "revoked", "revoked": "2026-01-31T12:00:00Z"}
    api.instead["GET /v1/keys"] = httpx.Response(200, json=page_of(KEY, revoked))
    page = opened(keys)
    assert ">old<" not in html(page)
    page.toggle[0].set_value(True).run()
    assert ">old<" in html(page)
    assert "revoked 31 Jan 2026, 12:00" in html(page)
    assert [button.label for button in page.button].count("Change") == 1


def test_a_key_is_made_and_its_secret_shown_once(api: Api) -> None:
    page = opened(new_key)
    press(page, "Make")
    assert faults(page) == ["A key needs a name."]
    field(page, "Name", "gate")
    page.radio[0].set_value("none")
    press(page, "Make")
    assert faults(page) == ["A key needs a role, or something that it may do."]
    page.radio[0].set_value("operator")
    page.number_input[0].set_value(60)
    press(page, "Make")
    ((path, said),) = sent_json(api, "POST")
    assert (path, said) == (
        "/v1/keys",
        {"name": "gate", "role": "operator", "scopes": [], "per_minute": 60, "per_day": None, "expires": None},
    )
    assert page.code[0].value == "np_1a2b3c4d_secret"
    press(page, "I have it")
    assert not page.code


def test_a_key_is_limited_and_revoked_after_a_warning(api: Api) -> None:
    page = opened(known_key)
    page.number_input[0].set_value(5)
    press(page, "Save")
    assert sent_json(api, "PATCH") == [(f"/v1/keys/{KEY['id']}", {"name": "office", "per_minute": 5, "per_day": 10000})]
    press(page, "Revoke for ever")
    assert f"POST /v1/keys/{KEY['id']}/revoke" in api.asked


def test_the_last_administrator_is_told_why_not(api: Api) -> None:
    api.instead[".*/revoke"] = httpx.Response(409, json=problem(409, "x", "last_administrator"))
    page = opened(known_key)
    press(page, "Revoke for ever")
    assert faults(page) == ["This is the last key of an administrator: make another one first."]


def test_the_audit_is_in_words(api: Api) -> None:
    newer = {**ENTRY, "action": "paint gate", "key": None, "subject": "<b>", "detail": None}
    api.instead["GET /v1/audit"] = httpx.Response(200, json=page_of(ENTRY, newer))
    shown = html(opened(audit))
    for said in ("31 Jan 2026, 12:00", "office", "searched", "356", "region: RU, limit: 12", "192.0.2.7"):
        assert said in shown
    for said in ("paint gate", "without a key", "&lt;b&gt;"):
        assert said in shown


def test_the_filters_of_the_audit_stand_in_the_address(api: Api) -> None:
    page = opened(audit, action="delete_plate", key="np_1a2b3c4d", period="dates", dates="2026-01-30")
    (query,) = sent(api, "GET /v1/audit")
    assert query == {
        "action": "delete plate",
        "key": "np_1a2b3c4d",
        "since": "2026-01-30T00:00:00+00:00",
        "until": "2026-01-31T00:00:00+00:00",
        "limit": "50",
    }
    page.selectbox(key="audit-action").set_value(None).run()
    assert_sound(page)
    assert page.query_params.keys() == {"key", "period", "dates"}
    opened(audit, action="dance", key="np_nobody")
    assert sent(api, "GET /v1/audit")[-1] == {"limit": "50"}


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (ALLOWED, ["✓", "Allowed", "on the list “Residents”"]),
        ({**ALLOWED, "outcome": "denied", "list": "Turned away"}, ["✕", "Denied", "on the list “Turned away”"]),
        ({**ALLOWED, "outcome": "unsure", "reason": "doubtful"}, ["?", "Unsure", "perhaps the listed M356CC65"]),
        ({**ALLOWED, "outcome": "unknown", "reason": "outside_hours"}, ["Unknown", "not at this hour"]),
        ({**ALLOWED, "watch": "Couriers"}, ["Allowed", "watched on “Couriers”"]),
    ],
)
def test_a_decision_is_a_sign_and_words(api: Api, made: dict[str, object], said: list[str]) -> None:
    found(api, decision=made)
    shown = html(opened(search))
    for text in said:
        assert text in shown


def test_what_was_read_stays_beside_its_correction(api: Api) -> None:
    found(api, **CORRECTED)
    assert "read as M356CC6S" in html(opened(search))


def test_the_read_view_shows_decisions(api: Api) -> None:
    from tests.service.page.views.opening import read_in_english

    (plate,) = examples.RESULT["plates"]
    result = {**examples.RESULT, "plates": [{**plate, "decision": ALLOWED}]}
    api.instead["POST /v1/recognize"] = httpx.Response(200, json={"results": [result]})
    page = opened(read_in_english)
    page.file_uploader[0].set_value([("gate.jpg", SAMPLE.read_bytes(), "image/jpeg")]).run()
    assert "on the list “Residents”" in html(page)


def test_decisions_and_corrections_are_filters(api: Api) -> None:
    page = opened(search, outcome="denied", corrected="no")
    assert sent(api, "GET /v1/sightings") == [{"outcome": "denied", "corrected": "false", "limit": "12"}]
    assert "download/sightings?outcome=denied&amp;corrected=False&amp;format=xlsx" in html(page)
    page.selectbox(key="search-corrected").set_value("yes").run()
    assert sent(api, "GET /v1/sightings")[-1]["corrected"] == "true"
    assert page.query_params == {"outcome": "denied", "corrected": "yes"}
    opened(search, outcome="praised", corrected="maybe")
    assert sent(api, "GET /v1/sightings")[-1] == {"limit": "12"}


def test_a_reading_is_corrected(api: Api) -> None:
    page = opened(details)
    field(page, "What the plate says", "")
    press(page, "Correct")
    assert faults(page) == ["Enter what the plate says."]
    field(page, "What the plate says", "M 356 CC 77")
    press(page, "Correct")
    correction = (f"/v1/sightings/{examples.SIGHTING['id']}/correction", {"text": "M 356 CC 77", "region": "RU"})
    assert sent_json(api, "POST") == [correction]
    assert page.session_state["done-search"] == "correction.done"


def test_a_viewer_can_neither_correct_nor_delete(api: Api) -> None:
    api.instead["GET /v1/key"] = httpx.Response(200, json={**OWN_KEY, "allows": ["read"]})
    assert opened(details).button == []


@pytest.mark.parametrize("script", [keys, audit])
def test_one_sentence_says_that_the_key_does_not_do(api: Api, script: Script) -> None:
    api.instead["GET /v1/(keys|audit)"] = refusal(403, "wrong_scope")
    assert faults(opened(script)) == ["Your key does not allow this."]
