"""The thread that delivers: it wakes when something is stored, one process at a time owns it, and it ends in time."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import select

from src.service.database import Database, tables
from src.service.delivery import deliveries as delivering
from src.service.delivery import queue
from src.service.delivery.deliveries import Deliveries
from src.service.delivery.events import ReceiverKind
from src.service.delivery.sender import Failed, Outgoing, Receiver, Sent
from src.service.settings import Settings
from tests.service.delivery.test_worker import FakeSender
from tests.service.processes import wait_for
from tests.service.receivers import add_receiver
from tests.service.recognitions import plate, save

WEBHOOK = ReceiverKind.WEBHOOK


@contextmanager
def delivered(database: Database, folder: Path, sender: FakeSender) -> Iterator[Deliveries]:
    """Deliveries that run, to webhooks alone."""
    running = Deliveries(Settings(data_dir=folder), database, lambda: {WEBHOOK: sender})
    running.start()
    try:
        yield running
    finally:
        running.stop()


def arrives(_: Outgoing) -> Sent:
    return Sent(204)


def states(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(tables.DeliveryRow.state)))


def test_what_is_stored_is_sent_at_once(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "LOOK_S", 3600.0)  # so that nothing but the commit wakes it
    sender = FakeSender(arrives)
    add_receiver(database)
    with delivered(database, tmp_path, sender) as running:
        wait_for(lambda: running.owns and sender.known != [], "nobody begins")
        save(database, None, plate("A1"))
        wait_for(lambda: states(database) == ["delivered"], "it is not delivered")
        assert running.ended() == {(WEBHOOK, "delivered"): 1}


def test_what_another_process_stored_is_found_too(database: Database, tmp_path: Path) -> None:
    add_receiver(database)
    with delivered(database, tmp_path, FakeSender(arrives)):
        save(database, None, plate("A1"))
        wait_for(lambda: states(database) == ["delivered"], "it is not delivered")
        with database.session() as session:  # which tells nobody that there is something to send
            session.execute(tables.DeliveryRow.__table__.update().values(state="waiting", ended=None))
        wait_for(lambda: states(database) == ["delivered"], "it is not looked for")


def test_one_owns_the_deliveries_and_the_next_one_takes_over(database: Database, tmp_path: Path) -> None:
    add_receiver(database)
    first, second = FakeSender(arrives), FakeSender(arrives)
    with delivered(database, tmp_path, first) as owner:
        wait_for(lambda: owner.owns, "nobody owns them")
        with delivered(database, tmp_path, second) as waiting:
            save(database, None, plate("A1"))
            wait_for(lambda: states(database) == ["delivered"], "it is not delivered")
            assert (len(first.sent), len(second.sent)) == (1, 0)
            assert not waiting.owns
            owner.stop()
            save(database, None, plate("B2"))
            wait_for(lambda: states(database) == ["delivered"] * 2, "nobody takes over")
            assert (len(first.sent), len(second.sent)) == (1, 1)


def test_it_ends_although_a_receiver_hangs(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "END_S", 0.2)
    add_receiver(database)
    save(database, None, plate("A1"))
    sender = FakeSender(lambda _: None)
    with delivered(database, tmp_path, sender) as running:
        wait_for(lambda: len(sender.sent) == 1, "nothing is sent")
        begun = monotonic()
        running.stop()
        assert monotonic() - begun < 30
    with database.reading() as session:
        row = session.scalars(select(tables.DeliveryRow)).one()
        assert (row.state, row.taken_until, row.attempts) == ("waiting", None, 0)


def test_a_database_out_of_reach_is_said_once(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(delivering, "LOOK_S", 0.05)
    monkeypatch.setattr(delivering, "GATHERED_S", 0.0)
    asked = 0
    listeners = queue.listeners

    def fails(*_: object) -> list[queue.Listener]:
        nonlocal asked
        asked += 1
        database.engine.connect().exec_driver_sql("SELECT nothing FROM nowhere")
        return []

    add_receiver(database)
    monkeypatch.setattr(queue, "listeners", fails)
    with delivered(database, tmp_path, FakeSender(arrives)), caplog.at_level(logging.ERROR):
        wait_for(lambda: asked > 3, "it gives up")
        assert len([record for record in caplog.records if "out of reach" in record.message]) == 1
        monkeypatch.setattr(queue, "listeners", listeners)
        save(database, None, plate("A1"))
        wait_for(lambda: states(database) == ["delivered"], "it is not delivered later")


def test_a_fault_of_a_sender_is_the_answer_of_the_button(database: Database, tmp_path: Path) -> None:
    def fails(_: Outgoing) -> Sent:
        raise RuntimeError("a fault")

    with delivered(database, tmp_path, FakeSender(fails)) as running:
        receiver = Receiver("r", "office", WEBHOOK, "https://office.example/", ("203.0.113.7",), "secret")
        came, ms = asyncio.run(running.test(receiver))
        assert isinstance(came, Failed)
        assert "RuntimeError" not in came.reason
        assert ms >= 0
