"""Vehicles, persons, lists and places are shown, made, changed and removed."""

import httpx
import pytest

from tests.service.page.views.opening import (
    Script,
    faults,
    field,
    html,
    known_list,
    known_permit,
    known_person,
    known_place,
    known_vehicle,
    lists,
    new_list,
    new_permit,
    new_person,
    new_place,
    new_vehicle,
    opened,
    press,
    sent,
    sent_json,
    table,
    vehicles,
)
from tests.service.page_answers import Api, problem, refusal
from tests.service.page_registry_answers import (
    CHECKED,
    DENIED,
    LIST,
    OWN_KEY,
    PERMIT,
    PERSON,
    PLACE,
    VEHICLE,
    page_of,
)

CARD = {"vehicle": VEHICLE["id"]}
CSV = [("vehicles.csv", b"plate\nA1\n", "text/csv")]


def may(api: Api, *scopes: str) -> None:
    """The visitor's key has these scopes alone."""
    api.instead["GET /v1/key"] = httpx.Response(200, json={**OWN_KEY, "allows": scopes})


def test_vehicles_are_listed_with_their_lists(api: Api) -> None:
    page = opened(vehicles)
    for said in ("M356CC65", "Russia", "Volvo FH16, white", "with the trailer AB123465", "✓", "Residents", "(over)"):
        assert said in html(page)
    assert sent(api, "GET /v1/vehicles") == [{"limit": "12"}]
    assert 'href="download/registry?format=xlsx&amp;lang=en"' in html(page)


def test_filters_reach_the_api_and_stand_in_the_address(api: Api) -> None:
    page = opened(vehicles, text="356", country="RU", list="Residents", place="Depot")
    asked = {"text": "356", "region": "RU", "list": "Residents", "place": "Depot", "limit": "12"}
    assert sent(api, "GET /v1/vehicles") == [asked]
    page.text_input(key="vehicles-text").set_value("").run()
    assert dict(page.query_params) == {"country": "RU", "list": "Residents", "place": "Depot"}
    assert sent(api, "GET /v1/vehicles")[-1] == {k: v for k, v in asked.items() if k != "text"}


def test_what_no_filter_can_be_is_left_out(api: Api) -> None:
    opened(vehicles, list="No such list", country="QQ")
    assert sent(api, "GET /v1/vehicles") == [{"limit": "12"}]


def test_a_key_that_may_only_look_is_offered_nothing_else(api: Api) -> None:
    may(api, "read")
    assert [button.label for button in opened(vehicles).button] == ["Details"]
    assert [button.label for button in opened(vehicles, **CARD).button] == ["All vehicles", "Contact"]
    assert opened(lists).button == []


def test_the_card_says_when_each_permit_holds(api: Api) -> None:
    shown = html(opened(vehicles, **CARD))
    for said in (
        "1 Jan 2026 to 31 Dec 2027, Mon Tue Wed Thu Fri, 08:00–18:00",  # of the place's own time zone
        "until 31 Dec 2025, every day, all day",
        "Everywhere",
        "Ann Lee",
        "bay 7",
    ):
        assert said in shown


def test_persons_are_not_even_asked_for_where_the_key_may_not_see_them(api: Api) -> None:
    api.instead[rf"GET /v1/vehicles/{VEHICLE['id']}"] = httpx.Response(200, json={**VEHICLE, "persons": None})
    page = opened(vehicles, **CARD)
    assert "Owner and drivers" not in "".join(each.value for each in page.markdown)
    assert not [call for call in api.asked if "persons" in call]


def test_a_vehicle_is_made_and_its_card_opened(api: Api) -> None:
    page = opened(new_vehicle)
    press(page, "Save")
    assert faults(page) == ["A vehicle needs a plate."]
    field(page, "Make", " Volvo ")
    field(page, "Plate", "m 356 cc 65")
    press(page, "Save")
    ((path, said),) = sent_json(api, "POST")
    assert path == "/v1/vehicles"
    assert said == {
        "text": "m 356 cc 65",
        "region": None,
        "make": "Volvo",
        "model": None,
        "colour": None,
        "trailer_text": None,
        "notes": None,
    }
    assert page.query_params["vehicle"] == VEHICLE["id"]


def test_a_vehicle_that_is_there_already_is_said_so(api: Api) -> None:
    api.instead["PATCH .*"] = httpx.Response(409, json=problem(409, "body.text", "exists"))
    page = opened(known_vehicle)
    press(page, "Save")
    assert faults(page) == ["There is such an entry already."]


def test_deleting_a_vehicle_leads_back_to_all(api: Api) -> None:
    page = opened(known_vehicle, **CARD)
    press(page, "Delete for ever")
    assert f"DELETE /v1/vehicles/{VEHICLE['id']}" in api.asked
    assert "vehicle" not in page.query_params


def test_a_permit_is_made_for_a_place_and_its_days(api: Api) -> None:
    page = opened(new_permit)
    press(page, "Save")
    assert faults(page) == ["Choose a list."]
    page.selectbox[0].set_value("Turned away")
    page.selectbox[1].set_value("Depot").run()
    page.date_input[0].set_value("2026-02-01")
    page.date_input[1].set_value("2026-02-28").run()
    page.toggle[0].set_value(True).run()
    press(page, "Save")
    ((path, said),) = sent_json(api, "POST")
    assert path == f"/v1/vehicles/{VEHICLE['id']}/permits"
    assert said == {
        "list": "Turned away",
        "place": "Depot",
        "weekdays": [],
        "hours": {"from": "08:00", "until": "18:00"},
        "notes": None,
        "valid_from": "2026-02-01T00:00:00+03:00",
        "valid_until": "2026-03-01T00:00:00+03:00",
    }


def test_a_change_of_a_permit_leaves_its_times_as_they_are(api: Api) -> None:
    page = opened(known_permit)
    press(page, "Save")
    ((path, said),) = sent_json(api, "PATCH")
    assert path == f"/v1/permits/{PERMIT['id']}"
    assert not {"valid_from", "valid_until"} & said.keys()
    assert said["weekdays"] == [0, 1, 2, 3, 4]
    assert said["hours"] == {"from": "08:00", "until": "18:00"}


def test_a_person_is_looked_up_once_per_window_and_erased_after_a_warning(api: Api) -> None:
    look = f"GET /v1/persons/{PERSON['id']}"
    opened(vehicles, **CARD)
    assert look not in api.asked
    page = opened(known_person)
    page.run()
    assert api.asked.count(look) == 1
    assert [each.value for each in page.text_input][:3] == ["Ann Lee", "+1 555 0100", "ann@example.org"]
    assert "Backups keep it" in "".join(each.value for each in page.warning)
    press(page, "Erase for ever")
    assert f"DELETE /v1/persons/{PERSON['id']}" in api.asked


def test_who_opens_the_window_again_looks_again(api: Api) -> None:
    page = opened(vehicles, **CARD)
    press(page, "Contact")
    press(page, "Contact")
    assert api.asked.count(f"GET /v1/persons/{PERSON['id']}") == 2


def test_somebody_new_is_named_as_the_driver(api: Api) -> None:
    page = opened(new_person)
    page.segmented_control[0].set_value("driver").run()
    field(page, "Name", "Bo Ek")
    press(page, "Save")
    made, joined = sent_json(api, "POST")
    assert made == ("/v1/persons", {"name": "Bo Ek", "phone": None, "email": None, "notes": None})
    assert joined == (f"/v1/vehicles/{VEHICLE['id']}/persons", {"person": PERSON["id"], "role": "driver"})


def test_lists_say_their_kind_in_words_and_lead_to_their_vehicles(api: Api) -> None:
    shown = html(opened(lists))
    for said in (
        "let in",
        "turned away",
        "watched",
        "vehicles?list=Residents",
        "North gate, South gate",
        "Europe/Moscow",
        "Room for vehicles: 120",
        "Longest stay: 1 day",
    ):
        assert said in shown


def test_a_list_is_made_and_another_deleted(api: Api) -> None:
    page = opened(new_list)
    field(page, "Name", "Guests")
    page.segmented_control[0].set_value("watch")
    press(page, "Save")
    assert sent_json(api, "POST") == [("/v1/lists", {"name": "Guests", "kind": "watch", "notes": None})]
    press(opened(known_list), "Delete for ever")
    assert f"DELETE /v1/lists/{DENIED['id']}" in api.asked


def test_the_gates_of_a_place_are_renamed_removed_and_added(api: Api) -> None:
    page = opened(known_place)
    field(page, "Gate 1", "North")
    field(page, "Gate 2", " ")
    page.text_area[0].set_value("East\n\n West \nEast")
    press(page, "Save")
    north, south = (gate["id"] for gate in PLACE["gates"])
    assert (f"/v1/gates/{north}", {"name": "North"}) in sent_json(api, "PATCH")
    assert f"DELETE /v1/gates/{south}" in api.asked
    assert [said["name"] for path, said in sent_json(api, "POST") if path.endswith("/gates")] == ["East", "West"]


def test_a_place_says_how_many_have_room_and_how_long_one_may_stay(api: Api) -> None:
    page = opened(known_place)
    capacity, stay = page.number_input
    assert (capacity.value, stay.value) == (120, 24.0)
    stay.set_value(0.75)
    press(page, "Save")
    ((_, said),) = [each for each in sent_json(api, "PATCH") if each[0].startswith("/v1/places/")]
    assert said == {"name": "Depot", "time_zone": "Europe/Moscow", "capacity": 120, "max_stay_minutes": 45}


def test_a_place_needs_no_limits(api: Api) -> None:
    api.instead["POST /v1/places"] = httpx.Response(201, json={**PLACE, "gates": []})
    page = opened(new_place)
    field(page, "Name", "Yard")
    press(page, "Save")
    ((_, said),) = sent_json(api, "POST")
    assert said == {"name": "Yard", "time_zone": None, "capacity": None, "max_stay_minutes": None}


def imports(api: Api) -> list[dict[str, str]]:
    return sent(api, "POST /v1/registry/import")


def test_a_table_is_checked_before_anything_is_changed(api: Api) -> None:
    page = opened(table)
    page.file_uploader[0].set_value(CSV).run()
    assert imports(api) == [{"faulty": "skip", "dry_run": "true"}]
    for said in ("valid_until", "“soon” is no date as in 2026-12-31"):
        assert said in html(page)
    press(page, "Import 3 rows, skip the faulty ones")
    assert imports(api)[1] == {"faulty": "skip", "dry_run": "false"}


def test_a_sound_table_is_taken_whole_or_not_at_all(api: Api) -> None:
    sound = {**CHECKED, "faults": [], "faulty": 0}
    api.instead["POST /v1/registry/import"] = httpx.Response(200, json=sound)
    page = opened(table)
    page.file_uploader[0].set_value(CSV).run()
    press(page, "Import 4 rows")
    assert imports(api)[1] == {"faulty": "refuse", "dry_run": "false"}


def test_a_table_without_a_sound_row_cannot_be_imported(api: Api) -> None:
    api.instead["POST /v1/registry/import"] = httpx.Response(200, json={**CHECKED, "faulty": 4})
    page = opened(table)
    page.file_uploader[0].set_value(CSV).run()
    assert faults(page) == ["No row can be taken."]
    assert not [button.label for button in page.button if button.label.startswith("Import ")]


@pytest.mark.parametrize("script", [vehicles, lists])
def test_one_sentence_says_what_is_wrong(api: Api, script: Script) -> None:
    api.instead[".*"] = refusal(401, "no_key")
    assert faults(opened(script)) == ["The service asks for a valid key; enter one under “Key”."]


def test_names_of_strangers_are_no_markup(api: Api) -> None:
    evil = "<script>x</script>"
    api.instead["GET /v1/lists"] = httpx.Response(200, json=page_of({**LIST, "name": evil, "notes": evil}))
    api.instead["GET /v1/places"] = httpx.Response(200, json=page_of({**PLACE, "name": evil}))
    shown = html(opened(lists))
    assert "&lt;script&gt;" in shown
    assert "<script>" not in shown
