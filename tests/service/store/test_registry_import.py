"""A sheet of vehicles is stored as a whole, as far as it is well, or not at all; what is exported can be imported."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from src.service.database import Database, tables
from src.service.registry.columns import COLUMNS, HeadError
from src.service.sheets import SheetKind
from src.service.store import SERVICE, registry
from src.service.store.registry import VehicleQuery
from tests.service.sheet_files import counts, faults, give, of_columns, rows_of, sheet, take

FULL = sheet(
    """
    plate|country|list|kind|place|valid_from|valid_until|weekdays|hours|make|model|colour|trailer|notes|owner|\
    owner_phone|owner_email|driver|driver_phone|driver_email
    м356сс65|ru|Suppliers|allow|Depot|2026-02-01|2026-12-31|mon-fri|08:00-18:00|KAMAZ|54901|white|AP123465|\
    by the =2|OOO Les|||I. Petrov|+7 921|p@example.com
    M356CC65|RU|Night|watch|||2026-06-01 12:30|sat,sun|22:00-06:00||||||OOO Les|||A. Orlov||
    LO AB 12|DE|Banned|deny||||||||||||||||
    7777777|||||||||||||-1||||||
    """
)


def number_of(database: Database, row: type[tables.TableBase]) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(row)) or 0


def all_vehicles(database: Database) -> list[registry.Vehicle]:
    return registry.vehicles(database, VehicleQuery(), 500, None, SERVICE).items


def test_a_sheet_makes_vehicles_lists_places_permits_and_persons(database: Database) -> None:
    done = take(database, FULL)
    assert (done.rows, done.faulty, done.done) == (4, 0, True)
    assert counts(done) == {"vehicles_created": 3, "permits_created": 3, "persons_created": 3}
    bare, german, lorry = all_vehicles(database)
    assert (bare.text, bare.region, bare.notes, bare.permits) == ("7777777", None, "-1", [])
    assert (german.text, german.permits[0].list.kind) == ("LOAB12", "deny")
    assert (lorry.text, lorry.region, lorry.make, lorry.trailer_text) == ("M356CC65", "RU", "KAMAZ", "AP123465")
    night, suppliers = lorry.permits
    assert (night.place, night.weekdays, night.from_minute, night.until_minute) == (None, [5, 6], 1320, 360)
    assert (suppliers.list.name, suppliers.place, suppliers.weekdays) == ("Suppliers", "Depot", [0, 1, 2, 3, 4])
    assert (suppliers.from_minute, suppliers.until_minute) == (480, 1080)
    assert lorry.persons is not None
    assert [(person.role, person.name) for person in lorry.persons] == [
        ("owner", "OOO Les"),
        ("driver", "A. Orlov"),
        ("driver", "I. Petrov"),
    ]
    assert registry.vehicles(database, VehicleQuery(text="356*"), 5, None, SERVICE).items == []
    assert [
        each.text
        for each in registry.vehicles(database, VehicleQuery(text="З56".replace("З", "3")), 5, None, SERVICE).items
    ] == ["M356CC65"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_was_exported_changes_nothing(database: Database, kind: SheetKind) -> None:
    take(database, FULL)
    data = give(database, kind)
    done = take(database, data)
    assert (counts(done), done.faulty, done.done) == ({}, 0, True)
    assert rows_of(give(database)) == rows_of(data)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_was_exported_makes_the_same_elsewhere(database: Database, kind: SheetKind) -> None:
    take(database, FULL)
    data = give(database, kind)
    for row in (tables.VehicleRow, tables.PersonRow, tables.ListRow, tables.PlaceRow):
        with database.session() as session:
            session.execute(row.__table__.delete())
    assert counts(take(database, data)) == {"vehicles_created": 3, "permits_created": 3, "persons_created": 3}
    assert rows_of(give(database)) == rows_of(data)


def test_an_export_without_persons_has_none(database: Database) -> None:
    take(database, FULL)
    for kind in ("csv", "xlsx"):
        data = give(database, kind, persons=False)  # type: ignore[arg-type]
        assert b"Petrov" not in data
        assert all("owner" not in row and "driver" not in row for row in rows_of(data))
    assert counts(take(database, give(database, persons=False))) == {}


def test_times_are_those_of_the_place(database: Database) -> None:
    registry.create_place(database, {"name": "Depot", "time_zone": "Asia/Yekaterinburg"}, SERVICE)
    take(database, FULL)
    permit = all_vehicles(database)[2].permits[1]
    assert permit.valid_from == datetime(2026, 1, 31, 19, tzinfo=UTC)
    assert permit.valid_until == datetime(2026, 12, 31, 19, tzinfo=UTC)
    (row,) = [row for row in rows_of(give(database)) if row.get("place") == "Depot"]
    assert (row["valid_from"], row["valid_until"]) == ("2026-02-01", "2026-12-31")


def test_known_vehicles_and_permits_are_changed_where_a_row_says_otherwise(database: Database) -> None:
    take(database, FULL)
    changed = take(
        database,
        sheet(
            """
    plate|country|colour|list|place|valid_until
    M356CC65|RU|red|Suppliers|Depot|
    LOAB12|DE||Banned||
    LOAB12|||Banned||
            """
        ),
    )
    assert counts(changed) == {
        "vehicles_created": 1,
        "vehicles_changed": 1,
        "permits_created": 1,
        "permits_changed": 1,
    }
    lorry = all_vehicles(database)[-1]
    assert (lorry.colour, lorry.make) == ("red", "KAMAZ")
    suppliers = lorry.permits[1]
    assert (suppliers.valid_until, suppliers.weekdays, suppliers.from_minute) == (None, [0, 1, 2, 3, 4], 480)
    assert suppliers.valid_from is not None


BAD = sheet(
    """
    plate|country|list|kind|weekdays|hours|valid_from|valid_until|owner|owner_phone|owner_email|trailer
    A1|RU|Staff|allow||||||||
    |RU|Staff|||||||||
    A2|Russia|Staff|let|monday|8 to 6|tomorrow|2026-13-01||1||
    A3||None|||||||||
    A4||||mon|||||||
    A5||Staff|deny||||||||
    A6||Staff||||2026-02-01|2026-01-01||||
    A7;B||Staff||||||I||nobody|A?
    A1|RU|Staff||fri|||||||
    A1|RU|Staff|||||||||
    """
)
FAULTS = [
    (3, "plate", "is empty"),
    (4, "country", "'RUSSIA' is no code of a country as in RU"),
    (4, "kind", "'let' is none of allow, deny, watch"),
    (4, "valid_from", "'tomorrow' is no date as in 2026-12-31"),
    (4, "valid_until", "'2026-13-01' is no date as in 2026-12-31, nor with a time as in 2026-12-31 08:00"),
    (4, "weekdays", "'monday' is no day as in mon,tue or mon-fri"),
    (4, "hours", "'8 to 6' is not two times as in 08:00-18:00"),
    (5, "list", "there is no list 'None', and no kind to make it of"),
    (6, "list", "is empty, but weekdays is not"),
    (7, "kind", "row 2 says otherwise"),
    (8, "valid_until", "is before valid_from"),
    (9, "plate", "'A7;B' has characters that no plate has"),
    (9, "trailer", "'A?' has characters that no plate has"),
    (9, "owner_email", "'nobody' is no e-mail address"),
    (10, "list", "row 2 says otherwise"),
]


SAID: list[tuple[str, dict[str, str | int]]] = [
    ("empty", {}),
    ("no_country", {"cell": "RUSSIA"}),
    ("no_kind", {"cell": "let", "known": "allow, deny, watch"}),
    ("no_date", {"cell": "tomorrow"}),
    ("no_time", {"cell": "2026-13-01"}),
    ("no_day", {"cell": "monday"}),
    ("no_hours", {"cell": "8 to 6"}),
    ("no_list", {"list": "None"}),
    ("needs_other", {"column": "weekdays"}),
    ("contradicts", {"row": 2}),
    ("before_valid_from", {}),
    ("not_a_plate", {"cell": "A7;B"}),
    ("not_a_plate", {"cell": "A?"}),
    ("no_mail", {"cell": "nobody"}),
    ("contradicts", {"row": 2}),
]


def test_nothing_is_stored_where_a_row_has_a_fault(database: Database) -> None:
    done = take(database, BAD)
    assert faults(done) == FAULTS
    assert [(fault.code, fault.values) for fault in done.faults] == SAID
    assert (done.rows, done.faulty, done.done) == (10, 8, False)
    assert counts(done) == {"vehicles_created": 1, "permits_created": 1}
    for row in (tables.VehicleRow, tables.ListRow, tables.PermitRow, tables.PersonRow, tables.AuditRow):
        assert number_of(database, row) == 0


def test_the_others_are_stored_where_faulty_rows_are_to_be_skipped(database: Database) -> None:
    done = take(database, BAD, skip=True)
    assert (faults(done), done.faulty, done.done) == (FAULTS, 8, True)
    assert [vehicle.text for vehicle in all_vehicles(database)] == ["A1"]


@pytest.mark.parametrize("skip", [True, False])
def test_a_dry_run_stores_nothing(database: Database, skip: bool) -> None:
    done = take(database, FULL, skip, dry_run=True)
    assert counts(done) == {"vehicles_created": 3, "permits_created": 3, "persons_created": 3}
    assert not done.done
    assert number_of(database, tables.VehicleRow) == number_of(database, tables.PlaceRow) == 0


def test_a_list_is_of_the_kind_that_any_row_says_and_of_no_other_later(database: Database) -> None:
    done = take(database, sheet("plate|list|kind\nA1|Staff|\nA2|Staff|deny"))
    assert done.done
    (staff,) = registry.lists(database, 5).items
    assert (staff.kind, staff.vehicles) == ("deny", 2)
    assert take(database, sheet("plate|list|kind\nA1|Staff|allow")).faults == [
        (2, "kind", "the list 'Staff' is of the kind deny", "other_kind", {"list": "Staff", "kind": "deny"})
    ]


@pytest.mark.parametrize(
    ("head", "message", "code", "values"),
    [
        ("plate|plate", "'plate' is there twice", "column_twice", {"column": "plate"}),
        ("plate|Plate ", "'plate' is there twice", "column_twice", {"column": "plate"}),
        ("country|list", "has no column 'plate'", "no_plates", {}),
        (
            *("plate|number", "'number' is none of plate, country"),
            *("unknown_column", {"column": "number", "known": ", ".join(COLUMNS)}),
        ),
        (
            *("plate|owner_phone", "'owner_phone' needs a column 'owner'"),
            *("needs_column", {"column": "owner_phone", "needed": "owner"}),
        ),
        ("plate|hours", "'hours' needs a column 'list'", "needs_column", {"column": "hours", "needed": "list"}),
    ],
)
def test_a_sheet_of_other_columns_is_refused(
    database: Database, head: str, message: str, code: str, values: dict[str, str]
) -> None:
    with pytest.raises(HeadError, match=message) as raised:
        take(database, sheet(f"{head}\nA1|1"))
    assert (raised.value.code, raised.value.values) == (code, values)


def persons(database: Database) -> list[tuple[str, str | None, list[str]]]:
    found = registry.persons(database, None, 50, None, SERVICE).items
    return sorted((each.name, each.phone, [vehicle.text for vehicle in each.vehicles]) for each in found)


OWNERS = "plate|owner|owner_phone\n"


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ("A1|Les|1\nA2|Les|1", [("Les", "1", ["A1", "A2"])]),
        ("A1|Les|2\nA2|Les|2", [("Les", "2", ["A1", "A2"])]),
        ("A1|Les|2", [("Les", "1", ["A2"]), ("Les", "2", ["A1"])]),
        ("A1|Les|2\nA2|Les|3", [("Les", "2", ["A1"]), ("Les", "3", ["A2"])]),
        ("A3|Les|1", [("Les", "1", ["A1", "A2", "A3"])]),
        ("A3|Les|1\nA1|Les|2\nA2|Les|2", [("Les", "1", ["A3"]), ("Les", "2", ["A1", "A2"])]),
        ("A1|Les|", [("Les", "1", ["A1", "A2"])]),
        ("A1|Ost|1", [("Les", "1", ["A1", "A2"]), ("Ost", "1", ["A1"])]),
    ],
)
def test_persons_are_known_by_their_contact(
    database: Database, second: str, expected: list[tuple[str, str | None, list[str]]]
) -> None:
    take(database, sheet(f"{OWNERS}A1|Les|1\nA2|Les|1"))
    assert persons(database) == [("Les", "1", ["A1", "A2"])]
    data = sheet(OWNERS + second)
    take(database, data)
    assert persons(database) == expected
    assert counts(take(database, data)) == {}
    assert persons(database) == expected


def test_a_person_with_one_vehicle_gets_another_telephone(database: Database) -> None:
    take(database, sheet(f"{OWNERS}A1|Les|1"))
    (before,) = registry.persons(database, None, 5, None, SERVICE).items
    assert counts(take(database, sheet(f"{OWNERS}A1|Les|2"))) == {"persons_changed": 1}
    (after,) = registry.persons(database, None, 5, None, SERVICE).items
    assert (after.id, after.phone) == (before.id, "2")


def test_contradictory_contacts_are_faults(database: Database) -> None:
    done = take(database, sheet(f"{OWNERS}A1|Les|1\nA1|Les|2"))
    assert faults(done) == [(3, "owner_phone", "row 2 says otherwise")]


def test_many_rows_are_stored_in_several_batches(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("src.service.registry.reading.BATCH", 3)
    monkeypatch.setattr("src.service.store.registry.pages.BATCH", 2)
    monkeypatch.setattr("src.service.store.registry.exporting.PAGE", 2)
    data = sheet("plate|list|kind|owner\n" + "\n".join(f"A{n % 8}|L{n % 3}|allow|P{n % 4}" for n in range(24)))
    assert counts(take(database, data)) == {"vehicles_created": 8, "permits_created": 24, "persons_created": 4}
    assert counts(take(database, data)) == {}
    exported = rows_of(give(database))
    assert sorted(set(of_columns(exported, "plate", "list"))) == sorted({(f"A{n % 8}", f"L{n % 3}") for n in range(24)})
    assert len(exported) == 24


def test_an_import_is_audited_without_names(database: Database) -> None:
    take(database, FULL)
    with database.reading() as session:
        (entry,) = session.scalars(select(tables.AuditRow))
    assert (entry.action, entry.subject) == ("import", None)
    expected: dict[str, Any] = {"rows": 4, "faulty": 0, "vehicles_created": 3, "vehicles_changed": 0, "persons": True}
    assert entry.detail == expected
