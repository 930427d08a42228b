"""The load test with receivers: what it takes for a fault, and receivers that answer and hang."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from scripts.load.ledger import Answer, Kept, Ledger
from scripts.load.receivers import arrivals, running
from scripts.load.told import Audience, Turn, faults, rows
from src.service.database import Database, tables
from src.service.database.types import new_id
from src.service.delivery.signature import new_secret, sign
from src.service.store import Pictures
from tests.service.recognitions import plate, save

NOW = datetime.now(UTC).replace(microsecond=0)
SECRET = new_secret()


@pytest.fixture
def audience(database: Database, tmp_path: Path) -> Audience:
    """Two receivers that answer, and have entered."""
    made = Audience(database, "http://127.0.0.1:9", SECRET, webhooks=2, hanging=0, log=tmp_path / "arrivals.jsonl")
    made.log.touch()
    made.enter()
    return made


def enabled(database: Database) -> dict[str, bool]:
    """Which receivers are on, by the ends of their addresses."""
    row = tables.ReceiverRow
    with database.reading() as session:
        found = session.execute(select(row.address, row.enabled)).all()
    return {address.removeprefix("http://127.0.0.1:9"): on for address, on in found}


def tell(audience: Audience, path: str, event_id: str, subject: str = "s") -> None:
    """Writes down that a receiver is told of an event."""
    with audience.database.session() as session:
        if session.get(tables.EventRow, event_id) is None:
            session.add(tables.EventRow(id=event_id, at=NOW, kind="sighting", subject=subject, text="A", body={}))
            session.flush()
        session.add(
            tables.DeliveryRow(
                id=new_id(),
                event_id=event_id,
                receiver_id=audience._rows[path],
                state="delivered",
                due=NOW,
                expires=NOW + timedelta(days=1),
            )
        )


def arrive(audience: Audience, path: str, event_id: str, ms: int = 100, is_signed: bool = True) -> None:
    """Writes down that a receiver got an event so long after it."""
    arrived = NOW + timedelta(milliseconds=ms)
    with audience.log.open("a") as log:
        print(json.dumps([path, event_id, NOW.isoformat(), arrived.isoformat(), is_signed]), file=log)


def turn(on: bool, pictures: int = 100, cpu_s: float | None = 1.0, seconds: float = 10) -> Turn:
    """Ten seconds around now."""
    begun = NOW - timedelta(seconds=seconds / 2)
    return Turn(on, begun, begun + timedelta(seconds=seconds), pictures, cpu_s)


def test_what_arrived_is_no_fault(audience: Audience) -> None:
    for path in ("/quick/0", "/quick/1"):
        tell(audience, path, "e1")
        arrive(audience, path, "e1", ms=200)
    audience.turns = [turn(False), turn(True, pictures=95)]
    found = audience.figures(Ledger())
    assert (found["events"], found["deliveries"], found["throughput_ratio"]) == (1, 2, 0.95)
    assert found["with"]["delay_ms"]["p50"] == 200.0
    assert faults(found, killed=False, judged=True) == []


def test_every_fault_is_found(audience: Audience, database: Database, pictures: Pictures) -> None:
    stored = save(database, pictures, plate())
    with database.reading() as session:
        received = session.scalars(select(tables.ImageRow.received)).one()
    audience.turns = [Turn(True, received - timedelta(seconds=9), received + timedelta(seconds=9), 1, None)]
    sightings = frozenset(sighting for sighting in stored.sightings if sighting is not None)
    ledger = Ledger(kept=[Kept("run-1", "", stored.id, sightings)], answers=[Answer((2.0,), 1.0, 1.0)])
    for event_id in ("e1", "e2", "e3"):
        tell(audience, "/quick/0", event_id)
    arrive(audience, "/quick/0", "e1")
    arrive(audience, "/quick/0", "e1")
    arrive(audience, "/quick/0", "e2", is_signed=False)
    arrive(audience, "/quick/1", "e3")
    found = audience.figures(ledger)
    said = {
        "deliveries lost: 1",
        "deliveries doubled: 1",
        "deliveries unknown: 1",
        "deliveries wrongly signed: 1",
        "deliveries untold sightings: 1",
    }
    assert set(faults(found, killed=False, judged=False)) == said
    assert set(faults(found, killed=True, judged=False)) == said - {"deliveries doubled: 1"}


def test_nothing_told_is_a_fault(audience: Audience) -> None:
    assert faults(audience.figures(Ledger()), killed=False, judged=True) == ["nothing was told"]


def test_what_came_before_they_listened_or_too_shortly_before_their_end_is_not_asked_after(
    audience: Audience, database: Database, pictures: Pictures
) -> None:
    stored = save(database, pictures, plate())
    with database.reading() as session:
        received = session.scalars(select(tables.ImageRow.received)).one()
    sightings = frozenset(sighting for sighting in stored.sightings if sighting is not None)
    ledger = Ledger(kept=[Kept("run-1", "", stored.id, sightings)], answers=[Answer((2.0,), 3.0, 3.0)])
    minute = timedelta(minutes=1)
    for begun, ended, asked in (
        (received - minute, received + minute, 1),
        (received + minute, received + 2 * minute, 0),
        (received - minute, received + timedelta(seconds=2), 0),
    ):
        audience.turns = [Turn(True, begun, ended, 1, None)]
        assert audience.figures(ledger)["sightings_asked_after"] == asked


def figures(**fields: Any) -> dict[str, Any]:
    """Figures of a run in which nothing was wrong."""
    names = ("lost", "doubled", "unknown", "wrongly_signed", "untold_sightings", "waiting_for_hanging")
    part = {"pictures_per_second": 20.0, "cpu_ms_by_picture": 50.0, "delay_ms": {"p50": 100.0, "p99": 400.0}}
    ratios = {f"{of}_{name}": value for of in ("throughput", "cpu") for name, value in (("ratio", 1.0), ("ratios", []))}
    said = {"webhooks": 2, "hanging": 0, "events": 5, "deliveries": 10, **dict.fromkeys(names, 0), **ratios}
    return {**said, "without": part, "with": part, **fields}


def test_speed_is_judged_where_it_was_measured_for_long() -> None:
    slow = figures(throughput_ratio=0.89)
    assert faults(slow, killed=False, judged=True) == ["with receivers 89% of the pictures a second"]
    assert faults(slow, killed=False, judged=False) == []
    assert faults(figures(throughput_ratio=0.9), killed=False, judged=True) == []


def test_receivers_that_hang_must_not_delay_others_but_may_cost_throughput() -> None:
    late = figures(hanging=5, throughput_ratio=0.5)
    assert faults(late, killed=False, judged=True) == []
    late["with"] = {**late["with"], "delay_ms": {"p50": 100.0, "p99": 1101.0}}
    (fault,) = faults(late, killed=False, judged=True)
    assert "within 1101 ms (99 %), usually 400" in fault


def test_the_table_has_both_sides() -> None:
    lines = dict(rows(figures(hanging=5)))
    assert lines["webhooks, of them hanging"] == "7, 5"
    assert lines["with receivers that hang: ms to arrive, p50, p99"] == "100, 400"


def test_receivers_are_switched_in_turns_and_all_of_them_where_the_service_is_killed(
    audience: Audience, database: Database
) -> None:
    seen = []

    def spent() -> float:
        seen.append(enabled(database)["/quick/0"])
        return float(len(seen))

    ledger = Ledger()
    asyncio.run(audience.take_turns(0.04, ledger, spent, is_killed=False))
    assert seen[::2] == [turn.on for turn in audience.turns] == [False, True, True, False]
    assert [turn.cpu_s for turn in audience.turns] == [1.0] * 4
    audience.turns.clear()
    asyncio.run(audience.take_turns(0.01, ledger, None, is_killed=True))
    assert [turn.on for turn in audience.turns] == [True]


def test_where_some_hang_these_are_switched_and_the_others_are_always_on(database: Database, tmp_path: Path) -> None:
    audience = Audience(database, "http://127.0.0.1:9", SECRET, webhooks=1, hanging=1, log=tmp_path / "log")
    audience.enter()
    assert enabled(database) == {"/quick/0": True, "/hanging/0": False}
    audience._switch(True)
    assert enabled(database) == {"/quick/0": True, "/hanging/0": True}
    tell(audience, "/hanging/0", "e1")
    audience.leave()
    assert enabled(database) == {}


@pytest.fixture(scope="module")
def receivers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A process of receivers."""
    with running(tmp_path_factory.mktemp("receivers"), SECRET) as made:
        yield made


def test_receivers_write_down_what_arrives_and_whether_it_is_signed(receivers: tuple[str, Path]) -> None:
    url, log = receivers
    body = json.dumps({"id": "e1", "at": NOW.isoformat()}).encode()
    for secret in (SECRET, new_secret()):
        headers = sign(secret, "e1", datetime.now(UTC), body)
        assert httpx.post(f"{url}/quick/1", content=body, headers=headers, trust_env=False).status_code == 204
    right, forged = arrivals(log)
    assert (right.receiver, right.event, right.at, right.is_signed) == ("/quick/1", "e1", NOW, True)
    assert right.seconds > 0
    assert not forged.is_signed


def test_those_that_hang_say_nothing(receivers: tuple[str, Path]) -> None:
    url, log = receivers
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{url}/hanging/0", content=b"{}", timeout=0.3, trust_env=False)
    assert not any(arrival.receiver.startswith("/hanging") for arrival in arrivals(log))
