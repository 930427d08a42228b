"""The live view says how full the places are, as vehicles come and go."""

from tests.service.browser import DESKTOP, PHONE
from tests.service.listening import Listening, gate
from tests.service.live.guard import Visit, assert_sound


def test_who_is_inside_is_counted_as_vehicles_come_and_go(api: Listening, visit: Visit) -> None:
    with api.client() as client:
        client.post("/v1/places", json={"name": "Empty yard"}).raise_for_status()
        client.post("/v1/places", json={"name": "Depot", "capacity": 1}).raise_for_status()
    way_in, way_out = (gate(api, way, place="Depot", direction=way) for way in ("entry", "exit"))
    guard, colleague = visit(DESKTOP), visit(PHONE)
    places = guard.page.locator("#places li")
    for each in (guard, colleague):
        each.wait_until()
        each.page.locator("#places li").wait_for()
    assert places.all_inner_texts() == ["Depot\n0 inside\n1 free"]  # nobody counts at the other one
    way_in.tell(0)
    guard.page.get_by_text("✕ full").wait_for()
    assert places.all_inner_texts() == ["Depot\n1 inside\n✕ full"]
    colleague.page.get_by_text("мест нет").wait_for()
    for each in (guard, colleague):
        each.photograph("places")
        assert each.fits()
    way_out.tell(0)
    guard.page.get_by_text("1 free").wait_for()
    assert places.all_inner_texts() == ["Depot\n0 inside\n1 free"]
    colleague.page.get_by_text("внутри 0").wait_for()
    assert_sound(guard)
    assert_sound(colleague)
