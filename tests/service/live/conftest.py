"""A browser, and the service that shows it the live view."""

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.service.browser import NoBrowserError, chromium
from tests.service.listening import Listening, listening
from tests.service.live.guard import Guard, Visit


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
