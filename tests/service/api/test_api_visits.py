"""Visits, occupancy and reports over HTTP."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from src.service.database import Database, tables
from tests.service.api_client import Api, assert_problem, running
from tests.service.gates import all_visits, make_gates, pass_gate
from tests.service.recognitions import NOON
from tests.service.registered import add_vehicle
from tests.service.sheet_files import rows_of

NOTHING = "0" * 32


@pytest.fixture
def api(models: Path, tmp_path: Path) -> Iterator[Api]:
    with running(models, tmp_path / "data") as running_api:
        yield running_api


@pytest.fixture
def database(api: Api) -> Database:
    return api.service.resources.database


@pytest.fixture(autouse=True)
def gates(api: Api, database: Database) -> None:
    place = {"name": "Depot", "time_zone": "Asia/Tokyo", "capacity": 2, "max_stay_minutes": 60}
    assert api.ask("POST", "/v1/places", json=place).status_code == 201
    make_gates(database)


def stay(database: Database, text: str, minute: float, minutes: float | None, place: str = "", **said: Any) -> None:
    """A vehicle comes some minutes after NOON, and leaves so many minutes later; None: it stays."""
    pass_gate(database, f"{place}in", text, minute, **said)
    if minutes is not None:
        pass_gate(database, f"{place}out", text, minute + minutes, **said)


def items(api: Api, path: str) -> list[dict[str, Any]]:
    answer = api.get(path)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def audited(database: Database) -> list[tuple[str, Any, Any]]:
    with database.reading() as session:
        rows = session.scalars(select(tables.AuditRow).order_by(tables.AuditRow.at))
        return [(row.action, row.subject, row.detail) for row in rows if "visit" in row.action]


def test_visits_are_found_by_all_that_is_known_of_them(api: Api, database: Database) -> None:
    make_gates(database, "Yard")
    vehicle = add_vehicle(database, "A123BC77", "allow")
    stay(database, "A123BC77", 0, 30, candidates=None, confidence=0.9999)
    stay(database, "M356CC65", 10, 90)
    stay(database, "X001XX77", 20, None, "Yard ")
    pass_gate(database, "out", "T777TT77", 30)
    every = {visit.text: visit.model_dump(mode="json") for visit in all_visits(database)}
    assert items(api, "/v1/visits") == list(every.values())[::-1]
    for asked, expected in {
        "place=Yard": ["X001XX77"],
        "state=no_entry": ["T777TT77"],
        "text=356": ["M356CC65"],
        "text=*77": ["T777TT77", "X001XX77", "A123BC77"],
        f"vehicle={vehicle}": ["A123BC77"],
        "overstayed=true": ["M356CC65"],
        "overstayed=false&state=left": ["A123BC77"],
        "since=2025-06-01T12:10:00Z&until=2025-06-01T12:30:00Z": ["X001XX77", "M356CC65"],
        "place=Nowhere": [],
    }.items():
        assert [visit["text"] for visit in items(api, f"/v1/visits?{asked}")] == expected, asked
    assert api.get(f"/v1/visits/{every['M356CC65']['id']}").json() == every["M356CC65"]
    assert_problem(api.get(f"/v1/visits/{NOTHING}"), 404, "not_found")
    assert_problem(api.get("/v1/visits?state=lost"), 422, "invalid_request")
    assert ("visits", "356", {"limit": 50}) in audited(database)
    assert audited(database)[-2:] == [("visit", every["M356CC65"]["id"], None), ("visit", NOTHING, None)]


def test_pages_follow_each_other(api: Api, database: Database) -> None:
    for minute in range(5):
        stay(database, f"A{minute}", minute, None)
    first = api.get("/v1/visits?limit=2").json()
    second = api.get(f"/v1/visits?limit=2&cursor={first['next']}").json()
    last = api.get(f"/v1/visits?limit=2&cursor={second['next']}").json()
    assert [visit["text"] for page in (first, second, last) for visit in page["items"]] == [
        "A4",
        "A3",
        "A2",
        "A1",
        "A0",
    ]
    assert [page["total"] for page in (first, second, last)] == [5, None, None]
    assert last["next"] is None


def test_who_is_inside(api: Api, database: Database) -> None:
    make_gates(database, "Yard")
    now = (datetime.now(UTC) - NOON) / timedelta(minutes=1)
    for text, ago in (("A1", 61), ("B1", 59), ("C1", 2)):
        stay(database, text, now - ago, None)
    stay(database, "D1", now - 90, 80)
    assert items(api, "/v1/occupancy") == [
        {"place": "Depot", "inside": 3, "capacity": 2, "free": 0, "overstaying": 1},
        {"place": "Yard", "inside": 0, "capacity": None, "free": None, "overstaying": 0},
    ]
    assert [visit["overstays"] for visit in items(api, "/v1/visits?state=inside")] == [False, False, True]
    assert [visit["text"] for visit in items(api, "/v1/visits?overstayed=true")] == ["A1", "D1"]


def test_a_visit_is_closed_by_hand(api: Api, database: Database) -> None:
    stay(database, "A123BC77", 0, None)
    (visit,) = items(api, "/v1/visits")
    closed = api.ask("POST", f"/v1/visits/{visit['id']}/close").json()
    assert closed == visit | {"state": "no_exit", "closed": closed["closed"], "overstays": False}
    assert closed["closed"] is not None
    assert items(api, "/v1/occupancy")[0]["inside"] == 0
    assert_problem(api.ask("POST", f"/v1/visits/{NOTHING}/close"), 404, "not_found")
    of_closing = [entry for entry in audited(database) if entry[0] == "close visit"]
    assert of_closing == [("close visit", visit["id"], {"visits": 1}), ("close visit", NOTHING, {"visits": 0})]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_all_that_a_search_finds_is_a_sheet(api: Api, database: Database, kind: str) -> None:
    stay(database, "A123BC77", 0, 90)
    stay(database, "M356CC65", 10, None)
    answer = api.get(f"/v1/visits/export?format={kind}&state=left")
    (row,) = rows_of(answer.content)
    assert (row["place"], row["plate"], row["state"], str(row["duration_s"])) == ("Depot", "A123BC77", "left", "5400")
    assert row["entered"] == "2025-06-01T12:00:00+00:00"
    assert audited(database)[-1] == ("export visits", None, {"state": "left", "format": kind})


def test_reports_count_by_day_permit_and_place(api: Api, database: Database) -> None:
    make_gates(database, "Yard")
    add_vehicle(database, "A123BC77", "allow")
    stay(database, "A123BC77", 0, 30, candidates=None, confidence=0.9999)
    stay(database, "A123BC77", 100, 90, candidates=None, confidence=0.9999)
    stay(database, "M356CC65", 179, None)
    stay(database, "X001XX77", 180, 10, "Yard ")
    pass_gate(database, "out", "T777TT77", 181)  # it is the next day in Tokyo
    counted = ("visits", "inside", "left", "no_exit", "no_entry", "overstayed", "mean_s", "longest_s", "total_s")

    def report(by: str, named: str) -> dict[Any, tuple[Any, ...]]:
        return {line[named]: tuple(line[key] for key in counted) for line in items(api, f"/v1/visits/report?by={by}")}

    assert report("place", "place") == {
        "Depot": (4, 1, 2, 0, 1, 1, 3600, 5400, 7200),
        "Yard": (1, 0, 1, 0, 0, 0, 600, 600, 600),
    }
    depot = items(api, "/v1/visits/report?by=day&place=Depot")
    assert [(line["day"], line["visits"]) for line in depot] == [("2025-06-01", 3), ("2025-06-02", 1)]
    assert report("permit", "text") == {
        "A123BC77": (2, 0, 2, 0, 0, 1, 3600, 5400, 7200),
        None: (3, 1, 1, 0, 1, 0, 600, 600, 600),
    }
    assert [line["list"] for line in items(api, "/v1/visits/report?by=permit")] == ["allow", None]
    assert_problem(api.get("/v1/visits/report"), 422, "invalid_request")
    answer = api.get("/v1/visits/report?by=day&place=Depot&format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["day"], row["visits"], row["mean_s"]) for row in rows] == [
        ("2025-06-01", "3", "3600"),
        ("2025-06-02", "1", ""),
    ]
    assert len(rows_of(api.get("/v1/visits/report?by=permit&format=xlsx").content)) == 2


def test_a_place_says_how_many_have_room_and_how_long_one_may_stay(api: Api) -> None:
    (place,) = items(api, "/v1/places")
    assert (place["capacity"], place["max_stay_minutes"]) == (2, 60)
    changed = api.ask("PATCH", f"/v1/places/{place['id']}", json={"capacity": None, "max_stay_minutes": 30}).json()
    assert changed == place | {"capacity": None, "max_stay_minutes": 30}
    for wrong in ({"capacity": -1}, {"capacity": 1.5}, {"max_stay_minutes": 0}, {"max_stay_minutes": "1"}):
        assert_problem(api.ask("PATCH", f"/v1/places/{place['id']}", json=wrong), 422, "invalid_request")
