"""Pairing after each change gives what pairing all crossings at once gives, as the definition says it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from src.service.database import Database, open_database
from src.service.database.tables import CameraRow, CrossingRow, PlaceRow
from src.service.store.visits import neighbourhood
from src.service.store.visits.pairing import Facts, halves
from src.service.store.visits.repair import Change, repair
from tests.service.paired import Seen, from_scratch, stored
from tests.service.recognitions import NOON


class World:
    """A place in a database, the crossings of which are changed one by one or several at a time."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.place = PlaceRow(name="Depot", created=NOON)
        self.camera = CameraRow(name="gate", created=NOON)
        session.add_all([self.place, self.camera])
        session.flush()
        self.seen: dict[str, Seen] = {}

    def change(self, *changes: tuple[str, Seen | None]) -> None:
        done = []
        for crossing_id, seen in changes:
            row = self.session.get(CrossingRow, crossing_id)
            before = None if row is None else Facts.of(row)
            if seen is None:
                self.session.delete(row)
                self.seen.pop(crossing_id)
                row = None
            else:
                self.seen[crossing_id] = seen
                if row is None:
                    row = CrossingRow(id=crossing_id, place_id=self.place.id, camera_id=self.camera.id)
                    self.session.add(row)
                    row.leads = row.alone = False
                row.direction, row.at, row.key, row.text = seen.direction, seen.at, seen.key, seen.key
                row.region, row.certain = seen.region, seen.certain
                row.head, row.tail = halves(seen.key)
                row.closed = None if seen.closed is None else NOON + timedelta(minutes=seen.closed)
            done.append(Change(before, row))
        self.session.flush()
        repair(self.session, self.place.id, done)
        self.session.expire_all()

    def check(self) -> None:
        assert stored(self.session, self.place.id) == from_scratch(self.seen.values())


@pytest.fixture(scope="module")
def one_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database for all examples, each of which is undone; so few crossings are looked at first that some have to ask
    again.
    """
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('visits')}/number-plate.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbourhood, "ROWS", 2)
        yield database
    database.close()


CROSSINGS = st.builds(
    Seen,
    id=st.sampled_from([f"{n:032}" for n in range(12)]),
    direction=st.sampled_from(["entry", "exit"]),
    minute=st.integers(0, 15).map(lambda place: place * 1.5),
    key=st.sampled_from(["ABC123", "ABC123", "ABC124", "ABD123", "ABC1234"]),
    region=st.sampled_from([None, None, None, "RU", "BY"]),
    certain=st.sampled_from([False, False, False, False, False, True]),
    closed=st.sampled_from([None, None, None, None, None, 10.0]),
)
"""Few plates and moments, so that most of them concern each other."""
STEPS = st.lists(
    st.lists(st.tuples(CROSSINGS, st.sampled_from([False, False, False, True])), min_size=1, max_size=2),
    min_size=12,
    max_size=20,
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(steps=STEPS)
def test_incremental_is_from_scratch(one_database: Database, steps: list[list[tuple[Seen, bool]]]) -> None:
    with one_database.session() as session:
        world = World(session)
        for step in steps:
            changes: dict[str, Seen | None] = {}
            for seen, is_gone in step:
                if not is_gone:
                    changes[seen.id] = replace(seen, closed=None) if seen.direction == "exit" else seen
                elif seen.id in world.seen:
                    changes[seen.id] = None
            world.change(*changes.items())
            world.check()
        session.rollback()


def entry(number: int, minute: float, region: str | None, key: str = "ABC123") -> Seen:
    return Seen(f"{number:032}", "entry", minute, key, region)


def leaving(number: int, minute: float, region: str | None, key: str = "ABC123") -> Seen:
    return replace(entry(number, minute, region, key), direction="exit")


COUNTRIES = {
    "an entry of another country is between": [entry(1, 0, "RU"), entry(2, 5, "BY"), entry(3, 10, "RU")],
    "a misread exit loses its entry to that": [
        *(entry(1, 0, "RU"), entry(2, 5, "BY"), leaving(4, 12, "RU", "ABD123"), entry(3, 10, "RU")),
    ],
    "the next entry of the country is far": [
        *(entry(2, 5, "BY"), entry(3, 10, "BY"), entry(4, 15, "BY"), entry(5, 20, "RU"), entry(1, 0, "RU")),
    ],
    "the same text comes before one that is like it": [
        *(entry(1, 0, "RU"), entry(2, 5, "BY"), entry(3, 6, "RU", "ABC124"), leaving(4, 10, "RU")),
    ],
    "a crossing comes between two that were one passing": [
        *(leaving(1, 0, "RU"), leaving(2, 1.5, None)),
        *(leaving(3, 1, "BY", "XYZ789"), leaving(4, 1.25, "BY", "XYZ789"), leaving(3, 1, "BY")),
    ],
}


@pytest.mark.parametrize("steps", COUNTRIES.values(), ids=COUNTRIES)
def test_the_same_text_in_two_countries(one_database: Database, steps: list[Seen]) -> None:
    with one_database.session() as session:
        world = World(session)
        for seen in steps:
            world.change((seen.id, seen))
            world.check()
        session.rollback()
