"""The page in a real browser, before the real service with the shipped models: on a desktop and on a telephone."""

import json
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from src.service.database import open_database
from src.service.page.sessions import COOKIE
from src.service.store import Scope, create_key
from tests.service.browser import DESKTOP, PHONE, SAMPLES, NoBrowserError, Visitor, chromium
from tests.service.page_site import Site, served


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
        page = stack.enter_context(served(folder, "src.service.page", "/_stcore/health", "--api", api.url))
        yield Site(browser, page.url, api.url, folder)


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
    visitor.page.locator("[role=dialog] summary", has_text="Delete").click()
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


def test_on_a_russian_page_nothing_is_english_and_a_rejected_file_says_why(site: Site, tmp_path: Path) -> None:
    """The calendar speaks the language of the browser, which no page can change."""
    notes, film = tmp_path / "notes.txt", tmp_path / "film.jpg"
    notes.write_text("no picture")
    with film.open("wb") as file:
        file.truncate(21_500_000)
    visitor = site.visit(PHONE)
    assert visitor.page.evaluate("document.documentElement.lang") == "ru"
    visitor.page.set_input_files("input[type=file]", [SAMPLES / "00-ru.jpg", notes, film])
    visitor.page.wait_for_selector(".np-reading")
    visitor.settle()
    reasons = visitor.page.locator('[data-testid="stFileChip"] [role="alert"]')
    assert reasons.all_inner_texts() == [
        "Не принято: Такие файлы здесь не принимаются (text/plain).",
        "Не принято: Файл больше 20 МБ.",
    ]
    assert all(reason.bounding_box()["height"] > 10 for reason in reasons.all())
    assert visitor.fits()
    visitor.photograph("rejected")
    names = {"00-ru.jpg", "notes.txt", "film.jpg"}
    own = {"Language / Язык", "Скачать JSON"}
    others = {text for text in visitor.english() - own if not any(name in text for name in names)}
    assert others == {"Такие файлы здесь не принимаются (text/plain)."}
    visitor.page.get_by_role("radio", name="Камера").click()
    visitor.page.wait_for_selector("video")
    visitor.settle()
    assert visitor.english() <= own
    visitor.open(f"{site.address}/search?period=dates&dates=2026-11-20")
    visitor.page.get_by_test_id("stDateInput").locator("button").last.click()
    visitor.page.get_by_role("dialog").wait_for()
    assert visitor.english() <= own
    visitor.page.keyboard.press("Escape")
    visitor.go("dashboard")
    assert visitor.english() <= own
    visitor.page.get_by_role("radio", name="EN").click()
    visitor.page.get_by_role("heading", name="Dashboard").wait_for()
    visitor.settle()
    assert visitor.page.evaluate("document.documentElement.lang") == "en"
    visitor.page.get_by_role("link", name="Read").click()
    visitor.page.get_by_text("Choose files").wait_for()
    assert visitor.strangers == []


def test_filters_stand_in_the_address_and_bars_lead_to_them(site: Site) -> None:
    visitor = site.visit(DESKTOP)
    drop(visitor, "00-ru.jpg", "02-pl-cz.jpg")
    visitor.go("search")
    look_for(visitor, "356")
    assert visitor.page.url.endswith("/search?text=356")
    other = site.visit(DESKTOP, "search?text=356&lang=RU")  # to whom the address was sent
    for shown in (visitor, other):
        shown.page.reload()
        shown.page.wait_for_selector(".np-text")
        shown.settle()
        assert set(shown.texts()) == {"M356CC65"}
    assert other.page.get_by_text("Найдено: ").count() == 1
    widths = {round(card.bounding_box()["width"]) for card in visitor.page.locator(".np-sighting").all()}
    assert len(widths) == 1

    visitor.go("dashboard")
    visitor.page.get_by_test_id("stMetric").last.wait_for()
    cards = [card.bounding_box() for card in visitor.page.get_by_test_id("stMetric").all()]
    assert len({(round(box["width"]), round(box["y"])) for box in cards}) == 1
    visitor.photograph("bars")
    visitor.page.get_by_role("link", name="1R86148").click()
    visitor.page.wait_for_selector(".np-text")
    visitor.settle()
    assert set(visitor.texts()) == {"1R86148"}
    visitor.go("dashboard")
    visitor.page.locator(".stVegaLiteChart").first.locator('[role="graphics-symbol"]').last.click()
    visitor.page.wait_for_selector(".st-key-search-text")
    visitor.settle()
    assert "period=dates" in visitor.page.url
    assert {"1R86148", "M356CC65"} <= set(visitor.texts())
    assert visitor.strangers == []


def test_cameras_are_added_changed_and_deleted(site: Site) -> None:
    """One without an address, so that no process is started for it."""
    visitor = site.visit(DESKTOP, "cameras")
    visitor.page.get_by_text("No camera yet").wait_for()
    (link,) = visitor.page.locator(".stLinkButton a").all()
    assert link.get_attribute("href") == f"{site.api}/live#lang=en"

    visitor.page.get_by_role("button", name="Add").click()
    visitor.page.get_by_label("Name").fill("gate [x](y)")
    visitor.page.get_by_role("textbox", name="Password").fill("s3cret")
    visitor.page.get_by_role("button", name="Save").click()
    visitor.page.get_by_text("A password needs a user in the address").wait_for()
    visitor.page.get_by_role("textbox", name="Password").fill("")
    visitor.page.get_by_role("button", name="Save").click()
    visitor.page.locator(".np-camera", has_text="Pictures are uploaded").wait_for()
    visitor.settle()
    visitor.page.get_by_role("button", name="Change").click()
    visitor.page.get_by_role("heading", name="Camera gate [x](y)").wait_for()
    assert visitor.page.get_by_role("textbox", name="Password").input_value() == ""
    visitor.page.get_by_label("Place").fill("North gate")
    visitor.photograph("camera")
    visitor.page.get_by_role("button", name="Save").click()
    visitor.page.locator(".np-camera", has_text="North gate").wait_for()
    visitor.photograph("cameras")

    other = site.visit(PHONE, "cameras")
    assert other.fits()
    assert other.english() <= {"Language / Язык"}
    other.page.get_by_role("button", name="Изменить").click()
    other.page.get_by_role("textbox", name="Пароль").wait_for()
    other.settle()
    assert other.english() <= {"Language / Язык", "Камера gate [x](y)", "rtsp://user@192.168.1.20/stream1"}
    other.photograph("camera")
    other.page.locator("[role=dialog] summary").click()
    other.page.get_by_role("button", name="Удалить навсегда").click()
    other.page.get_by_text("Камер пока нет").wait_for()
    assert visitor.strangers == other.strangers == []


def test_signing_in_survives_a_reload_and_ends_on_the_server(site: Site, tmp_path: Path) -> None:
    """And once the service is gone, the page says so within three seconds."""
    with ExitStack() as stack:
        required = {"NUMBER_PLATE_REQUIRE_KEYS": "true"}
        api = stack.enter_context(served(tmp_path, "src.service", "/ready", **required))
        page = stack.enter_context(served(tmp_path, "src.service.page", "/_stcore/health", "--api", api.url))
        database = open_database(f"sqlite:///{tmp_path}/var/number-plate.db")
        secret = create_key(database, "office", [Scope.READ]).secret
        database.close()

        def refused(visitor: Visitor) -> bool:
            return visitor.page.get_by_text("The service asks for a valid key").count() > 0

        visitor = Visitor(site.browser, f"{page.url}/search?text=356", DESKTOP, tmp_path)
        assert refused(visitor)
        sign(visitor, secret)
        assert visitor.page.url.endswith("/search?text=356")
        assert not refused(visitor)
        visitor.page.locator(".st-key-np-links").get_by_role("link", name="Models").wait_for()
        offered = [text.split()[-1] for text in visitor.page.locator(".st-key-np-links a").all_inner_texts()]
        # what this key may use
        assert offered == ["Search", "Vehicles", "Visits", "Lists", "Cameras", "Dashboard", "Models"]
        visitor.open(f"{page.url}/keys")
        visitor.page.get_by_text("Your key does not allow this.").wait_for()
        visitor.open(page.url)
        visitor.page.wait_for_url("**/search")  # as pictures cannot be read with it
        visitor.open(f"{page.url}/search?text=356")
        (cookie,) = [c for c in visitor.page.context.cookies() if c["name"] == COOKIE]
        assert cookie["httpOnly"]
        assert cookie["sameSite"] == "Strict"
        kept = str(visitor.page.context.storage_state()) + visitor.page.evaluate("document.cookie")
        assert secret not in kept
        assert cookie["value"] not in visitor.page.evaluate("document.cookie")
        visitor.open(visitor.page.url)
        assert not refused(visitor)
        sign(visitor)
        assert refused(visitor)
        visitor.page.context.add_cookies([cookie])  # whoever copied it
        visitor.open(visitor.page.url)
        assert refused(visitor)

        api.process.kill()
        api.process.wait()
        begun = time.monotonic()
        visitor.page.locator('.st-key-np-links a[href$="dashboard"]').click()
        visitor.page.get_by_text("The recognition service cannot be reached").wait_for()
        assert time.monotonic() - begun < 3
        visitor.photograph("gone")


def sign(visitor: Visitor, secret: str | None = None) -> None:
    """Signs in with a key, or out."""
    visitor.page.get_by_role("button", name="Key").click()
    if secret is not None:
        visitor.page.get_by_label("API key").fill(secret)
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name="Sign out" if secret is None else "Sign in").click()
    visitor.page.wait_for_selector(".np-brand")
    visitor.settle()


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
