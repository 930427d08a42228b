"""Files come through the page's server, with the visitor's key, which the browser does not have."""

from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from src.service.page import API, KEY, downloads
from src.service.page.sessions import COOKIE, OPEN
from tests.service.page_answers import problem


class Exports:
    """The API: it notes what it is asked, and gives ``answer``."""

    def __init__(self) -> None:
        headers = {"Content-Type": "text/csv", "Content-Disposition": 'attachment; filename="a.csv"', "X-Own": "1"}
        self.answer = httpx.Response(200, content=b"plate\r\nA1\r\n", headers=headers)
        self.asked: list[httpx.Request] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.answer


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Exports:
    exports, client = Exports(), httpx.AsyncClient

    def mocked(**options: object) -> httpx.AsyncClient:
        return client(transport=httpx.MockTransport(exports), **options)  # type: ignore[arg-type]

    monkeypatch.setattr(downloads.httpx, "AsyncClient", mocked)
    monkeypatch.setenv(API, "http://api:8000")
    monkeypatch.setenv(KEY, "np_page")
    return exports


@pytest.fixture
def browser(api: Exports) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=downloads.ROUTES)) as client:
        yield client


def test_a_file_is_passed_on_with_its_name_and_nothing_else(browser: TestClient, api: Exports) -> None:
    given = browser.get("/download/sightings?text=356&format=csv&lang=ru")
    assert (given.status_code, given.content) == (200, b"plate\r\nA1\r\n")
    assert given.headers["content-disposition"] == 'attachment; filename="a.csv"'
    assert given.headers["cache-control"] == "private, no-store"
    assert "x-own" not in given.headers
    (asked,) = api.asked
    assert (asked.url.path, dict(asked.url.params)) == ("/v1/sightings/export", {"text": "356", "format": "csv"})


def test_it_is_the_key_of_the_visitor_or_else_of_the_page(browser: TestClient, api: Exports) -> None:
    browser.get("/download/registry")
    browser.get("/download/registry", headers={"Cookie": f"{COOKIE}={OPEN.begin('np_visitor')}"})
    assert [asked.headers["authorization"] for asked in api.asked] == ["Bearer np_page", "Bearer np_visitor"]


def test_a_refusal_is_a_sentence_in_the_visitors_language(browser: TestClient, api: Exports) -> None:
    api.answer = httpx.Response(403, json=problem(403, "x", "wrong_scope"))
    given = browser.get("/download/registry?lang=ru")
    assert (given.status_code, given.text) == (403, "Ваш ключ этого не разрешает.")
    assert "content-disposition" not in given.headers


def test_nothing_else_of_the_api_is_reached(browser: TestClient, api: Exports) -> None:
    for path in ("keys", "..%2Fkeys", "registry%2F..%2Fkeys"):
        assert browser.get(f"/download/{path}").status_code == 404
    assert api.asked == []


def test_an_api_that_is_gone_is_said_so(browser: TestClient, api: Exports, monkeypatch: pytest.MonkeyPatch) -> None:
    async def gone(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    monkeypatch.setattr(Exports, "__call__", lambda self, request: gone(request))
    given = browser.get("/download/registry")
    assert (given.status_code, given.text) == (502, "The recognition service cannot be reached; is it running?")


def test_links_have_the_filters_and_no_empty_ones() -> None:
    assert downloads.sighting_links({"text": "A&B", "region": None}, "en") == [
        ("csv", "download/sightings?text=A%26B&format=csv&lang=en"),
        ("xlsx", "download/sightings?text=A%26B&format=xlsx&lang=en"),
    ]
