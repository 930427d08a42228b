"""Who is inside is seen, marked where it is too long, and closed by hand; past visits are found and counted."""

from datetime import UTC, datetime, timedelta

import httpx
import pyarrow
import pytest

from src.service.api import examples
from tests.service.page.views.opening import (
    Script,
    closing,
    faults,
    html,
    opened,
    press,
    search,
    sent,
    visits,
    visits_in_russian,
)
from tests.service.page_answers import Api, refusal
from tests.service.page_gate_answers import LEFT, LINE, STAY, STRANGER
from tests.service.page_registry_answers import OWN_KEY, page_of

INSIDE, REPORT = "GET /v1/visits", "GET /v1/visits/report"


def lately(**said: object) -> dict[str, object]:
    """A visit that began two hours and five minutes ago."""
    return {**STAY, "entered": (datetime.now(UTC) - timedelta(hours=2, minutes=5, seconds=20)).isoformat(), **said}


def test_places_show_their_figures_and_vehicles_how_long_they_have_been_inside(api: Api) -> None:
    api.instead[INSIDE] = httpx.Response(200, json=page_of(lately()))
    shown = html(opened(visits))
    for said in ("Depot", ">12<", " / 40<", "free: 28", "too long: 2", "width:30.0%"):
        assert said in shown
    assert 'href="visits?place=Depot&amp;overstayed=yes"' in shown
    for said in ("M356CC65", "Depot, for 2 hr 5 min", ">too long<", "North gate</a>", "Allowed"):
        assert said in shown
    assert f'href="search?sighting={STAY["entry"]}"' in shown
    assert sent(api, INSIDE) == [{"state": "inside", "limit": "12"}]


def test_it_is_russian_too(api: Api) -> None:
    api.instead[INSIDE] = httpx.Response(200, json=page_of(lately()))
    shown = html(opened(visits_in_russian))
    for said in ("свободно: 28", "Depot, уже 2 ч 5 мин", "слишком долго", "Разрешено"):
        assert said in shown


def test_a_place_without_an_end_has_no_bar_and_one_without_visits_is_nobodys(api: Api) -> None:
    unbounded = {"place": "Yard", "inside": 0, "capacity": None, "free": None, "overstaying": 0}
    api.instead["GET /v1/occupancy"] = httpx.Response(200, json={"items": [unbounded]})
    api.instead[INSIDE] = httpx.Response(200, json=page_of())
    page = opened(visits)
    assert "np-fill" not in html(page)
    assert "free" not in html(page)
    assert [each.value for each in page.info] == ["Nobody is inside."]


def test_without_places_it_says_how_to_come_to_some(api: Api) -> None:
    api.instead["GET /v1/occupancy"] = httpx.Response(200, json={"items": []})
    assert "No place yet" in opened(visits).info[0].value


def test_a_visit_is_closed_by_hand_after_a_warning(api: Api) -> None:
    assert "It has left" in [button.label for button in opened(visits).button]
    page = opened(closing)
    assert "no way back" in page.warning[0].value
    assert not [call for call in api.asked if "close" in call]
    press(page, "It is no longer inside")
    assert f"POST /v1/visits/{STAY['id']}/close" in api.asked


def test_a_key_that_may_only_look_closes_nothing(api: Api) -> None:
    api.instead["GET /v1/key"] = httpx.Response(200, json={**OWN_KEY, "allows": ["read"]})
    assert "It has left" not in [button.label for button in opened(visits).button]


def test_past_visits_are_found_by_filters_that_stand_in_the_address(api: Api) -> None:
    api.instead[INSIDE] = httpx.Response(200, json=page_of(LEFT, STRANGER))
    said = {"show": "all", "text": "356", "place": "Depot", "state": "left", "overstayed": "no"}
    dates = {"period": "dates", "dates": "2026-01-30"}
    page = opened(visits, **said, **dates)
    asked = {
        "text": "356",
        "place": "Depot",
        "state": "left",
        "overstayed": "false",
        "since": "2026-01-30T00:00:00Z",
        "until": "2026-01-31T00:00:00Z",
    }
    assert sent(api, INSIDE) == [asked | {"limit": "12"}]
    assert dict(page.query_params) == said | dates
    shown = html(page)
    for told in ("Depot, 1 hr", "31 Jan 2026, 13:00, north out", "entry not seen", f"sighting={LEFT['exit']}"):
        assert told in shown
    assert "download/visits?place=Depot&amp;since=2026-01-30T00%3A00%3A00Z&amp;until=2026-01-31T" in shown
    assert "It has left" not in [button.label for button in page.button]


def test_the_report_by_day_has_a_bar_for_every_day_and_leads_to_its_visits(api: Api) -> None:
    page = opened(visits, show="report", place="Depot", period="dates", dates="2026-01-31..2026-02-02")
    (query,) = sent(api, REPORT)
    assert query == {
        "by": "day",
        "place": "Depot",
        "since": "2026-01-31T00:00:00Z",
        "until": "2026-02-03T00:00:00Z",
        "format": "json",
    }
    (chart,) = page.get("vega_lite_chart")
    bars = pyarrow.ipc.open_stream(chart.proto.data.data).read_all().to_pylist()
    assert [(bar["name"], bar["count"]) for bar in bars] == [("31 Jan", 17), ("1 Feb", 0), ("2 Feb", 3)]
    assert bars[0]["link"] == "visits?show=all&period=dates&dates=2026-01-31&place=Depot"
    assert bars[1]["link"] is None
    shown = html(page)
    for said in ("31 Jan 2026", ">17<", ">1 hr 30 min<", ">8 hr 20 min<"):
        assert said in shown
    assert [each.value for each in page.caption][-1] == "Visits: 20"
    assert "download/report?place=Depot" in shown


def test_the_report_by_permit_names_the_list_and_the_vehicle_most_visits_first(api: Api) -> None:
    permit = {**LINE, "day": None, "permit": "7" * 32, "list": "Residents", "text": "M356CC65", "visits": 5}
    others = {**LINE, "day": None, "visits": 9, "mean_s": None}
    api.instead[REPORT] = httpx.Response(200, json={"items": [permit, others]})
    shown = html(opened(visits, show="report", by="permit"))
    bars = shown[shown.index("np-bars") :]
    assert bars.index("without a permit") < bars.index("Residents, M356CC65")
    assert sent(api, REPORT) == [{"by": "permit", "format": "json"}]


def test_a_report_of_nothing_is_said_so(api: Api) -> None:
    api.instead[REPORT] = httpx.Response(200, json={"items": []})
    page = opened(visits, show="report", by="moon")
    assert [each.value for each in page.info] == ["No visit in this period."]
    assert sent(api, REPORT) == [{"by": "day", "format": "json"}]


def test_what_no_filter_can_be_is_left_out(api: Api) -> None:
    opened(visits, show="all", place="Moon", state="parked", overstayed="perhaps")
    assert sent(api, INSIDE) == [{"limit": "12"}]


def test_another_part_of_the_view_leaves_its_own_filters_alone_in_the_address(api: Api) -> None:
    page = opened(visits, show="all", state="left", place="Depot")
    page.segmented_control(key="visits-show").set_value("inside").run()
    assert dict(page.query_params) == {"place": "Depot"}
    assert sent(api, INSIDE)[-1] == {"place": "Depot", "state": "inside", "limit": "12"}


def test_a_link_to_a_sighting_opens_it_once(api: Api) -> None:
    known = examples.SIGHTING["id"]
    api.instead[f"GET /v1/sightings/{known}"] = httpx.Response(200, json=examples.SIGHTING)
    page = opened(search, sighting=known)
    assert "Photograph with the plates marked" in html(page)
    assert "sighting" not in page.query_params
    page.run()
    assert api.asked.count(f"GET /v1/sightings/{known}") == 1


def test_names_of_strangers_are_no_markup(api: Api) -> None:
    evil = "<script>x</script>"
    api.instead[INSIDE] = httpx.Response(200, json=page_of({**STAY, "text": evil, "place": evil, "entry_gate": evil}))
    shown = html(opened(visits))
    assert "&lt;script&gt;" in shown
    assert "<script>" not in shown


@pytest.mark.parametrize("script", [visits])
def test_one_sentence_says_what_is_wrong(api: Api, script: Script) -> None:
    api.instead[".*"] = refusal(401, "no_key")
    assert faults(opened(script)) == ["The service asks for a valid key; enter one under “Key”."]
