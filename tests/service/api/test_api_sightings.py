"""Sightings are found, shown and deleted, and whoever looked is in the audit."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from src.service.database import tables
from tests.conftest import BLUE_TEXT, RED_TEXT, with_formats
from tests.service.api_client import Api, assert_problem, is_marked, opened, picture, running

UNKNOWN = "0" * 32


@pytest.fixture
def api(models: Path, tmp_path: Path) -> Iterator[Api]:
    """Three pictures: red at the gate, both at the gate, blue of nowhere, an hour apart."""
    with running(with_formats(models, "AT", "CN"), tmp_path / "data") as running_api:
        at = "2025-06-01T{}:00:00Z"
        running_api.recognize(picture(), camera="gate", taken=at.format(10))
        running_api.recognize(picture(blue=True), camera="gate", taken=at.format(11))
        running_api.recognize(picture(red=False, blue=True), taken=at.format(12))
        yield running_api


def found(api: Api, **query: object) -> list[str]:
    answer = api.get("/v1/sightings", params=query)
    assert answer.status_code == 200, answer.text
    return [item["text"] for item in answer.json()["items"]]


def audited(api: Api) -> list[tuple[str, str | None]]:
    with api.service.resources.database.reading() as session:
        return [(row.action, row.subject) for row in session.query(tables.AuditRow).order_by(tables.AuditRow.at)]


def test_the_newest_come_first_page_by_page(api: Api) -> None:
    everything = found(api)
    assert everything[0] == BLUE_TEXT
    assert everything[-1] == RED_TEXT
    page, pages = api.get("/v1/sightings?limit=3").json(), []
    while True:
        pages.append([item["text"] for item in page["items"]])
        if page["next"] is None:
            break
        page = api.get("/v1/sightings", params={"limit": 3, "cursor": page["next"]}).json()
    assert [len(texts) for texts in pages] == [3, 1]
    assert [text for page_texts in pages for text in page_texts] == everything


def test_filters_are_those_of_the_query(api: Api) -> None:
    assert found(api, text="ab*") == found(api, text="A?01") == found(api, region="at") == [RED_TEXT] * 2
    assert found(api, camera="gate", text="京*") == [BLUE_TEXT]
    assert found(api, since="2025-06-01T12:00:00Z") == [BLUE_TEXT]
    assert found(api, until="2025-06-01T13:00:00+02:00") == [RED_TEXT]
    assert found(api, min_confidence=1) == []


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=501",
        "cursor=x",
        "since=2025",
        "since=2025-13-01T00:00:00",
        "since=-5",
        "since=-5.5",
        "since=%2B5",
        "until=-5",
        "min_confidence=2",
        "colour=red",
        "limit=5&limit=6",
    ],
)
def test_a_question_that_makes_no_sense_is_told_which_part_does_not(api: Api, query: str) -> None:
    problem = assert_problem(api.get(f"/v1/sightings?{query}"), 422, "invalid_request")
    assert f"query.{query.split('=')[0]}" in problem["detail"]


def test_a_picture_is_the_very_file_or_marked(api: Api) -> None:
    (item,) = api.get("/v1/sightings?since=2025-06-01T12:00:00Z").json()["items"]
    plain, marked = (api.get(f"/v1/sightings/{item['id']}/picture?annotated={asked}") for asked in ("false", "true"))
    assert plain.content == picture(red=False, blue=True)
    assert plain.headers["content-type"] == "image/png"
    assert plain.headers["x-content-type-options"] == "nosniff"
    assert "no-store" in plain.headers["cache-control"]
    assert marked.headers["content-type"] == "image/jpeg"
    assert opened(marked.content).size == (96, 64)
    assert is_marked(opened(marked.content))


def test_the_type_of_a_picture_is_by_its_contents(api: Api) -> None:
    files = {"images": ("a.html", picture(kind="JPEG", quality=95), "text/html")}
    sighting = api.ask("POST", "/v1/recognize", files=files).json()["results"][0]["plates"][0]["sighting"]
    assert api.get(f"/v1/sightings/{sighting}/picture").headers["content-type"] == "image/jpeg"


def test_what_is_not_there_is_not_found(api: Api) -> None:
    for path in (f"/v1/sightings/{UNKNOWN}", f"/v1/sightings/{UNKNOWN}/picture", "/send_image/none.png"):
        assert_problem(api.get(path), 404, "not_found")
    for path in (f"/v1/sightings/{UNKNOWN}", "/v1/plates/B1"):
        assert_problem(api.delete(path), 404, "not_found")
    assert_problem(api.get("/v1/sightings/x"), 422, "invalid_request")


def test_a_deleted_sighting_takes_its_picture_with_it(api: Api, tmp_path: Path) -> None:
    (item,) = api.get("/v1/sightings?since=2025-06-01T12:00:00Z").json()["items"]
    assert api.delete(f"/v1/sightings/{item['id']}").json() == {"sightings": 1}
    assert_problem(api.get(f"/v1/sightings/{item['id']}/picture"), 404, "not_found")
    assert item["image_id"] not in {path.name for path in (tmp_path / "data").rglob("*")}
    assert len(found(api)) == 3


def test_a_plate_is_told_and_deleted_over_all_its_sightings(api: Api) -> None:
    plate = api.get("/v1/plates/ab-01").json()
    assert (plate["text"], plate["sightings"], plate["regions"]) == (RED_TEXT, 2, ["AT"])
    assert plate["formats"] == [{"region": "AT", "format": "car"}]
    assert (plate["first_seen"], plate["last_seen"]) == ("2025-06-01T10:00:00Z", "2025-06-01T11:00:00Z")
    assert [sighting["seen"] for sighting in plate["latest"]] == [plate["last_seen"], plate["first_seen"]]
    assert api.delete("/v1/plates/AB01").json() == {"sightings": 2}
    assert found(api) == [BLUE_TEXT] * 2
    never = api.get("/v1/plates/AB01").json()
    assert (never["sightings"], never["first_seen"], never["latest"]) == (0, None, [])
    assert never["formats"] == plate["formats"]


def test_cameras_and_statistics(api: Api) -> None:
    (camera,) = api.get("/v1/statistics/cameras").json()["items"]
    assert (camera["name"], camera["sightings"], camera["last_seen"]) == ("gate", 3, "2025-06-01T11:00:00Z")
    counts = api.get("/v1/statistics?days=3660").json()
    assert (counts["images"], counts["sightings"], counts["plates"]) == (3, 4, 2)
    assert counts["by_day"] == [{"day": "2025-06-01", "sightings": 4}]
    assert counts["by_hour"] == [{"hour": hour, "sightings": n} for hour, n in ((10, 1), (11, 2), (12, 1))]
    assert counts["by_time"][0] == {"time": "2025-06-01T10:00:00Z", "sightings": 1}
    assert counts["by_camera"] == [{"camera": "gate", "sightings": 3}, {"camera": None, "sightings": 1}]
    assert {count["text"] for count in counts["by_plate"]} == {RED_TEXT, BLUE_TEXT}
    assert sum(count["sightings"] for count in counts["by_region"]) == 4
    assert api.get("/v1/statistics?days=1").json()["sightings"] == 0


def test_who_looked_and_who_deleted_is_audited(api: Api) -> None:
    before = len(audited(api))
    (item, *_) = api.get("/v1/sightings?text=AB*").json()["items"]
    api.get(f"/v1/sightings/{item['id']}")
    api.get(f"/v1/sightings/{item['id']}/picture")
    api.get("/v1/plates/ab01")
    api.get("/send_image/0.png")
    api.delete(f"/v1/sightings/{item['id']}")
    api.delete("/v1/plates/AB01")
    *looks, (deed, plate_id) = audited(api)[before:]
    assert looks == [
        ("search", "AB*"),
        ("sighting", item["id"]),
        ("picture", item["id"]),
        ("plate", None),  # which the deletion of the plate took away
        ("picture", "0.png"),
        ("delete sighting", item["id"]),
    ]
    assert deed == "delete plate"
    assert re.fullmatch("[0-9a-f]{32}", str(plate_id))


def test_the_routes_of_the_original_give_marked_pictures(api: Api) -> None:
    uploaded = api.ask("POST", "/upload_image/", files={"file": ("yard/car 1.png", picture(size=4))})
    assert uploaded.headers["content-type"] == "image/png"
    assert opened(uploaded.content).size == (384, 256)
    assert is_marked(opened(uploaded.content))
    again = api.get("/send_image/yard/car 1.png")
    assert again.headers["content-type"] == "image/png"
    assert again.content == uploaded.content
    api.ask("POST", "/upload_image/", files={"file": ("yard/car 1.png", picture(red=False))})
    assert opened(api.get("/send_image/yard%2Fcar%201.png").content).size == (96, 64)
    assert len(found(api)) == 5
