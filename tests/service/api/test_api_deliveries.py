"""Receivers and deliveries by the API: what is made, told and hidden; a webhook and a barrier that hear of a car."""

import json
import logging
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from src.service.database import tables
from src.service.delivery.signature import verify
from src.service.store import AuditQuery, search_audit
from tests.service.api_client import Api, assert_problem, picture, running
from tests.service.http_receiver import HttpReceiver, answer, receiving
from tests.service.processes import wait_for

PASSWORD = "open-sesame"
Json = dict[str, Any]


@pytest.fixture(scope="module")
def api(built_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(built_models, tmp_path_factory.mktemp("api"), delivery_networks="127.0.0.0/8") as api:
        yield api


@pytest.fixture(autouse=True)
def emptied(api: Api) -> Iterator[None]:
    yield
    with api.service.resources.database.session() as session:
        for row in (tables.ReceiverRow, tables.EventRow):
            session.query(row).delete()


def make(api: Api, name: str = "Office", kind: str = "webhook", **fields: Any) -> Json:
    said = {"name": name, "kind": kind, "address": "http://127.0.0.1:9/hook", **fields}
    answered = api.ask("POST", "/v1/receivers", json=said)
    assert answered.status_code == 201, answered.text
    made: Json = answered.json()
    return made


def change(api: Api, receiver: Json, status: int = 200, **fields: Any) -> Json:
    answered = api.ask("PATCH", f"/v1/receivers/{receiver['id']}", json=fields)
    assert answered.status_code == status, answered.text
    said: Json = answered.json()
    return said


def camera(api: Api, name: str = "gate") -> None:
    if api.ask("POST", "/v1/cameras", json={"name": name}).status_code != 201:
        assert name in api.get("/v1/cameras").text


def deliveries(api: Api, **query: Any) -> list[Json]:
    items: list[Json] = api.get("/v1/deliveries", params=query).json()["items"]
    return items


def test_a_webhook_hears_of_a_car_signed_with_the_secret_that_was_shown_once(api: Api) -> None:
    with receiving() as server:
        answered = api.ask("POST", "/v1/receivers", json={"name": "Office", "kind": "webhook", "address": server.url})
        made = answered.json()
        assert answered.headers["cache-control"] == "no-store"
        read = api.recognize(picture()).json()["results"][0]["plates"][0]["text"]
        wait_for(lambda: len(server.heard) == 1, "nothing arrives")
        wait_for(lambda: [each["state"] for each in deliveries(api)] == ["delivered"], "nobody notes it")
        (heard,) = server.heard
        event_id = verify(made["secret"], heard.headers, heard.body, datetime.now(UTC))
        said = json.loads(heard.body)
        (told,) = deliveries(api, receiver=made["id"], state="delivered")
        assert (said["id"], said["kind"], said["sighting"]["text"]) == (event_id, "sighting", read)
        assert api.get(f"/v1/sightings/{said['sighting']['id']}").json() == said["sighting"]
        assert (told["event"], told["text"], told["attempts"]) == (event_id, read, 1)
        kept = api.get(f"/v1/receivers/{made['id']}")
        assert made["secret"] not in kept.text
        assert kept.json()["delivered"] is not None
        figures = api.get("/metrics").text
        assert 'number_plate_deliveries_delivered_total{kind="webhook"} 1.0' in figures
        assert 'number_plate_deliveries_waiting{kind="mqtt"} 0.0' in figures


def test_a_barrier_opens_for_whom_it_is_to(api: Api) -> None:
    camera(api)
    with receiving() as server:
        options = {"method": "GET", "headers": {"Authorization": f"Basic {PASSWORD}"}}
        address = f"http://127.0.0.1:{server.port}/relay/0?turn=on"
        made = make(api, "Bar", "barrier", address=address, options=options, cameras=["gate"], outcomes=["unknown"])
        assert made["secret"] is None
        assert made["options"]["headers"] == {"Authorization": "***"}
        lists = api.ask("POST", "/v1/lists", json={"name": "Suppliers", "kind": "allow"})
        assert lists.status_code in (201, 409)
        api.recognize(picture(), camera="gate")
        wait_for(lambda: len(server.heard) == 1, "it does not open")
        (heard,) = server.heard
        assert (heard.line, heard.headers["authorization"]) == ("GET /relay/0?turn=on HTTP/1.1", f"Basic {PASSWORD}")
        assert heard.body == b""


def test_what_was_given_up_is_sent_again(api: Api) -> None:
    with receiving(answer(500, body=PASSWORD.encode())) as server:
        made = make(api, address=server.url)
        api.recognize(picture())
        wait_for(lambda: bool(deliveries(api)) and deliveries(api)[0]["attempts"] == 1, "nobody tries")
        database = api.service.resources.database
        with database.session() as session:
            session.query(tables.DeliveryRow).update({"state": "dead", "ended": datetime.now(UTC)})
        (dead,) = deliveries(api, state="dead")
        assert dead["last_error"] == "it answered 500"
        assert api.get(f"/v1/receivers/{made['id']}").json()["dead"] == 1
        server.says = answer(204)
        assert api.ask("POST", f"/v1/deliveries/{dead['id']}/again").json()["state"] == "waiting"
        with database.session() as session:
            session.query(tables.ReceiverRow).update({"failing_since": None, "address": server.url + "?again"})
        api.service.deliveries.wake()
        wait_for(lambda: deliveries(api)[0]["state"] == "delivered", "it is not sent again")
        assert_problem(api.ask("POST", f"/v1/deliveries/{dead['id']}/again"), 404)
        assert api.ask("POST", "/v1/deliveries/again", params={"receiver": made["id"]}).json() == {"deliveries": 0}
        assert_problem(api.delete(f"/v1/deliveries/{dead['id']}"), 404)  # it has arrived
        with database.session() as session:
            session.query(tables.DeliveryRow).update({"state": "dead"})
        assert api.delete(f"/v1/deliveries/{dead['id']}").json() == {"deliveries": 1}
        assert api.delete("/v1/deliveries").json() == {"deliveries": 0}


def test_a_barrier_is_not_opened_later_by_hand(api: Api) -> None:
    camera(api)
    make(api, "Bar", "barrier", cameras=["gate"], outcomes=[], enabled=True)
    api.recognize(picture(), camera="gate")
    with api.service.resources.database.session() as session:
        session.query(tables.DeliveryRow).update({"state": "dead", "ended": datetime.now(UTC)})
    (dead,) = deliveries(api, state="dead")
    assert_problem(api.ask("POST", f"/v1/deliveries/{dead['id']}/again"), 409, "too_late")
    assert api.ask("POST", "/v1/deliveries/again").json() == {"deliveries": 0}


@pytest.mark.parametrize(
    ("says", "tried"),
    [
        (answer(204), (True, 204, None)),
        (answer(500, body=PASSWORD.encode()), (False, 500, "it answered 500")),
        (answer(302, "Location: http://127.0.0.1/"), (False, 302, "it answered 302, and redirects are not followed")),
    ],
)
def test_the_button_tells_what_came_back_and_nothing_of_it(api: Api, says: bytes, tried: tuple[Any, ...]) -> None:
    with receiving(says) as server:
        made = make(api, address=server.url, enabled=False)
        answered = api.ask("POST", f"/v1/receivers/{made['id']}/test")
        said = answered.json()
        assert (said["delivered"], said["status"], said["error"]) == tried
        assert said["ms"] > 0
        assert PASSWORD not in answered.text
        (heard,) = server.heard
        assert json.loads(heard.body).keys() == {"id", "kind", "at"}
        assert json.loads(heard.body)["kind"] == "test"
    assert deliveries(api) == []


def test_a_secret_is_renewed_and_shown_once(api: Api) -> None:
    made = make(api)
    renewed = api.ask("POST", f"/v1/receivers/{made['id']}/secret")
    assert renewed.json()["secret"] not in (None, made["secret"])
    assert renewed.headers["cache-control"] == "no-store"
    broker = make(api, "Broker", "mqtt", address="mqtt://127.0.0.1:9", enabled=False)
    assert_problem(api.ask("POST", f"/v1/receivers/{broker['id']}/secret"), 409, "no_secret")


def test_secrets_are_in_no_answer_no_audit_and_no_log(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    camera(api)
    with receiving(answer(500)) as server:
        header = {"headers": {"X-Key": PASSWORD}}
        bar = make(api, "Bar", "barrier", address=server.url, options=header, cameras=["gate"], outcomes=[])
        broker = make(
            api, "Broker", "mqtt", address="mqtt://127.0.0.1:9", options={"user": "u"}, secret=PASSWORD, enabled=False
        )
        hook = make(api, address=server.url)
        api.recognize(picture(), camera="gate")
        wait_for(lambda: len(server.heard) >= 2, "nothing is sent")
        for one in (bar, broker, hook):
            api.ask("POST", f"/v1/receivers/{one['id']}/test")
        change(api, bar, options={"headers": {"X-Key": "***"}, "timeout_s": 5})
        change(api, broker, secret=PASSWORD + "2")
        api.ask("POST", f"/v1/receivers/{bar['id']}/resolve")
        answers = api.get("/v1/receivers").text + api.get("/v1/deliveries").text + api.get("/v1/audit").text
        answers += json.dumps([bar, broker]) + api.get(f"/v1/receivers/{hook['id']}").text
        # a refusal does not say what was sent either
        wrong = {"name": "x", "kind": "barrier", "address": server.url, "options": {"headers": {"Host": PASSWORD}}}
        answers += assert_problem(api.ask("POST", "/v1/receivers", json=wrong), 422)["detail"]
        wrong = {"name": "x", "kind": "webhook", "address": f"https://user:{PASSWORD}@127.0.0.1/"}
        answers += assert_problem(api.ask("POST", "/v1/receivers", json=wrong), 422)["detail"]
    for hidden in (PASSWORD, hook["secret"], hook["secret"].removeprefix("whsec_")):
        assert hidden not in answers
        assert hidden not in caplog.text
    audited = search_audit(api.service.resources.database, AuditQuery(limit=500)).items
    assert {each.action for each in audited} >= {
        *("create receiver", "change receiver", "test receiver", "resolve receiver"),
    }
    # the header that was sent as *** is still there
    with api.service.resources.database.reading() as session:
        assert json.loads(session.get_one(tables.ReceiverRow, bar["id"]).secret or "") == {"X-Key": PASSWORD}


def test_who_moves_a_receiver_does_not_thereby_read_its_secrets(api: Api) -> None:
    camera(api)
    bar = make(
        api, "Bar", "barrier", address="http://127.0.0.1:9/a", options={"headers": {"X": PASSWORD}}, cameras=["gate"]
    )
    change(api, bar, address="http://127.0.0.1:9/b")  # the same server
    for elsewhere in ("http://127.0.0.2:9/a", "http://127.0.0.1:10/a", "https://127.0.0.1:9/a"):
        assert "anew" in change(api, bar, 422, address=elsewhere)["detail"]
        assert "anew" in change(api, bar, 422, address=elsewhere, options={"headers": {"X": "***"}})["detail"]
    change(api, bar, address="http://127.0.0.2:9/a", options={"headers": {"X": "another"}})
    broker = make(api, "Broker", "mqtt", address="mqtt://127.0.0.1:9", secret=PASSWORD, enabled=False)
    assert "anew" in change(api, broker, 422, address="mqtt://127.0.0.2:9")["detail"]
    change(api, broker, address="mqtt://127.0.0.2:9", secret="another")


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"address": "http://169.254.169.254/latest/"}, "body.address: it leads to 169.254.169.254"),
        ({"address": "http://[::ffff:169.254.169.254]/"}, "secrets"),
        ({"address": "http://10.0.0.1/"}, "10.0.0.1, which is not public"),
        ({"address": "http://nowhere.invalid/"}, "leads nowhere"),
        ({"address": "ftp://office.example/"}, "does not begin with https:// or http://"),
        ({"kind": "mqtt"}, "does not begin with mqtts:// or mqtt://"),
        ({"kind": "pigeon"}, "body.kind"),
        ({"events": ["test"]}, "a test is sent by the button alone"),
        ({"events": ["rain"]}, "body.events"),
        ({"lists": ["Nobody"]}, "body.lists.0: there is none of this name"),
        ({"cameras": ["Nowhere"]}, "body.cameras.0: there is none of this name"),
        ({"places": ["Nowhere"]}, "body.places.0: there is none of this name"),
        ({"secret": PASSWORD}, "secret"),
        ({"options": {"method": "GET"}}, "a webhook has no such option"),
        ({"kind": "barrier"}, "a barrier needs a place or a camera"),
        ({"kind": "barrier", "cameras": ["gate"], "events": ["visit.began"]}, "for sightings alone"),
        ({"kind": "barrier", "cameras": ["gate"], "options": {"headers": {"Host": "x"}}}, "no header may have"),
        ({"kind": "barrier", "cameras": ["gate"], "options": {"headers": {"X": "a\r\nb"}}}, "no header may have"),
        ({"kind": "barrier", "cameras": ["gate"], "options": {"headers": {"X": " a"}}}, "no header may have"),
        ({"kind": "barrier", "cameras": ["gate"], "options": {"headers": {"X": "a\xa0"}}}, "no header may have"),
        ({"kind": "barrier", "cameras": ["gate"], "options": {"headers": {"X": "***"}}}, "none that could stay"),
        ({"kind": "barrier", "cameras": ["gate"], "options": {"user": "x"}}, "a barrier has no such option"),
    ],
)
def test_what_cannot_be_a_receiver_is_refused(api: Api, fields: Json, fault: str) -> None:
    camera(api)
    said = {"name": "Office", "kind": "webhook", "address": "http://127.0.0.1:9/", **fields}
    assert fault in assert_problem(api.ask("POST", "/v1/receivers", json=said), 422)["detail"]
    assert api.get("/v1/receivers").json()["items"] == []


def test_names_are_told_and_identifiers_kept(api: Api) -> None:
    camera(api, "yard")
    made = make(api, cameras=["yard"])
    assert_problem(
        api.ask("POST", "/v1/receivers", json={"name": "Office", "kind": "webhook", "address": "http://127.0.0.1:9/"}),
        409,
        "exists",
    )
    (known,) = [one for one in api.get("/v1/cameras").json()["items"] if one["name"] == "yard"]
    api.ask("PATCH", f"/v1/cameras/{known['id']}", json={"name": "back yard"})
    assert api.get(f"/v1/receivers/{made['id']}").json()["cameras"] == ["back yard"]
    changed = change(api, made, outcomes=["denied", "denied"], cameras=[], name="Bureau")
    assert (changed["outcomes"], changed["cameras"], changed["name"]) == (["denied"], [], "Bureau")
    assert changed["address"] == made["address"]
    bar = make(api, "Bar", "barrier", cameras=["back yard"])
    assert bar["outcomes"] == ["allowed"]
    assert "a barrier needs" in change(api, bar, 422, cameras=[])["detail"]
    assert api.delete(f"/v1/receivers/{made['id']}").json() == {"deliveries": 0}
    assert_problem(api.get(f"/v1/receivers/{made['id']}"), 404)


def test_a_filter_whose_list_is_deleted_never_lets_everything_through(api: Api) -> None:
    camera(api)
    on = api.ask("POST", "/v1/lists", json={"name": "Residents", "kind": "allow"}).json()
    bar = make(api, "Bar", "barrier", lists=["Residents"], cameras=["gate"])
    assert api.delete(f"/v1/lists/{on['id']}").status_code == 200
    known = api.get(f"/v1/receivers/{bar['id']}").json()
    assert known["lists"] == [on["id"]]
    # whoever sends back what was answered changes nothing, and takes it out by will alone
    assert change(api, bar, lists=known["lists"], name="Gate")["lists"] == [on["id"]]
    with api.service.resources.database.reading() as session:
        assert session.get_one(tables.ReceiverRow, bar["id"]).lists == [on["id"]]
    assert change(api, bar, lists=[])["lists"] == []
    assert "there is none" in change(api, bar, 422, lists=[on["id"]])["detail"]


def test_a_name_is_looked_up_once_and_again_when_it_is_asked_for(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    leads_to = ["127.0.0.1"]
    real = socket.getaddrinfo

    def found(host: Any, port: Any, *others: Any, **named: Any) -> Any:
        return real(leads_to[0] if host == "moves.example" else host, port, *others, **named)

    monkeypatch.setattr("socket.getaddrinfo", found)
    with receiving() as server:
        made = make(api, address=f"http://moves.example:{server.port}/")
        assert made["pinned"] == ["127.0.0.1"]
        leads_to[0] = "169.254.169.254"
        assert api.ask("POST", f"/v1/receivers/{made['id']}/test").json()["delivered"]
        refused = api.ask("POST", f"/v1/receivers/{made['id']}/resolve")
        assert "secrets" in assert_problem(refused, 422)["detail"]
        assert api.get(f"/v1/receivers/{made['id']}").json()["pinned"] == ["127.0.0.1"]
        leads_to[0] = "127.0.0.2"
        assert api.ask("POST", f"/v1/receivers/{made['id']}/resolve").json()["pinned"] == ["127.0.0.2"]


def test_one_that_hangs_delays_no_reading_and_nobody_else(api: Api) -> None:
    hanging: HttpReceiver
    with receiving(b"", hangs=True) as hanging, receiving() as other:
        make(api, "Hangs", address=hanging.url)
        make(api, "Works", address=other.url)
        for _ in range(3):
            assert api.recognize(picture(), picture(blue=True)).status_code == 200
        wait_for(lambda: len(other.heard) == 9, "the other one waits")
        assert {each["state"] for each in deliveries(api) if each["receiver_name"] == "Hangs"} == {"waiting"}
        hanging.released.set()
