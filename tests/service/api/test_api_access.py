"""Once keys are on, only probes and the description need none, and a key is good for its scopes and limits."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts

from src.service.app import create_app
from src.service.database import tables
from src.service.settings import Settings
from src.service.store import Scope, create_key, revoke_key, verify_key
from tests.service.api_client import Api, assert_problem, picture, running
from tests.service.endpoints import ENDPOINTS, TICKET, filled
from tests.service.endpoints import OPEN as OPEN_TO_ALL

PAGES = ("/docs", "/docs/start.js", "/live", "/live/start.js", "/openapi.json")
"""What is not in the document: pages for people, and the document itself."""
BY_TICKET = ("GET", "/v1/live/events")
OPEN = [("GET", "/health"), ("GET", "/ready"), *(("GET", path) for path in PAGES)]
CLOSED = [(method, filled(path)) for (method, path), asked in ENDPOINTS.items() if asked not in (OPEN_TO_ALL, TICKET)]


@pytest.fixture
def api(built_models: Path, tmp_path: Path) -> Iterator[Api]:
    with running(built_models, tmp_path, require_keys=True) as running_api:
        yield running_api


def key(api: Api, *scopes: Scope, **limits: object) -> dict[str, str]:
    """The header with a new key."""
    new = create_key(api.service.resources.database, "test", scopes or [Scope.READ], **limits)
    return {"Authorization": f"Bearer {new.secret}"}


def test_every_route_is_in_the_document_or_a_page() -> None:
    routes = iter_route_contexts(create_app(Settings(require_keys=True)).routes)
    found = {(method, route.path_format) for route in routes for method in route.methods or ()}
    pages = {("GET", path.replace("start.js", "{name}")) for path in PAGES}
    assert found == {*ENDPOINTS, *pages}


def test_no_route_answers_without_a_key(api: Api) -> None:
    files = {"images": ("a.png", picture()), "file": ("a.png", picture())}
    for method, path in CLOSED:
        for headers in (
            {},
            {"Authorization": "Bearer np_wrong"},
            {"X-API-Key": "np_wrong"},
            {"Authorization": "Basic x"},
        ):
            answer = api.ask(method, path, headers=headers, files=files if method == "POST" else None)
            assert_problem(answer, 401, "no_key")
            assert answer.headers["www-authenticate"] == "Bearer"
    with api.service.resources.database.reading() as session:
        assert session.query(tables.ImageRow).count() == 0
        assert session.query(tables.AuditRow).filter(tables.AuditRow.action == "search").count() == 0


def test_the_stream_of_events_takes_a_ticket_and_no_key(api: Api) -> None:
    for headers in ({}, key(api)):
        assert_problem(api.ask(*BY_TICKET, headers=headers, params={"ticket": "np_wrong"}), 403, "no_ticket")


def test_a_probe_and_a_browser_need_no_key(api: Api) -> None:
    for method, path in OPEN:
        for headers in ({}, {"X-API-Key": "np_wrong"}):
            assert api.ask(method, path, headers=headers).status_code == 200, path


def test_either_header_will_do(api: Api) -> None:
    secret = key(api)["Authorization"].removeprefix("Bearer ")
    assert api.get("/v1/cameras", headers={"X-API-Key": secret}).status_code == 200
    assert api.get("/v1/cameras", headers={"Authorization": f"bearer {secret}"}).status_code == 200


def test_a_key_that_is_revoked_or_over_is_none(api: Api) -> None:
    database = api.service.resources.database
    revoked = create_key(database, "a", [Scope.READ])
    short = key(api, expires=datetime.now(UTC) + timedelta(seconds=0.5))
    headers = {"X-API-Key": revoked.secret}
    assert api.get("/v1/cameras", headers=headers).status_code == 200
    assert verify_key(database, revoked.secret, datetime.now(UTC)) is not None
    revoke_key(database, revoked.key.prefix)
    assert_problem(api.get("/v1/cameras", headers=headers), 401, "no_key")
    api.call(lambda: asyncio.sleep(0.6))
    assert_problem(api.get("/v1/cameras", headers=short), 401, "no_key")


@pytest.mark.parametrize(("limit", "longest"), [("per_minute", 60), ("per_day", 24 * 3600)])
def test_a_key_that_has_used_up_its_requests_is_told_when_to_come_again(api: Api, limit: str, longest: int) -> None:
    headers, other = key(api, **{limit: 2}), key(api)
    assert [api.get("/v1/cameras", headers=headers).status_code for _ in range(2)] == [200, 200]
    answer = api.get("/v1/cameras", headers=headers)
    assert limit in assert_problem(answer, 429, "limit_reached")["detail"]
    assert 0 < int(answer.headers["retry-after"]) <= longest
    assert api.get("/v1/cameras", headers=other).status_code == 200


def test_nothing_is_uploaded_without_a_key(api: Api) -> None:
    asked = []

    async def upload() -> AsyncIterator[bytes]:
        asked.append(1)
        yield b"x"

    assert_problem(
        api.ask("POST", "/v1/recognize", content=upload(), headers={"Content-Type": "multipart/form-data; boundary=b"}),
        401,
    )
    assert asked == []


def test_what_a_key_stores_is_known_as_its(api: Api) -> None:
    new = create_key(api.service.resources.database, "gate", [Scope.RECOGNIZE])
    files = {"images": ("a.png", picture())}
    assert api.ask("POST", "/v1/recognize", files=files, headers={"X-API-Key": new.secret}).status_code == 200
    with api.service.resources.database.reading() as session:
        assert [image.key_id for image in session.query(tables.ImageRow)] == [new.key.id]


def test_the_document_names_the_ways_to_give_a_key(api: Api) -> None:
    document = api.get("/openapi.json").json()
    assert document["components"]["securitySchemes"].keys() == {"bearer", "header"}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            needs_none = path in ("/health", "/ready", BY_TICKET[1])
            assert bool(operation.get("security")) != needs_none, (method, path)


def test_without_keys_everything_is_open_and_the_document_asks_for_none(built_models: Path, tmp_path: Path) -> None:
    with running(built_models, tmp_path) as api:
        assert '"security' not in api.get("/openapi.json").text
        assert api.get("/v1/cameras").status_code == 200
        assert api.get("/v1/cameras", headers={"X-API-Key": "np_wrong"}).status_code == 200
