"""The page in a real browser, before the real service with the shipped models: on a desktop and on a telephone."""

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from src.service.probe import probe
from tests.service.browser import DESKTOP, PHONE, SAMPLES, NoBrowserError, Visitor, chromium
from tests.service.processes import ended, free_port, wait_for

ROOT = Path(__file__).parents[2]


class Site:
    """The service, its page, and browsers to look at it with."""

    def __init__(self, browser: object, address: str, screenshots: Path) -> None:
        self._browser, self._address, self._screenshots = browser, address, screenshots

    def visit(self, device: dict[str, object]) -> Visitor:
        """Opens the page on a device."""
        return Visitor(self._browser, self._address, device, self._screenshots)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("page")
    with ExitStack() as stack:
        try:
            browser = stack.enter_context(chromium(folder))
        except NoBrowserError as error:
            warnings.warn(f"the page is not tested in a browser: {error}", stacklevel=1)
            pytest.skip(f"no browser: {error}")
        api = stack.enter_context(served(folder, "src.service", "/ready"))
        page = stack.enter_context(served(folder, "src.service.page", "/_stcore/health", "--api", api))
        yield Site(browser, page, folder)


def test_on_a_desktop(site: Site) -> None:
    """Pictures are dropped, read, downloaded, found again, deleted and counted."""
    visitor = site.visit(DESKTOP)
    drop(visitor, "00-ru.jpg", "02-pl-cz.jpg")
    assert visitor.texts() == ["LO8152Q", "1R86148", "M356CC65"]
    assert visitor.page.locator(".np-ring").count() == 3
    visitor.photograph("read")
    assert [plate["text"] for picture in downloaded(visitor) for plate in picture["plates"]] == [
        "M356CC65",
        "LO8152Q",
        "1R86148",
    ]

    visitor.go("search")
    assert sorted(visitor.texts()) == ["1R86148", "LO8152Q", "M356CC65"]
    visitor.photograph("search")
    look_for(visitor, "m?56*")
    assert visitor.texts() == ["M356CC65"]
    assert visitor.page.locator(".np-sighting img").count() == 1
    visitor.page.get_by_role("button", name="Details").click()
    visitor.page.wait_for_selector("[role=dialog] .np-facts")
    visitor.settle()
    visitor.photograph("details")
    visitor.page.locator("[role=dialog] summary").click()
    visitor.page.get_by_role("button", name="Delete for ever").click()
    visitor.page.get_by_text("Nothing was seen that fits.").wait_for()

    visitor.go("dashboard")
    assert "2" in visitor.page.locator('[data-testid="stMetricValue"]').first.inner_text()
    visitor.photograph("dashboard")
    visitor.go("models")
    visitor.page.get_by_role("radio", name="RU").click()
    visitor.page.get_by_role("heading", name="Модели и сервис").wait_for()
    assert visitor.page.get_by_text("openalpr_br_camera").count() == 1
    visitor.photograph("models")
    visitor.go("search")
    assert visitor.page.get_by_role("heading", name="Поиск по наблюдениям").count() == 1
    assert_sound(visitor)


def test_on_a_telephone(site: Site) -> None:
    """In Russian: photographed with the camera, found by Cyrillic letters, and nothing sticks out of the screen."""
    visitor = site.visit(PHONE)
    assert visitor.fits()
    visitor.page.get_by_role("radio", name="Камера").click()
    visitor.take_picture()
    visitor.page.wait_for_selector(".np-text")
    visitor.settle()
    assert visitor.texts() == ["M356CC65"]
    assert visitor.page.locator(".np-place").inner_text().startswith("🇷🇺 Россия")
    assert visitor.fits()
    visitor.photograph("camera")

    visitor.go("search")
    look_for(visitor, "м356сс*")
    assert visitor.texts() == ["M356CC65"]
    assert visitor.fits()
    visitor.photograph("search")
    for view in ("dashboard", "models"):
        visitor.go(view)
        assert visitor.fits()
        visitor.photograph(view)
    assert_sound(visitor)


def drop(visitor: Visitor, *names: str) -> None:
    visitor.page.set_input_files("input[type=file]", [SAMPLES / name for name in names])
    visitor.page.wait_for_selector(".np-reading >> nth=1")
    visitor.settle()


def downloaded(visitor: Visitor) -> list[dict]:
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("button", name="Download JSON").click()
    return json.loads(Path(download.value.path()).read_text("utf-8"))


def look_for(visitor: Visitor, text: str) -> None:
    visitor.page.locator(".st-key-search-text input").fill(text)
    visitor.page.keyboard.press("Enter")
    visitor.settle()


def assert_sound(visitor: Visitor) -> None:
    """Nothing was asked of other hosts, and the console is quiet."""
    assert visitor.strangers == []
    assert visitor.faults == []


@contextmanager
def served(folder: Path, module: str, health: str, *words: str) -> Iterator[str]:
    """The address of a program, from when it is ready until the end of the block."""
    port, log = free_port(), folder / f"{module}.log"
    command = [sys.executable, "-m", module, "--port", str(port), *words]
    environment = os.environ | {"NUMBER_PLATE_DATA_DIR": str(folder / "var"), "NUMBER_PLATE_PAGE_KEY": ""}
    with log.open("w") as file:
        started = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=file, text=True)
    with ended(started) as process:
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: process.poll() is not None or probe(url + health) is None, f"{module} does not answer")
        assert process.poll() is None, log.read_text()
        yield url
