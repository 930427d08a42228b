"""Receivers hear of visits in the transaction that pairs them."""

from typing import Any

import pytest

from src.service import store
from src.service.database import Database
from src.service.store import NewText, Pictures, registry, visits
from tests.service.gates import NOBODY, all_visits, make_gates, pass_gate
from tests.service.receivers import add_receiver, deliveries, events
from tests.service.registered import statements

TEXT, OTHER = "A123BC77", "M356CC65"
OF_VISITS: dict[str, Any] = {"events": ["visit.began", "visit.ended", "visit.changed"]}


@pytest.fixture(autouse=True)
def gates(database: Database) -> None:
    make_gates(database)


def test_a_visit_begins_and_ends(database: Database) -> None:
    add_receiver(database, **OF_VISITS)
    pass_gate(database, "in", TEXT, 0)
    pass_gate(database, "out", TEXT, 90)
    assert events(database) == [("visit.began", TEXT), ("visit.ended", TEXT)]
    (visit,) = all_visits(database)
    began, ended = (row.event for row in deliveries(database))
    assert ended.body == {
        "id": ended.id,
        "kind": "visit.ended",
        "at": ended.at.isoformat(),
        "visit": visit.model_dump(mode="json"),
    }
    assert began.body["visit"]["state"] == "inside"
    assert {began.subject, ended.subject} == {visit.id}


def test_what_is_told_of_each_change(database: Database) -> None:
    add_receiver(database, **OF_VISITS)
    pass_gate(database, "out", TEXT, 0)
    pass_gate(database, "in", TEXT, 10)
    pass_gate(database, "in", TEXT, 30)
    leaving = pass_gate(database, "out", OTHER, 60)
    store.correct(database, leaving, NewText(TEXT, "RU", None), NOBODY)
    pass_gate(database, "in", OTHER, 70)
    (last,) = [visit for visit in all_visits(database) if visit.text == OTHER]
    visits.close_visit(database, last.id, NOBODY)
    of_text, of_other = ([kind for kind, text in events(database) if text == wanted] for wanted in (TEXT, OTHER))
    assert sorted(of_text) == ["visit.began"] * 3 + ["visit.ended"] * 2
    assert of_other == ["visit.began", "visit.began", "visit.ended"]


def test_a_correction_that_pairs_anew_is_told_of_both(database: Database) -> None:
    pass_gate(database, "in", TEXT, 0)
    pass_gate(database, "in", OTHER, 5)
    leaving = pass_gate(database, "out", TEXT, 60)
    add_receiver(database, **OF_VISITS)
    store.correct(database, leaving, NewText(OTHER, "RU", None), NOBODY)
    assert sorted(events(database)) == [("visit.changed", TEXT), ("visit.ended", OTHER)]
    states = {row.event.text: row.event.body["visit"]["state"] for row in deliveries(database)}
    assert states == {TEXT: "inside", OTHER: "left"}


def test_what_changes_nothing_is_not_told(database: Database) -> None:
    store.create_camera(database, {"name": "back", "place": "Depot", "direction": "entry"}, NOBODY)
    add_receiver(database, **OF_VISITS)
    entry = pass_gate(database, "in", TEXT, 0)
    pass_gate(database, "back", TEXT, 1)
    store.correct(database, entry, NewText(TEXT, "RU", None), NOBODY)
    assert events(database) == [("visit.began", TEXT)]


def test_only_those_of_the_place_hear_of_it(database: Database) -> None:
    make_gates(database, "Yard")
    (place_id,) = [place.id for place in registry.places(database, 10).items if place.name == "Yard"]
    add_receiver(database, places=[place_id], **OF_VISITS)
    pass_gate(database, "in", TEXT, 0)
    pass_gate(database, "Yard in", TEXT, 0)
    assert [row.event.body["visit"]["place"] for row in deliveries(database)] == ["Yard"]


def test_deleted_sightings_take_what_was_told_of_their_visits(database: Database, pictures: Pictures) -> None:
    add_receiver(database, **OF_VISITS)
    entry = pass_gate(database, "in", TEXT, 0)
    leaving = pass_gate(database, "out", TEXT[:-1] + "8", 90)
    store.delete_sighting(database, pictures, entry, NOBODY)
    assert events(database) == [("visit.changed", TEXT[:-1] + "8")]
    store.delete_sighting(database, pictures, leaving, NOBODY)
    assert events(database) == []


def test_where_nobody_listens_nothing_is_asked_of_visits(database: Database) -> None:
    pass_gate(database, "in", TEXT, 0)
    with statements(database) as few:
        pass_gate(database, "out", TEXT, 60)
    add_receiver(database, **OF_VISITS)
    with statements(database) as more:
        pass_gate(database, "in", TEXT, 90)
    told = [any("INTO events" in statement or "JOIN gates" in statement for statement in sent) for sent in (few, more)]
    assert told == [False, True]
