"""Operators correct what was read and acknowledge what was decided, and everybody sees it."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from src.service.cameras.broadcast import Event
from src.service.store import Scope, create_key
from tests.conftest import RED_TEXT, with_formats
from tests.service.api_client import Api, assert_problem, picture, running

UNKNOWN = "0" * 32


@pytest.fixture
def api(models: Path, tmp_path: Path) -> Iterator[Api]:
    with running(with_formats(models, "AT", "CN"), tmp_path / "data") as running_api:
        yield running_api


def read(api: Api, **headers: str) -> str:
    """The identifier of a sighting of the red plate."""
    files = [("images", ("0.png", picture()))]
    answer = api.ask("POST", "/v1/recognize", files=files, headers=headers)
    return str(answer.json()["results"][0]["plates"][0]["sighting"])


def test_the_answer_is_the_sighting_as_it_is_now(api: Api) -> None:
    sighting = read(api)
    answer = api.ask("POST", f"/v1/sightings/{sighting}/correction", json={"text": "ab-02", "region": "at"})
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert (made["text"], made["region"], made["format"]) == ("AB02", "AT", "car")
    assert (made["read_text"], made["read_region"]) == (RED_TEXT, "AT")
    assert api.get(f"/v1/sightings/{sighting}").json() == made
    assert [item["id"] for item in api.get("/v1/sightings?text=AB02").json()["items"]] == [sighting]
    assert api.get("/v1/sightings?text=AB01").json()["items"] == []
    (entry,) = api.get(f"/v1/sightings/{sighting}/corrections").json()["items"]
    assert {key: entry[key] for key in entry if key != "at"} == {
        **{"key": None, "before": RED_TEXT, "region_before": "AT", "after": "AB02", "region_after": "AT"}
    }
    assert entry["at"] == made["corrected"]


def test_a_text_that_no_format_allows_has_none(api: Api) -> None:
    sighting = read(api)
    made = api.ask("POST", f"/v1/sightings/{sighting}/correction", json={"text": "Ω99", "region": None}).json()
    assert (made["text"], made["region"], made["format"]) == ("Ω99", None, None)


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ({"text": "A1"}, "region"),
        ({"region": "AT"}, "text"),
        ({"text": "-", "region": None}, "text"),
        ({"text": "", "region": None}, "text"),
        ({"text": "A\x00", "region": None}, "text"),
        ({"text": "A" * 65, "region": None}, "text"),
        ({"text": "A1", "region": "AUT"}, "region"),
        ({"text": "A1", "region": "AT", "format": "car"}, "format"),
    ],
)
def test_what_is_no_text_is_refused(api: Api, said: dict[str, object], at: str) -> None:
    problem = assert_problem(api.ask("POST", f"/v1/sightings/{UNKNOWN}/correction", json=said), 422, "invalid_request")
    assert problem["detail"].startswith(f"body.{at}")


def test_what_is_not_there_is_not_found(api: Api) -> None:
    said = {"text": "A1", "region": None}
    assert_problem(api.ask("POST", f"/v1/sightings/{UNKNOWN}/correction", json=said), 404, "not_found")
    assert_problem(api.get(f"/v1/sightings/{UNKNOWN}/corrections"), 404, "not_found")


def test_those_who_listen_hear_of_it(api: Api) -> None:
    sighting = read(api)
    said = heard_of(api, f"/v1/sightings/{sighting}/correction", json={"text": "W1", "region": None})
    assert (said["id"], said["text"], said["read_text"]) == (sighting, "W1", RED_TEXT)


def test_an_acknowledgement_may_be_sent_again_and_is_told_to_those_who_listen(api: Api) -> None:
    sighting = read(api)
    path = f"/v1/sightings/{sighting}/acknowledgement"
    assert api.get(f"/v1/sightings/{sighting}").json()["acknowledged"] is None
    said = heard_of(api, path)
    assert said["acknowledged"] is not None
    assert said == api.ask("POST", path).json() == api.get(f"/v1/sightings/{sighting}").json()
    assert_problem(api.ask("POST", f"/v1/sightings/{UNKNOWN}/acknowledgement"), 404, "not_found")


def heard_of(api: Api, path: str, **body: object) -> dict[str, Any]:
    """The sighting that those who listen hear of when something is posted."""
    heard: list[Event | None] = []

    async def listen() -> None:
        with api.service.cameras.broadcast.subscribe() as subscription:
            ready.set()
            heard.append(await subscription.within(30))

    ready = api.call(asyncio.Event)
    listening = api.begin_call(listen)
    api.begin_call(ready.wait).result(30)
    assert api.ask("POST", path, **body).status_code == 200
    listening.result(30)
    (event,) = heard
    assert event is not None
    assert event.kind == "passage"
    said: dict[str, Any] = json.loads(event.data)
    return said


def test_a_key_needs_the_scope_and_is_named_in_the_history(models: Path, tmp_path: Path) -> None:
    with running(models, tmp_path / "data", require_keys=True) as api:
        database = api.service.resources.database
        keys = {
            scope: {"X-API-Key": create_key(database, f"of {scope}", [scope]).secret}
            for scope in (Scope.RECOGNIZE, Scope.READ, Scope.CORRECT, Scope.REGISTRY)
        }
        sighting = read(api, **keys[Scope.RECOGNIZE])
        path, said = f"/v1/sightings/{sighting}", {"text": "W1", "region": None}
        for scope in (Scope.RECOGNIZE, Scope.READ, Scope.REGISTRY):
            refused = api.ask("POST", f"{path}/correction", json=said, headers=keys[scope])
            assert_problem(refused, 403, "wrong_scope")
        assert api.ask("POST", f"{path}/correction", json=said, headers=keys[Scope.CORRECT]).status_code == 200
        assert_problem(api.get(f"{path}/corrections", headers=keys[Scope.CORRECT]), 403, "wrong_scope")
        (entry,) = api.get(f"{path}/corrections", headers=keys[Scope.READ]).json()["items"]
        assert entry["key"] == "of correct"


def test_a_kept_answer_is_forgotten_with_the_corrected_plate(api: Api) -> None:
    sighting = read(api, **{"Idempotency-Key": "once"})
    api.ask("POST", f"/v1/sightings/{sighting}/correction", json={"text": "W1", "region": None})
    assert read(api, **{"Idempotency-Key": "once"}) == sighting
    assert api.delete("/v1/plates/W1").json() == {"sightings": 1}
    files = [("images", ("0.png", picture()))]
    again = api.ask("POST", "/v1/recognize", files=files, headers={"Idempotency-Key": "once"})
    assert_problem(again, 410, "forgotten")
