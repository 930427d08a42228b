"""The stream of what passes: who may listen, what is heard, and that no listener keeps the service from ending."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from src.core.result import VisitRecord
from src.service.api.routes import live
from src.service.cameras.broadcast import Event
from src.service.database import open_database
from src.service.live import announce
from src.service.probe import probe
from src.service.store import Actor, Scope, create_key, delete_plate, delete_sighting
from tests.commands import ROOT
from tests.service.api_client import assert_problem, picture
from tests.service.gates import all_visits, make_gates, pass_gate
from tests.service.listening import Listening, listening, passage
from tests.service.processes import ended, free_port, wait_for

TICKETS, EVENTS = "/v1/live/tickets", "/v1/live/events"


@pytest.fixture
def api(built_models: Path, tmp_path: Path) -> Iterator[Listening]:
    with listening(built_models, tmp_path, listeners=2) as running_api:
        yield running_api


def ticket(client: httpx.Client) -> str:
    answer = client.post(TICKETS)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["ticket"])


@contextmanager
def heard(client: httpx.Client, of: str | None = None, **headers: str) -> Iterator[Iterator[dict[str, str]]]:
    """The events of a stream, each with the fields of its lines."""
    params = {"ticket": of or ticket(client)}
    with client.stream("GET", EVENTS, params=params, headers=headers) as answer:
        if answer.status_code != 200:
            answer.read()
            assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-cache"
        yield events(answer)


def events(answer: httpx.Response) -> Iterator[dict[str, str]]:
    fields: dict[str, str] = {}
    for line in answer.iter_lines():
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif fields:
            yield fields
            fields = {}


def test_what_is_published_is_heard_by_all_who_listen(api: Listening) -> None:
    told = passage(text="<b>\nA\u2028B")
    with api.client() as client, heard(client) as one, heard(client) as other:
        assert next(one)["event"] == next(other)["event"] == "alive"
        api.service.cameras.broadcast.publish(Event("passage", json.dumps(told)))
        api.service.cameras.broadcast.publish(Event("camera", '{"id": "1"}'))
        for stream in (one, other):
            first, second = next(stream), next(stream)
            assert json.loads(first["data"]) == told
            assert (first["event"], first["id"]) == ("passage", "1")
            assert (second["event"], second["id"], second["data"]) == ("camera", "2", '{"id": "1"}')


def test_a_ticket_is_good_for_one_stream(api: Listening) -> None:
    with api.client() as client:
        used = ticket(client)
        with heard(client, used) as stream:
            next(stream)
            assert_problem(client.get(EVENTS, params={"ticket": used}), 403, "no_ticket")
        assert_problem(client.get(EVENTS, params={"ticket": used}), 403, "no_ticket")
        assert_problem(client.get(EVENTS, params={"ticket": "made-up"}), 403, "no_ticket")
        assert_problem(client.get(EVENTS), 422, "invalid_request")


def test_a_ticket_lapses(api: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    with api.client() as client:
        answer = client.post(TICKETS).json()
        later = time.monotonic() + 61
        monkeypatch.setattr(api.service.tickets, "_clock", lambda: later)
        assert_problem(client.get(EVENTS, params={"ticket": answer["ticket"]}), 403, "no_ticket")


def test_only_a_key_that_may_look_things_up_is_given_tickets(built_models: Path, tmp_path: Path) -> None:
    with listening(built_models, tmp_path, require_keys=True) as api:
        database = open_database(api.service.resources.settings.database_url)
        reader, sender = (create_key(database, "key", [scope]).secret for scope in (Scope.READ, Scope.RECOGNIZE))
        database.close()
        with api.client() as client:
            assert_problem(client.post(TICKETS), 401, "no_key")
            assert_problem(client.get(EVENTS, params={"ticket": reader}), 403, "no_ticket")
        with api.client("np_wrong") as client:
            assert_problem(client.post(TICKETS), 401, "no_key")
        with api.client(sender) as client:
            assert_problem(client.post(TICKETS), 403, "wrong_scope")
        with api.client(reader) as client:
            given = ticket(client)
        with api.client() as client, heard(client, given) as stream:  # the ticket is enough
            assert next(stream)["event"] == "alive"


def test_no_more_than_the_limit_listen(api: Listening) -> None:
    with api.client() as client:
        spare = ticket(client)
        with heard(client) as one, heard(client) as other:
            next(one), next(other)
            full = assert_problem(client.post(TICKETS), 503, "busy")
            assert "2 listen" in full["detail"]
            assert_problem(client.get(EVENTS, params={"ticket": spare}), 503, "busy")
            figures = client.get("/metrics").text
            assert "number_plate_live_listeners 2.0" in figures
    wait_for(lambda: api.service.cameras.broadcast.listeners == 0, "those who have gone still count")
    with api.client() as client, heard(client) as stream:
        next(stream)


def test_who_comes_back_is_told_to_ask_for_all_anew(api: Listening) -> None:
    with api.client() as client, heard(client, **{"Last-Event-ID": "7"}) as stream:
        assert [next(stream)["event"], next(stream)["event"]] == ["alive", "reload"]


def test_a_quiet_stream_says_that_it_is_alive(api: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "ALIVE_S", 0.01)
    with api.client() as client, heard(client) as stream:
        assert [next(stream)["event"] for _ in range(3)] == ["alive"] * 3


def test_a_stream_ends_after_a_while_as_its_key_may_be_revoked(api: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LISTENING_S", 0.05)
    with api.client() as client, heard(client) as stream:
        assert {event["event"] for event in stream} == {"alive"}


def test_open_streams_are_ended_at_shutdown_and_the_last_event_is_heard(built_models: Path, tmp_path: Path) -> None:
    with listening(built_models, tmp_path) as api, api.client() as client, heard(client) as stream:
        next(stream)
        api.service.cameras.broadcast.publish(Event("passage", "{}"))
        begun = time.monotonic()
        api.end()
        assert time.monotonic() - begun < 10  # uvicorn would cancel after 20
        assert [event["event"] for event in stream] == ["passage"]
        assert api.service.cameras.broadcast.listeners == 0


def test_a_signal_ends_a_service_that_is_listened_to(built_models: Path, tmp_path: Path) -> None:
    """The signal comes in the midst of anything, and the stream ends in good order."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    settings = {"NUMBER_PLATE_DATA_DIR": str(tmp_path), "NUMBER_PLATE_MODELS": str(built_models)}
    command = [sys.executable, "-m", "src.service", "--port", str(port)]
    with ended(subprocess.Popen(command, cwd=ROOT, env=os.environ | settings, text=True)) as process:
        wait_for(lambda: probe(f"{address}/ready") is None, "the service does not start")
        with httpx.Client(base_url=address, timeout=30, trust_env=False) as client, heard(client) as stream:
            next(stream)
            process.send_signal(signal.SIGTERM)
            assert list(stream) == []
        assert process.wait(20) == 0


def test_plates_of_uploaded_pictures_pass_too_and_what_is_deleted_is_no_longer_shown(api: Listening) -> None:
    with api.client() as client, heard(client) as stream:
        next(stream)
        files = [("images", ("gate.png", picture(blue=True)))]
        answer = client.post("/v1/recognize", files=files, params={"camera": "gate"}).json()
        made = [plate["sighting"] for plate in answer["results"][0]["plates"]]
        stream = (event for event in stream if event["event"] != "camera")  # the camera is new
        told = [json.loads(next(stream)["data"]) for _ in made]
        assert [(each["id"], each["camera"]) for each in told] == [(sighting, "gate") for sighting in made]
        assert client.delete(f"/v1/sightings/{made[0]}").status_code == 200
        assert client.delete(f"/v1/plates/{told[1]['text']}").status_code == 200
        assert [next(stream)["event"] for _ in range(2)] == ["reload"] * 2


def test_what_cannot_be_told_does_not_fail_the_request(
    api: Listening, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(*_: object) -> None:
        raise OperationalError("SELECT ?", ("SECRET",), sqlite3.OperationalError("disk I/O error"))

    monkeypatch.setattr(announce, "sighting", failing)
    with api.client() as client, heard(client) as stream:
        next(stream)
        files = [("images", ("gate.png", picture()))]
        assert client.post("/v1/recognize", files=files).json()["results"][0]["id"]
    assert "are not told" in caplog.text
    assert "SECRET" not in caplog.text


def test_it_is_audited_who_listened_and_counted_without_tickets(api: Listening) -> None:
    with api.client() as client:
        given = ticket(client)
        with heard(client, given) as stream:
            next(stream)
        wait_for(lambda: api.service.cameras.broadcast.listeners == 0, "the stream does not end")
        wait_for(lambda: 'route="/v1/live/events",status="200"} 1.0' in client.get("/metrics").text, "not counted")
        assert given not in client.get("/metrics").text
    assert audited(api) == ["live"]


def audited(api: Listening) -> list[Any]:
    from sqlalchemy import select

    from src.service.database import tables

    with api.service.resources.database.reading() as session:
        return list(session.scalars(select(tables.AuditRow.action)))


PAGES = {"live.css": "text/css", "start.js": "text/javascript", "icon.svg": "image/svg+xml"}


def test_the_page_and_its_files_are_this_hosts_alone(api: Listening) -> None:
    with api.client() as client:
        page = client.get("/live")
        assert page.headers["content-type"].startswith("text/html")
        policy = dict(part.split(" ", 1) for part in page.headers["content-security-policy"].split("; "))
        assert policy["default-src"] == policy["form-action"] == policy["frame-ancestors"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
        assert "unsafe" not in str(policy)
        for name, kind in PAGES.items():
            answer = client.get(f"/live/{name}")
            assert answer.headers["content-type"].startswith(kind)
            assert answer.headers["x-content-type-options"] == "nosniff"


def test_no_file_of_the_page_names_another_host_and_none_is_inline() -> None:
    for path in live.PAGE.iterdir():
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "").replace("<!DOCTYPE html>", "")
        assert "http" not in text, path
        assert "style=" not in text, path
        assert "innerHTML" not in text, path
    assert "<script>" not in (live.PAGE / "live.html").read_text("utf-8")


@pytest.mark.parametrize("name", ["live.html", "..%2F__init__.py", "tickets.py", "x"])
def test_other_files_are_not_there(api: Listening, name: str) -> None:
    with api.client() as client:
        assert_problem(client.get(f"/live/{name}"), 404)


def happened(stream: Iterator[dict[str, str]]) -> Iterator[dict[str, str]]:
    return (event for event in stream if event["event"] in ("visit", "reload"))


def test_visits_are_heard_and_those_that_are_no_more_let_listeners_ask_anew(api: Listening) -> None:
    database = api.service.resources.database
    make_gates(database)
    with api.client() as client, heard(client) as stream:
        assert next(stream)["event"] == "alive"
        leaving = pass_gate(database, "out", "A123BC77", 60)
        pass_gate(database, "in", "A123BC77", 0)
        delete_sighting(database, api.service.resources.pictures, leaving, Actor())
        told = [next(happened(stream)) for _ in range(3)]
    assert [event["event"] for event in told] == ["visit"] * 3
    assert [json.loads(event["data"])["state"] for event in told] == ["no_entry", "left", "inside"]
    assert [json.loads(event["data"])["duration_s"] for event in told] == [None, 3600, None]
    with api.client() as client, heard(client) as stream:
        assert next(stream)["event"] == "alive"
        delete_plate(database, api.service.resources.pictures, "A123BC77", Actor())
        assert next(happened(stream))["event"] == "reload"


def test_a_visit_that_cannot_be_read_is_in_the_log_and_its_sighting_is_stored(
    api: Listening, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(*_: object) -> list[VisitRecord]:
        raise OperationalError("SELECT", {}, sqlite3.OperationalError("disk I/O error"))

    monkeypatch.setattr(announce, "visits", failing)
    database = api.service.resources.database
    make_gates(database)
    with api.client() as client, heard(client) as stream:
        assert next(stream)["event"] == "alive"
        pass_gate(database, "in", "A123BC77", 0)
    assert "not told of a visit: OperationalError: disk I/O error" in caplog.text
    assert all_visits(database)
