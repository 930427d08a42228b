"""Without keys, names of the internet lead nowhere, and pages of other hosts change nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.api_client import Api, assert_problem, running


@pytest.fixture
def api(built_models: Path, tmp_path: Path) -> Iterator[Api]:
    with running(built_models, tmp_path) as running_api:
        yield running_api


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "192.168.1.5", "api:8000", "API"]
)
def test_who_is_near_is_answered(api: Api, host: str) -> None:
    assert api.get("/v1/sightings", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8000", "localhost.evil.example", "[::1"])
def test_names_of_the_internet_are_refused(api: Api, host: str) -> None:
    assert_problem(api.get("/v1/sightings", headers={"Host": host}), 403, "foreign_site")


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1.evil.example", "null", "http://[::1"])
def test_a_page_of_another_host_deletes_nothing(api: Api, origin: str) -> None:
    headers = {"Host": "127.0.0.1:8000", "Origin": origin}
    assert_problem(api.delete("/v1/plates/AB01", headers=headers), 403, "foreign_site")


def test_a_page_of_the_same_host_may_delete_and_any_may_look(api: Api) -> None:
    same = {"Host": "127.0.0.1:8000", "Origin": "http://127.0.0.1:8501"}
    assert_problem(api.delete("/v1/plates/AB01", headers=same), 404, "not_found")
    assert api.get("/v1/plates/AB01", headers=same | {"Origin": "https://evil.example"}).status_code == 200


def test_with_keys_any_host_is_served(built_models: Path, tmp_path: Path) -> None:
    with running(built_models, tmp_path, require_keys=True) as api:
        assert_problem(api.get("/v1/cameras", headers={"Host": "plates.example"}), 401, "no_key")
