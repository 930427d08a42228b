"""Pictures are dropped, photographed and read."""

from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from src.service.page import KEY, sessions
from src.service.page.views import read
from src.service.page.views.read import is_secure
from tests.service.page.views.opening import (
    Script,
    assert_sound,
    dashboard,
    details,
    faults,
    html,
    models,
    opened,
    press,
    read_in_english,
    read_in_russian,
    search,
    sent,
)
from tests.service.page_answers import SAMPLE, Api, problem, refusal

JPEG = [("gate.jpg", SAMPLE.read_bytes(), "image/jpeg")]


def test_a_dropped_picture_is_read_once_and_shown(api: Api) -> None:
    page = opened(read_in_english)
    page.file_uploader[0].set_value(JPEG).run()
    assert_sound(page)
    for said in ("gate.jpg", "Plates found: 1", "M356CC65", "Russia", "99.3%"):
        assert said in html(page)
    assert html(page).count("data:image/jpeg;base64,") == 2
    page.run()
    assert sent(api, "POST /v1/recognize") == [{"abstain": "0.85", "store": "true"}]


def test_settings_count_for_the_next_pictures(api: Api) -> None:
    page = opened(read_in_english)
    page.multiselect(key="countries").set_value(["RU", "BY"])
    page.slider(key="abstain").set_value(90)
    page.slider(key="found").set_value(20)
    page.toggle(key="store").set_value(False)
    page.selectbox(key="read-camera").set_value("gate")
    page.file_uploader[0].set_value(JPEG).run()
    assert_sound(page)
    (query,) = sent(api, "POST /v1/recognize")
    assert query == {
        "countries": "RU,BY",
        "abstain": "0.9",
        "min_confidence": "0.2",
        "store": "false",
        "camera": "gate",
    }


def test_a_photograph_from_the_camera(api: Api) -> None:
    page = opened(read_in_russian)
    page.segmented_control(key="source").set_value("camera").run()
    page.camera_input[0].set_value(("shot.jpg", SAMPLE.read_bytes(), "image/jpeg")).run()
    assert_sound(page)
    assert "Найдено номеров: 1" in html(page)
    assert "99,3%" in html(page)
    assert {request.headers["Authorization"] for request in api.requests} == {"Bearer np_typed"}


def test_what_was_read_stays_until_it_is_cleared(api: Api) -> None:
    page = opened(read_in_english)
    page.file_uploader[0].set_value(JPEG).run()
    page.segmented_control(key="source").set_value("camera").run()
    assert "M356CC65" in html(page)
    (clear,) = [button for button in page.button if button.label == "Clear"]
    clear.click().run()
    assert_sound(page)
    assert "M356CC65" not in html(page)


def test_a_refused_picture_says_why_and_is_not_sent_again(api: Api) -> None:
    api.instead["POST /v1/recognize"] = refusal(415, "unknown_format")
    page = opened(read_in_english)
    page.file_uploader[0].set_value(JPEG).run()
    (said,) = faults(page)
    assert said.startswith("This file (image/jpeg) is no picture that the service reads")
    page.run()
    assert len(sent(api, "POST /v1/recognize")) == 1


def test_a_busy_service_is_asked_again_on_demand(api: Api) -> None:
    api.instead["POST /v1/recognize"] = refusal(503, "busy", **{"Retry-After": "2"})
    page = opened(read_in_english)
    page.file_uploader[0].set_value(JPEG).run()
    assert faults(page) == ["The service is busy; try again in 2 s."]
    api.instead.clear()
    (again,) = [button for button in page.button if button.label == "Try again"]
    again.click().run()
    assert_sound(page)
    assert not page.error
    assert "M356CC65" in html(page)


def test_a_key_for_reading_pictures_alone_is_enough_to_read_them(api: Api) -> None:
    api.instead["GET .*"] = refusal(403, "wrong_scope")
    page = opened(read_in_english)
    page.file_uploader[0].set_value(JPEG).run()
    assert not page.error
    assert "M356CC65" in html(page)


@pytest.mark.parametrize("script", [read_in_english, search, details, dashboard, models])
def test_every_view_says_in_one_sentence_what_is_wrong(api: Api, script: Script) -> None:
    api.instead[".*"] = refusal(401, "no_key")
    page = opened(script)
    assert faults(page) == ["The service asks for a valid key; enter one under “Key”."]


def test_what_the_api_quotes_is_not_taken_for_markdown(api: Api) -> None:
    quoted = problem(422, "![x](https://elsewhere/x.png) :red[*A*]", "invalid_request")
    api.instead["GET /v1/sightings"] = httpx.Response(422, json=quoted)
    page = opened(search)
    assert r"\!\[x\]\(https\:\/\/elsewhere\/x\.png\) \:red\[\*A\*\]" in page.error[0].value


@pytest.mark.parametrize(
    ("url", "secure"),
    [
        ("https://plates.example/read", True),
        ("http://localhost:8501", True),
        ("http://127.0.0.1:8501/", True),
        ("http://192.168.1.7:8501/", False),
        ("", False),
    ],
)
def test_where_browsers_give_the_camera(url: str, secure: bool) -> None:
    assert is_secure(url) is secure


APP = str(Path(read.__file__).parents[1] / "app.py")


def keys(api: Api) -> set[str | None]:
    """The keys with which the API was asked for what needs one."""
    return {r.headers.get("Authorization") for r in api.requests if r.url.path != "/health"}


def test_the_visitors_key_takes_the_place_of_the_pages_own(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "np_of_the_page ")
    page = AppTest.from_file(APP, default_timeout=60).run()
    assert_sound(page)
    assert keys(api) == {"Bearer np_of_the_page"}
    api.requests.clear()
    known = sessions.OPEN.begin("np_typed")
    monkeypatch.setattr(sessions, "context", SimpleNamespace(cookies={sessions.COOKIE: known}))
    page.run()
    assert_sound(page)
    assert keys(api) == {"Bearer np_typed"}
    assert "np_typed" not in html(page)
    api.requests.clear()
    sessions.OPEN.end(known)
    st.cache_data.clear()
    page.run()
    assert keys(api) == {"Bearer np_of_the_page"}


def test_with_the_api_gone_the_page_says_so_and_asks_nothing_else(api: Api) -> None:
    api.gone = True
    page = AppTest.from_file(APP, default_timeout=60).run()
    assert_sound(page)
    assert faults(page) == ["The recognition service cannot be reached; is it running?"]
    assert api.asked == ["GET /health"]
    api.gone = False
    press(page, "Try again")
    assert not page.error
