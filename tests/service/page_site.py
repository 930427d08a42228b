"""The service and its page as programs of their own, and visitors with browsers."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from src.service.probe import probe
from tests.service.browser import Visitor
from tests.service.processes import ended, free_port, wait_for

ROOT = Path(__file__).parents[2]


class Site:
    """The service, its page, and browsers to look at it with."""

    def __init__(self, browser: object, address: str, api: str, screenshots: Path) -> None:
        self.browser, self.address, self.api, self._screenshots = browser, address, api, screenshots

    def visit(self, device: dict[str, object], view: str = "") -> Visitor:
        """Opens the page on a device."""
        return Visitor(self.browser, f"{self.address}/{view}", device, self._screenshots)


@dataclass(frozen=True, slots=True)
class Served:
    """A program that answers at an address."""

    url: str
    process: "subprocess.Popen[str]"


@contextmanager
def served(folder: Path, module: str, health: str, *words: str, **settings: str) -> Iterator[Served]:
    """A program, from when it is ready until the end of the block."""
    port, log = free_port(), folder / f"{module}.log"
    command = [sys.executable, "-m", module, "--port", str(port), *words]
    environment = os.environ | {"NUMBER_PLATE_DATA_DIR": str(folder / "var"), "NUMBER_PLATE_PAGE_KEY": ""} | settings
    with log.open("w") as file:
        started = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=file, text=True)
    with ended(started) as process:
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: process.poll() is not None or probe(url + health) is None, f"{module} does not answer")
        assert process.poll() is None, log.read_text()
        yield Served(url, process)
