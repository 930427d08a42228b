"""What those who run the service ask: is it there, is it ready, what is it, what does it do."""

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from src.service.database import Database
from tests.service.api import Api, assert_problem, picture, running


@pytest.fixture
def api(built_models: Path, tmp_path: Path) -> Iterator[Api]:
    with running(built_models, tmp_path) as running_api:
        yield running_api


def test_readiness_is_that_of_the_database(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    assert api.get("/ready").json() == {"status": "ok"}
    monkeypatch.setattr(Database, "ready", lambda self: False)
    assert_problem(api.get("/ready"), 503, "not_ready")
    assert api.get("/health").status_code == 200


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
                (media_type, content), *others = response["content"].items()
                assert not others
                if int(status) >= 400:
                    assert media_type == "application/problem+json", (method, path, status)
                    assert content["examples"]
                elif media_type == "application/json":
                    schema = document["components"]["schemas"][content["schema"]["$ref"].rsplit("/")[-1]]
                    assert "examples" in schema, (method, path)
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_the_page_of_the_document_is_there(api: Api) -> None:
    assert "openapi.json" in api.get("/docs").text
