"""What a search finds becomes a sheet: all pages of it, by the same filters, audited, and no cell of it a formula."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

from src.service.store import sighting_export
from tests.conftest import RED_TEXT, with_formats
from tests.service.api_client import Api, assert_problem, picture, running


@pytest.fixture
def api(models: Path, tmp_path: Path) -> Iterator[Api]:
    """The red plate is on a list."""
    with running(with_formats(models, "AT", "CN"), tmp_path) as running_api:
        running_api.ask("POST", "/v1/lists", json={"name": "Residents", "kind": "allow"})
        made = running_api.ask("POST", "/v1/vehicles", json={"text": RED_TEXT})
        running_api.ask("POST", f"/v1/vehicles/{made.json()['id']}/permits", json={"list": "Residents"})
        yield running_api


def rows(api: Api, **query: object) -> list[dict[str, str]]:
    given = api.get("/v1/sightings/export", params=query)
    assert given.status_code == 200, given.text
    return list(csv.DictReader(io.StringIO(given.content.decode("utf-8-sig"))))


def test_all_pages_are_in_it_newest_first(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sighting_export, "PAGE", 2)
    for day in range(1, 6):
        api.recognize(picture(), taken=f"2026-01-0{day}T12:00:00Z", camera="gate")
    given = rows(api)
    assert [row["seen"] for row in given] == [f"2026-01-0{day}T12:00:00+00:00" for day in (5, 4, 3, 2, 1)]
    items = api.get("/v1/sightings").json()["items"]
    assert [row["id"] for row in given] == [item["id"] for item in items]
    assert {row["plate"] for row in given} == {item["text"] for item in items}
    assert {row["camera"] for row in given} == {"gate"}
    decisions = [item["decision"] for item in items]
    assert [row["decision"] for row in given] == [made["outcome"] for made in decisions]
    assert {(row["list"], row["listed_plate"]) for row in given} == {("Residents", RED_TEXT)}


def test_it_has_the_filters_of_the_search_and_is_audited(api: Api) -> None:
    api.recognize(picture(), camera="gate")
    api.recognize(picture(), camera="yard")
    assert [row["camera"] for row in rows(api, camera="yard", corrected=False)] == ["yard"]
    assert rows(api, text="NOSUCH") == []
    assert_problem(api.get("/v1/sightings/export?limit=3"), 422, "invalid_request")
    assert_problem(api.get("/v1/sightings/export?format=pdf"), 422, "invalid_request")
    entries = api.get("/v1/audit?action=export sightings").json()["items"]
    assert [entry["subject"] for entry in entries] == ["NOSUCH", None]
    assert entries[1]["detail"] == {"camera": "yard", "corrected": False, "format": "csv"}


def test_a_name_is_no_formula_in_either_format(api: Api) -> None:
    api.recognize(picture(), camera="=1+1")
    assert rows(api)[0]["camera"] == "'=1+1"
    given = api.get("/v1/sightings/export?format=xlsx")
    assert given.headers["content-disposition"] == 'attachment; filename="sightings.xlsx"'
    head, row = load_workbook(io.BytesIO(given.content)).active.iter_rows(values_only=True)
    assert dict(zip(head, row, strict=True))["camera"] == "'=1+1"


def test_its_address_is_no_sighting(api: Api) -> None:
    assert api.ask("OPTIONS", "/v1/sightings/export").headers["allow"] == "GET"
    assert api.ask("OPTIONS", f"/v1/sightings/{'0' * 32}").headers["allow"] == "DELETE, GET"


def test_a_deleted_plate_is_forgotten_in_the_audit_of_exports(api: Api) -> None:
    (result,) = api.recognize(picture()).json()["results"]
    text = result["plates"][0]["text"]
    rows(api, text=text)
    api.delete(f"/v1/plates/{text}")
    assert [entry["subject"] for entry in api.get("/v1/audit?action=export sightings").json()["items"]] == [None]
