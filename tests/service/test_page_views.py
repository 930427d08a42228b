"""The views as Streamlit runs them, without a browser; the API answers as its OpenAPI says."""

import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from src.core.card import load_card
from src.service import examples
from src.service.page import API, KEY, visit
from src.service.page.views import read
from src.service.page.views.read import is_secure
from tests.service.page_answers import SAMPLE, Api, problem, refusal

Script = Callable[[], None]
JPEG = [("gate.jpg", SAMPLE.read_bytes(), "image/jpeg")]


def read_in_english() -> None:
    from src.service.page.views import read
    from src.service.page.visit import start

    read.show(start("en", ""))


def read_in_russian() -> None:
    from src.service.page.views import read
    from src.service.page.visit import start

    read.show(start("ru", "np_typed"))


def details() -> None:
    from src.service import examples
    from src.service.page.views.details import open_details
    from src.service.page.visit import start

    open_details(examples.SIGHTING, None, start("en", ""))


def search() -> None:
    from src.service.page.views import search
    from src.service.page.visit import start

    search.show(start("en", ""))


def dashboard() -> None:
    from src.service.page.views import dashboard
    from src.service.page.visit import start

    dashboard.show(start("en", ""))


def models() -> None:
    from src.service.page.views import models
    from src.service.page.visit import start

    models.show(start("en", ""))


@pytest.fixture(autouse=True)
def _main(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest leaves its script as the main module, which the processes of other tests would then run."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    answers = Api()
    client = httpx.Client(transport=httpx.MockTransport(answers), base_url="http://api:8000")
    monkeypatch.setattr(visit, "_connection", lambda address: client)
    # Streamlit looks through the metadata of all installed packages for components, once per AppTest
    monkeypatch.setattr("streamlit.components.v2.manifest_scanner.scan_component_manifests", list)
    monkeypatch.setenv(API, "http://api:8000")
    monkeypatch.setenv(KEY, "")
    st.cache_data.clear()
    yield answers
    client.close()


def opened(script: Script) -> AppTest:
    page = AppTest.from_function(script, default_timeout=60).run()
    assert_sound(page)
    return page


def assert_sound(page: AppTest) -> None:
    assert [fault.message for fault in page.exception] == []


def faults(page: AppTest) -> list[str]:
    """What is said to be wrong, as Markdown shows it."""
    return [error.value.replace("\\", "") for error in page.error]


def html(page: AppTest) -> str:
    return "".join(element.body for element in page.html)


def sent(api: Api, call: str) -> list[dict[str, str]]:
    """The queries of all requests that were ``call``."""
    pairs = zip(api.asked, api.requests, strict=True)
    return [dict(request.url.params) for asked, request in pairs if asked == call]


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
    page.selectbox(key="camera").set_value("gate")
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
    assert faults(page) == ["This file is no picture that the service reads."]
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


def test_the_typed_key_takes_the_place_of_the_pages_own(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "np_of_the_page ")
    page = AppTest.from_file(str(Path(read.__file__).parents[1] / "app.py"), default_timeout=60).run()
    assert_sound(page)
    assert {request.headers["Authorization"] for request in api.requests} == {"Bearer np_of_the_page"}
    api.requests.clear()
    page.text_input(key="api-key").set_value("np_typed").run()
    assert_sound(page)
    assert {request.headers["Authorization"] for request in api.requests} == {"Bearer np_typed"}


def test_sightings_are_listed_with_their_plates(api: Api) -> None:
    page = opened(search)
    for said in ("M356CC65", "Russia", "31 Jan 2026, 12:00", "gate", "data:image/jpeg;base64,"):
        assert said in html(page)
    assert sent(api, "GET /v1/sightings") == [{"limit": "12"}]


def test_filters_reach_the_api(api: Api) -> None:
    page = opened(search)
    page.text_input(key="search-text").set_value(" A1* ")
    page.selectbox(key="search-country").set_value("RU")
    page.selectbox(key="search-camera").set_value("gate")
    page.selectbox(key="search-period").set_value("today")
    page.slider(key="search-confidence").set_value(50).run()
    assert_sound(page)
    query = sent(api, "GET /v1/sightings")[-1]
    since, until = (datetime.fromisoformat(query.pop(name)) for name in ("since", "until"))
    assert until - since == timedelta(days=1)
    assert query == {"text": "A1*", "region": "RU", "camera": "gate", "min_confidence": "0.5", "limit": "12"}


def test_leafing_there_and_back(api: Api) -> None:
    api.instead["GET /v1/sightings"] = httpx.Response(200, json={"items": [examples.SIGHTING], "next": "further"})
    page = opened(search)
    press(page, "Older")
    press(page, "Older")
    press(page, "Newer")
    assert [query.get("cursor") for query in sent(api, "GET /v1/sightings")] == [None, "further"]
    assert "Page 2" in [caption.value for caption in page.caption]
    page.text_input(key="search-text").set_value("B*").run()
    assert "Page 1" in [caption.value for caption in page.caption]


def test_a_sighting_without_a_picture_is_listed_all_the_same(api: Api) -> None:
    lost = {**examples.SIGHTING, "has_picture": False}
    api.instead["GET /v1/sightings"] = httpx.Response(200, json={"items": [lost], "next": None})
    page = opened(search)
    assert "No picture kept" in html(page)
    assert not [call for call in api.asked if call.endswith("/picture")]


@pytest.mark.parametrize("answer", [refusal(404, "not_found"), httpx.Response(200, content=b"no picture")])
def test_a_picture_that_is_gone_or_cannot_be_shown(api: Api, answer: httpx.Response) -> None:
    api.instead["GET .*/picture"] = answer
    page = opened(search)
    assert not page.error
    assert "No picture kept" in html(page)


@pytest.mark.parametrize(
    ("what", "call"),
    [("one", f"DELETE /v1/sightings/{examples.SIGHTING['id']}"), ("all", "DELETE /v1/plates/M356CC65")],
)
def test_deleting_takes_a_choice_and_a_confirmation(api: Api, what: str, call: str) -> None:
    page = opened(details)
    assert "31 Jan 2026, 12:00" in html(page)
    page.radio[0].set_value(what).run()
    assert not [asked for asked in api.asked if asked.startswith("DELETE")]
    press(page, "Delete for ever")
    assert api.asked.count(call) == 1
    assert page.session_state["deleted"]


def test_a_key_that_may_not_delete(api: Api) -> None:
    api.instead["DELETE .*"] = refusal(403, "wrong_scope")
    page = opened(details)
    press(page, "Delete for ever")
    assert faults(page) == ["Your key does not allow this."]


def test_nothing_found(api: Api) -> None:
    api.instead["GET /v1/sightings"] = httpx.Response(200, json={"items": [], "next": None})
    assert [info.value for info in opened(search).info] == ["Nothing was seen that fits."]


def test_the_dashboard_counts(api: Api) -> None:
    page = opened(dashboard)
    assert [(metric.label, metric.value) for metric in page.metric] == [
        ("Sightings", "1"),
        ("Different plates", "1"),
        ("Pictures", "1"),
    ]
    assert len(page.get("vega_lite_chart")) == 2
    for said in ("Russia", "gate", "M356CC65"):
        assert said in html(page)
    page.segmented_control(key="dashboard-days").set_value(90).run()
    assert_sound(page)
    assert [query["days"] for query in sent(api, "GET /v1/statistics")] == ["7", "90"]


def test_an_empty_dashboard_has_no_charts(api: Api) -> None:
    api.instead["GET /v1/statistics"] = httpx.Response(200, json={**examples.STATISTICS, "sightings": 0})
    page = opened(dashboard)
    assert [info.value for info in page.info] == ["Nothing was seen in this period."]
    assert not page.get("vega_lite_chart")


def test_both_model_cards_are_readable(api: Api) -> None:
    page = opened(models)
    height, width = load_card(Path("exports/detector")).input_size
    for said in (f"{width} × {height}", "128 × 32", "AP50", "openalpr_br_camera", "AGPL-3.0-or-later"):
        assert said in html(page)
    assert [element.value for element in page.subheader] == ["Detector: finds plates", "Reader: reads them"]
    api.instead["GET /ready"] = refusal(503, "not_ready")
    assert_sound(page.run())


def press(page: AppTest, label: str) -> None:
    (button,) = [button for button in page.button if button.label == label]
    button.click().run()
    assert_sound(page)
