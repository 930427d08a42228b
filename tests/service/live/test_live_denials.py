"""A denial before a guard: it is heard, stays large until she has seen it, and her colleagues know that she has."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from src.service.database import open_database
from src.service.store import Role, Scope, create_key
from tests.conftest import with_formats
from tests.service.browser import DESKTOP, PHONE
from tests.service.listening import Gate, Listening, gate, listening
from tests.service.live.guard import Guard, Visit, assert_sound, register
from tests.service.processes import wait_for

RESIDENT, TURNED_AWAY, STRANGER = 0, 1, 2
"""The samples of vehicles: of one that is allowed, of one that is denied, and of one on no list."""
LARGE = '.newest .plate:text-is("{text}")'

LISTENING = """
window.tones = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) {
  tones.push([this.frequency.value, this.context.state]);
  start.call(this, at);
};
"""


def listen(page: Any) -> None:
    """Notes each tone that the page sounds."""
    page.add_init_script(LISTENING)


def tones(guard: Guard) -> int:
    """How many tones sounded; each of them could be heard."""
    sounded = guard.page.evaluate("window.tones")
    assert all(hertz > 500 and state == "running" for hertz, state in sounded)
    return len(sounded)


def sightings(api: Listening, text: str) -> list[dict[str, Any]]:
    with api.client() as client:
        found: list[dict[str, Any]] = client.get(f"/v1/sightings?text={text}").json()["items"]
        return found


def denied(api: Listening, north: Gate, **said: Any) -> str:
    """Tells a denial, and returns the identifier of its sighting."""
    text, before = said.get("text", "OBZR8008"), len(sightings(api, said.get("text", "OBZR8008")))
    north.tell(TURNED_AWAY, **said)
    wait_for(lambda: len(sightings(api, text)) > before, "the passage is not stored")
    return str(sightings(api, text)[0]["id"])


def test_a_denial_stays_until_it_is_acknowledged_and_two_guards_see_that(api: Listening, visit: Visit) -> None:
    register(api)
    north = gate(api)
    north.tell(RESIDENT, timedelta(minutes=1))
    guard, colleague = visit(DESKTOP), visit(PHONE)
    for each in (guard, colleague):
        each.wait_until()
        each.page.wait_for_selector(LARGE.format(text="M356CC65"))
    sighting = denied(api, north)
    north.tell(STRANGER)
    guard.page.wait_for_selector("#passages li >> nth=2")
    assert guard.large() == "OBZR8008"  # although another one has passed since
    assert guard.page.title().startswith("✕ OBZR8008")
    assert guard.page.locator("#alarm").inner_text() == "OBZR8008: ✕ Denied, on the list “Turned away”"
    band = guard.page.locator(".newest .band")
    for said in ("✕ Denied", "on the list “Turned away”", "Not acknowledged"):
        assert said in band.inner_text()
    assert guard.page.locator("#passages .open").all_inner_texts() == ["Not acknowledged"]
    guard.page.wait_for_selector(".newest .photo polygon")
    guard.photograph("denied")
    colleague.page.wait_for_selector("#passages li >> nth=2")
    assert colleague.large() == "OBZR8008"
    assert "Не просмотрено" in colleague.page.locator(".newest .band").inner_text()
    colleague.page.wait_for_selector(".newest .photo polygon")
    colleague.photograph("denied")
    assert guard.fits()
    assert colleague.fits()

    colleague.page.get_by_role("button", name="Просмотрено", exact=True).tap()
    for each in (guard, colleague):
        each.page.wait_for_selector(LARGE.format(text="LO8152Q"))
        each.page.wait_for_selector("#passages .open", state="detached")
    assert sightings(api, "OBZR8008")[0]["acknowledged"] is not None
    guard.page.locator(f'#passages li[data-id="{sighting}"] button').click()
    guard.page.get_by_text("Acknowledged at").wait_for()
    assert guard.page.get_by_role("button", name="Acknowledge", exact=True).count() == 0
    assert_sound(guard)
    assert_sound(colleague)


def test_denials_wait_in_their_order_and_are_put_aside(api: Listening, visit: Visit) -> None:
    register(api)
    north = gate(api)
    denied(api, north, text="OBZR8008", key="old", ago=timedelta(hours=1))
    guard = visit(DESKTOP)
    guard.wait_until()
    guard.page.wait_for_selector(LARGE.format(text="OBZR8008"))
    assert guard.page.locator('.newest[data-waits="true"]').count() == 0  # it is no news
    first, second = (denied(api, north, ago=timedelta(seconds=after)) for after in (2, 1))
    north.tell(RESIDENT)
    guard.page.get_by_text("Not acknowledged, and 1 more").wait_for()
    guard.page.wait_for_selector("#passages li >> nth=3")
    shown = guard.page.locator("#passages li:has([aria-current=true])")
    assert shown.get_attribute("data-id") == first
    guard.page.get_by_role("button", name="Put aside").click()
    wait_for(lambda: shown.get_attribute("data-id") == second, "the next denial does not take its place")
    guard.page.get_by_role("button", name="Back to the newest").click()
    guard.page.wait_for_selector(LARGE.format(text="M356CC65"))
    assert guard.page.locator("#passages .open").count() == 3  # nobody has acknowledged them
    guard.page.reload()
    guard.page.wait_for_selector(LARGE.format(text="OBZR8008"))  # a screen that is opened anew has put nothing aside
    guard.page.get_by_text("Not acknowledged, and 1 more").wait_for()
    with api.client() as client:
        client.delete(f"/v1/sightings/{first}").raise_for_status()
    guard.page.locator(".newest .seen", has_text="Not acknowledged").and_(
        guard.page.locator(":not(:has-text('more'))")
    ).wait_for()
    assert all("404" in fault for fault in guard.faults)  # it has asked for the deleted one


def test_a_denial_comes_before_what_was_chosen_but_not_before_what_is_typed(api: Listening, visit: Visit) -> None:
    register(api)
    north = gate(api)
    for number, sample in enumerate((STRANGER, RESIDENT)):
        north.tell(sample, timedelta(minutes=2 - number))
    guard = visit(DESKTOP)
    guard.wait_until()
    guard.page.locator("#passages button").nth(1).click()
    guard.page.wait_for_selector(LARGE.format(text="LO8152Q"))
    denied(api, north)
    guard.page.wait_for_selector(LARGE.format(text="OBZR8008"))
    guard.page.get_by_role("button", name="Acknowledge", exact=True).click()
    guard.page.wait_for_selector('.newest[data-waits="false"]')

    guard.page.locator("#passages button").nth(1).click()
    guard.page.wait_for_selector(LARGE.format(text="M356CC65"))
    guard.page.get_by_role("button", name="Correct", exact=True).click()
    text = guard.page.get_by_role("textbox", name="Plate")
    text.fill("M357")
    denied(api, north)
    guard.page.wait_for_selector("#passages li >> nth=3")
    assert (guard.large(), text.input_value()) == ("M356CC65", "M357")
    assert guard.page.evaluate("document.activeElement.name") == "text"
    text.press("Escape")
    guard.page.wait_for_selector(LARGE.format(text="OBZR8008"))
    assert_sound(guard)


def test_a_denial_sounds_once_the_page_may_and_where_it_is_wished(api: Listening, visit: Visit) -> None:
    register(api)
    north = gate(api)
    guard = visit(DESKTOP, before=listen)
    guard.wait_until()
    hint = guard.page.get_by_text("so that a denial may sound")
    hint.wait_for()
    guard.photograph("hint")
    switch = guard.page.get_by_role("button", name="Sound of a denial")
    assert switch.get_attribute("aria-pressed") == "true"
    denied(api, north)
    guard.page.wait_for_selector(LARGE.format(text="OBZR8008"))
    assert tones(guard) == 0  # nobody has touched the page
    hint.click()
    hint.wait_for(state="hidden")
    denied(api, north)
    guard.page.get_by_text("and 1 more").wait_for()
    assert tones(guard) == 4
    north.tell(RESIDENT)
    guard.page.wait_for_selector("#passages li >> nth=2")
    assert tones(guard) == 4

    switch.click()
    denied(api, north)
    guard.page.get_by_text("and 2 more").wait_for()
    assert tones(guard) == 4
    guard.page.reload()
    guard.wait_until()
    assert switch.get_attribute("aria-pressed") == "false"
    assert hint.is_hidden()
    switch.click()
    wait_for(lambda: tones(guard) == 4, "the switch does not let one hear how loud it is")
    assert_sound(guard)


def test_a_denial_that_came_while_the_connection_was_lost_is_heard(api: Listening, visit: Visit) -> None:
    register(api)
    north = gate(api)
    north.tell(RESIDENT, timedelta(minutes=1))
    guard = visit(DESKTOP, before=listen)
    guard.wait_until()
    guard.page.wait_for_selector(LARGE.format(text="M356CC65"))
    guard.page.get_by_text("so that a denial may sound").click()
    guard.page.context.set_offline(True)
    guard.wait_until("lost")
    denied(api, north)
    guard.page.context.set_offline(False)
    guard.page.wait_for_selector(LARGE.format(text="OBZR8008"))
    wait_for(lambda: tones(guard) == 4, "it does not sound")


def test_a_guard_has_the_keyboard_alone(api: Listening, visit: Visit) -> None:
    register(api)
    north = gate(api)
    denied(api, north, text="OBZR8O08", region="DE")  # as the reader sees it
    guard = visit(DESKTOP)
    guard.wait_until()
    guard.page.wait_for_selector(LARGE.format(text="OBZR8O08"))
    press = guard.page.keyboard.press

    def reach(name: str) -> None:
        for _ in range(40):
            if guard.page.evaluate("document.activeElement.innerText") == name:
                return
            press("Tab")
        raise AssertionError(f"the keyboard does not reach {name}")

    reach("Correct")
    press("Enter")
    text = guard.page.get_by_role("textbox", name="Plate")
    assert text.input_value() == "OBZR8O08"
    guard.page.keyboard.type("nothing")
    press("Escape")
    text.wait_for(state="detached")
    assert guard.page.evaluate("document.activeElement.innerText") == "Correct"

    press("Enter")
    guard.page.keyboard.type("-")
    press("Enter")
    guard.page.get_by_text("This is no text of a plate.").wait_for()
    guard.photograph("correction")
    assert guard.fits()
    press("Control+a")
    guard.page.keyboard.type("obzr 8008")
    north.tell(STRANGER)  # what passes meanwhile does not take the text away
    guard.page.wait_for_selector("#passages li >> nth=1")
    assert text.input_value() == "obzr 8008"
    press("Enter")
    guard.page.wait_for_selector(LARGE.format(text="OBZR8008"))
    guard.page.get_by_text("read as OBZR8O08").wait_for()
    (known,) = sightings(api, "OBZR8008")
    assert (known["read_text"], known["region"], known["decision"]["outcome"]) == ("OBZR8O08", "DE", "denied")
    reach("Acknowledge")
    press("Enter")
    guard.page.wait_for_selector(LARGE.format(text="LO8152Q"))
    assert guard.page.evaluate("document.activeElement.id") == "newest"
    assert all("422" in fault for fault in guard.faults)  # it has sent what is no text


@pytest.fixture
def with_countries(models: Path, tmp_path: Path) -> Iterator[Listening]:
    with listening(with_formats(models, "AT", "CN"), tmp_path / "countries") as running_api:
        yield running_api


def test_the_country_is_corrected_and_a_passage_that_is_gone_is_said_to_be_so(
    browser: Any, with_countries: Listening, tmp_path: Path
) -> None:
    api = with_countries
    register(api)
    north = gate(api)
    sighting = denied(api, north)
    guard = Guard(browser, api.address, PHONE, tmp_path)
    guard.open()
    guard.wait_until()
    guard.page.get_by_role("button", name="Исправить").tap()
    country = guard.page.get_by_label("Страна")
    offered = ["Неизвестна", "Австрия", "Германия", "Китай"]
    wait_for(lambda: country.locator("option").all_inner_texts() == offered, "the countries are not offered")
    assert country.input_value() == "DE"
    country.select_option("")
    guard.photograph("correction")
    assert guard.fits()
    guard.page.get_by_role("button", name="Сохранить").tap()
    guard.page.locator(".country", has_text="Страна неизвестна").wait_for()
    assert sightings(api, "OBZR8008")[0]["region"] is None

    guard.page.route("**/correction", lambda route: route.fulfill(status=404, json={"type": "x:not_found"}))
    guard.page.get_by_role("button", name="Исправить").tap()
    guard.page.get_by_role("button", name="Сохранить").tap()
    guard.page.get_by_text("Этот проезд удалён.").wait_for()
    with api.client() as client:
        client.delete(f"/v1/sightings/{sighting}").raise_for_status()
    guard.page.get_by_text("Проездов пока не было").wait_for()


def test_who_may_only_look_is_offered_no_more(browser: Any, built_models: Path, tmp_path: Path) -> None:
    with listening(built_models, tmp_path / "var", require_keys=True) as api:
        database = open_database(api.service.resources.settings.database_url)
        admin = create_key(database, "chief", [Scope.ADMIN]).secret
        viewer = create_key(database, "viewer", role=Role.VIEWER).secret
        database.close()
        register(api, admin)
        gate(api, key=admin).tell(TURNED_AWAY)
        guard = Guard(browser, api.address, DESKTOP, tmp_path, reduced_motion="reduce")
        guard.open()
        guard.page.get_by_label("Key", exact=True).fill(viewer)
        guard.page.keyboard.press("Enter")
        guard.page.get_by_role("button", name="Put aside").wait_for()
        assert guard.page.evaluate("getComputedStyle(document.querySelector('.band')).animationName") == "none"
        for name in ("Acknowledge", "Correct"):
            assert guard.page.get_by_role("button", name=name, exact=True).count() == 0
        guard.page.get_by_role("button", name="Put aside").click()
        guard.page.wait_for_selector('.newest[data-waits="false"]')
        assert guard.strangers == []
