"""The answer names the sighting that a plate became part of."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from src.service.database import tables
from src.service.store import Actor, create_camera
from tests.service.api_client import Api, picture, running


@pytest.fixture
def api(models: Path, tmp_path: Path) -> Iterator[Api]:
    """With a camera ``gate`` that merges what comes within a minute."""
    with running(models, tmp_path / "data") as running_api:
        database = running_api.service.resources.database
        create_camera(database, {"name": "gate"}, Actor())
        with database.session() as session:
            session.execute(update(tables.CameraRow).values(merge_s=60.0))
        yield running_api


def test_the_same_plate_again_is_the_same_sighting(api: Api) -> None:
    asked = {"camera": "gate", "taken": "2025-06-01T12:00:00Z"}
    (first,) = api.recognize(picture(), **asked).json()["results"]
    (again,) = api.recognize(picture(), **{**asked, "taken": "2025-06-01T12:00:30Z"}).json()["results"]
    assert first["id"] is not None
    assert again["id"] is None
    (before,), (after,) = first["plates"], again["plates"]
    assert after["sighting"] == before["sighting"] is not None
    (item,) = api.get("/v1/sightings").json()["items"]
    assert (item["id"], item["times"], item["last_seen"]) == (before["sighting"], 2, "2025-06-01T12:00:30Z")
    (other,) = api.recognize(picture(), **{**asked, "taken": "2025-06-01T12:02:00Z"}).json()["results"]
    assert other["plates"][0]["sighting"] != before["sighting"]


def test_a_repeated_request_tells_nothing_twice(api: Api) -> None:
    files = [("images", ("0.png", picture()))]
    for key in ("one", "one", "two", "two"):
        api.ask("POST", "/v1/recognize?camera=gate", files=files, headers={"Idempotency-Key": key})
    (item,) = api.get("/v1/sightings").json()["items"]
    assert item["times"] == 2
