"""Pairing after each change gives what pairing all crossings at once gives, as the definition says it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from src.service.database import Database, open_database
from src.service.database.tables import CameraRow, CrossingRow, PlaceRow, VisitRow
from src.service.store.visits import neighbourhood
from src.service.store.visits.pairing import Facts, halves
from src.service.store.visits.repair import Change, repair
from tests.service.recognitions import NOON

REPEAT = timedelta(minutes=2)


@dataclass(frozen=True)
class Seen:
    """A crossing, as the definition sees it."""

    id: str
    direction: str
    minute: float
    key: str
    region: str | None = None
    certain: bool = False
    closed: float | None = None

    @property
    def at(self) -> datetime:
        return NOON + timedelta(minutes=self.minute)

    @property
    def order(self) -> tuple[float, str]:
        return self.minute, self.id


Visits = set[tuple[str | None, str | None, str]]
"""The crossings of entry and exit, and the state."""


def from_scratch(seen: list[Seen]) -> Visits:
    """All visits, found the slow way."""
    entries, exits, visits = list[tuple[Seen, float | None]](), list[Seen](), Visits()
    for key in {one.key for one in seen}:
        groups: list[list[Seen]] = []
        for one in sorted((one for one in seen if one.key == key), key=lambda one: one.order):
            last = groups[-1][-1] if groups else None
            same = (
                last is not None and last.direction == one.direction and one.at - last.at <= REPEAT and agree(last, one)
            )
            if same:
                groups[-1].append(one)
            else:
                groups.append([one])
        used = set()
        for place, group in enumerate(groups[:-1]):
            behind = groups[place + 1]
            fits = (group[0].direction, behind[0].direction) == ("entry", "exit") and agree(group[0], behind[0])
            if fits and ((end := closed(group)) is None or behind[0].minute <= end):
                visits.add((group[0].id, behind[0].id, "left"))
                used |= {place, place + 1}
        for place, group in enumerate(groups):
            if place in used:
                continue
            if group[0].direction == "exit":
                exits.append(group[0])
                continue
            later = [
                one.minute
                for other in groups[place + 1 :]
                for one in other
                if one.direction == "entry" and agree(group[0], one)
            ]
            ends = [end for end in (min(later, default=None), closed(group)) if end is not None]
            entries.append((group[0], min(ends, default=None)))
    taken: dict[str, Seen] = {}
    for leaving in sorted(exits, key=lambda one: one.order):
        lasting = [one for one, end in entries if one.order < leaving.order and (end is None or leaving.minute <= end)]
        equal = [one for one in lasting if agree(one, leaving) and one.key == leaving.key]
        near = [one for one in lasting if agree(one, leaving) and nearly(one, leaving)]
        fitting = equal or near
        if len(fitting) == 1 and fitting[0].id not in taken:
            taken[fitting[0].id] = leaving
        else:
            visits.add((None, leaving.id, "no_entry"))
    for one, end in entries:
        if one.id in taken:
            visits.add((one.id, taken[one.id].id, "left"))
        else:
            visits.add((one.id, None, "inside" if end is None else "no_exit"))
    return visits


def agree(one: Seen, other: Seen) -> bool:
    return None in (one.region, other.region) or one.region == other.region


def closed(group: list[Seen]) -> float | None:
    said = max((one.closed for one in group if one.closed is not None), default=None)
    return None if said is None or said < group[-1].minute else said


def nearly(one: Seen, other: Seen) -> bool:
    a, b = sorted((one.key, other.key), key=len)
    if (one.certain and other.certain) or len(a) < 5 or len(b) < 6:
        return False
    if len(a) == len(b):
        return sum(x != y for x, y in zip(a, b, strict=True)) == 1
    return any(b[:n] + b[n + 1 :] == a for n in range(len(b)))


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

    @property
    def visits(self) -> Visits:
        found = Visits()
        for visit in self.session.scalars(select(VisitRow)):
            rows = self.session.scalars(select(CrossingRow).where(CrossingRow.visit_id == visit.id)).all()
            lead = {row.direction: row for row in rows if row.leads}
            assert len(lead) == sum(row.leads for row in rows)
            entry, leaving = lead.get("entry"), lead.get("exit")
            assert visit.entered == (entry and entry.at)
            assert visit.left == (leaving and leaving.at)
            found.add((None if entry is None else entry.id, None if leaving is None else leaving.id, visit.state))
        missing = self.session.scalars(select(CrossingRow.id).where(CrossingRow.visit_id.is_(None))).all()
        assert not missing
        return found

    def check(self) -> None:
        assert self.visits == from_scratch(list(self.seen.values()))


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


KEYS = st.sampled_from(["ABC123", "ABC124", "ABD123", "ABC12", "ABC1234", "XYZ789"])
CROSSINGS = st.builds(
    Seen,
    id=st.sampled_from([f"{n:032}" for n in range(14)]),
    direction=st.sampled_from(["entry", "exit"]),
    minute=st.integers(0, 40).map(lambda half: half / 2),
    key=KEYS,
    region=st.sampled_from([None, None, "RU", "BY"]),
    certain=st.sampled_from([False, False, False, True]),
    closed=st.sampled_from([None, None, None, 5.0, 10.0]),
)
STEPS = st.lists(
    st.lists(st.tuples(CROSSINGS, st.sampled_from([False, False, False, True])), min_size=1, max_size=3),
    min_size=1,
    max_size=16,
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
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
