"""The live view says what was decided of each passage: by a sign and a word, not by a colour alone."""

from datetime import timedelta

from tests.service.browser import DESKTOP, PHONE
from tests.service.listening import Listening, gate
from tests.service.live.guard import Visit, assert_sound, register


def test_each_passage_has_its_decision_with_the_reason(api: Listening, visit: Visit) -> None:
    register(api)
    north = gate(api)
    for number in (2, 1, 0):
        north.tell(number, timedelta(hours=number))
    guard = visit(DESKTOP)
    guard.wait_until()
    guard.page.wait_for_selector("#passages li >> nth=2")
    assert guard.page.locator("#passages .outcome").all_inner_texts() == ["✓ Allowed", "✕ Denied", "– Unknown"]
    assert guard.page.locator("#passages .open").all_inner_texts() == ["Not acknowledged"]  # no news after an hour
    assert guard.page.locator(".newest .outcome.allowed").inner_text() == "✓ Allowed"
    assert guard.page.locator(".newest .why").inner_text() == "on the list “Residents”"
    guard.photograph("decisions")
    assert guard.fits()

    with api.client() as client:
        (sighting,) = client.get("/v1/sightings?text=M356CC65").json()["items"]
        correction = {"text": "A001AA77", "region": "RU"}
        client.post(f"/v1/sightings/{sighting['id']}/correction", json=correction).raise_for_status()
    guard.page.wait_for_selector('.newest .plate:text-is("A001AA77")')
    facts = guard.page.locator(".newest").inner_text()
    for said in ("read as M356CC65", "Unknown", "on no list"):
        assert said in facts
    assert_sound(guard)


def test_on_a_telephone_in_russian(api: Listening, visit: Visit) -> None:
    register(api)
    north = gate(api, "ворота")
    for number in (2, 1, 0):
        north.tell(number, timedelta(hours=number))
    guard = visit(PHONE)
    guard.wait_until()
    guard.page.wait_for_selector("#passages li >> nth=2")
    said = guard.page.locator("#passages .outcome").all_inner_texts()
    assert said == ["✓ Разрешено", "✕ Запрещено", "– Нет в списках"]
    assert guard.page.locator(".newest .why").inner_text() == "в списке «Residents»"
    assert guard.fits()
    guard.photograph("decisions")
    guard.page.locator("#passages li >> nth=1").tap()
    guard.page.get_by_text("в списке «Turned away»").wait_for()
    assert_sound(guard)
