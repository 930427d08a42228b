"""Lists, places, vehicles and permits over HTTP, and sheets of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from src.service.database import tables
from src.service.store import Role, Scope, create_key
from tests.service.api_client import Answer, Api, assert_problem, running
from tests.service.sheet_files import rows_of, sheet

NOTHING = "0" * 32
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def api(models: Path, tmp_path: Path) -> Iterator[Api]:
    with running(models, tmp_path / "data") as running_api:
        yield running_api


def post(api: Api, path: str, **fields: Any) -> dict[str, Any]:
    answer = api.ask("POST", f"/v1/{path}", json=fields)
    assert answer.status_code == 201, answer.json()
    return dict(answer.json())


def patch(api: Api, path: str, **fields: Any) -> dict[str, Any]:
    answer = api.ask("PATCH", f"/v1/{path}", json=fields)
    assert answer.status_code == 200, answer.json()
    return dict(answer.json())


def audited(api: Api) -> list[tuple[str, Any, Any]]:
    with api.service.resources.database.reading() as session:
        rows = session.scalars(select(tables.AuditRow).order_by(tables.AuditRow.at))
        return [(row.action, row.subject, row.detail) for row in rows]


def on_list(api: Api, text: str = "M356CC65", **permit: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A vehicle that is on the list Staff, and its permit."""
    vehicle = post(api, "vehicles", text=text, region="RU")
    return vehicle, post(api, f"vehicles/{vehicle['id']}/permits", list="Staff", **permit)


def test_a_list_is_made_changed_counted_and_deleted(api: Api) -> None:
    made = post(api, "lists", name=" Staff ", kind="allow")
    assert made == made | {"name": "Staff", "kind": "allow", "notes": None, "vehicles": 0}
    vehicle, permit = on_list(api)
    assert api.get(f"/v1/lists/{made['id']}").json() == made | {"vehicles": 1}
    changed = patch(api, f"lists/{made['id']}", kind="watch", notes="a\nb")
    assert changed == made | {"kind": "watch", "notes": "a\nb", "vehicles": 1, "updated": changed["updated"]}
    assert api.get("/v1/lists").json() == {"items": [changed], "next": None, "total": 1}
    assert api.delete(f"/v1/lists/{made['id']}").json() == {"permits": 1, "cameras": 0, "vehicles": 0}
    assert_problem(api.get(f"/v1/permits/{permit['id']}"), 404, "not_found")
    assert api.get(f"/v1/vehicles/{vehicle['id']}").json()["permits"] == []
    expected = ["create list", "create vehicle", "create permit", "change list", "delete list", "vehicle"]
    assert [action for action, _, _ in audited(api)] == expected


def test_a_place_has_gates_that_cameras_stand_at(api: Api) -> None:
    place = post(api, "places", name="Depot", time_zone="Europe/Moscow")
    with_gate = post(api, f"places/{place['id']}/gates", name="North")
    (gate,) = with_gate["gates"]
    assert with_gate == place | {"gates": [{"id": gate["id"], "name": "North"}]}
    camera = post(api, "cameras", name="cam", place="Depot", gate="North", merge_s=30)
    assert (camera["place"], camera["gate"], camera["merge_s"]) == ("Depot", "North", 30)
    assert patch(api, f"gates/{gate['id']}", name="East")["gates"] == [{"id": gate["id"], "name": "East"}]
    assert patch(api, f"places/{place['id']}", time_zone=None)["time_zone"] is None
    assert api.get(f"/v1/cameras/{camera['id']}").json()["gate"] == "East"
    post(api, "lists", name="Staff", kind="allow")
    on_list(api, place="Depot")
    assert api.delete(f"/v1/gates/{gate['id']}").json()["cameras"] == 1
    removed = api.delete(f"/v1/places/{place['id']}").json()
    assert removed == {"permits": 1, "cameras": 1, "vehicles": 0}
    assert api.get(f"/v1/cameras/{camera['id']}").json() == camera | {
        "place": None,
        "gate": None,
        "updated": camera["updated"],
        "state": api.get(f"/v1/cameras/{camera['id']}").json()["state"],
    }
    assert api.get("/v1/places").json() == {"items": [], "next": None, "total": 0}


def test_a_vehicle_is_what_was_said_of_it(api: Api) -> None:
    said = {
        **{"text": "м 356 сс 65", "region": "ru", "trailer_text": "ар123465", "make": " KAMAZ ", "model": "54901"},
        **{"colour": "", "notes": "by the gate\nonly"},
    }
    vehicle = post(api, "vehicles", **said)
    assert vehicle == vehicle | {
        **{"text": "M356CC65", "region": "RU", "trailer_text": "AP123465", "make": "KAMAZ", "model": "54901"},
        **{"colour": None, "notes": "by the gate\nonly", "permits": [], "persons": []},
    }
    assert_problem(api.ask("POST", "/v1/vehicles", json={"text": "M356CC65", "region": "RU"}), 409, "exists")
    other = post(api, "vehicles", text="M356CC65")
    assert_problem(api.ask("POST", "/v1/vehicles", json={"text": "M356CC65"}), 409, "exists")
    assert_problem(api.ask("PATCH", f"/v1/vehicles/{other['id']}", json={"region": "RU"}), 409, "exists")
    changed = patch(api, f"vehicles/{vehicle['id']}", text="M357CC65", make=None)
    assert (changed["text"], changed["make"], changed["model"]) == ("M357CC65", None, "54901")
    assert [each["text"] for each in api.get("/v1/vehicles?text=357").json()["items"]] == ["M357CC65"]
    assert api.delete(f"/v1/vehicles/{vehicle['id']}").status_code == 200
    assert_problem(api.delete(f"/v1/vehicles/{vehicle['id']}"), 404, "not_found")


def test_a_permit_is_what_was_said_of_it(api: Api) -> None:
    listed = post(api, "lists", name="Staff", kind="allow")
    post(api, "places", name="Depot")
    said = {
        **{"place": "Depot", "valid_from": "2026-02-01T00:00:00Z", "valid_until": "2026-03-01T00:00:00Z"},
        **{"weekdays": [4, 0, 4], "hours": {"from": "22:00", "until": "06:05"}, "notes": "x"},
    }
    vehicle, permit = on_list(api, **said)
    told = {"id": listed["id"], "name": "Staff", "kind": "allow"}
    assert permit == permit | said | {"vehicle": vehicle["id"], "list": told, "weekdays": [0, 4]}
    assert api.get(f"/v1/permits/{permit['id']}").json() == permit
    assert api.get(f"/v1/vehicles/{vehicle['id']}").json()["permits"] == [permit]
    path = f"/v1/vehicles/{vehicle['id']}/permits"
    assert_problem(api.ask("POST", path, json={"list": "Staff", "place": "Depot"}), 409, "exists")
    everywhere = post(api, path.removeprefix("/v1/"), list="Staff")
    assert_problem(api.ask("POST", path, json={"list": "Staff"}), 409, "exists")
    assert_problem(api.ask("PATCH", f"/v1/permits/{everywhere['id']}", json={"place": "Depot"}), 409, "exists")
    changed = patch(api, f"permits/{permit['id']}", hours=None, valid_from=None, weekdays=[])
    assert (changed["hours"], changed["valid_from"], changed["weekdays"]) == (None, None, [])
    assert changed["valid_until"] == permit["valid_until"]
    assert api.delete(f"/v1/permits/{permit['id']}").json()["permits"] == 1
    assert_problem(api.delete(f"/v1/permits/{permit['id']}"), 404, "not_found")


BAD = [
    ("lists", {"name": "  ", "kind": "allow"}, "body.name"),
    ("lists", {"name": "Staff"}, "body.kind"),
    ("lists", {"name": "Staff", "kind": "let"}, "body.kind"),
    ("lists", {"name": "Staff", "kind": "allow", "notes": "a\tb"}, "body.notes"),
    ("lists", {"name": "Staff", "kind": "allow", "vehicles": 3}, "body.vehicles"),
    ("places", {"name": "Depot", "time_zone": "Moscow"}, "body.time_zone"),
    ("places", {"name": "Depot", "time_zone": "../../etc/passwd"}, "body.time_zone"),
    ("places", {"name": "Depot", "time_zone": "Europe"}, "body.time_zone"),
    ("vehicles", {"text": "-"}, "body.text"),
    ("vehicles", {"text": "A1;"}, "body.text"),
    ("vehicles", {"text": "A1", "region": "RUS"}, "body.region"),
    ("vehicles", {"text": "A1", "make": "x" * 101}, "body.make"),
    ("vehicles", {"text": "A1", "make": "a\nb"}, "body.make"),
    ("vehicles/{}/permits", {"list": "Other"}, "body.list: there is none of this name"),
    ("vehicles/{}/permits", {"list": "Staff", "place": "Other"}, "body.place: there is none of this name"),
    ("vehicles/{}/permits", {"list": "Staff", "weekdays": [7]}, "body.weekdays"),
    ("vehicles/{}/permits", {"list": "Staff", "hours": {"from": "24:00", "until": "01:00"}}, "body.hours.from"),
    ("vehicles/{}/permits", {"list": "Staff", "hours": {"from": "08:00"}}, "body.hours.until"),
    ("vehicles/{}/permits", {"list": "Staff", "valid_from": "1768000000"}, "body.valid_from"),
    (
        "vehicles/{}/permits",
        {"list": "Staff", "valid_from": "2026-02-01T00:00:00Z", "valid_until": "2026-02-01T00:00:00Z"},
        "body.valid_until: ends before it begins",
    ),
    ("persons", {"name": "I. Petrov", "email": "nobody"}, "body.email"),
    ("persons", {"phone": "1"}, "body.name"),
    ("vehicles/{}/persons", {"person": NOTHING, "role": "owner"}, "body.person: there is none of this name"),
    ("vehicles/{}/persons", {"person": NOTHING, "role": "guest"}, "body.role"),
]


def test_what_cannot_be_is_refused_with_the_name_of_the_field(api: Api) -> None:
    post(api, "lists", name="Staff", kind="allow")
    vehicle = post(api, "vehicles", text="B2")
    for path, sent, message in BAD:
        answer = api.ask("POST", f"/v1/{path.format(vehicle['id'])}", json=sent)
        assert message in assert_problem(answer, 422, "invalid_request")["detail"], (path, sent)


@pytest.mark.parametrize("path", ["lists", "places", "gates", "vehicles", "permits", "persons"])
def test_what_is_not_there_is_not_found(api: Api, path: str) -> None:
    for method in ("GET", "PATCH", "DELETE"):
        if (path, method) == ("gates", "GET"):
            continue
        content = {"json": {"name": "x"} if path in ("gates", "lists", "places", "persons") else {"notes": "x"}}
        answer = api.ask(method, f"/v1/{path}/{NOTHING}", **(content if method == "PATCH" else {}))
        assert_problem(answer, 404, "not_found")


def test_names_are_taken_once(api: Api) -> None:
    for path, fields in (("lists", {"kind": "deny"}), ("places", {})):
        first, second = (post(api, path, name=name, **fields) for name in ("a", "b"))
        assert_problem(api.ask("POST", f"/v1/{path}", json={"name": "a", **fields}), 409, "exists")
        assert_problem(api.ask("PATCH", f"/v1/{path}/{second['id']}", json={"name": "a"}), 409, "exists")
        assert patch(api, f"{path}/{first['id']}", name="a")["name"] == "a"


def test_pages_follow_each_other(api: Api) -> None:
    for number in range(5):
        post(api, "vehicles", text=f"A{number}", region="RU")
    first = api.get("/v1/vehicles?limit=2").json()
    second = api.get("/v1/vehicles", params={"limit": 2, "cursor": first["next"]}).json()
    third = api.get("/v1/vehicles", params={"limit": 2, "cursor": second["next"]}).json()
    pages = [[each["text"] for each in page["items"]] for page in (first, second, third)]
    assert pages == [["A0", "A1"], ["A2", "A3"], ["A4"]]
    assert (first["total"], second["total"], third["next"]) == (5, None, None)
    for cursor in ("x", "W10=", "WzEsMl0=", "WyJcdTAwMDAiLCAiYSJd"):
        problem = assert_problem(api.get("/v1/vehicles", params={"cursor": cursor}), 422, "invalid_request")
        assert "query.cursor" in problem["detail"]


def test_vehicles_are_found_by_plate_country_list_and_place(api: Api) -> None:
    for name in ("Staff", "Guests"):
        post(api, "lists", name=name, kind="allow")
    for name in ("Depot", "Yard"):
        post(api, "places", name=name)
    on_list(api, "A100AA77", place="Depot")
    on_list(api, "O200OO77")
    other = post(api, "vehicles", text="A300AA77")
    post(api, f"vehicles/{other['id']}/permits", list="Guests", place="Yard")

    def found(**query: str) -> list[str]:
        return [each["text"] for each in api.get("/v1/vehicles", params=query).json()["items"]]

    assert found(text="00AA") == ["A100AA77", "A300AA77"]
    assert found(text="0200*") == ["O200OO77"]
    assert found(region="ru") == ["A100AA77", "O200OO77"]
    assert found(list="Staff") == ["A100AA77", "O200OO77"]
    assert found(place="Depot") == ["A100AA77", "O200OO77"]
    assert found(place="Yard") == ["A300AA77", "O200OO77"]
    assert found(place="Yard", list="Guests") == ["A300AA77"]
    assert found(place="Depot", list="Guests") == found(list="None") == []
    assert ("vehicles", "00AA", {}) in audited(api)


def test_persons_are_made_linked_found_changed_parted_and_erased(api: Api) -> None:
    person = post(api, "persons", name="I. Petrov", phone="+7 921", email="p@example.com")
    vehicle = post(api, "vehicles", text="A1", region="RU")
    linked = post(api, f"vehicles/{vehicle['id']}/persons", person=person["id"], role="driver")
    assert linked["persons"] == [{"id": person["id"], "role": "driver", "name": "I. Petrov"}]
    again = api.ask("POST", f"/v1/vehicles/{vehicle['id']}/persons", json={"person": person["id"], "role": "driver"})
    assert_problem(again, 409, "exists")
    known = api.get(f"/v1/persons/{person['id']}").json()
    assert known == person | {"vehicles": [{"id": vehicle["id"], "text": "A1", "region": "RU", "role": "driver"}]}
    for text in ("petrov", "921", "EXAMPLE"):
        assert api.get("/v1/persons", params={"text": text}).json()["items"] == [known]
    for text in ("Orlov", "%", "_"):
        assert api.get("/v1/persons", params={"text": text}).json()["total"] == 0
    assert patch(api, f"persons/{person['id']}", phone=None)["phone"] is None
    path = f"/v1/vehicles/{vehicle['id']}/persons/{person['id']}/driver"
    assert api.delete(path).json()["vehicles"] == 1
    assert_problem(api.delete(path), 404, "not_found")
    post(api, f"vehicles/{vehicle['id']}/persons", person=person["id"], role="owner")
    assert api.delete(f"/v1/persons/{person['id']}").json()["vehicles"] == 1
    assert api.get(f"/v1/vehicles/{vehicle['id']}").json()["persons"] == []
    assert "Petrov" not in str(audited(api))


def test_every_look_at_a_person_is_audited(api: Api) -> None:
    person = post(api, "persons", name="I. Petrov")["id"]
    vehicle = post(api, "vehicles", text="A1")["id"]
    post(api, f"vehicles/{vehicle}/persons", person=person, role="owner")
    before = len(audited(api))
    api.get(f"/v1/persons/{person}")
    api.get("/v1/persons?text=Petrov")
    api.get(f"/v1/vehicles/{vehicle}")
    api.get("/v1/vehicles")
    looks = [entry for entry in audited(api)[before:] if entry[0] in ("person", "persons")]
    assert looks == [
        ("person", person, None),
        ("persons", None, {"persons": [person]}),
        ("person", person, {"persons": [person]}),
        ("person", person, {"persons": [person]}),
    ]


SHEET = sheet("plate|country|list|kind|owner\nM356CC65|RU|Staff|allow|I. Petrov")
PLAIN = sheet("plate|list|kind\nA1|Staff|allow\n-|Staff|")


def send(api: Api, data: bytes, kind: str = "text/csv", headers: dict[str, str] | None = None, **query: Any) -> Answer:
    said = {"content-type": kind, **(headers or {})}
    return api.ask("POST", "/v1/registry/import", content=data, headers=said, params=query)


def test_a_sheet_is_imported_and_exported_and_imported_again(api: Api) -> None:
    refused = send(api, PLAIN).json()
    assert refused == refused | {"rows": 2, "faulty": 1, "done": False}
    assert refused["faults"] == [{"row": 3, "column": "plate", "reason": "is empty", "code": "empty", "values": {}}]
    assert send(api, PLAIN, faulty="skip", dry_run=True).json()["done"] is False
    assert api.get("/v1/vehicles").json()["total"] == 0
    assert send(api, PLAIN, faulty="skip").json()["done"] is True
    for kind, media in (("csv", "text/csv"), ("xlsx", XLSX)):
        given = api.get(f"/v1/registry/export?format={kind}")
        assert given.headers["content-type"].partition(";")[0] == media
        assert given.headers["content-disposition"] == f'attachment; filename="vehicles.{kind}"'
        assert rows_of(given.content) == [{"plate": "A1", "list": "Staff", "kind": "allow"}]
        again = send(api, given.content, media).json()
        assert (again["done"], again["vehicles_changed"], again["permits_changed"]) == (True, 0, 0)


@pytest.mark.parametrize(
    ("data", "kind", "status", "problem"),
    [
        (b"plate\nA1", "text/plain", 415, "no_sheet"),
        (b"plate\nA1", "application/json", 415, "no_sheet"),
        (b"", "text/csv", 422, "bad_sheet"),
        (b"\x89PNG\r\n\x1a\n\0", XLSX, 422, "bad_sheet"),
        (b"PK\x03\x04", XLSX, 422, "bad_sheet"),
        (b"number\nA1", "text/csv", 422, "bad_sheet"),
    ],
)
def test_what_is_no_sheet_of_vehicles_is_refused(api: Api, data: bytes, kind: str, status: int, problem: str) -> None:
    assert_problem(send(api, data, kind), status, problem)


def test_what_is_wrong_with_a_sheet_as_a_whole_has_a_code(api: Api) -> None:
    problem = assert_problem(send(api, b"plate,_xD800_,hours"), 422, "bad_sheet")
    assert problem["code"] == "unknown_column"
    assert problem["values"]["column"] == "_xd800_"
    assert problem["detail"].startswith("the column '_xd800_' is none of plate, country, list")
    assert "code" not in assert_problem(send(api, b"", "text/plain"), 415, "no_sheet")


def test_a_sheet_that_is_too_long_is_refused(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("src.service.api.routes.registry_sheets.MOST_BYTES", 10)
    assert_problem(send(api, PLAIN), 413, "too_long")


def test_without_the_scope_nobody_sees_persons(models: Path, tmp_path: Path) -> None:
    with running(models, tmp_path / "data", require_keys=True) as api:
        database = api.service.resources.database
        operator, keeper = (
            {"Authorization": f"Bearer {create_key(database, 'k', scopes, role=Role.OPERATOR).secret}"}
            for scopes in ([], [Scope.PERSONS])
        )
        problem = assert_problem(send(api, SHEET, headers=operator), 403, "wrong_scope")
        assert "persons" in problem["detail"]
        assert send(api, SHEET, headers=keeper).json()["persons_created"] == 1
        (seen,) = api.get("/v1/vehicles", headers=keeper).json()["items"]
        (hidden,) = api.get("/v1/vehicles", headers=operator).json()["items"]
        assert [person["name"] for person in seen["persons"]] == ["I. Petrov"]
        assert hidden["persons"] is None
        assert_problem(api.get("/v1/persons", headers=operator), 403, "wrong_scope")
        assert b"Petrov" in api.get("/v1/registry/export", headers=keeper).content
        assert b"owner" not in api.get("/v1/registry/export", headers=operator).content
