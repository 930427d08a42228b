"""Cameras are listed, added, changed, paused and deleted, and no password is shown."""

import json

import httpx
import pytest
from streamlit.testing.v1 import AppTest

from src.service.api import examples
from src.service.page import PUBLIC
from tests.service.page.views.opening import (
    camera,
    cameras,
    cameras_in_russian,
    faults,
    html,
    new_camera,
    opened,
    press,
)
from tests.service.page_answers import Api, problem, refusal

ID = examples.CAMERA["id"]
SHOWN = examples.CAMERA["source"]


def answer(api: Api, **camera: object) -> None:
    """The API has one camera, as in the example but for some fields."""
    state = camera.pop("state", {})
    record = {**examples.CAMERA, **camera, "state": {**examples.CAMERA["state"], **dict(state)}}  # type: ignore[call-overload]
    api.instead["GET /v1/cameras"] = httpx.Response(200, json={"items": [record]})


def changes(api: Api, method: str) -> list[dict[str, object]]:
    """What was sent with a method."""
    return [json.loads(request.content or b"{}") for request in api.requests if request.method == method]


def links(page: AppTest) -> list[str]:
    return [element.proto.url for element in page.get("link_button")]


def field(page: AppTest, label: str, value: str) -> None:
    (found,) = [each for each in page.text_input if each.label == label]
    found.set_value(value)


def test_a_camera_is_shown_with_its_state_and_picture(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PUBLIC, "https://plates.example")
    page = opened(cameras)
    for said in ("gate", "Online, 25 frames/s", "Depot", "entering", "data:image/jpeg;base64,", "Only a zone"):
        assert said in html(page)
    assert links(page) == [
        "https://plates.example/live#lang=en",
        f"https://plates.example/live#lang=en&camera={ID}",
    ]


@pytest.mark.parametrize(
    ("camera", "said"),
    [
        ({"state": {"online": False, "last_error": "connection refused"}}, ["Offline", "connection refused"]),
        ({"state": {"online": False, "since": None, "last_picture": None}}, ["Starting", "No picture yet"]),
        ({"enabled": False, "state": {"online": False}}, ["Paused"]),
        ({"source": None}, ["Pictures are uploaded"]),
        ({"name": "<script>x</script>"}, ["&lt;script&gt;"]),
    ],
)
def test_every_state_is_said(api: Api, camera: dict[str, object], said: list[str]) -> None:
    answer(api, **camera)
    page = opened(cameras)
    for text in said:
        assert text in html(page)


def test_in_russian(api: Api) -> None:
    page = opened(cameras_in_russian)
    assert "На связи, 25 кадр/с" in html(page)
    assert links(page)[0].endswith("#lang=ru")


def test_the_windows_open(api: Api) -> None:
    page = opened(cameras)
    press(page, "Add")
    assert [each.value for each in page.text_input] == [""] * 5
    press(page, "Change")
    assert [each.value for each in page.text_input] == ["gate", SHOWN, "", "Depot", "North"]


def test_no_camera_is_no_fault(api: Api) -> None:
    api.instead["GET /v1/cameras"] = httpx.Response(200, json={"items": []})
    page = opened(cameras)
    assert "No camera yet" in page.info[0].value


def test_a_picture_that_never_came_is_no_fault(api: Api) -> None:
    api.instead[r"GET /v1/cameras/\w+/picture"] = refusal(404)
    assert "No picture yet" in html(opened(cameras))


def test_a_camera_is_added_with_its_password(api: Api) -> None:
    page = opened(new_camera)
    field(page, "Name", " yard ")
    field(page, "Address", "rtsp://viewer@192.168.1.30/1")
    field(page, "Password", "s3cret")
    press(page, "Save")
    (sent,) = changes(api, "POST")
    assert sent == {
        "name": "yard",
        "source": "rtsp://viewer:s3cret@192.168.1.30/1",
        "place": None,
        "gate": None,
        "direction": None,
        "merge_s": 0,
        "min_width": 0,
        "countries": [],
    }
    assert "s3cret" not in html(page)


def test_what_does_not_fit_is_said_and_not_sent(api: Api) -> None:
    page = opened(new_camera)
    press(page, "Save")
    assert faults(page) == ["A camera needs a name."]
    field(page, "Name", "yard")
    field(page, "Password", "s3cret")
    press(page, "Save")
    assert faults(page) == ["A password needs a user in the address, as in rtsp://user@host/stream."]
    assert changes(api, "POST") == []


def test_a_change_leaves_the_password_and_shows_none(api: Api) -> None:
    page = opened(camera)
    values = {each.label: each.value for each in page.text_input}
    assert values == {"Name": "gate", "Address": SHOWN, "Password": "", "Place": "Depot", "Gate": "North"}
    field(page, "Place", "")
    press(page, "Save")
    assert faults(page) == ["A gate needs a place."]
    field(page, "Gate", "")
    press(page, "Save")
    (sent,) = changes(api, "PATCH")
    assert sent["source"] == SHOWN
    assert sent["place"] is None
    assert sent["countries"] == ["RU", "BY"]
    assert "enabled" not in sent
    assert "zone" not in sent


def test_a_name_that_is_taken_is_said_so(api: Api) -> None:
    api.instead[rf"PATCH /v1/cameras/{ID}"] = httpx.Response(409, json=problem(409, "body.name", "name_taken"))
    page = opened(camera)
    press(page, "Save")
    assert faults(page) == ["Another camera has this name."]


def test_a_camera_is_paused_and_goes_on(api: Api) -> None:
    page = opened(cameras)
    press(page, "Pause")
    answer(api, enabled=False)
    page = opened(cameras)
    press(page, "Resume")
    assert changes(api, "PATCH") == [{"enabled": False}, {"enabled": True}]


def test_a_key_that_may_not_change_cameras_is_told_so(api: Api) -> None:
    api.instead[rf"PATCH /v1/cameras/{ID}"] = refusal(403, "wrong_scope")
    page = opened(cameras)
    press(page, "Pause")
    assert faults(page) == ["Your key does not allow this."]


def test_a_camera_is_deleted_in_two_steps(api: Api) -> None:
    page = opened(camera)
    assert "What it has seen stays." in page.warning[0].value
    press(page, "Delete for ever")
    assert f"DELETE /v1/cameras/{ID}" in api.asked
