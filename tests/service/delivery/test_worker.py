"""The worker with senders that are made up, and a clock that is set: nobody waits for an hour here."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from src.service.database import Database, tables
from src.service.delivery import queue
from src.service.delivery.events import ReceiverKind
from src.service.delivery.pauses import BARRIER_PAUSES_S, JITTER, PAUSES_S
from src.service.delivery.sender import Failed, Outgoing, Receiver, Sent
from src.service.delivery.worker import AT_A_TIME, LOST, Worker
from src.service.store import Actor, delete_plate, open_pictures, send_again, send_all_again
from tests.service.receivers import add_receiver, deliveries
from tests.service.recognitions import plate, save
from tests.service.registered import add_vehicle

DOWN = Failed("it answered 500", 500)
WEBHOOK, BARRIER = ReceiverKind.WEBHOOK, ReceiverKind.BARRIER


class Clock:
    """The time, which goes on when it is told to."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC) + timedelta(seconds=1)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


class FakeSender:
    """Answers as ``answers`` says of a delivery, and hangs where that is None."""

    def __init__(self, answers: Callable[[Outgoing], Sent | Failed | None]) -> None:
        self.answers, self.sent = answers, list[Outgoing]()
        self.known: Sequence[Receiver] = []

    async def send(self, delivery: Outgoing) -> Sent | Failed:
        self.sent.append(delivery)
        came = self.answers(delivery)
        if came is None:
            await asyncio.Event().wait()
        assert came is not None
        return came

    def know(self, receivers: Sequence[Receiver]) -> None:
        self.known = receivers or self.known  # it stands for two senders

    async def close(self) -> None:
        pass

    @property
    def names(self) -> Counter[str]:
        return Counter(delivery.receiver.name for delivery in self.sent)


class Desk:
    """A worker at a database, whose senders and clock are set."""

    def __init__(self, database: Database, answers: Callable[[Outgoing], Sent | Failed | None]) -> None:
        self.clock, self.sender = Clock(), FakeSender(answers)
        self.counted: Counter[tuple[ReceiverKind, str]] = Counter()
        senders = dict.fromkeys((WEBHOOK, BARRIER), self.sender)
        self.worker = Worker(database, senders, self.clock, self._count)

    def _count(self, kind: ReceiverKind, what: str, number: int) -> None:
        self.counted[kind, what] += number

    async def deliver(self, turns: int = 1) -> None:
        """Sends what is due, so many times, and gives it back; what hangs is left."""
        for _ in range(turns):
            await self.worker.turn()
            for _ in range(3):
                await asyncio.sleep(0)  # those that hang do so by now, and the others are done
            await self.worker.turn()


def working(
    database: Database,
    answers: Callable[[Outgoing], Sent | Failed | None],
    work: Callable[[Desk], Coroutine[Any, Any, None]],
) -> Desk:
    """The desk at which ``work`` was done."""

    async def run() -> Desk:
        desk = Desk(database, answers)
        await work(desk)
        with suppress(OperationalError):
            await desk.worker.end(0)
        return desk

    return asyncio.run(run())


def arrives(_: Outgoing) -> Sent:
    return Sent(204)


def is_down(_: Outgoing) -> Failed:
    return DOWN


def states(database: Database) -> list[str]:
    return [row.state for row in deliveries(database)]


def receiver(database: Database) -> tables.ReceiverRow:
    with database.reading() as session:
        return session.scalars(select(tables.ReceiverRow)).one()


def test_what_is_due_is_sent_once(database: Database) -> None:
    add_receiver(database)
    save(database, None, plate("A1"), plate("B2"))

    async def work(desk: Desk) -> None:
        await desk.deliver(2)
        rows = deliveries(database)
        assert [(row.state, row.attempts, row.taken_until, row.ended) for row in rows] == [
            ("delivered", 1, None, desk.clock.now)
        ] * 2
        assert receiver(database).delivered == desk.clock.now
        assert sorted(each.event_id for each in desk.sender.sent) == sorted(row.event_id for row in rows)
        assert [each.body["id"] for each in desk.sender.sent] == [each.event_id for each in desk.sender.sent]

    desk = working(database, arrives, work)
    assert desk.counted == {(WEBHOOK, "delivered"): 2}
    assert [each.name for each in desk.sender.known] == ["office"]


def test_who_is_down_is_asked_for_a_day_and_then_given_up(database: Database) -> None:
    add_receiver(database)
    save(database, None, plate())
    tries: list[datetime] = []

    async def work(desk: Desk) -> None:
        while states(database) == ["waiting"]:
            (row,) = deliveries(database)
            desk.clock.now = max(desk.clock.now, row.due)
            await desk.deliver()
            tries.append(desk.clock.now)

    desk = working(database, is_down, work)
    assert len(desk.sender.sent) == len(tries)
    assert len({each.event_id for each in desk.sender.sent}) == 1
    pauses = [(after - before).total_seconds() for before, after in pairwise(tries)]
    for pause, least in zip(pauses, (*PAUSES_S, *[PAUSES_S[-1]] * len(pauses)), strict=False):
        assert least <= pause <= least * (1 + JITTER) + 1
    assert timedelta(hours=20) < tries[-1] - tries[0] < timedelta(days=1)
    (row,) = deliveries(database)
    assert (row.state, row.attempts, row.last_error) == ("dead", len(tries), "it answered 500")
    assert row.ended == tries[-1]
    assert desk.counted == {(WEBHOOK, "failed"): len(tries) - 1, (WEBHOOK, "dead"): 1}

    # and by hand once more
    assert send_again(database, row.id, Actor()) is not None

    async def again(desk: Desk) -> None:
        await desk.deliver()
        assert states(database) == ["delivered"]
        assert send_all_again(database, None, Actor()) == 0

    working(database, arrives, again)


def test_one_that_hangs_holds_up_nobody_else(database: Database) -> None:
    for name in ("hangs", "works", "works too"):
        add_receiver(database, name)
    for _ in range(3):
        save(database, None, *(plate(f"A{number}") for number in range(10)))

    async def work(desk: Desk) -> None:
        await desk.deliver(6)
        assert desk.sender.names == {"hangs": AT_A_TIME, "works": 30, "works too": 30}
        assert desk.worker.in_flight == AT_A_TIME

    working(database, lambda delivery: None if delivery.receiver.name == "hangs" else Sent(), work)
    assert sorted(states(database)) == ["delivered"] * 60 + ["waiting"] * 30
    assert {row.taken_until for row in deliveries(database)} == {None}  # what was on its way is sent anew later


def test_each_of_many_has_its_share(database: Database) -> None:
    for number in range(20):
        add_receiver(database, f"{'hangs' if number < 15 else 'works'} {number}")
    save(database, None, *(plate(f"A{number}") for number in range(4)))

    async def work(desk: Desk) -> None:
        await desk.deliver(3)
        assert desk.worker.in_flight == 15 * 3  # 64 among 20
        assert {name: sent for name, sent in desk.sender.names.items() if "works" in name} == {
            f"works {number}": 4 for number in range(15, 20)
        }

    working(database, lambda delivery: None if "hangs" in delivery.receiver.name else Sent(), work)


def test_who_is_down_costs_one_try_a_minute_until_something_arrives(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    add_receiver(database)
    save(database, None, *(plate(f"A{number}") for number in range(20)))
    came: list[Sent | Failed] = [DOWN]
    caplog.set_level(logging.WARNING)

    async def work(desk: Desk) -> None:
        await desk.deliver(3)
        assert len(desk.sender.sent) == AT_A_TIME  # nobody knew yet
        since = receiver(database).failing_since
        desk.clock.advance(minutes=10)
        await desk.deliver(3)
        assert len(desk.sender.sent) == AT_A_TIME + 1
        assert (receiver(database).failing_since, receiver(database).last_error) == (since, "it answered 500")
        desk.clock.advance(seconds=59)
        await desk.deliver(3)
        assert len(desk.sender.sent) == AT_A_TIME + 1
        came[0] = Sent()
        desk.clock.advance(seconds=2)
        await desk.deliver(5)
        assert states(database) == ["delivered"] * 20  # those too whose next try was to be later
        assert (receiver(database).failing_since, receiver(database).last_error) == (None, None)

    working(database, lambda _: came[0], work)
    said = [record.getMessage().partition(":")[0] for record in caplog.records]
    assert [line.partition(";")[0] for line in said] == [
        "webhook 'office' is not reached",
        "webhook 'office' is reached again",
    ]


def test_when_something_arrives_all_that_waits_is_sent(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue.random, "random", lambda: 1.0)  # the longest pauses
    add_receiver(database)
    save(database, None, plate("A1"))
    came: list[Sent | Failed] = [DOWN]

    async def work(desk: Desk) -> None:
        await desk.deliver()
        desk.clock.advance(seconds=7)
        await desk.deliver()
        (row,) = deliveries(database)
        assert row.due == desk.clock.now + timedelta(seconds=36)
        desk.clock.advance(seconds=31)
        came[0] = Sent()
        save(database, None, plate("B2"))
        await desk.deliver(2)
        assert states(database) == ["delivered"] * 2

    working(database, lambda _: came[0], work)


def test_what_a_receiver_asks_for_is_obeyed_within_reason(database: Database) -> None:
    add_receiver(database)
    save(database, None, plate("A1"))
    pause = [300.0]

    async def work(desk: Desk) -> None:
        await desk.deliver()
        desk.clock.advance(seconds=299)
        save(database, None, plate("B2"))
        await desk.deliver()
        assert len(desk.sender.sent) == 1  # not with another delivery either
        pause[0] = 1e9
        desk.clock.advance(seconds=2)
        await desk.deliver()
        assert len(desk.sender.sent) == 2
        desk.clock.advance(hours=2, seconds=1)
        await desk.deliver()
        assert len(desk.sender.sent) == 3

    working(database, lambda _: Failed("it answered 503", 503, pause[0]), work)


def test_who_is_gone_is_told_no_more(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    add_receiver(database)
    save(database, None, plate("A1"))

    async def work(desk: Desk) -> None:
        await desk.deliver()
        save(database, None, plate("B2"))
        desk.clock.advance(hours=1)
        await desk.deliver()
        assert len(desk.sender.sent) == 1

    working(database, lambda _: Failed("it answered 410", 410, is_gone=True), work)
    assert receiver(database).enabled is False
    assert "wants to be told no more and is disabled" in caplog.text
    assert len(deliveries(database)) == 1


def test_a_fault_of_ours_is_a_failure_too(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    add_receiver(database)
    save(database, None, plate())

    def fails(_: Outgoing) -> Sent:
        raise RuntimeError("a fault")

    async def work(desk: Desk) -> None:
        await desk.deliver()

    working(database, fails, work)
    (row,) = deliveries(database)
    assert (row.state, row.last_error) == ("waiting", LOST)
    assert "RuntimeError: a fault" in caplog.text


def test_what_is_taken_is_taken_once_and_freed_by_the_next_owner(database: Database) -> None:
    add_receiver(database)
    save(database, None, plate())

    async def work(first: Desk) -> None:
        await first.worker.turn()
        second = Desk(database, arrives)
        await second.deliver()
        assert second.sender.sent == []  # although it does not know of the first
        await second.worker.begin()  # as after a kill of the first
        await second.deliver()
        assert len(second.sender.sent) == 1

    working(database, lambda _: None, work)
    assert states(database) == ["delivered"]


def test_what_nobody_gives_back_is_taken_anew(database: Database) -> None:
    add_receiver(database)
    save(database, None, plate())

    async def work(first: Desk) -> None:
        await first.worker.turn()
        second = Desk(database, arrives)
        second.clock.advance(seconds=130)
        await second.deliver()
        assert len(second.sender.sent) == 1

    working(database, lambda _: None, work)


def test_what_came_is_kept_while_the_database_fails(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    add_receiver(database)
    save(database, None, plate())
    exchange = queue.exchange

    def out_of_reach(*_: Any) -> Any:
        raise OperationalError("BEGIN", {}, Exception("out of reach"))

    async def work(desk: Desk) -> None:
        await desk.worker.turn()
        await desk.worker.settled()
        monkeypatch.setattr(queue, "exchange", out_of_reach)
        with pytest.raises(OperationalError):
            await desk.worker.turn()
        monkeypatch.setattr(queue, "exchange", exchange)
        await desk.deliver()
        assert len(desk.sender.sent) == 1

    working(database, arrives, work)
    assert states(database) == ["delivered"]


def test_what_is_erased_on_its_way_stays_away(database: Database, tmp_path: Any) -> None:
    add_receiver(database)
    save(database, None, plate("A1"))

    async def work(desk: Desk) -> None:
        await desk.worker.turn()
        await desk.worker.settled()
        delete_plate(database, open_pictures(database, tmp_path), "A1", Actor())
        await desk.worker.turn()
        assert receiver(database).delivered == desk.clock.now

    working(database, arrives, work)
    assert deliveries(database) == []


def test_what_is_disabled_waits(database: Database) -> None:
    add_receiver(database)
    save(database, None, plate())

    async def work(desk: Desk) -> None:
        enable(database, False)
        await desk.deliver()
        assert desk.sender.sent == []
        enable(database, True)
        await desk.deliver()
        assert len(desk.sender.sent) == 1
        save(database, None, plate())
        enable(database, False)
        desk.clock.advance(days=1)
        await desk.deliver()
        assert sorted(states(database)) == ["dead", "delivered"]

    desk = working(database, arrives, work)
    assert desk.counted[WEBHOOK, "dead"] == 1


def enable(database: Database, enabled: bool) -> None:
    with database.session() as session:
        session.execute(update(tables.ReceiverRow).values(enabled=enabled))


# barriers


def comes(database: Database) -> None:
    """A barrier, and a car that it opens for."""
    add_receiver(database, "bar", "barrier", outcomes=["allowed"])
    add_vehicle(database, "A1", "allow")
    save(database, None, plate("A1", confidence=0.999), taken=None)
    assert states(database) == ["waiting"]


def test_a_barrier_is_tried_quickly_and_not_for_long(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    comes(database)

    async def work(desk: Desk) -> None:
        begun = desk.clock.now
        for seconds in (0, 0.5, 1, 2.5, 3, 4, 9):
            desk.clock.now = begun + timedelta(seconds=seconds)
            await desk.deliver()
        assert len(desk.sender.sent) == 1 + len(BARRIER_PAUSES_S)

    working(database, is_down, work)
    (row,) = deliveries(database)
    assert (row.state, row.attempts) == ("dead", 3)
    assert f"barrier 'bar' was not opened for sighting {row.event.subject}: it answered 500" in caplog.text


def test_a_barrier_does_not_open_later(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    comes(database)

    async def work(desk: Desk) -> None:
        desk.clock.advance(seconds=10)
        await desk.deliver()
        assert desk.sender.sent == []

    desk = working(database, arrives, work)
    assert states(database) == ["dead"]
    assert desk.counted == {(BARRIER, "dead"): 1}
    assert "barrier 'bar' was not opened for sighting" in caplog.text
    assert send_all_again(database, None, Actor()) == 0


def test_a_barrier_that_failed_before_is_tried_at_once(database: Database) -> None:
    comes(database)

    async def work(desk: Desk) -> None:
        await desk.deliver()
        save(database, None, plate("A1", confidence=0.999), taken=None)
        await desk.deliver()
        assert len(desk.sender.sent) == 2

    working(database, is_down, work)


def test_what_was_called_off_and_opened_nevertheless_has_opened(database: Database) -> None:
    comes(database)

    async def work(desk: Desk) -> None:
        await desk.worker.turn()
        with database.session() as session:
            session.execute(update(tables.DeliveryRow).values(state="dead"))
        await desk.worker.settled()
        await desk.worker.turn()

    working(database, arrives, work)
    assert states(database) == ["delivered"]
