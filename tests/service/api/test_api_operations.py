"""What those who run the service ask: is it there, is it ready, what is it, what does it do."""

import errno
import sqlite3
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError

from src.service import store
from src.service.database import Database
from tests.service.api_client import Api, assert_problem, picture, running


@pytest.fixture
def api(built_models: Path, tmp_path: Path) -> Iterator[Api]:
    with running(built_models, tmp_path) as running_api:
        yield running_api


def test_readiness_is_that_of_the_database(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    assert api.get("/ready").json() == {"status": "ok"}
    monkeypatch.setattr(Database, "ready", lambda self: False)
    assert_problem(api.get("/ready"), 503, "not_ready")
    assert api.get("/health").status_code == 200


def test_it_is_not_ready_where_no_picture_can_be_written(api: Api) -> None:
    api.service.resources.pictures.folder.rmdir()
    assert "pictures" in assert_problem(api.get("/ready"), 503, "not_ready")["detail"]


def test_it_is_not_ready_where_the_file_of_the_database_is_gone(api: Api, tmp_path: Path) -> None:
    (tmp_path / "number-plate.db").unlink()
    assert_problem(api.get("/ready"), 503, "not_ready")


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("SELECT ?", ("SECRET",), sqlite3.OperationalError("disk I/O error")),
        OSError(errno.EIO, "Input/output error"),
    ],
)
def test_a_database_or_disk_out_of_reach_may_be_asked_again_and_is_logged_without_values(
    api: Api, error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(*_: object) -> None:
        raise error

    monkeypatch.setattr(store, "plate", failing)
    answer = api.get("/v1/plates/SECRET")
    assert_problem(answer, 503, "out_of_reach")
    assert int(answer.headers["retry-after"]) > 0
    assert "error" in caplog.text
    assert "SECRET" not in caplog.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/cameras?foo=1"),
        ("GET", "/v1/statistics?day=30"),
        ("GET", "/v1/statistics?days=3&days=4"),
        ("GET", f"/v1/sightings/{'0' * 32}/picture?annotate=true"),
        ("GET", f"/v1/sightings/{'0' * 32}?foo=1"),
        ("DELETE", f"/v1/sightings/{'0' * 32}?dry=true"),
        ("GET", "/v1/plates/AB01?region=RU"),
        ("DELETE", "/v1/plates/AB01?region=RU"),
        ("GET", "/send_image/a.png?foo=1"),
        *(
            ("GET", f"{path}?foo=1")
            for path in ("/health", "/ready", "/v1/version", "/metrics", "/openapi.json", "/docs", "/docs/start.js")
        ),
    ],
)
def test_a_parameter_that_no_route_knows_is_refused_and_so_is_one_that_is_repeated(
    api: Api, method: str, path: str
) -> None:
    problem = assert_problem(api.ask(method, path), 422, "invalid_request")
    assert problem["detail"].startswith(f"query.{path.split('?')[1].split('=')[0]}: ")


def test_the_original_route_stores_nothing_where_it_is_asked_for_what_it_does_not_know(api: Api) -> None:
    answer = api.ask("POST", "/upload_image/?store=false", files={"file": ("a.png", picture())})
    assert_problem(answer, 422, "invalid_request")
    assert api.get("/v1/statistics").json()["images"] == 0


def test_the_document_is_made_once(api: Api) -> None:
    assert api.app.openapi() is api.app.openapi()


def test_the_version_has_both_cards_without_the_bulk(api: Api) -> None:
    told = api.get("/v1/version").json()
    assert told["version"] == version("number-plate")
    assert told["providers"] == ["CPUExecutionProvider"]
    assert told["models"]["ocr"]["task"] == "ocr"
    assert told["models"]["detector"]["confidence_threshold"] == 0.5
    assert "formats" not in told["models"]["ocr"]


def test_metrics_are_prometheus_text_and_no_label_is_made_up_by_strangers(api: Api) -> None:
    api.recognize(picture())
    api.get("/v1/plates/SECRET")
    api.get("/made-up/by/a/stranger")
    api.ask("BREW", "/v1/cameras")
    api.delete("/health")
    figures = api.get("/metrics")
    assert figures.headers["content-type"].startswith("text/plain")
    families = {family.name: family for family in text_string_to_metric_families(figures.text)}
    requests = {
        tuple(s.labels.values()): s.value for s in families["number_plate_requests"].samples if s.name.endswith("total")
    }
    assert requests == {
        ("POST", "/v1/recognize", "200"): 1,
        ("GET", "/v1/plates/{text}", "200"): 1,
        ("GET", "none", "404"): 1,
        ("other", "/v1/cameras", "405"): 1,
        ("DELETE", "/health", "405"): 1,
    }
    assert families["process_resident_memory_bytes"].samples[0].value > 1e6
    assert "SECRET" not in figures.text
    assert "stranger" not in figures.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("GET", "/v1/recognize", 405), ("GET", "/v1/recognize/", 404), ("PUT", "/health", 405)],
)
def test_errors_of_the_framework_are_problems_too(api: Api, method: str, path: str, status: int) -> None:
    problem = assert_problem(api.ask(method, path), status)
    assert problem["type"] == "about:blank"
    assert problem["instance"] == path


def test_the_document_has_an_example_for_every_answer(api: Api) -> None:
    document = api.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for status, response in operation["responses"].items():
                assert len(response["content"]) == 1 or path.endswith(("/export", "/report")), (method, path, status)
                for media_type, content in response["content"].items():
                    if int(status) >= 400:
                        assert media_type == "application/problem+json", (method, path, status)
                        assert content["examples"]
                    elif media_type == "application/json":
                        schema = document["components"]["schemas"][content["schema"]["$ref"].rsplit("/")[-1]]
                        assert "examples" in schema, (method, path)
    assert "HTTPValidationError" not in document["components"]["schemas"]
