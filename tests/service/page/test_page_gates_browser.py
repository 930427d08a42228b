"""Visits and deliveries in a real browser: who stays too long, a visit closed by hand, a webhook, a dead letter.

The service requires keys; the page has the key of an administrator.
"""

import json
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from src.service.database import Database, open_database, tables
from src.service.database.types import new_id
from src.service.store import Role, create_key
from tests.service.browser import DESKTOP, PHONE, SAMPLES, NoBrowserError, chromium
from tests.service.http_receiver import HttpReceiver, receiving
from tests.service.page_site import Site, served
from tests.service.processes import wait_for

RUSSIAN, BRAZILIAN = "00-ru.jpg", "03-br.jpg"
"""Pictures of M356CC65 and of NGG8033."""
NAMES = {
    *("Language", "Depot", "North", "north", "entry", "exit", "gatehouse"),
    *("MQTT", "Home", "Assistant", "number", "plate", "PEM", "POST", "Authorization", "Bearer"),
}
"""Latin words that people have written, and those of protocols."""


@dataclass(frozen=True, slots=True)
class Gatehouse:
    """The page of an administrator, the API beside it, its database, and who is told of what happens."""

    site: Site
    secret: str
    database: Database
    receiver: HttpReceiver

    def ask(self, method: str, path: str, **content: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.secret}"}
        answer = httpx.request(
            method, f"{self.site.api}{path}", headers=headers, timeout=120, trust_env=False, **content
        )
        assert answer.is_success, answer.text
        return answer

    def see(self, picture: str, camera: str, ago: timedelta) -> None:
        """A camera sees a vehicle so long ago."""
        query = {"camera": camera, "taken": (datetime.now(UTC) - ago).isoformat()}
        self.ask("POST", "/v1/recognize", params=query, files={"images": (SAMPLES / picture).open("rb")})


@pytest.fixture(scope="module")
def gatehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gatehouse]:
    folder = tmp_path_factory.mktemp("gatehouse")
    database = open_database(f"sqlite:///{folder}/var/number-plate.db")
    secret = create_key(database, "office", role=Role.ADMINISTRATOR).secret
    settings = {
        "NUMBER_PLATE_REQUIRE_KEYS": "true",
        "NUMBER_PLATE_PAGE_KEY": secret,
        "NUMBER_PLATE_DELIVERY_NETWORKS": "127.0.0.0/8",
    }
    with ExitStack() as stack:
        stack.callback(database.close)
        try:
            browser = stack.enter_context(chromium(folder))
        except NoBrowserError as error:
            warnings.warn(f"the page is not tested in a browser: {error}", stacklevel=1)
            pytest.skip(f"no browser: {error}")
        receiver = stack.enter_context(receiving())
        api = stack.enter_context(served(folder, "src.service", "/ready", **settings))
        page = stack.enter_context(served(folder, "src.service.page", "/_stcore/health", "--api", api.url, **settings))
        here = Gatehouse(Site(browser, page.url, api.url, folder), secret, database, receiver)
        here.ask("POST", "/v1/places", json={"name": "Depot", "capacity": 2, "max_stay_minutes": 60})
        for direction in ("entry", "exit"):
            camera = {"name": f"north {direction}", "place": "Depot", "gate": "North", "direction": direction}
            here.ask("POST", "/v1/cameras", json=camera)
        here.see(RUSSIAN, "north entry", timedelta(hours=5, minutes=2))
        here.see(BRAZILIAN, "north entry", timedelta(minutes=50))
        here.see(BRAZILIAN, "north exit", timedelta(minutes=10))
        yield here


def test_who_stays_too_long_is_seen_and_closed_by_hand_and_the_report_exported(gatehouse: Gatehouse) -> None:
    visitor = gatehouse.site.visit(DESKTOP, "visits")
    place = visitor.page.locator(".np-occupancy")
    assert "1 / 2" in " ".join(place.inner_text().split())
    assert "too long: 1" in place.inner_text()
    assert visitor.texts(".np-stay") == ["M356CC65"]
    assert "Depot, for 5 hr" in visitor.page.locator(".np-stay").inner_text()
    visitor.photograph("inside")
    visitor.page.locator(".np-stay a").click()
    visitor.page.locator("[role=dialog] figure").wait_for()
    assert "M356CC65" in visitor.page.locator("[role=dialog]").inner_text()
    visitor.open(f"{gatehouse.site.address}/visits")
    visitor.press("It has left")
    visitor.press("It is no longer inside")
    visitor.page.get_by_text("Nobody is inside.").wait_for()
    visitor.open(f"{gatehouse.site.address}/visits?show=all")
    assert visitor.texts(".np-stay") == ["NGG8033", "M356CC65"]
    lasted, closed = visitor.page.locator(".np-stay").all_inner_texts()
    assert "Depot, 40 min" in lasted
    assert "exit not seen" in closed
    visitor.photograph("visits")
    visitor.open(f"{gatehouse.site.address}/visits?show=report&by=place")
    visitor.photograph("report")
    rows = visitor.exported("for Excel (XLSX)")
    assert [row["place"] for row in rows] == ["Depot"]
    assert visitor.strangers == []


def test_a_webhook_is_made_and_tried_and_a_dead_letter_sent_again(gatehouse: Gatehouse) -> None:
    visitor = gatehouse.site.visit(DESKTOP, "receivers")
    visitor.press("Add a receiver")
    visitor.page.get_by_role("textbox", name="Name").fill("gatehouse")
    visitor.page.get_by_role("textbox", name="Address").fill(gatehouse.receiver.url)
    visitor.photograph("new-receiver")
    visitor.press("Save")
    visitor.page.get_by_text("Copy it now").wait_for()
    secret = visitor.page.locator("[role=dialog] code").inner_text().strip()
    assert secret.startswith("whsec_")
    visitor.press("I have it")
    visitor.page.locator(".np-name", has_text="gatehouse").wait_for()
    assert secret not in visitor.page.content()
    visitor.press("Test")
    visitor.page.get_by_text("the answer had the status 204").wait_for()
    assert kinds(gatehouse) == ["test"]
    visitor.photograph("tested")
    visitor.close_window()
    add_dead_letter(gatehouse.database)
    visitor.go("receivers")
    visitor.page.get_by_role("link", name="Show them").click()
    visitor.page.locator(".np-delivery", has_text="no answer within 10 s").wait_for()
    visitor.settle()
    visitor.photograph("deliveries")
    visitor.press("Send again")
    wait_for(lambda: "visit.ended" in kinds(gatehouse), "the dead letter is not sent again")
    visitor.page.get_by_text("Nothing was given up.").wait_for()
    assert visitor.strangers == []


def test_on_a_telephone_in_russian(gatehouse: Gatehouse) -> None:
    """All fits, and is Russian."""
    visitor = gatehouse.site.visit(PHONE, "visits?show=all")
    visitor.check("visits", NAMES)
    visitor.open(f"{gatehouse.site.address}/visits?show=report")
    visitor.check("report", NAMES)
    visitor.go("receivers")
    visitor.check("receivers", NAMES)
    visitor.press("Новый получатель")
    for kind in ("Шлагбаум", "Брокер MQTT"):
        visitor.page.get_by_text(kind, exact=True).click()
        visitor.check(f"receiver-{'barrier' if kind == 'Шлагбаум' else 'broker'}", NAMES)
    visitor.close_window()
    visitor.go("deliveries")
    visitor.check("deliveries", NAMES)
    assert visitor.strangers == []


def kinds(gatehouse: Gatehouse) -> list[str]:
    """The kinds of the events that were heard of, in their order."""
    return [json.loads(heard.body)["kind"] for heard in gatehouse.receiver.heard]


def add_dead_letter(database: Database) -> None:
    """An event that did not come to the one receiver in a day."""
    now = datetime.now(UTC)
    body = {"id": new_id(), "kind": "visit.ended", "at": now.isoformat()}
    with database.session() as session:
        (receiver,) = session.query(tables.ReceiverRow).all()
        event = tables.EventRow(id=body["id"], at=now, kind="visit.ended", text="NGG8033", body=body)
        session.add(
            tables.DeliveryRow(
                event=event,
                receiver=receiver,
                state="dead",
                due=now,
                expires=now,
                attempts=17,
                last_error="no answer within 10 s",
                ended=now,
            )
        )
