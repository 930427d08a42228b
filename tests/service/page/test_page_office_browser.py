"""A day of an operator in a real browser: a table with faults, pictures of a gate, decisions, a correction, exports.

The service requires keys; the page has the key of an administrator.
"""

import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from src.service.database import open_database
from src.service.store import Role, create_key
from tests.service.browser import DESKTOP, PHONE, SAMPLES, NoBrowserError, Visitor, chromium
from tests.service.page_site import Site, served

TABLE = """\
plate,country,list,kind,weekdays,hours,make,notes
M356CC65,RU,Residents,allow,,,Volvo,=HYPERLINK("x")
OBZR8008,DE,Turned away,deny,,,,
NGG9999,BR,Residents,allow,,,,
A1,RU,Residents,allow,someday,,,
,RU,Residents,allow,,,,
"""
PICTURES = ("00-ru.jpg", "01-de.jpg", "02-pl-cz.jpg", "03-br.jpg")
NAMES = {
    "Language",
    "CSV",
    "XLSX",
    "plate",
    "Residents",
    "Turned",
    "away",
    "OBZR",
    "NGG",
    "office",
    "gate",
    "Ctrl",
    "Enter",
}
"""Latin words that people have written, and those of files."""


@dataclass(frozen=True, slots=True)
class Office:
    """The page of an administrator, and the API beside it."""

    site: Site
    secret: str

    def ask(
        self, method: str, path: str, secret: str | None = None, media_type: str | None = None, **content: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {secret or self.secret}"}
        headers |= {} if media_type is None else {"Content-Type": media_type}
        return httpx.request(method, f"{self.site.api}{path}", headers=headers, timeout=120, trust_env=False, **content)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    database = open_database(f"sqlite:///{folder}/var/number-plate.db")
    secret = create_key(database, "office", role=Role.ADMINISTRATOR).secret
    database.close()
    keys = {"NUMBER_PLATE_REQUIRE_KEYS": "true", "NUMBER_PLATE_PAGE_KEY": secret}
    with ExitStack() as stack:
        try:
            browser = stack.enter_context(chromium(folder))
        except NoBrowserError as error:
            warnings.warn(f"the page is not tested in a browser: {error}", stacklevel=1)
            pytest.skip(f"no browser: {error}")
        api = stack.enter_context(served(folder, "src.service", "/ready", **keys))
        page = stack.enter_context(served(folder, "src.service.page", "/_stcore/health", "--api", api.url, **keys))
        yield Office(Site(browser, page.url, api.url, folder), secret)


def test_the_day_of_an_operator(office: Office) -> None:
    visitor = office.site.visit(DESKTOP, "keys")
    secret = make_a_key(visitor)
    import_a_table(visitor, office)
    for name in PICTURES:
        answer = office.ask("POST", "/v1/recognize?camera=gate", secret, files={"images": (SAMPLES / name).open("rb")})
        assert answer.status_code == 200, answer.text
    correct_a_reading(visitor)
    export(visitor)
    revoke_the_key(visitor)
    assert office.ask("GET", "/v1/key", secret).status_code == 401
    visitor.go("audit")
    said = visitor.page.locator(".np-entries").inner_text()
    for done in (
        "revoked a key",
        "exported vehicles",
        "exported sightings",
        "corrected a reading",
        "imported vehicles",
    ):
        assert done in said
    visitor.photograph("audit")
    visitor.open(f"{office.site.address}/audit?action=revoke_key")
    assert visitor.page.locator(".np-entries tbody tr").count() == 1
    assert visitor.strangers == []


def test_on_a_telephone_in_russian(office: Office) -> None:
    """A place with gates is made and a permit is changed by touch; all fits, and is Russian."""
    sent = {"content": TABLE.encode(), "media_type": "text/csv"}
    assert office.ask("POST", "/v1/registry/import?faulty=skip", **sent).json()["done"]
    office.ask("POST", "/v1/recognize?camera=gate", files={"images": (SAMPLES / PICTURES[0]).open("rb")})
    visitor = office.site.visit(PHONE, "lists")
    visitor.press("Новое место")
    visitor.page.get_by_role("textbox", name="Название").fill("склад")
    visitor.page.get_by_role("textbox", name="Новые въезды, по одному в строке").fill("север\nюг")
    visitor.check("place", NAMES)
    visitor.press("Сохранить")
    visitor.page.get_by_text("север, юг").wait_for()
    visitor.check("lists", NAMES)
    visitor.go("vehicles")
    visitor.check("vehicles", NAMES)
    visitor.page.get_by_role("button", name="Подробнее").first.click()
    visitor.page.locator(".np-permit").wait_for()
    visitor.check("card", NAMES)
    visitor.press("Изменить пропуск")
    visitor.page.get_by_text("Только в определённые часы").click()
    visitor.page.get_by_text("Пт", exact=True).or_(visitor.page.get_by_text("пт", exact=True)).click()
    visitor.settle()
    visitor.check("permit", NAMES)
    visitor.press("Сохранить")
    visitor.page.get_by_text("08:00–18:00").wait_for()
    visitor.press("Добавить человека")
    visitor.check("person", NAMES)
    visitor.close_window()
    visitor.go("search")
    visitor.check("decisions", NAMES)
    visitor.page.get_by_role("button", name="Подробнее").first.click()
    visitor.page.get_by_text("Исправить прочитанное").click()
    visitor.check("correcting", NAMES)
    visitor.close_window()
    visitor.go("keys")
    visitor.check("keys", NAMES)
    visitor.press("Создать ключ")
    visitor.check("new-key", NAMES)
    visitor.close_window()
    visitor.go("audit")
    visitor.check("audit", NAMES)
    assert visitor.strangers == []


def make_a_key(visitor: Visitor) -> str:
    """Makes the key of the gate, and returns its secret, which is shown once."""
    visitor.press("Make a key")
    visitor.page.get_by_role("textbox", name="Name").fill("gate")
    visitor.press("Make")
    visitor.page.get_by_text("Copy it now").wait_for()
    secret = visitor.page.locator("[role=dialog] code").inner_text().strip()
    visitor.photograph("secret")
    visitor.press("I have it")
    visitor.page.locator(".np-name", has_text="gate").wait_for()
    assert secret not in visitor.page.content()
    visitor.photograph("keys")
    return secret


def import_a_table(visitor: Visitor, office: Office) -> None:
    """The faults are seen before anything is changed, and then skipped."""
    visitor.go("vehicles")
    visitor.press("Import")
    table = {"name": "vehicles.csv", "mimeType": "text/csv", "buffer": TABLE.encode()}
    visitor.page.set_input_files("[role=dialog] input[type=file]", table)
    faults = visitor.page.locator("[role=dialog] .np-entries tbody tr")
    faults.first.wait_for()
    assert faults.count() == 2
    assert "weekdays" in faults.first.inner_text()
    visitor.settle()
    visitor.photograph("import")
    assert office.ask("GET", "/v1/vehicles").json()["total"] == 0
    visitor.press("Import 3 rows, skip the faulty ones")
    visitor.page.get_by_text("Vehicles: 3").wait_for()
    assert visitor.texts() == ["M356CC65", "NGG9999", "OBZR8008"]
    assert visitor.page.locator(".np-chip.np-deny", has_text="Turned away").count() == 1
    visitor.photograph("vehicles")


def correct_a_reading(visitor: Visitor) -> None:
    """A correction changes the decision, and what was read stays visible."""
    visitor.go("search")
    assert decisions(visitor) == {
        "M356CC65": "✓ Allowed",
        "OBZR8008": "✕ Denied",
        "LO8152Q": "– Unknown",
        "1R86148": "– Unknown",
        "NGG8033": "– Unknown",
    }
    visitor.photograph("decisions")
    visitor.open(visitor.page.url.split("?")[0] + "?text=NGG8033&outcome=unknown")
    visitor.press("Details")
    visitor.page.get_by_text("Correct the reading").click()
    visitor.page.get_by_role("textbox", name="What the plate says").fill("ngg-9999")
    visitor.photograph("correcting")
    visitor.press("Correct")
    visitor.page.get_by_text("Nothing was seen that fits.").wait_for()
    visitor.open(visitor.page.url.split("?")[0] + "?corrected=yes")
    assert decisions(visitor) == {"NGG9999": "✓ Allowed"}
    assert "read as NGG8033" in visitor.page.locator(".np-sighting").inner_text()
    visitor.press("Details")
    visitor.page.locator(".np-steps").wait_for()
    assert "NGG8033" in visitor.page.locator(".np-steps").inner_text()
    visitor.settle()
    visitor.photograph("corrected")
    visitor.page.keyboard.press("Escape")


def export(visitor: Visitor) -> None:
    """What is shown, and the registry, are sheets that can be opened again."""
    (row,) = visitor.exported("for Excel (XLSX)")
    assert (row["plate"], row["read_as"], row["decision"], row["list"]) == (
        "NGG9999",
        "NGG8033",
        "allowed",
        "Residents",
    )
    visitor.go("vehicles")
    rows = visitor.exported("for Excel (XLSX)")
    assert [row["plate"] for row in rows] == ["M356CC65", "NGG9999", "OBZR8008"]
    assert rows[0]["notes"] == """'=HYPERLINK("x")"""


def revoke_the_key(visitor: Visitor) -> None:
    visitor.go("keys")
    card = visitor.page.locator('[data-testid="stColumn"]', has=visitor.page.locator(".np-name", has_text="gate"))
    card.get_by_role("button", name="Change").click()
    visitor.page.locator("[role=dialog] summary", has_text="Revoke").click()
    visitor.press("Revoke for ever")
    visitor.page.get_by_text("Show also those that are revoked or expired").wait_for()
    visitor.settle()
    assert visitor.page.locator(".np-name").all_inner_texts() == ["office"]


def decisions(visitor: Visitor) -> dict[str, str]:
    """What is decided of each plate that is shown."""
    cards = visitor.page.locator(".np-sighting").all()
    return {card.locator(".np-text").inner_text(): card.locator(".np-chip").inner_text() for card in cards}
