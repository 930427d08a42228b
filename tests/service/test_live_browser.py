"""The live view in a real browser: on a desktop and on a telephone, by mouse, finger and keyboard."""

import json
import re
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from src.service.api.routes import live
from src.service.cameras.broadcast import Event
from src.service.database import open_database
from src.service.store import Scope, create_key
from tests.service.browser import DESKTOP, PATIENCE_MS, PHONE, NoBrowserError, chromium
from tests.service.listening import Gate, Listening, gate, listening
from tests.service.processes import free_port, wait_for

ZONE = [[0.1, 0.4], [0.9, 0.4], [0.9, 1.0], [0.1, 1.0]]
HOSTILE = '<img src=x onerror="window.hacked=1">'
OWN_LATIN = {"EN", "RU", "NP", "Number Plate", "Language / Язык"}


class Guard:
    """Somebody who looks at the live view. ``strangers`` are requests to other hosts, ``faults`` what the console says,
    ``addresses`` all that was asked for.
    """

    def __init__(self, browser: Any, address: str, device: dict[str, Any], folder: Path, **options: Any) -> None:
        self.address, self._folder, self._width = address, folder, device["viewport"]["width"]
        self.strangers: list[str] = []
        self.faults: list[str] = []
        self.addresses: list[str] = []
        self.page = browser.new_context(**device | options, timezone_id="Europe/Moscow").new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("request", self._look)
        self.page.on("console", lambda message: self.faults.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def _look(self, request: Any) -> None:
        self.addresses.append(request.url)
        if urlsplit(request.url).hostname not in ("127.0.0.1", None) and not request.url.startswith("blob:"):
            self.strangers.append(request.url)

    def open(self, place: str = "") -> None:
        self.page.goto(f"{self.address}/live{place}")

    def wait_until(self, state: str = "open") -> None:
        self.page.wait_for_selector(f'#link[data-state="{state}"]')

    def large(self) -> str:
        """The plate that stands large."""
        return str(self.page.locator(".newest .plate").inner_text())

    def rows(self) -> list[str]:
        return list(self.page.locator("#passages .text").all_inner_texts())

    def fits(self) -> bool:
        return bool(self.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))

    def photograph(self, name: str) -> None:
        """A screenshot, to be looked at."""
        self.page.screenshot(path=self._folder / f"{name}-{self._width}.png")


Visit = Callable[..., Guard]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    try:
        with chromium(tmp_path_factory.mktemp("browser")) as started:
            yield started
    except NoBrowserError as error:
        warnings.warn(f"the live view is not tested in a browser: {error}", stacklevel=1)
        pytest.skip(f"no browser: {error}")


@pytest.fixture
def api(built_models: Path, tmp_path: Path) -> Iterator[Listening]:
    with listening(built_models, tmp_path / "var") as running_api:
        yield running_api


@pytest.fixture
def visit(browser: Any, api: Listening, tmp_path: Path) -> Visit:
    def opened(device: dict[str, Any], place: str = "", before: Callable[[Any], None] | None = None) -> Guard:
        guard = Guard(browser, api.address, device, tmp_path)
        if before is not None:
            before(guard.page)
        guard.open(place)
        return guard

    return opened


def tell_state(api: Listening, camera: Gate, **state: Any) -> None:
    """The state of a camera changes, as its process would say."""
    with api.client() as client:
        record = client.get(f"/v1/cameras/{camera.id}").json()
    told = {**record, "enabled": True, "state": {**record["state"], **state}}
    api.service.cameras.broadcast.publish(Event("camera", json.dumps(told)))


def test_a_new_passage_is_seen_within_two_seconds(api: Listening, visit: Visit) -> None:
    north, south = gate(api, "gate", place="North gate"), gate(api, "Exit south")
    north.show(0)
    for number in range(1, 6):
        (north, south)[number % 2].tell(number, timedelta(minutes=number), accepted=number != 2)
    guard = visit(DESKTOP)
    guard.wait_until()
    guard.page.wait_for_selector("#passages li >> nth=4")
    before = guard.rows()
    begun = time.monotonic()
    assert north.tell(0, confidence=0.99349) == "M356CC65"
    guard.page.wait_for_selector('.newest .plate:text-is("M356CC65")')
    assert time.monotonic() - begun < 2
    assert guard.rows() == ["M356CC65", *before]
    facts = guard.page.locator(".newest .facts").inner_text()
    for said in ("Russia", "Accepted", "99.3%", "8 of 9 readings agree", "gate"):
        assert said in facts
    guard.page.wait_for_selector(".newest .photo polygon")
    guard.page.wait_for_selector(".newest .crop canvas")
    guard.page.wait_for_selector("#passages li:first-child .crop canvas")
    assert guard.page.title().startswith("M356CC65")
    tell_state(api, north, online=True, frames_per_second=24.9, last_picture="2026-01-31T12:00:00Z")
    tell_state(api, south, online=False, last_error="connection refused", since="2026-01-31T12:00:00Z")
    guard.page.get_by_text("Online · 25 frames/s").wait_for()
    guard.page.get_by_text("connection refused").wait_for()
    guard.page.get_by_text("1 of 2 online").wait_for()
    guard.page.wait_for_selector("#cameras img:not([hidden])")
    guard.photograph("live")
    assert guard.fits()
    assert_sound(guard)


def test_a_passage_that_is_told_again_is_one_passage(api: Listening, visit: Visit) -> None:
    north = gate(api)
    guard = visit(DESKTOP)
    guard.wait_until()
    north.tell(1, timedelta(minutes=1))
    north.tell(0, key="first", text="M356C", accepted=False)
    guard.page.wait_for_selector('.newest .plate:text-is("M356C")')
    north.tell(0, key="first", telling=2)
    guard.page.wait_for_selector('.newest .plate:text-is("M356CC65")')
    assert guard.rows() == ["M356CC65", "OBZR8008"]


def test_on_a_telephone_in_russian_by_touch(api: Listening, visit: Visit) -> None:
    north, south = gate(api, "ворота"), gate(api, "выезд")
    for number in range(6):
        (north, south)[number % 2].tell(number, timedelta(days=number), accepted=bool(number % 3))
    guard = visit(PHONE)
    guard.wait_until()
    guard.page.wait_for_selector("#passages li >> nth=5")
    assert guard.page.evaluate("document.documentElement.lang") == "ru"
    assert guard.large() == "M356CC65"
    assert guard.fits()
    guard.photograph("live")

    guard.page.locator("#passages li >> nth=1").tap()
    guard.page.wait_for_selector('.newest .plate:text-is("OBZR8008")')
    north.tell(2, timedelta())
    guard.page.wait_for_selector("#passages li >> nth=6")
    assert guard.large() == "OBZR8008"  # what somebody chose stays
    guard.page.get_by_role("button", name="К новейшему").tap()
    guard.page.wait_for_selector('.newest .plate:text-is("LO8152Q")')

    guard.page.locator("#cameras button", has_text="выезд").tap()
    wait_for(lambda: len(guard.rows()) == 3, "the passages of one camera are not shown")
    assert guard.rows() == ["OBZR8008", "NGG8033", "VCS4BP"]
    north.tell(0)
    south.tell(5)
    guard.page.wait_for_selector("#passages li >> nth=3")
    assert guard.rows()[0] == "VCS4BP"  # and nothing of the other camera
    assert guard.fits()
    guard.photograph("one-camera")
    words = set(re.findall("[A-Za-z]{3,}", guard.page.locator("body").inner_text()))
    assert words <= set(re.findall("[A-Za-z]{3,}", " ".join([*guard.rows(), *OWN_LATIN])))
    guard.page.get_by_role("button", name="EN").tap()
    guard.page.get_by_text("Last passages").wait_for()
    guard.page.reload()
    guard.page.get_by_text("Last passages").wait_for()  # the choice is kept
    assert_sound(guard)


def test_a_lost_connection_is_seen_and_comes_back_with_what_was_missed(
    browser: Any, built_models: Path, tmp_path: Path
) -> None:
    port, data = free_port(), tmp_path / "var"
    with listening(built_models, data, port) as api:
        north = gate(api)
        north.tell(0, timedelta(minutes=1))
        guard = Guard(browser, api.address, DESKTOP, tmp_path, color_scheme="dark")
        guard.open()
        guard.wait_until()
        guard.page.wait_for_selector("#passages li")
        guard.photograph("dark")
    guard.wait_until("lost")
    assert "was lost at" in guard.page.locator("#notice").inner_text()
    guard.page.wait_for_timeout(400)
    guard.photograph("lost")
    guard.page.locator("#notice", has_text=re.compile("in [248] s")).wait_for()  # the pauses grow
    with listening(built_models, data, port) as again:
        Gate(again, north.id, north.name).tell(1)  # before anybody listens
        guard.wait_until("open")
        guard.page.wait_for_selector('.newest .plate:text-is("OBZR8008")')
        assert guard.rows() == ["OBZR8008", "M356CC65"]
        Gate(again, north.id, north.name).tell(2)
        guard.page.wait_for_selector('.newest .plate:text-is("LO8152Q")')
        assert guard.strangers == []
        tickets = [address for address in guard.addresses if "ticket=" in address]
        assert len(tickets) == len(set(tickets)) >= 2


def test_silence_and_a_network_that_is_gone_are_lost_connections(
    api: Listening, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "ALIVE_S", 1000.0)
    guard = visit(DESKTOP, before=lambda page: page.clock.install())
    guard.wait_until()
    first = len(guard.addresses)
    guard.page.clock.fast_forward(13_000)
    guard.page.get_by_text("Connected again.").wait_for()
    assert sum("ticket=" in address for address in guard.addresses[first:]) == 1
    guard.page.context.set_offline(True)
    guard.wait_until("lost")
    guard.page.context.set_offline(False)
    guard.wait_until("open")


def test_a_focus_stays_while_plates_pass(api: Listening, visit: Visit) -> None:
    north = gate(api)
    north.tell(0, timedelta(minutes=1))
    guard = visit(DESKTOP)
    guard.wait_until()
    guard.page.locator("#passages button").first.focus()
    north.tell(1)
    guard.page.wait_for_selector("#passages li >> nth=1")
    assert "M356CC65" in guard.page.evaluate("document.activeElement.innerText")
    guard.page.get_by_role("link", name="Zone of gate").focus()
    tell_state(api, north, online=True)
    guard.page.locator(".state", has_text="Online").wait_for()
    assert guard.page.evaluate("document.activeElement.innerText") == "Zone"


def test_the_key_is_asked_for_once_and_stands_in_no_address(browser: Any, built_models: Path, tmp_path: Path) -> None:
    with listening(built_models, tmp_path / "var", require_keys=True) as api:
        database = open_database(api.service.resources.settings.database_url)
        admin, reader, sender = (
            create_key(database, "key", [scope]).secret for scope in (Scope.ADMIN, Scope.READ, Scope.RECOGNIZE)
        )
        database.close()
        north = gate(api, key=admin)
        north.show(0)
        north.tell(0)
        guard = Guard(browser, api.address, DESKTOP, tmp_path)
        guard.open()

        def enter(secret: str) -> None:
            guard.page.get_by_label("Key", exact=True).fill(secret)
            guard.page.keyboard.press("Enter")

        guard.page.get_by_role("heading", name="API key").wait_for()
        guard.photograph("key")
        enter("np_wrong")
        guard.page.get_by_text("This key is not valid.").wait_for()
        enter(sender)
        guard.page.get_by_text("This key may not look plates up.").wait_for()
        enter(reader)
        guard.wait_until()
        guard.page.wait_for_selector(".newest .photo img")
        guard.page.reload()
        guard.wait_until()
        assert guard.page.locator("dialog[open]").count() == 0
        kept = guard.page.context.storage_state()
        assert reader not in json.dumps(kept)  # neither a cookie nor what outlives the tab

        guard.open(f"#camera={north.id}")
        draw = guard.page.locator(".stage")
        draw.wait_for()
        guard.page.wait_for_selector(".stage.has-picture")
        for across, down in ((50, 50), (200, 60), (150, 200)):
            draw.click(position={"x": across, "y": down})
        guard.page.get_by_role("button", name="Save").click()
        guard.page.get_by_text("This key may not change cameras.").wait_for()
        assert not any(secret in address for secret in (admin, reader, sender) for address in guard.addresses)

        guard.page.get_by_role("button", name="Sign out").click()
        guard.page.get_by_role("heading", name="API key").wait_for()
        assert guard.strangers == []


def test_names_of_strangers_are_texts_and_nothing_else(api: Listening, visit: Visit) -> None:
    north = gate(api, HOSTILE, place="</b><script>window.hacked=1</script>")
    north.show(0)
    north.tell(0, text=HOSTILE.upper())
    guard = visit(DESKTOP)
    guard.wait_until()
    guard.page.wait_for_selector("#passages li")
    north.tell(1, text="</p><svg/onload=hacked=1>")
    guard.page.wait_for_selector('.newest .plate:has-text("SVG/ONLOAD"), .newest .plate:has-text("svg/onload")')
    tell_state(api, north, online=False, last_error=HOSTILE, since="2026-01-31T12:00:00Z")
    guard.page.locator(".state", has_text="onerror").wait_for()
    assert guard.page.locator("#cameras b", has_text="onerror").inner_text() == HOSTILE
    guard.page.locator("#cameras button", has_text="onerror").first.click()
    guard.page.locator("#list-title", has_text="onerror").wait_for()
    guard.photograph("hostile")
    guard.open(f"#camera={north.id}")
    guard.page.get_by_role("heading", name=HOSTILE).wait_for()
    guard.page.wait_for_timeout(200)
    assert guard.page.evaluate("window.hacked") is None
    assert guard.page.locator("img[src=x], [onerror], [onload], main script").count() == 0
    assert guard.fits()
    assert_sound(guard)


class Stage:
    """The picture on which a zone is drawn, in shares of its sides."""

    def __init__(self, guard: Guard, camera: Gate) -> None:
        self.guard, self.page, self.camera = guard, guard.page, camera
        self.page.wait_for_selector(".stage.has-picture")
        self.page.wait_for_timeout(100)

    def at(self, x: float, y: float) -> tuple[float, float]:
        box = self.page.locator(".stage").bounding_box()
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def points(self) -> list[list[float]]:
        """Where the points are seen."""
        box = self.page.locator(".stage").bounding_box()
        found = [handle.bounding_box() for handle in self.page.locator(".point").all()]
        return [
            [
                round((each["x"] + each["width"] / 2 - box["x"]) / box["width"], 2),
                round((each["y"] + each["height"] / 2 - box["y"]) / box["height"], 2),
            ]
            for each in found
        ]

    def save(self, name: str = "Save") -> list[list[float]] | None:
        """What the API has once it is saved."""
        self.page.get_by_role("button", name=name, exact=True).click()
        self.page.locator(".status", has_text=re.compile("Saved|Сохранено")).wait_for()
        with self.camera.api.client() as client:
            zone = client.get(f"/v1/cameras/{self.camera.id}").json()["zone"]
        return None if zone is None else [[round(x, 2), round(y, 2)] for x, y in zone]


def test_a_zone_is_drawn_by_mouse_and_keyboard(api: Listening, visit: Visit) -> None:
    north = gate(api, zone=ZONE)
    north.show(0)
    guard = visit(DESKTOP, f"#camera={north.id}")
    stage, mouse, keyboard = Stage(guard, north), guard.page.mouse, guard.page.keyboard
    assert stage.points() == ZONE
    guard.photograph("zone")
    guard.page.get_by_role("button", name="Whole picture").click()
    guard.page.get_by_text("The whole picture counts.").wait_for()
    assert stage.save() is None

    for x, y in ((0.2, 0.3), (0.8, 0.3)):
        mouse.click(*stage.at(x, y))
    assert guard.page.get_by_role("button", name="Save").is_disabled()
    guard.page.get_by_text("A zone has three points at least.").wait_for()
    mouse.move(*stage.at(0.5, 0.5))
    mouse.down()
    mouse.move(*stage.at(0.7, 0.8), steps=4)  # a point is set and moved with one press
    mouse.up()
    assert stage.points() == [[0.2, 0.3], [0.8, 0.3], [0.7, 0.8]]
    mouse.move(*stage.at(0.2, 0.3))
    mouse.down()
    mouse.move(*stage.at(0.1, 0.2), steps=4)
    mouse.up()
    mouse.click(*stage.at(0.45, 0.25))  # between the first two
    assert stage.points() == [[0.1, 0.2], [0.45, 0.25], [0.8, 0.3], [0.7, 0.8]]
    guard.photograph("drawn")
    assert stage.save() == [[0.1, 0.2], [0.45, 0.25], [0.8, 0.3], [0.7, 0.8]]

    keyboard.press("Tab")
    guard.page.locator(".point").nth(1).focus()
    for key in ("ArrowUp", "Shift+ArrowLeft"):
        keyboard.press(key)
    assert stage.points()[1] == [0.4, 0.24]
    keyboard.press("Delete")
    assert stage.points() == [[0.1, 0.2], [0.8, 0.3], [0.7, 0.8]]
    guard.page.get_by_role("button", name="Undo").click()
    assert len(stage.points()) == 4
    guard.page.locator(".stage").focus()
    keyboard.press("Enter")  # in the middle, behind the chosen point
    assert stage.points()[-1] == [0.5, 0.5]
    guard.page.locator(".between").first.focus()
    keyboard.press("Enter")
    assert len(stage.points()) == 6

    guard.page.reload()
    assert Stage(guard, north).points() == [[0.1, 0.2], [0.45, 0.25], [0.8, 0.3], [0.7, 0.8]]
    mouse.move(*stage.at(0.45, 0.25))
    mouse.down()
    mouse.move(*stage.at(0.4, 0.7), steps=4)
    mouse.up()
    guard.page.get_by_text("The lines of the zone cross.").wait_for()
    assert guard.page.get_by_role("button", name="Save").is_disabled()
    assert_sound(guard)


def test_a_zone_is_drawn_by_finger(api: Listening, visit: Visit) -> None:
    north = gate(api)
    north.show(1)
    guard = visit(PHONE, f"#camera={north.id}")
    stage = Stage(guard, north)
    for x, y in ((0.2, 0.3), (0.8, 0.3), (0.6, 0.8)):
        guard.page.touchscreen.tap(*stage.at(x, y))
    assert stage.points() == [[0.2, 0.3], [0.8, 0.3], [0.6, 0.8]]
    finger = guard.page.context.new_cdp_session(guard.page)

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y} for x, y in places]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    scrolled = guard.page.evaluate("scrollY")
    touch("touchStart", stage.at(0.6, 0.8))
    for step in range(1, 6):
        touch("touchMove", stage.at(0.6 - 0.04 * step, 0.8 + 0.02 * step))
    touch("touchEnd")
    wait_for(lambda: stage.points()[2] == [0.4, 0.9], f"the point is not moved: {stage.points()}", 10)
    assert guard.page.evaluate("scrollY") == scrolled  # the finger draws, and does not scroll
    sizes = [handle.bounding_box() for handle in guard.page.locator(".point").all()]
    assert all(box["width"] >= 44 and box["height"] >= 44 for box in sizes)
    assert guard.fits()
    guard.photograph("zone")
    assert stage.save("Сохранить") == [[0.2, 0.3], [0.8, 0.3], [0.4, 0.9]]
    guard.page.get_by_role("link", name="К проездам").tap()
    guard.page.get_by_text("Проездов пока не было").wait_for()
    assert_sound(guard)


def test_an_unknown_camera_and_one_without_a_picture_are_said_to_be_so(api: Listening, visit: Visit) -> None:
    guard = visit(DESKTOP, f"#camera={'0' * 32}")
    guard.page.get_by_text("There is no such camera.").wait_for()
    guard.open(f"#camera={gate(api).id}")
    guard.page.get_by_text("The camera has given no picture yet.").wait_for()
    guard.open("#camera=..%2Fsightings&lang=ru")
    guard.page.locator(".status", has_text=re.compile("Такой камеры нет|Сервис отвечает не так")).wait_for()
    assert guard.strangers == []


def assert_sound(guard: Guard) -> None:
    """Nothing was asked of other hosts, and the console is quiet."""
    assert guard.strangers == []
    assert guard.faults == []
