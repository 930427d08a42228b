"""The passages of the live view in a real browser, on a desktop and on a telephone."""

import re
import time
from datetime import timedelta

from tests.service.browser import DESKTOP, PHONE
from tests.service.listening import Listening, gate
from tests.service.live.guard import Visit, assert_sound, tell_state
from tests.service.processes import wait_for

HOSTILE = '<img src=x onerror="window.hacked=1">'
OWN_LATIN = {"EN", "RU", "NP", "Number Plate", "Language / Язык"}


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
