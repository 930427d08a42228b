"""The page that describes the API: its files, its policy, and how it looks in a real browser once keys are on."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn

from src.service.app import create_app
from src.service.settings import Settings
from tests.service.api_client import Api, assert_problem, running
from tests.service.browser import PATIENCE_MS, NoBrowserError, chromium
from tests.service.processes import PATIENCE_S, free_port, wait_for

KINDS = {
    "start.js": "text/javascript",
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon.png": "image/png",
}


@pytest.fixture
def api(built_models: Path, tmp_path: Path) -> Iterator[Api]:
    with running(built_models, tmp_path, require_keys=True) as running_api:
        yield running_api


def test_all_that_the_page_names_is_there_and_it_is_a_browsers_kind(api: Api) -> None:
    page = api.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "//" not in page.text.replace("<!DOCTYPE html>", "")  # no other host
    for name, kind in KINDS.items():
        assert f'"docs/{name}"' in page.text
        answer = api.get(f"/docs/{name}")
        assert answer.headers["content-type"].startswith(kind)
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_scripts_and_requests_are_this_hosts_alone(api: Api) -> None:
    policy = dict(part.split(" ", 1) for part in api.get("/docs").headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"


@pytest.mark.parametrize("name", ["page.html", "redoc.standalone.js", "..%2Fapp.py", "x"])
def test_other_files_are_refused(api: Api, name: str) -> None:
    answer = api.get(f"/docs/{name}")
    assert_problem(answer, answer.status_code)
    assert answer.status_code in (404, 422)


@contextmanager
def listening(models: Path, data: Path) -> Iterator[str]:
    """The address of an API that asks for keys."""
    app, port = create_app(Settings(models=models, data_dir=data, require_keys=True)), free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_for(lambda: server.started or not thread.is_alive(), "the API does not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Any]:
    try:
        with chromium(tmp_path) as started:
            yield started
    except NoBrowserError as error:
        warnings.warn(f"the description is not tested in a browser: {error}", stacklevel=1)
        pytest.skip(f"no browser: {error}")


def test_a_browser_shows_every_endpoint_and_asks_no_other_host(
    browser: Any, built_models: Path, tmp_path: Path
) -> None:
    with listening(built_models, tmp_path / "var") as address:
        page = browser.new_page(viewport={"width": 1280, "height": 1600})
        page.set_default_timeout(PATIENCE_MS)
        hosts: set[str | None] = set()
        faults: list[str] = []
        page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"{address}/docs")
        page.locator(".opblock").first.wait_for()
        paths = {path.replace("\u200b", "") for path in page.locator(".opblock-summary-path").all_inner_texts()}
        assert paths == set(httpx.get(f"{address}/openapi.json", trust_env=False).json()["paths"])
        page.locator("#operations-operations-health_health_get .opblock-summary-control").click()
        page.get_by_role("button", name="Try it out").click()
        page.get_by_role("button", name="Execute").click()
        page.locator(".live-responses-table .response-col_status", has_text="200").wait_for()
        page.locator("button.authorize").click()
        page.locator("#auth-bearer-value").wait_for()
        page.screenshot(path=tmp_path / "docs.png")
    assert faults == []
    assert hosts <= {"127.0.0.1", None}
