"""First answers, kept under the keys of clients."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from src.core.result import PlateRecord
from src.service.database import Database, open_database, tables
from src.service.store import (
    SERVICE,
    Claim,
    ClaimLostError,
    Decided,
    FirstAnswer,
    InWork,
    NewAnswer,
    OtherRequest,
    Pictures,
    claim_answer,
    delete_plate,
    delete_sighting,
    expire_answers,
    release_claim,
    save_recognitions,
)
from tests.service.parallel import at_once
from tests.service.recognitions import plate, recognised

NOW, LEASE = datetime(2025, 6, 1, 12, tzinfo=UTC), timedelta(seconds=35)
DAY = timedelta(days=1)
Found = Claim | FirstAnswer | InWork | OtherRequest


def ask(database: Database, said: str = "a", after: timedelta = timedelta(), caller: str = "") -> Found:
    """A request with the key ``k``, some time after NOW."""
    return claim_answer(database, caller, "k", said, NOW + after, LEASE)


def first(database: Database, **asked: object) -> Claim:
    claim = ask(database, **asked)
    assert isinstance(claim, Claim)
    return claim


def answer(database: Database, claim: Claim, *about: str, status: int = 200) -> None:
    save_recognitions(database, None, [], lambda _: NewAnswer(claim, status, b"said", about))


def keeping(told: NewAnswer, decided: Sequence[Decided]) -> NewAnswer:
    """Makes an answer that is made already."""
    return told


def images(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(tables.ImageRow)) or 0


def test_the_first_request_is_answered_and_the_others_get_its_answer(database: Database) -> None:
    claim = first(database)
    assert ask(database) == InWork(35)
    assert ask(database, after=timedelta(seconds=3.5)) == InWork(32)
    answer(database, claim, status=415)
    for after in (timedelta(), LEASE, DAY - timedelta(seconds=1)):
        assert ask(database, after=after) == FirstAnswer(415, b"said")


def test_another_request_is_told_so_in_work_and_afterwards(database: Database) -> None:
    claim = first(database)
    assert ask(database, "b") == ask(database, "b", LEASE) == OtherRequest()
    answer(database, claim)
    assert ask(database, "b", DAY - timedelta(seconds=1)) == OtherRequest()


def test_each_caller_has_keys_of_its_own(database: Database) -> None:
    answer(database, first(database))
    answer(database, first(database, caller="1", said="b"))
    assert isinstance(ask(database, caller="2"), Claim)


def test_after_a_day_the_key_is_a_new_one(database: Database) -> None:
    answer(database, first(database), "A1")
    again = first(database, said="b", after=DAY)
    assert ask(database, "b", DAY) == InWork(35)
    answer(database, again, status=422)
    assert ask(database, "b", DAY) == FirstAnswer(422, b"said")


def test_a_claim_lapses_and_then_keeps_and_stores_nothing(database: Database, pictures: Pictures) -> None:
    """The request of a process that was killed is begun anew, and one that only took very long is not stored twice."""
    slow = first(database)
    assert ask(database, after=LEASE - timedelta(seconds=1)) == InWork(1)
    new = first(database, after=LEASE)
    with pytest.raises(ClaimLostError):
        save_recognitions(database, pictures, [recognised(plate())], lambda _: NewAnswer(slow, 200, b"slow", []))
    assert (images(database), list(pictures.folder.glob("*/*"))) == (0, [])
    release_claim(database, slow)
    save_recognitions(database, pictures, [recognised(plate())], lambda _: NewAnswer(new, 200, b"new", []))
    assert images(database) == 1
    assert ask(database, after=LEASE) == FirstAnswer(200, b"new")
    with pytest.raises(ClaimLostError):  # nor twice by the same
        save_recognitions(database, pictures, [recognised(plate())], lambda _: NewAnswer(new, 200, b"new", []))


def test_a_claim_that_is_released_lets_the_next_request_be_the_first(database: Database) -> None:
    release_claim(database, first(database))
    claim = first(database, said="b")
    answer(database, claim)
    release_claim(database, claim)  # an answer stays
    assert ask(database, "b") == FirstAnswer(200, b"said")


def test_what_cannot_be_stored_leaves_no_answer(database: Database) -> None:
    claim = first(database)
    nowhere = PlateRecord.model_construct(text="", region=None, box=())
    with pytest.raises(ValueError, match="unpack"):
        save_recognitions(database, None, [recognised(plate(), nowhere)], lambda _: NewAnswer(claim, 200, b"", []))
    assert ask(database) == InWork(35)


def test_an_answer_that_cannot_be_made_leaves_nothing_stored(database: Database, pictures: Pictures) -> None:
    def fail(decided: Sequence[Decided]) -> NewAnswer:
        raise RuntimeError("no answer")

    with pytest.raises(RuntimeError, match="no answer"):
        save_recognitions(database, pictures, [recognised(plate())], fail)
    assert (images(database), list(pictures.folder.glob("*/*"))) == (0, [])


def test_the_answer_is_made_of_what_is_stored(database: Database, pictures: Pictures) -> None:
    claim = first(database)
    told: list[Decided] = []

    def tell(decided: Sequence[Decided]) -> NewAnswer:
        told.extend(decided)
        assert decided[0].stored is not None
        return NewAnswer(claim, 200, str(decided[0].stored.sightings[0]).encode(), [])

    decided = save_recognitions(database, pictures, [recognised(plate(), plate(""))], tell)
    assert told == decided
    assert decided[0].stored is not None
    (sighting, unread) = decided[0].stored.sightings
    assert unread is None
    with database.reading() as session:
        assert session.scalars(select(tables.SightingRow.id)).all() == [sighting]
    assert ask(database) == FirstAnswer(200, str(sighting).encode())


def test_answers_about_other_plates_stay(database: Database, pictures: Pictures) -> None:
    answer(database, first(database), "A123", "B1")
    for typed in ("A12", "123", "A_23", "%", "*", "-", "A123 B1"):
        delete_plate(database, pictures, typed, SERVICE)
    assert ask(database) == FirstAnswer(200, b"said")


def test_expiry_deletes_what_a_day_ago_was_begun(database: Database) -> None:
    answer(database, first(database))
    claim_answer(database, "", "later", "a", NOW + timedelta(seconds=1), LEASE)
    claim_answer(database, "", "unanswered", "a", NOW, LEASE)
    assert expire_answers(database, NOW + DAY - timedelta(seconds=1)) == 0
    assert expire_answers(database, NOW + DAY) == 2
    with database.reading() as session:
        assert session.scalars(select(tables.AnswerRow.key)).all() == ["later"]


@pytest.mark.parametrize("by", ["plate", "sighting"])
def test_deleting_forgets_the_answers_that_name_it(database: Database, pictures: Pictures, by: str) -> None:
    gone, other = recognised(plate("A1")), recognised(plate("B1"))
    for key, one in (("gone", gone), ("other", other)):
        claim = claim_answer(database, "", key, "a", NOW, LEASE)
        assert isinstance(claim, Claim)
        told = NewAnswer(claim, 200, b"said", [one.record.plates[0].text, str(one.stored.sightings[0])])
        save_recognitions(database, pictures, [one], partial(keeping, told))
    if by == "plate":
        assert delete_plate(database, pictures, "a 1", SERVICE) == 1
    else:
        assert delete_sighting(database, pictures, str(gone.stored.sightings[0]), SERVICE)
    found = {key: claim_answer(database, "", key, "a", NOW, LEASE) for key in ("gone", "other")}
    assert found == {"gone": FirstAnswer(200, None), "other": FirstAnswer(200, b"said")}


def claim_at_once(url: str, number: int) -> list[str]:
    database = open_database(url)
    found = [claim_answer(database, "", f"k{turn}", "a", NOW, LEASE) for turn in range(20)]
    database.close()
    return [type(one).__name__ for one in found]


def test_of_many_at_once_one_is_the_first(database: Database, database_url: str) -> None:
    found = at_once(4, claim_at_once, database_url)
    for turn in zip(*found, strict=True):
        assert Counter(turn) == {"Claim": 1, "InWork": 3}
