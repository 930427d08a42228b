"""Cameras are made, changed, watched, shown and deleted over HTTP, and their passwords never come back."""

import json
import logging
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from src.service.cameras.owner import Cameras
from src.service.database import tables
from tests.conftest import with_formats
from tests.service.api_client import Answer, Api, assert_problem, picture, running
from tests.service.fake_camera import COMMAND, PICTURE, source
from tests.service.processes import wait_for

STEADY = source("steady")
MASKED = STEADY.replace("secret", "***")
ZONE = [[0.1, 0.4], [0.9, 0.4], [0.9, 1.0]]
NOTHING = "0" * 32


@pytest.fixture
def api(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    monkeypatch.setattr("src.service.lifespan.Cameras", partial(Cameras, command=COMMAND))
    with running(with_formats(models), tmp_path / "data", min_reading=0) as running_api:
        yield running_api


def post(api: Api, **fields: Any) -> Answer:
    return api.ask("POST", "/v1/cameras", json={"name": "gate"} | fields)


def made(api: Api, **fields: Any) -> dict[str, Any]:
    answer = post(api, **fields)
    assert answer.status_code == 201, answer.json()
    return dict(answer.json())


def patch(api: Api, camera: dict[str, Any], **fields: Any) -> Answer:
    return api.ask("PATCH", f"/v1/cameras/{camera['id']}", json=fields)


def state(api: Api, camera: dict[str, Any]) -> dict[str, Any]:
    return dict(api.get(f"/v1/cameras/{camera['id']}").json()["state"])


def stored_source(api: Api) -> str | None:
    with api.service.resources.database.reading() as session:
        return session.scalars(select(tables.CameraRow.source)).one()


def audited(api: Api) -> list[tuple[str, Any, Any]]:
    with api.service.resources.database.reading() as session:
        rows = session.scalars(select(tables.AuditRow).order_by(tables.AuditRow.at))
        return [(row.action, row.subject, row.detail) for row in rows]


def test_a_camera_is_answered_as_it_was_sent_but_for_the_password(api: Api) -> None:
    fields = {
        **{"name": "north gate", "source": STEADY, "zone": ZONE, "min_width": 60.5, "countries": ["AT", "CN"]},
        **{"place": "by the mill", "gate": "lower", "direction": "entry", "merge_s": 30, "enabled": False},
    }
    camera = made(api, **fields)
    assert {field: camera[field] for field in fields} == fields | {"source": MASKED}
    assert camera["created"] == camera["updated"]
    assert camera["state"] == {
        **{"online": False, "frames_per_second": 0.0, "behind": 0.0, "last_picture": None, "last_error": None},
        **{"reconnects": 0, "restarts": 0, "since": None},
    }
    assert api.get(f"/v1/cameras/{camera['id']}").json() == camera
    assert api.get("/v1/cameras").json() == {"items": [camera]}


def test_the_least_that_may_be_sent_is_a_name(api: Api) -> None:
    camera = made(api, name=" yard ", countries=["at", "AT"])
    assert (camera["name"], camera["source"], camera["zone"], camera["min_width"]) == ("yard", None, None, 0)
    assert (camera["countries"], camera["place"], camera["direction"], camera["enabled"]) == (["AT"], None, None, True)


def test_cameras_that_pictures_name_are_there_too(api: Api) -> None:
    api.recognize(picture(), camera="gate")
    (camera,) = api.get("/v1/cameras").json()["items"]
    assert (camera["name"], camera["source"], camera["updated"]) == ("gate", None, camera["created"])
    assert_problem(post(api), 409, "name_taken")
    changed = patch(api, camera, source=STEADY).json()
    assert (changed["id"], changed["source"]) == (camera["id"], MASKED)
    (counted,) = api.get("/v1/statistics/cameras").json()["items"]
    assert (counted["name"], counted["sightings"]) == ("gate", 1)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ({"source": MASKED}, STEADY),
        ({"place": "south"}, STEADY),
        ({"source": source("other")}, source("other")),
        ({"source": None}, None),
        ({"source": source("other").replace("secret", "***")}, source("other").replace("secret", "***")),
    ],
)
def test_a_masked_source_leaves_the_one_that_there_is(api: Api, sent: dict[str, Any], stored: str | None) -> None:
    camera = made(api, source=STEADY, enabled=False)
    changed = patch(api, camera, **sent)
    assert changed.status_code == 200
    assert stored_source(api) == stored


def test_what_is_not_sent_stays(api: Api) -> None:
    camera = made(api, source=STEADY, zone=ZONE, countries=["AT"], place="here", direction="exit", enabled=False)
    changed = patch(api, camera, name="yard", min_width=80, zone=None, direction=None).json()
    expected = camera | {"name": "yard", "min_width": 80.0, "zone": None, "direction": None}
    assert changed == expected | {"updated": changed["updated"]}
    assert changed["updated"] > camera["updated"]


BAD = [
    ({"name": ""}, "body.name"),
    ({"name": "   "}, "body.name"),
    ({"name": "a\nb"}, "body.name"),
    ({"name": "x" * 256}, "body.name"),
    ({"name": None}, "body.name"),
    ({"source": ""}, "body.source"),
    ({"source": "/etc/passwd"}, "body.source"),
    ({"source": "file:///etc/passwd"}, "body.source"),
    ({"source": "rtsp://u:secret@127.0.0.1/"}, "body.source"),
    ({"source": "http://u:secret@169.254.169.254/latest"}, "body.source"),
    ({"source": "rtmp://u:secret@192.0.2.7/"}, "body.source"),
    ({"source": f"rtsp://u:secret@{'x' * 3000}/"}, "body.source"),
    ({"source": ["rtsp://u:secret@192.0.2.7/"]}, "body.source"),
    ({"zone": [[0, 0], [1, 1]]}, "body.zone"),
    ({"zone": [[0, 0], [0.5, 0.5], [1, 1]]}, "body.zone"),
    ({"zone": [[0, 0], [2, 0], [1, 1]]}, "body.zone"),
    ({"zone": [[0, 0], [1, 0, 0], [1, 1]]}, "body.zone"),
    ({"zone": [[0, 0], [1, 0], [1, 1]] * 30}, "body.zone"),
    ({"min_width": -1}, "body.min_width"),
    ({"min_width": "wide"}, "body.min_width"),
    ({"min_width": None}, "body.min_width"),
    ({"countries": "RU"}, "body.countries"),
    ({"countries": ["Russia"]}, "body.countries"),
    ({"countries": ["DE"]}, "body.countries: no plate formats of DE"),
    ({"place": ""}, "body.place"),
    ({"place": "  "}, "body.place"),
    ({"gate": "lower"}, "body.gate: is that of a place"),
    ({"gate": "lower", "place": None}, "body.gate: is that of a place"),
    ({"merge_s": -1}, "body.merge_s"),
    ({"merge_s": 100_000}, "body.merge_s"),
    ({"direction": "up"}, "body.direction"),
    ({"enabled": "perhaps"}, "body.enabled"),
    ({"state": {}}, "body.state"),
    ({"id": NOTHING}, "body.id"),
]


@pytest.mark.parametrize(("fields", "named"), BAD)
def test_what_cannot_be_is_refused_by_its_name_and_without_the_password(
    api: Api, fields: dict[str, Any], named: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    camera = made(api, name="there", enabled=False)
    for answer in (post(api, **fields), patch(api, camera, **fields)):
        problem = assert_problem(answer, 422, "invalid_request")
        assert named in problem["detail"]
        assert "secret" not in answer.text
    assert api.get(f"/v1/cameras/{camera['id']}").json() == camera
    assert len(api.get("/v1/cameras").json()["items"]) == 1
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    ("content", "status", "kind"),
    [
        ({"content": b"{}", "headers": {"Content-Type": "text/plain"}}, 415, "no_json"),
        ({"content": b"{}"}, 415, "no_json"),
        ({"data": {"name": "gate"}}, 415, "no_json"),
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 422, "invalid_request"),
        ({"content": b'{"name": "\xff"}', "headers": {"Content-Type": "application/json"}}, 422, "invalid_request"),
        ({"content": b"[]", "headers": {"Content-Type": "application/json; charset=utf-8"}}, 422, "invalid_request"),
        ({"content": b" " * 70_000, "headers": {"Content-Type": "application/json"}}, 413, "too_long"),
    ],
)
def test_other_bodies_are_refused(api: Api, content: dict[str, Any], status: int, kind: str) -> None:
    assert_problem(api.ask("POST", "/v1/cameras", **content), status, kind)
    assert_problem(api.ask("PATCH", f"/v1/cameras/{NOTHING}", **content), status, kind)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("GET", "/picture"), ("PATCH", ""), ("DELETE", ""), ("GET", "/nothing")]
)
def test_there_is_no_such_camera(api: Api, method: str, path: str) -> None:
    content = {"json": {"place": "x"}} if method == "PATCH" else {}
    assert api.ask(method, f"/v1/cameras/{NOTHING}{path}", **content).status_code == 404
    if path != "/nothing":
        assert_problem(api.ask(method, f"/v1/cameras/{NOTHING}{path}", **content), 404, "not_found")
        assert_problem(api.ask(method, f"/v1/cameras/GATE{path}", **content), 422, "invalid_request")


def test_a_name_is_taken_once(api: Api) -> None:
    gate, yard = made(api), made(api, name="yard")
    assert_problem(post(api), 409, "name_taken")
    assert_problem(patch(api, yard, name="gate"), 409, "name_taken")
    assert api.delete(f"/v1/cameras/{gate['id']}").json() == {"sightings": 0}
    assert made(api)["id"] == gate["id"]


def test_a_camera_is_watched_within_two_seconds_and_no_longer_when_it_is_disabled(api: Api) -> None:
    camera = made(api, source=STEADY)
    wait_for(lambda: state(api, camera)["online"], "it is online")
    told = state(api, camera)
    assert (told["frames_per_second"], told["last_error"], told["restarts"]) == (25.0, None, 0)
    assert told["last_picture"] is not None
    answer = api.get(f"/v1/cameras/{camera['id']}/picture")
    assert (answer.content, answer.headers["content-type"]) == (PICTURE, "image/jpeg")
    assert answer.headers["cache-control"] == "private, no-store"
    patch(api, camera, enabled=False)
    wait_for(lambda: not state(api, camera)["online"], "it is offline")
    wait_for(lambda: api.get(f"/v1/cameras/{camera['id']}/picture").status_code == 404, "its picture is gone")


def test_passages_are_sightings_and_are_told_to_those_who_listen(api: Api) -> None:
    events: list[Any] = []

    async def listen() -> None:
        with api.service.cameras.broadcast.subscribe() as subscription:
            begun.append(True)
            while sum(event.kind == "passage" for event in events) < 6:
                events.append(await anext(subscription))

    begun: list[bool] = []
    listening = api.begin_call(listen)
    wait_for(lambda: begun != [], "somebody listens")
    camera = made(api, source=source("tell/3"), name="gate")
    listening.result(60)
    found = api.get("/v1/sightings?camera=gate").json()["items"]
    assert sorted(each["text"] for each in found) == ["A000AA77", "A001AA77", "A002AA77"]
    passages = [json.loads(event.data) for event in events if event.kind == "passage"]
    assert passages[-1] == next(each for each in found if each["id"] == passages[-1]["id"])
    cameras = [json.loads(event.data) for event in events if event.kind == "camera"]
    assert cameras[0]["id"] == camera["id"]
    assert "secret" not in "".join(event.data for event in events)
    assert (found[0]["frames"], found[0]["passage_first"]) == (14, "2025-06-01T12:00:00Z")
    shown = api.get(f"/v1/sightings/{found[0]['id']}/picture")
    assert (shown.content, shown.headers["content-type"]) == (b"JPEG", "image/jpeg")
    assert api.delete(f"/v1/cameras/{camera['id']}").json() == {"sightings": 3}
    assert api.get("/v1/sightings?camera=gate").json()["total"] == 3
    folder = api.service.resources.settings.data_dir / "cameras" / camera["id"]
    wait_for(lambda: not folder.exists(), "its folder is gone")


def test_the_figures_of_cameras(api: Api) -> None:
    camera = made(api, source=source("tell/1"))
    made(api, name="yard", source=source("dead"))
    wait_for(lambda: state(api, camera)["online"], "it is online")
    wait_for(lambda: "number_plate_passages_total 2.0" in api.get("/metrics").text, "it has told what it saw")
    families = {family.name: family for family in text_string_to_metric_families(api.get("/metrics").text)}
    figures = {
        (sample.name, *sample.labels.values()): sample.value
        for name in ("cameras", "cameras_online", "camera_frames_per_second")
        for sample in families[f"number_plate_{name}"].samples
    }
    assert figures == {
        ("number_plate_cameras",): 2,
        ("number_plate_cameras_online",): 1,
        ("number_plate_camera_frames_per_second", "gate"): 25,
        ("number_plate_camera_frames_per_second", "yard"): 0,
    }


def test_what_is_done_is_audited(api: Api) -> None:
    camera = made(api, source=STEADY)
    patch(api, camera, place="here")
    wait_for(lambda: api.get(f"/v1/cameras/{camera['id']}/picture").status_code == 200, "a picture")
    for _ in range(3):
        api.get(f"/v1/cameras/{camera['id']}/picture")
    api.delete(f"/v1/cameras/{camera['id']}")
    assert audited(api) == [
        ("create camera", "gate", {"id": camera["id"]}),
        ("change camera", "gate", {"id": camera["id"], "fields": ["place"]}),
        ("camera picture", "gate", {"id": camera["id"]}),
        ("delete camera", "gate", {"id": camera["id"]}),
    ]


@pytest.mark.parametrize(("setting", "word"), [("camera_local", "rtsp://127.0.0.1/steady"), ("camera_files", __file__)])
def test_the_operator_may_allow_more(
    setting: str, word: str, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("src.service.lifespan.Cameras", partial(Cameras, command=COMMAND))
    with running(models, tmp_path / "data", **{setting: True}) as api:
        assert made(api, source=word, enabled=False)["source"] == word
