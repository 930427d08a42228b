"""Whatever is stored is decided, in the transaction that stores it, and what is only read is decided too."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from src.core.result import DecisionRecord, Outcome
from src.service import store
from src.service.database import Database, tables
from src.service.query import SightingQuery
from src.service.registry.rules import Rules
from src.service.store import Camera, Decided, NewAnswer, NewImage, NewText, Pictures, decide_recognitions, save_passage
from tests.service.passages import new_passage
from tests.service.recognitions import NOON, plate, recognised
from tests.service.registered import add_place, add_vehicle, statements

LEASE = timedelta(seconds=35)


def outcomes(decisions: tuple[DecisionRecord | None, ...]) -> list[str | None]:
    return [None if decision is None else str(decision.outcome) for decision in decisions]


def three(**upload: Any) -> NewImage:
    """A picture of a listed plate, of a stranger's, and of one that was not read."""
    return recognised(
        plate("A123BC77"), plate("X999XX99", confidence=0.99, candidates=None), plate("", candidates=None), **upload
    )


def test_what_is_stored_is_decided_and_told(database: Database, pictures: Pictures) -> None:
    add_vehicle(database, "A123BC77", "allow")
    told: list[Decided] = []

    def tell(decided: Sequence[Decided]) -> None:
        told.extend(decided)

    decided = store.save_recognitions(database, pictures, [three()], tell)
    assert told == decided
    assert outcomes(decided[0].decisions) == ["allowed", "unknown", "unsure"]
    assert decided[0].stored is not None
    for known, decision in zip(decided[0].stored.sightings[:2], decided[0].decisions[:2], strict=True):
        found = store.sighting(database, str(known))
        assert found is not None
        assert found.decision == decision
    found_by = {
        outcome: store.search(database, SightingQuery(outcome=outcome)).items
        for outcome in (Outcome.ALLOWED, Outcome.DENIED)
    }
    assert [[item.text for item in items] for items in found_by.values()] == [["A123BC77"], []]


def test_the_rules_are_the_operators(database: Database) -> None:
    add_vehicle(database, "A123BC77", "allow")
    sure = []
    for least in (0.5, 0.9999):
        doubtful = recognised(plate("A123BC77", confidence=0.6, candidates=None))
        (decided,) = store.save_recognitions(database, None, [doubtful], rules=Rules(allow_from=least))
        sure.append(outcomes(decided.decisions))
    assert sure == [["allowed"], ["unsure"]]


def test_without_lists_a_sighting_has_no_decision(database: Database) -> None:
    (decided,) = store.save_recognitions(database, None, [three()])
    assert decided.decisions == (None, None, None)
    assert [item.decision for item in store.search(database, SightingQuery()).items] == [None, None]


def test_what_is_not_stored_is_decided_and_leaves_nothing(database: Database) -> None:
    add_vehicle(database, "A123BC77", "allow")
    decided = decide_recognitions(database, [three(camera="gate")])
    assert [(each.stored, outcomes(each.decisions)) for each in decided] == [(None, ["allowed", "unknown", "unsure"])]
    with database.reading() as session:
        rows = (tables.SightingRow, tables.CameraRow)
        assert [session.scalar(select(func.count()).select_from(row)) for row in rows] == [0, 0]


@pytest.mark.parametrize("is_stored", [True, False])
def test_the_place_is_that_of_the_camera(database: Database, is_stored: bool) -> None:
    place = add_place(database, "yard", camera="gate")
    add_place(database, "depot", camera="back")
    add_vehicle(database, "A123BC77", "allow", place_id=place)

    def outcome(**upload: Any) -> str | None:
        picture = recognised(plate("A123BC77"), **upload)
        if is_stored:
            (decided,) = store.save_recognitions(database, None, [picture])
        else:
            (decided,) = decide_recognitions(database, [picture])
        return outcomes(decided.decisions)[0]

    assert [outcome(camera="gate"), outcome(camera="back"), outcome()] == ["allowed", "denied", "denied"]


def test_an_answer_about_what_is_not_stored_is_kept_with_its_decisions(database: Database) -> None:
    add_vehicle(database, "A123BC77", "allow")
    claim = store.claim_answer(database, "", "k", "a", NOON, LEASE)
    assert isinstance(claim, store.Claim)

    def answer(decided: Sequence[Decided]) -> NewAnswer:
        return NewAnswer(claim, 200, ",".join(map(str, outcomes(decided[0].decisions))).encode(), [])

    decide_recognitions(database, [three()], answer)
    assert store.claim_answer(database, "", "k", "a", NOON, LEASE) == store.FirstAnswer(200, b"allowed,unknown,unsure")


def camera(database: Database) -> Camera:
    return store.create_camera(database, {"name": "gate", "source": "rtsp://192.0.2.7/gate"}, store.SERVICE)


def test_a_passage_is_decided_and_told_anew_it_is_decided_anew(database: Database) -> None:
    add_vehicle(database, "A123BC77", "allow")
    gate = camera(database)
    first = save_passage(database, None, new_passage(gate.id, text="X999XX99", confidence=0.99, candidates=None))
    again = save_passage(database, None, new_passage(gate.id, telling=2, text="A123BC77"))
    assert first is not None
    assert again is not None
    assert outcomes((first.decision, again.decision)) == ["unknown", "allowed"]
    assert store.search(database, SightingQuery(outcome=Outcome.ALLOWED)).items == [again]


def test_what_an_operator_corrects_is_decided_anew_and_stays_so(database: Database) -> None:
    add_vehicle(database, "A123BC77", "allow")
    gate = camera(database)
    told = new_passage(gate.id, text="X999XX99", confidence=0.99, candidates=None)
    first = save_passage(database, None, told)
    assert first is not None
    right = NewText("A123BC77", "RU", None)
    corrected = store.correct(database, first.id, right, store.SERVICE)
    again = save_passage(database, None, replace(told, telling=2))
    assert corrected is not None
    assert again is not None
    assert outcomes((first.decision, corrected.decision, again.decision)) == ["unknown", "allowed", "allowed"]
    assert (corrected.decision and corrected.decision.probability) == 1
    assert store.search(database, SightingQuery(outcome=Outcome.ALLOWED)).items == [again]


def test_the_row_of_a_passage_is_written_once(database: Database) -> None:
    gate = camera(database)
    with statements(database) as sent:
        save_passage(database, None, new_passage(gate.id))
    assert [each.split()[0] for each in sent if "sightings" in each and not each.startswith("SELECT")] == ["INSERT"]


def test_what_a_camera_has_seen_does_not_wait_for_others(database: Database) -> None:
    """All plates of a request are decided before the first row is added, with one question each and no more."""
    add_vehicle(database, "A123BC77", "allow")
    with statements(database) as sent:
        store.save_recognitions(database, None, [recognised(plate(), plate())])
    asked = [number for number, each in enumerate(sent) if "FROM vehicles" in each]
    first = next(number for number, each in enumerate(sent) if each.startswith("INSERT INTO detections"))
    assert len(asked) == 2
    assert max(asked) < first
