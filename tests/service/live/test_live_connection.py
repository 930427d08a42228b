"""The live view in a real browser: connections that are lost, and keys that open one."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from src.service.api.routes import live
from src.service.database import open_database
from src.service.store import Scope, create_key
from tests.service.browser import DESKTOP
from tests.service.listening import Gate, Listening, gate, listening
from tests.service.live.guard import Guard, Visit
from tests.service.processes import free_port


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
