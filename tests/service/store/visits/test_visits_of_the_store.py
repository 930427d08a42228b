"""Visits follow what is seen at the gates of a place: entries, exits, corrections and deletions."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, select

from src.service import store
from src.service.database import Database, open_database, tables
from src.service.store import NewText, Pictures, registry, save_passage, save_recognitions, visits
from tests.service.gates import NOBODY, all_visits, brief, make_gates, pass_gate
from tests.service.passages import new_passage
from tests.service.recognitions import NOON, plate, recognised
from tests.service.registered import add_vehicle, statements

TEXT, NEAR, FAR = "A123BC77", "A128BC77", "A128BC78"


@pytest.fixture(autouse=True)
def cameras(database: Database) -> dict[str, str]:
    return make_gates(database)


def test_an_entry_and_an_exit_are_a_visit_with_its_time(database: Database) -> None:
    entry = pass_gate(database, "in", TEXT, 0)
    (visit,) = all_visits(database)
    assert (visit.state, visit.entered, visit.left, visit.duration_s) == ("inside", NOON, None, None)
    leaving = pass_gate(database, "out", TEXT, 90.5)
    (again,) = all_visits(database)
    assert again == visit.model_copy(
        update={
            **{"state": "left", "left": NOON + timedelta(minutes=90.5), "duration_s": 5430},
            **{"exit": leaving, "exit_camera": "out", "exit_gate": "north"},
        }
    )
    assert (again.entry, again.entry_camera, again.entry_gate, again.place) == (entry, "in", "north", "Depot")
    assert visits.visit(database, visit.id) == again
    assert visits.visit(database, "0" * 32) is None


def test_the_order_in_which_they_are_told_does_not_matter(database: Database) -> None:
    for camera, minute in (("out", 30), ("in", 60), ("out", 90), ("in", 0)):
        pass_gate(database, camera, TEXT, minute)
    assert [(visit.state, visit.duration_s) for visit in all_visits(database)] == [("left", 1800)] * 2


def test_without_an_exit_or_an_entry(database: Database) -> None:
    pass_gate(database, "out", TEXT, 0)
    pass_gate(database, "in", TEXT, 10)
    pass_gate(database, "in", TEXT, 30)
    found = all_visits(database)
    assert [visit.state for visit in found] == ["no_entry", "no_exit", "inside"]
    assert [visit.closed for visit in found] == [None, NOON + timedelta(minutes=30), None]


def test_a_second_camera_at_the_gate_makes_no_second_visit(database: Database) -> None:
    for name, direction in (("back", "entry"), ("out back", "exit")):
        store.create_camera(database, {"name": name, "place": "Depot", "direction": direction}, NOBODY)
    first = pass_gate(database, "in", TEXT, 0)
    pass_gate(database, "back", TEXT, 2)
    pass_gate(database, "out", TEXT, 60)
    pass_gate(database, "out back", TEXT, 61)
    (visit,) = all_visits(database)
    assert (visit.entry, visit.duration_s) == (first, 3600)


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (NEAR, ["left"]),
        (TEXT[1:], ["left"]),
        (TEXT[:3] + "8" + TEXT[3:], ["left"]),
        (FAR, ["inside", "no_entry"]),
        (TEXT[2:] + "AA", ["inside", "no_entry"]),
    ],
)
def test_one_misread_character_is_forgiven(database: Database, read: str, expected: list[str]) -> None:
    pass_gate(database, "in", TEXT, 0)
    pass_gate(database, "out", read, 60)
    assert [visit.state for visit in all_visits(database)] == expected


def test_o_and_0_and_countries_that_are_not_known_are_the_same(database: Database) -> None:
    pass_gate(database, "in", "O01I", 0, region="RU")
    pass_gate(database, "out", "0O1I", 60, region=None)
    pass_gate(database, "in", TEXT, 1, region="RU")
    pass_gate(database, "out", TEXT, 61, region="BY")
    assert brief(database) == [("O01I", "left"), (TEXT, "inside"), (TEXT, "no_entry")]


def test_a_misread_exit_that_may_be_of_two_is_of_neither_until_one_of_them_leaves(database: Database) -> None:
    pass_gate(database, "in", "A123BC77", 0)
    pass_gate(database, "in", "A124BC77", 1)
    pass_gate(database, "out", "A128BC77", 60)
    assert brief(database) == [("A123BC77", "inside"), ("A124BC77", "inside"), ("A128BC77", "no_entry")]
    pass_gate(database, "out", "A124BC77", 70)
    assert brief(database) == [("A123BC77", "left"), ("A124BC77", "left")]


def test_the_plate_itself_comes_before_one_that_is_like_it(database: Database) -> None:
    pass_gate(database, "in", TEXT, 0)
    pass_gate(database, "out", NEAR, 60)
    pass_gate(database, "out", TEXT, 70)
    assert [(visit.state, visit.duration_s) for visit in all_visits(database)] == [("left", 4200), ("no_entry", None)]


def test_two_vehicles_of_the_registry_are_never_taken_for_each_other(database: Database) -> None:
    for text in (TEXT, NEAR):
        add_vehicle(database, text, "allow")
    pass_gate(database, "in", TEXT, 0, candidates=None, confidence=0.9999)
    pass_gate(database, "out", NEAR, 60, candidates=None, confidence=0.9999)
    assert brief(database) == [(TEXT, "inside"), (NEAR, "no_entry")]


def test_a_reading_that_is_decided_to_be_a_vehicle_counts_as_its_plate(database: Database) -> None:
    add_vehicle(database, TEXT, "allow")
    pass_gate(database, "in", TEXT, 0, candidates=None, confidence=0.9999)
    candidates = [{"text": FAR, "region": "RU", "confidence": 0.5}, {"text": TEXT, "region": "RU", "confidence": 0.49}]
    pass_gate(database, "out", FAR, 60, candidates=candidates, confidence=0.5)
    (visit,) = all_visits(database)
    assert (visit.text, visit.state, visit.outcome, visit.list) == (TEXT, "left", "allowed", "allow")
    assert visit.vehicle is not None
    assert visit.permit is not None


def test_a_correction_pairs_anew(database: Database) -> None:
    pass_gate(database, "in", TEXT, 0)
    pass_gate(database, "in", FAR, 5)
    leaving = pass_gate(database, "out", TEXT, 60)
    first = {visit.text: visit.id for visit in all_visits(database)}
    store.correct(database, leaving, NewText(FAR, "RU", None), NOBODY)
    assert brief(database) == [(TEXT, "inside"), (FAR, "left")]
    store.correct(database, leaving, NewText("X999XX99", "RU", None), NOBODY)
    assert brief(database) == [(TEXT, "inside"), (FAR, "inside"), ("X999XX99", "no_entry")]
    store.correct(database, leaving, NewText(TEXT, "RU", None), NOBODY)
    assert brief(database) == [(TEXT, "left"), (FAR, "inside")]
    assert {visit.text: visit.id for visit in all_visits(database)} == first


def test_two_corrected_texts_are_never_taken_for_each_other(database: Database) -> None:
    entry, leaving = pass_gate(database, "in", TEXT, 0), pass_gate(database, "out", NEAR, 60)
    store.correct(database, entry, NewText(TEXT, "RU", None), NOBODY)
    assert brief(database) == [(TEXT, "left")]
    store.correct(database, leaving, NewText(NEAR, "RU", None), NOBODY)
    assert brief(database) == [(TEXT, "inside"), (NEAR, "no_entry")]


def test_a_passage_that_is_told_again_with_another_text_moves(
    database: Database, pictures: Pictures, cameras: dict[str, str]
) -> None:
    pass_gate(database, "out", "B777BB77", 1)
    save_passage(database, pictures, new_passage(cameras["in"], text=TEXT))
    assert brief(database) == [(TEXT, "inside"), ("B777BB77", "no_entry")]
    save_passage(database, pictures, new_passage(cameras["in"], text="B777BB77", telling=2))
    assert brief(database) == [("B777BB77", "left")]


def test_a_sighting_that_grows_is_one_crossing_and_is_decided_anew(database: Database) -> None:
    store.create_camera(database, {"name": "wide", "place": "Depot", "direction": "entry", "merge_s": 600.0}, NOBODY)
    add_vehicle(database, TEXT, "allow")
    for minute, confidence in ((0, 0.3), (5, 0.9999), (8, 0.3)):
        pass_gate(database, "wide", TEXT, minute, candidates=None, confidence=confidence)
        (visit,) = all_visits(database)
    assert (visit.state, visit.entered, visit.outcome) == ("inside", NOON, "allowed")


def test_a_camera_that_moves_leaves_its_visits_where_they_were(database: Database, cameras: dict[str, str]) -> None:
    entry = pass_gate(database, "in", TEXT, 0)
    store.change_camera(database, cameras["in"], {"place": "Yard", "direction": "exit"}, NOBODY)
    store.correct(database, entry, NewText(FAR, "RU", None), NOBODY)
    pass_gate(database, "out", FAR, 60)
    pass_gate(database, "in", FAR, 90)
    assert [(visit.place, visit.state) for visit in all_visits(database)] == [("Depot", "left"), ("Yard", "no_entry")]


def test_places_and_cameras_without_direction_are_apart(database: Database) -> None:
    make_gates(database, "Yard")
    store.create_camera(database, {"name": "road", "place": "Depot"}, NOBODY)
    store.create_camera(database, {"name": "door", "direction": "exit"}, NOBODY)
    pass_gate(database, "in", TEXT, 0)
    for camera in ("Yard out", "road", "door"):
        pass_gate(database, camera, TEXT, 60)
    assert [(visit.place, visit.state) for visit in all_visits(database)] == [("Depot", "inside"), ("Yard", "no_entry")]


def test_several_plates_of_one_request(database: Database) -> None:
    make_gates(database, "Yard")
    told = [("in", TEXT, 0), ("out", TEXT, 10), ("Yard in", TEXT, 20), ("in", FAR, 5)]
    pictures = [
        recognised(plate(text), camera=camera, taken=NOON + timedelta(minutes=minute)) for camera, text, minute in told
    ]
    save_recognitions(database, None, pictures)
    assert brief(database) == [(TEXT, "left"), (FAR, "inside"), (TEXT, "inside")]


class TestClosing:
    def test_it_has_left_and_nobody_saw_it(self, database: Database) -> None:
        pass_gate(database, "in", TEXT, 0)
        (visit,) = all_visits(database)
        closed = visits.close_visit(database, visit.id, NOBODY)
        assert closed is not None
        assert (closed.state, closed.left, closed.closed is not None) == ("no_exit", None, True)
        assert visits.close_visit(database, visit.id, NOBODY) == closed
        assert visits.close_visit(database, "0" * 32, NOBODY) is None

    def test_an_exit_that_is_told_late_ends_it_and_a_later_one_does_not(self, database: Database) -> None:
        pass_gate(database, "in", TEXT, 0)
        (visit,) = all_visits(database)
        closed = visits.close_visit(database, visit.id, NOBODY)
        assert closed is not None
        assert closed.closed is not None
        after = (closed.closed - NOON) / timedelta(minutes=1) + 10
        pass_gate(database, "out", TEXT, after)
        assert brief(database) == [(TEXT, "no_exit"), (TEXT, "no_entry")]
        pass_gate(database, "out", TEXT, 60)
        assert brief(database) == [(TEXT, "left"), (TEXT, "no_entry")]


class TestDeleting:
    def test_a_sighting_takes_its_side_away(self, database: Database, pictures: Pictures) -> None:
        entry, leaving = pass_gate(database, "in", TEXT, 0), pass_gate(database, "out", TEXT, 60)
        store.delete_sighting(database, pictures, leaving, NOBODY)
        assert brief(database) == [(TEXT, "inside")]
        store.delete_sighting(database, pictures, entry, NOBODY)
        assert brief(database) == []
        assert crossings(database) == 0

    def test_a_plate_takes_all_that_is_known_of_it(self, database: Database, pictures: Pictures) -> None:
        pass_gate(database, "in", TEXT, 0)
        pass_gate(database, "out", NEAR, 60)
        pass_gate(database, "in", TEXT, 90)
        pass_gate(database, "in", FAR, 90)
        store.delete_plate(database, pictures, TEXT, NOBODY)
        assert brief(database) == [(NEAR, "no_entry"), (FAR, "inside")]

    def test_also_that_of_sightings_which_are_too_old_to_be_there(self, database: Database, pictures: Pictures) -> None:
        pass_gate(database, "in", TEXT, 0)
        pass_gate(database, "out", NEAR, 60)
        expire(database, pictures, 30)
        assert brief(database) == [(TEXT, "left")]
        store.delete_plate(database, pictures, TEXT, NOBODY)
        assert brief(database) == [(NEAR, "no_entry")]

    def test_a_place_takes_its_visits(self, database: Database) -> None:
        pass_gate(database, "in", TEXT, 0)
        with database.reading() as session:
            place_id = session.scalars(select(tables.PlaceRow.id)).one()
        registry.delete_place(database, place_id, NOBODY)
        assert brief(database) == []
        assert crossings(database) == 0


def crossings(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(tables.CrossingRow)) or 0


def age(database: Database) -> None:
    """Lets the pictures be received when they were taken."""
    with database.session() as session:
        for image in session.scalars(select(tables.ImageRow)):
            image.received = image.taken or image.received


def expire(database: Database, pictures: Pictures, minute: float) -> Any:
    age(database)
    return store.expire(database, pictures, NOON + timedelta(minutes=minute))


class TestRetention:
    def test_a_visit_outlives_its_entry_and_goes_with_its_exit(self, database: Database, pictures: Pictures) -> None:
        pass_gate(database, "in", TEXT, 0)
        pass_gate(database, "out", TEXT, 60)
        (before,) = all_visits(database)
        assert expire(database, pictures, 30).visits == 0
        (after,) = all_visits(database)
        assert after == before.model_copy(update={"entry": None})
        assert expire(database, pictures, 61).visits == 1
        assert (all_visits(database), crossings(database)) == ([], 0)

    def test_what_is_inside_for_too_long_goes_too(self, database: Database, pictures: Pictures) -> None:
        pass_gate(database, "in", TEXT, 0)
        pass_gate(database, "in", FAR, 40)
        assert expire(database, pictures, 30).visits == 1
        assert brief(database) == [(FAR, "inside")]

    def test_visits_of_unknown_vehicles_go_after_hours(self, database: Database, pictures: Pictures) -> None:
        add_vehicle(database, FAR, "allow")
        for text in (TEXT, FAR):
            pass_gate(database, "in", text, 0, candidates=None, confidence=0.9999)
            pass_gate(database, "out", text, 60, candidates=None, confidence=0.9999)
        pass_gate(database, "in", "X999XX99", 50, candidates=None, confidence=0.9999)
        age(database)
        store.expire_unmatched(database, pictures, NOON + timedelta(minutes=30))
        assert sorted(brief(database)) == [(TEXT, "left"), (FAR, "left"), ("X999XX99", "inside")]
        store.expire_unmatched(database, pictures, NOON + timedelta(minutes=61))
        assert brief(database) == [(FAR, "left")]


def test_crossings_are_looked_up_in_indexes(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/number-plate.db")
    make_gates(database)
    plans: list[str] = []

    def explain(connection: Connection, cursor: Any, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith("SELECT") and "FROM crossings" in " ".join(statement.split()):
            cursor.execute("EXPLAIN QUERY PLAN " + statement, parameters)
            plans.extend(row[-1] for row in cursor.fetchall())

    event.listen(database.engine, "before_cursor_execute", explain)
    pass_gate(database, "in", TEXT, 0)
    pass_gate(database, "out", NEAR, 60)
    pass_gate(database, "out", TEXT, 70)
    database.close()
    of_crossings = {plan.split(" USING ")[-1].split(" (")[0] for plan in plans if " crossings" in plan}
    assert {f"INDEX ix_crossings_{part}_place_id_alone_direction_at" for part in ("head", "tail")} <= of_crossings
    assert not [plan for plan in plans if plan.startswith("SCAN crossings")]


def test_a_sighting_asks_for_those_around_it_alone(database: Database) -> None:
    for day in range(5):
        pass_gate(database, "in", TEXT, day * 100)
        pass_gate(database, "out", TEXT, day * 100 + 50)
    with statements(database) as few:
        pass_gate(database, "in", TEXT, 1000)
    for day in range(20, 40):
        pass_gate(database, "in", TEXT, day * 100)
        pass_gate(database, "out", TEXT, day * 100 + 50)
    with statements(database) as many:
        pass_gate(database, "in", TEXT, 5000)
    asked = [statement for statement in many if "crossings" in statement]
    assert len(many) <= len(few)
    assert sum(statement.startswith("SELECT") for statement in asked) <= 3
