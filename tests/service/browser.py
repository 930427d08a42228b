"""Chromium, which looks at the page; its camera shows a picture of the samples."""

import re
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from openpyxl import load_workbook

SAMPLES = Path("data/samples")
PATIENCE_MS = 120_000
"""For a machine that is busy with other things."""
PRESSES = 60

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "locale": "ru-RU",
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB", "accept_downloads": True}


ENGLISH = """() => {
  const word = /[A-Za-z]{3,}/, found = [];
  const names = ["aria-label", "aria-roledescription", "placeholder", "title", "alt"];
  const ours = '[data-testid="stHtml"], [data-testid="stJson"], script, style, noscript';
  for (const element of document.body.querySelectorAll("*")) {
    if (!element.checkVisibility() || element.closest(ours)) continue;
    if (getComputedStyle(element).fontFamily.includes("Material")) continue; // an icon
    const said = names.map((name) => element.getAttribute(name));
    for (const child of element.childNodes) if (child.nodeType === Node.TEXT_NODE) said.push(child.nodeValue);
    found.push(...said.filter((text) => text && word.test(text)).map((text) => text.trim()));
  }
  return found;
}"""


class NoBrowserError(RuntimeError):
    """No browser can be started here; the message says why."""


@contextmanager
def chromium(folder: Path) -> Iterator[Any]:
    """The browser. Raises NoBrowserError where it, or Playwright, is missing."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        raise NoBrowserError("no chromium on PATH")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise NoBrowserError(str(error)) from None
    film = folder / "camera.mjpeg"
    film.write_bytes((SAMPLES / "00-ru.jpg").read_bytes() * 2)
    camera = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    words = ["--no-sandbox", *camera, f"--use-file-for-fake-video-capture={film}"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=words)
        yield browser
        browser.close()


class Visitor:
    """Somebody with the page open. ``strangers`` are requests to other hosts, ``faults`` what the console says."""

    def __init__(self, browser: Any, address: str, device: dict[str, Any], screenshots: Path) -> None:
        self._folder, self._width = screenshots, device["viewport"]["width"]
        self.strangers: list[str] = []
        self.faults: list[str] = []
        self.page = browser.new_context(**device, timezone_id="Europe/Moscow").new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("request", self._look)
        self.page.on("console", lambda message: self.faults.append(message.text) if message.type == "error" else None)
        self.open(address)

    def _look(self, request: Any) -> None:
        if urlsplit(request.url).hostname not in ("127.0.0.1", None):
            self.strangers.append(request.url)

    def open(self, address: str) -> None:
        """Goes there, as by a link that somebody sent, or loads the same view anew."""
        self.page.goto(address)
        self.page.wait_for_selector(".np-brand")
        self.settle()

    def english(self) -> set[str]:
        """Latin words that are seen or read aloud, beside names of icons and what the page says of plates."""
        return set(self.page.evaluate(ENGLISH))

    def settle(self) -> None:
        """Waits until Streamlit has run the script to its end."""
        self.page.wait_for_timeout(400)
        self.page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
        self.page.wait_for_timeout(200)

    def take_picture(self) -> None:
        """With the camera. Its button can be pressed before it does anything: while the stream starts, which it does
        once more when the page's width is known."""
        button = self.page.get_by_test_id("stCameraInputButton")
        taken = self.page.locator('[data-testid="stCameraInput"] img')
        for _ in range(PRESSES):
            self.page.wait_for_function("document.querySelector('video')?.readyState >= 2")  # there is a frame
            button.click()
            if taken.count():
                return
            self.page.wait_for_timeout(500)
        raise AssertionError(f"the camera took no picture when asked {PRESSES} times")

    def go(self, view: str) -> None:
        """Follows the navigation."""
        self.page.locator(f'.st-key-np-links a[href$="{view}"]').click()
        self.settle()

    def press(self, name: str) -> None:
        """Presses the button with this name."""
        self.page.get_by_role("button", name=name, exact=True).click()
        self.settle()

    def close_window(self) -> None:
        """Closes the window that is open."""
        self.page.keyboard.press("Escape")
        self.page.locator("[role=dialog]").wait_for(state="detached")

    def exported(self, link: str) -> list[dict[str, Any]]:
        """Returns the rows of the table for spreadsheets that an English page offers under ``link``."""
        self.press("Export")
        with self.page.expect_download() as download:
            self.page.get_by_role("link", name=link).click()
        with Path(download.value.path()).open("rb") as file:  # its name has no ending
            head, *rows = load_workbook(file).active.iter_rows(values_only=True)
        self.page.keyboard.press("Escape")
        return [dict(zip(head, row, strict=True)) for row in rows]

    def texts(self, within: str = "") -> list[str]:
        """The plates that are shown, from top to bottom."""
        return self.page.locator(f"{within} .np-text".strip()).all_inner_texts()

    def fits(self) -> bool:
        """Whether nothing sticks out to the right."""
        wide = "[...document.querySelectorAll('html, .stMain')].every(e => e.scrollWidth <= e.clientWidth)"
        return bool(self.page.evaluate(wide))

    def check(self, name: str, known: Collection[str]) -> None:
        """Nothing sticks out of a Russian view, and what is not Russian is an address or of ``known`` words."""
        self.settle()
        self.photograph(name)
        assert self.fits(), name
        said = {text for text in self.english() if "://" not in text}
        assert {text for text in said if not set(known).issuperset(re.findall("[A-Za-z]{3,}", text))} == set(), name

    def photograph(self, name: str) -> None:
        """A screenshot, to be looked at."""
        self.page.screenshot(path=self._folder / f"{name}-{self._width}.png")
