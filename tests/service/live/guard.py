"""Somebody in front of the live view, in a real browser."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from src.service.cameras.broadcast import Event
from tests.service.browser import PATIENCE_MS
from tests.service.listening import Gate, Listening


class Guard:
    """Looks at the live view. ``strangers`` are requests to other hosts, ``faults`` what the console says,
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
"""A device, the place within the view, and what is done to the page before it is opened."""


LISTS = [("Residents", "allow", "M356CC65", "RU"), ("Turned away", "deny", "OBZR8008", "DE")]


def register(api: Listening, key: str | None = None) -> None:
    """A resident, the first sample, and a vehicle that is turned away, the second one."""
    with api.client(key) as client:
        for name, kind, text, region in LISTS:
            client.post("/v1/lists", json={"name": name, "kind": kind}).raise_for_status()
            made = client.post("/v1/vehicles", json={"text": text, "region": region})
            client.post(f"/v1/vehicles/{made.json()['id']}/permits", json={"list": name}).raise_for_status()


def tell_state(api: Listening, camera: Gate, **state: Any) -> None:
    """The state of a camera changes, as its process would say."""
    with api.client() as client:
        record = client.get(f"/v1/cameras/{camera.id}").json()
    told = {**record, "enabled": True, "state": {**record["state"], **state}}
    api.service.cameras.broadcast.publish(Event("camera", json.dumps(told)))


def assert_sound(guard: Guard) -> None:
    """Nothing was asked of other hosts, and the console is quiet."""
    assert guard.strangers == []
    assert guard.faults == []
