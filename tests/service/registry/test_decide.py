"""What is decided of a plate."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from src.core.result import DecisionRecord, Outcome, PlateRecord, Reason
from src.core.types import Candidate
from src.service.database import Database, tables
from src.service.registry.decide import decide, decide_sighting
from src.service.registry.rules import SHIPPED, Rules
from tests.service.recognitions import NOON, plate, save
from tests.service.registered import add_place, add_vehicle, statements

NEAR = [Candidate("A801BC77", "RU", 0.55), Candidate("AB01BC77", "RU", 0.4)]


def read(*said: tuple[str, float], region: str | None = "RU") -> PlateRecord:
    """A plate with these candidates, the best one first."""
    candidates = [Candidate(text, region, share) for text, share in said]
    return plate(said[0][0], confidence=said[0][1], region=region, candidates=candidates)


def decided(
    database: Database, of: PlateRecord, at: datetime = NOON, place: str | None = None, **rules: Any
) -> DecisionRecord:
    with database.reading() as session:
        decision = decide(session, of, at, place, Rules(**rules))
    assert decision is not None
    return decision


def said(decision: DecisionRecord) -> tuple[str, str, str | None]:
    return str(decision.outcome), str(decision.reason), decision.text


SURE = read(("A123BC77", 0.99))


def test_without_lists_nothing_is_decided(database: Database) -> None:
    add_place(database, "yard")
    with database.reading() as session:
        assert decide(session, SURE, NOON, None, SHIPPED) is None


def test_a_listed_plate_is_allowed_and_the_entry_is_told(database: Database) -> None:
    car = add_vehicle(database, "A123BC77", "allow")
    decision = decided(database, SURE)
    with database.reading() as session:
        permit = session.scalar(select(tables.PermitRow.id))
    assert decision == DecisionRecord(
        outcome=Outcome.ALLOWED,
        reason=Reason.LISTED,
        probability=decision.probability,
        text="A123BC77",
        vehicle=car,
        list="allow",
        permit=permit,
    )
    assert decision.probability is not None
    assert 0.999 < decision.probability <= 1


def test_another_plate_is_unknown(database: Database) -> None:
    add_vehicle(database, "X999XX99", "allow")
    assert said(decided(database, SURE)) == ("unknown", "not_listed", None)


def test_a_vehicle_on_no_list_is_unknown_and_told(database: Database) -> None:
    add_vehicle(database, "X999XX99", "allow")
    car = add_vehicle(database, "A123BC77")
    decision = decided(database, SURE)
    assert (*said(decision), decision.vehicle, decision.list) == ("unknown", "not_listed", "A123BC77", car, None)


@pytest.mark.parametrize(
    ("lists", "outcome", "on", "watch"),
    [
        (["allow", "deny"], "denied", "deny", None),
        (["deny", "watch"], "denied", "deny", "watch"),
        (["allow", "watch"], "allowed", "allow", "watch"),
        (["watch"], "watched", "watch", "watch"),
    ],
)
def test_deny_beats_allow_and_allow_beats_watch(
    database: Database, lists: list[str], outcome: str, on: str, watch: str | None
) -> None:
    add_vehicle(database, "A123BC77", *lists)
    decision = decided(database, SURE)
    assert (str(decision.outcome), decision.list, decision.watch) == (outcome, on, watch)


def test_a_doubtful_8_does_not_lock_out_a_resident(database: Database) -> None:
    add_vehicle(database, "AB01BC77", "allow")
    doubtful = read(("A801BC77", 0.55), ("AB01BC77", 0.4))
    assert said(decided(database, doubtful)) == ("allowed", "listed", "AB01BC77")


def test_a_letter_o_is_no_doubt(database: Database) -> None:
    """The reader may know of no format that has a letter there."""
    add_vehicle(database, "OI23BC77", "allow")
    assert said(decided(database, read(("0123BC77", 0.99)))) == ("allowed", "listed", "OI23BC77")


def test_a_near_plate_of_a_stranger_does_not_open(database: Database) -> None:
    add_vehicle(database, "A123BC78", "allow")
    assert said(decided(database, read(("A123BC77", 0.98), ("A123BC78", 0.004))))[0] in ("unknown", "unsure")
    assert said(decided(database, read(("A123BC77", 0.9)))) == ("unknown", "not_listed", None)


def test_between_the_thresholds_it_is_unsure_and_the_nearest_entry_is_told(database: Database) -> None:
    add_vehicle(database, "A123BC78", "allow")
    doubtful = read(("A123BC77", 0.95), ("A123BC78", 0.01))
    probability = decided(database, doubtful).probability
    assert probability is not None
    over, under = probability + 0.01, probability - 0.01
    assert said(decided(database, doubtful, allow_from=under, unsure_from=0.01))[0] == "allowed"
    assert said(decided(database, doubtful, allow_from=over, unsure_from=under)) == ("unsure", "doubtful", "A123BC78")
    assert said(decided(database, doubtful, allow_from=0.99, unsure_from=0.99)) == ("unknown", "not_listed", None)


def test_the_share_of_listed_vehicles_counts(database: Database) -> None:
    add_vehicle(database, "A123BC78", "allow")
    doubtful = read(("A123BC77", 0.9), ("A123BC78", 0.09))
    likely = [decided(database, doubtful, share=share).probability or 0 for share in (0.01, 0.5, 0.9)]
    assert likely == sorted(likely)
    assert likely[0] < likely[2]


def test_of_a_fleet_it_need_not_be_known_which_one_came(database: Database) -> None:
    for number in (7, 8):
        add_vehicle(database, f"A12{number}BC77", "allow")
    doubtful = read(("A128BC77", 0.5), ("A127BC77", 0.49))
    decision = decided(database, doubtful)
    assert said(decision) == ("allowed", "listed", "A128BC77")
    assert decision.probability is not None
    assert decision.probability > 0.99


def test_what_may_be_a_denied_plate_is_never_unknown_nor_allowed(database: Database) -> None:
    add_vehicle(database, "A128BC77", "allow")
    add_vehicle(database, "A127BC77", "deny")
    doubtful = read(("A128BC77", 0.8), ("A127BC77", 0.19))
    assert said(decided(database, doubtful)) == ("unsure", "doubtful", "A128BC77")
    assert said(decided(database, doubtful, allow_from=0.5)) == ("unsure", "doubtful", "A128BC77")
    assert said(decided(database, read(("A128BC77", 0.4), ("A127BC77", 0.59)))) == ("denied", "listed", "A127BC77")


def test_a_reading_that_hardly_says_anything_is_unsure(database: Database) -> None:
    add_vehicle(database, "X999XX99", "allow")
    assert said(decided(database, read(("A123BC77", 0.3)))) == ("unsure", "doubtful", None)
    assert said(decided(database, plate("", candidates=None))) == ("unsure", "unread", None)


def test_a_reader_without_candidates_is_believed_by_its_confidence(database: Database) -> None:
    add_vehicle(database, "A123BC77", "allow")
    assert said(decided(database, plate("A123BC77", candidates=None, confidence=0.9)))[0] == "allowed"


@pytest.mark.parametrize(
    ("of_vehicle", "of_reading", "outcome"),
    [("RU", "RU", "allowed"), (None, "RU", "allowed"), ("RU", None, "allowed"), ("KZ", "RU", "unknown")],
)
def test_countries_agree_or_are_not_known(
    database: Database, of_vehicle: str | None, of_reading: str | None, outcome: str
) -> None:
    add_vehicle(database, "A123BC77", "allow", region=of_vehicle)
    assert said(decided(database, read(("A123BC77", 0.99), region=of_reading)))[0] == outcome


def test_a_trailers_plate_stands_for_its_tractor(database: Database) -> None:
    car = add_vehicle(database, "A123BC77", "allow", trailer="AB123477")
    decision = decided(database, read(("AB123477", 0.99)))
    assert (*said(decision), decision.vehicle) == ("allowed", "listed", "AB123477", car)


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"valid_until": NOON}, "expired"),
        ({"valid_from": NOON + DAY}, "not_yet_valid"),
        ({"weekdays": [0, 1, 2, 3, 4, 5]}, "outside_hours"),  # NOON is on a Sunday
        ({"from_minute": 0, "until_minute": 60}, "outside_hours"),
    ],
)
def test_a_permit_that_does_not_hold_denies_and_says_why(
    database: Database, terms: dict[str, Any], reason: str
) -> None:
    place = add_place(database, "yard", "UTC")
    add_vehicle(database, "A123BC77", "allow", **terms)
    decision = decided(database, SURE, place=place)
    assert (*said(decision), decision.list) == ("denied", reason, "A123BC77", "allow")


def test_one_permit_that_holds_is_enough(database: Database) -> None:
    place = add_place(database, "yard")
    car = add_vehicle(database, "A123BC77", "allow", valid_until=NOON - DAY)
    with database.session() as session:
        (permit,) = session.scalars(select(tables.PermitRow))
        held = {"vehicle_id": car, "list_id": permit.list_id, "created": NOON, "updated": NOON}
        session.add(tables.PermitRow(**held, place_id=place, valid_until=NOON + DAY))
    assert said(decided(database, SURE, place=place))[:2] == ("allowed", "listed")
    assert said(decided(database, SURE, at=NOON + DAY, place=place))[:2] == ("denied", "expired")
    assert said(decided(database, SURE))[:2] == ("denied", "expired")  # nearer to holding than one for another place


def test_permits_of_deny_and_watch_lists_that_do_not_hold_are_as_if_there_were_none(database: Database) -> None:
    add_vehicle(database, "A123BC77", "deny", "watch", valid_until=NOON)
    assert said(decided(database, SURE))[:2] == ("unknown", "not_listed")


def test_a_permit_of_another_place_does_not_open(database: Database) -> None:
    here, there = add_place(database, "yard"), add_place(database, "depot")
    add_vehicle(database, "A123BC77", "allow", place_id=there)
    assert said(decided(database, SURE, place=there))[:2] == ("allowed", "listed")
    assert [said(decided(database, SURE, place=place))[:2] for place in (here, None)] == [("denied", "other_place")] * 2


def test_hours_are_those_of_the_place_where_it_was_seen(database: Database) -> None:
    place = add_place(database, "yard", "Asia/Tokyo")
    add_vehicle(database, "A123BC77", "allow", from_minute=21 * 60, until_minute=22 * 60)
    assert said(decided(database, SURE, at=datetime(2025, 6, 1, 12, 30, tzinfo=UTC), place=place))[0] == "allowed"
    assert said(decided(database, SURE, at=datetime(2025, 6, 1, 13, 0, tzinfo=UTC), place=place))[0] == "denied"


def test_a_sighting_is_decided_again_by_what_it_was_corrected_to(database: Database) -> None:
    add_vehicle(database, "A128BC77", "allow")
    stored = save(database, None, read(("A123BC77", 0.5), ("A129BC77", 0.3)))
    with database.session() as session:
        row = session.get_one(tables.SightingRow, stored.sightings[0])
        assert row.outcome == "unsure"
        row.text, row.corrected = "A128BC77", NOON
        decide_sighting(session, row, SHIPPED)
        assert (row.outcome, row.decision and row.decision["probability"]) == ("allowed", 1.0)
        row.text = "A123BC77"
        decide_sighting(session, row, SHIPPED)
        assert (row.outcome, row.decision and row.decision["reason"]) == ("unknown", "not_listed")


def test_texts_are_looked_up_in_indexes(database: Database) -> None:
    for number in range(40):
        add_vehicle(database, f"A{number:03}BC77", "allow", trailer=f"AB{number:04}77")
    with statements(database) as sent:
        decided(database, read(("A001BC77", 0.6), ("A007BC77", 0.3)))
    (asked,) = [each for each in sent if "FROM vehicles" in each]
    if database.engine.dialect.name == "sqlite":
        numbered = asked
        with database.reading() as session:
            while "?" in numbered:
                numbered = numbered.replace("?", "'x'", 1)
            plan = [row[-1] for row in session.execute(text(f"EXPLAIN QUERY PLAN {numbered}"))]
        assert not any(step.startswith("SCAN vehicles") for step in plan), plan
    assert len(sent) <= 2  # the transaction of PostgreSQL may be begun by one
