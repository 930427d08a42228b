"""Sightings are searched, looked at, deleted and counted, and the models described."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from src.core.card import load_card
from src.service.api import examples
from tests.service.page.views.opening import (
    assert_sound,
    dashboard,
    details,
    faults,
    html,
    models,
    opened,
    press,
    search,
    sent,
)
from tests.service.page_answers import Api, refusal


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


def test_a_text_that_the_api_would_refuse_is_not_even_sent(api: Api) -> None:
    page = opened(search)
    asked = len(sent(api, "GET /v1/sightings"))
    page.text_input(key="search-text").set_value("A\x01").run()
    assert len(faults(page)) == 1
    assert len(sent(api, "GET /v1/sightings")) == asked


def test_leafing_there_and_back(api: Api) -> None:
    api.instead["GET /v1/sightings"] = httpx.Response(
        200, json={"items": [examples.SIGHTING], "next": "further", "total": 30}
    )
    page = opened(search)
    press(page, "Older")
    press(page, "Older")
    press(page, "Newer")
    assert [query.get("cursor") for query in sent(api, "GET /v1/sightings")] == [None, "further"]
    assert "Page 2" in [caption.value for caption in page.caption]
    page.text_input(key="search-text").set_value("B*").run()
    assert "Page 1" in [caption.value for caption in page.caption]


def test_the_total_is_told_on_every_page(api: Api) -> None:
    api.instead["GET /v1/sightings"] = httpx.Response(
        200, json={"items": [examples.SIGHTING], "next": "further", "total": 1234}
    )
    page = opened(search)
    api.instead["GET /v1/sightings"] = httpx.Response(
        200, json={"items": [examples.SIGHTING], "next": None, "total": None}
    )
    press(page, "Older")
    assert "Found: 1,234" in [caption.value for caption in page.caption]


def test_the_address_sets_the_filters(api: Api) -> None:
    asked = {"text": "834", "country": "RU", "camera": "gate", "confidence": "50"}
    page = opened(search, **asked, period="dates", dates="2026-01-30..2026-01-31")
    query = sent(api, "GET /v1/sightings")[-1]
    assert query["since"].startswith("2026-01-30T00:00")
    assert query["until"].startswith("2026-02-01T00:00")
    assert {name: query[name] for name in ("text", "region", "camera", "min_confidence")} == {
        "text": "834",
        "region": "RU",
        "camera": "gate",
        "min_confidence": "0.5",
    }
    page.run()
    assert_sound(page)
    assert {name: page.query_params[name] for name in asked} == asked


def test_the_filters_stand_in_the_address_and_go_from_it(api: Api) -> None:
    page = opened(search)
    assert page.query_params == {}
    page.text_input(key="search-text").set_value(" 834 ")
    page.selectbox(key="search-country").set_value("RU")
    page.selectbox(key="search-period").set_value("week").run()
    assert page.query_params == {"text": "834", "country": "RU", "period": "week"}
    page.text_input(key="search-text").set_value("")
    page.selectbox(key="search-country").set_value(None).run()
    assert page.query_params == {"period": "week"}
    assert_sound(page)


def test_what_no_filter_can_be_is_left_out_of_the_address(api: Api) -> None:
    nonsense = {"country": "QQ", "camera": "nowhere", "confidence": "-1", "period": "dates", "dates": "soon"}
    page = opened(search, **nonsense, text="8" * 99)
    assert sent(api, "GET /v1/sightings")[-1] == {"text": "8" * 64, "limit": "12"}
    assert page.query_params == {"text": "8" * 64}


def test_details_say_how_sure_it_is_and_which_file_it_was(api: Api) -> None:
    shown = html(opened(details))
    for said in ("99.3%", "77.5%", "00-ru.jpg"):
        assert said in shown


def test_bars_of_the_dashboard_lead_to_the_search(api: Api) -> None:
    page = opened(dashboard, lang="RU", days="30")
    links = [
        parse_qs(urlsplit(unescape(link)).query) for link in re.findall(r'<th><a href="(search\?[^"]+)"', html(page))
    ]
    today = datetime.now(UTC).date()
    period = {
        "period": ["dates"],
        "dates": [f"{today - timedelta(29)}..{today}"],
        "lang": ["RU"],
    }
    assert links == [{"country": ["RU"]} | period, {"camera": ["gate"]} | period, {"text": ["M356CC65"]} | period]
    assert [query["days"] for query in sent(api, "GET /v1/statistics")] == ["30"]
    page.segmented_control(key="dashboard-days").set_value(90).run()
    assert page.query_params["days"] == "90"
    page.segmented_control(key="dashboard-days").set_value(7).run()
    assert "days" not in page.query_params
    assert_sound(page)


def test_a_sighting_without_a_picture_is_listed_all_the_same(api: Api) -> None:
    lost = {**examples.SIGHTING, "has_picture": False}
    api.instead["GET /v1/sightings"] = httpx.Response(200, json={"items": [lost], "next": None, "total": 1})
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
    assert page.session_state["done-search"] == "sighting.deleted"


def test_a_key_that_may_not_delete(api: Api) -> None:
    api.instead["DELETE .*"] = refusal(403, "wrong_scope")
    page = opened(details)
    press(page, "Delete for ever")
    assert faults(page) == ["Your key does not allow this."]


def test_nothing_found(api: Api) -> None:
    api.instead["GET /v1/sightings"] = httpx.Response(200, json={"items": [], "next": None, "total": 0})
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
    sizes = [load_card(Path("exports", name)).input_size for name in ("detector", "ocr")]
    for said in (
        *(f"{width} × {height}" for height, width in sizes),
        "AP50",
        "openalpr_br_camera",
        "AGPL-3.0-or-later",
    ):
        assert said in html(page)
    assert [element.value for element in page.subheader] == ["Detector: finds plates", "Reader: reads them"]
    api.instead["GET /ready"] = refusal(503, "not_ready")
    assert_sound(page.run())
