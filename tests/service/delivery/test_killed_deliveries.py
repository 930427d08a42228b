"""A service that is killed while it delivers: no event is missing, and what arrives twice has the same identifier."""

import asyncio
import itertools
import json
import signal
import ssl
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

from sqlalchemy import select

from src.service.database import Database, open_database, tables
from src.service.delivery.calls import Times
from src.service.delivery.events import ReceiverKind
from src.service.delivery.signature import new_secret, verify
from src.service.delivery.webhook import WebhookSender
from src.service.delivery.worker import Worker
from tests.service.dying import die_at, status_of
from tests.service.http_receiver import NO_CONTENT, HttpReceiver, receiving
from tests.service.parallel import CONTEXT, at_once
from tests.service.processes import wait_for
from tests.service.receivers import add_receiver
from tests.service.recognitions import plate, save

SECRET = new_secret()
PATIENT = Times(60, 60, 60)
AT_A_TIME = 16
"""The steps that one process dies at after the other, as there is a limit to how long the tests wait for it."""


def add_webhook(database: Database, server: HttpReceiver) -> None:
    add_receiver(database, address=server.url, pinned=["127.0.0.1"], secret=SECRET)


def deliver(database: Database) -> None:
    """Delivers as a service that has just become the owner does, until nothing waits any more."""

    async def run() -> None:
        no_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # to load the system's certificates takes long
        sender = WebhookSender([ip_network("127.0.0.0/8")], PATIENT, no_tls)
        worker = Worker(database, {ReceiverKind.WEBHOOK: sender}, lambda: datetime.now(UTC))
        await worker.begin()
        await worker.turn()
        while worker.in_flight:
            await worker.settled()
            await worker.turn()
        await sender.close()

    asyncio.run(run())


def told(database: Database) -> tuple[set[str], dict[str, str]]:
    """The texts of all sightings, and the states of the deliveries by the identifiers of their events."""
    with database.reading() as session:
        texts = set(session.scalars(select(tables.SightingRow.text)))
        row = tables.DeliveryRow
        found = session.execute(select(tables.EventRow.text, row.event_id, row.state).join(row.event)).all()
    assert {text for text, _, _ in found} == texts  # each sighting has its event, and no event is without one
    assert len(found) == len(texts)
    return texts, {event_id: state for _, event_id, state in found}


def heard(server: HttpReceiver) -> Counter[str]:
    """How often each event arrived; each time it was signed, and its body was whole."""
    found: Counter[str] = Counter()
    bodies: dict[str, bytes] = {}
    for request in server.heard:
        event_id = verify(SECRET, request.headers, request.body, datetime.now(UTC))
        assert json.loads(request.body)["id"] == event_id
        assert bodies.setdefault(event_id, request.body) == request.body
        found[event_id] += 1
    return found


def deliver_all(url: str) -> None:
    deliver(open_database(url))


def save_and_deliver_dying(url: str, last: int) -> None:
    """Saves a picture and delivers what waits; dies at the step with this number, if any."""
    database = open_database(url)
    die_at(database.engine, Path("/nowhere"), last)
    save(database, None, plate(f"A{last}"))
    deliver(database)


def die_at_steps(url: str, first: int, _: int) -> int | None:
    """Dies at the first of some steps, then at the second, ..., and each time another process delivers what is left.

    Returns the number of all steps, None where there are more than these.
    """
    for last in range(first, first + AT_A_TIME):
        status = status_of(save_and_deliver_dying, url, last)
        assert status_of(deliver_all, url) == 0
        if status != -signal.SIGKILL:
            assert status == 0
            return last
    return None


def die_at_every_step(url: str) -> int:
    """Dies at each step once, and returns their number."""
    for first in itertools.count(1, AT_A_TIME):
        (steps,) = at_once(1, die_at_steps, url, first)
        if steps is not None:
            return int(steps)
    raise AssertionError


def test_killed_at_any_step_no_event_is_missing(database: Database, database_url: str) -> None:
    with receiving() as server:
        add_webhook(database, server)
        steps = die_at_every_step(database_url)
        texts, states = told(database)
        assert set(states.values()) == {"delivered"}
        arrived = heard(server)
        assert arrived.keys() == states.keys()
        assert len(texts) > steps // 2 > 15
        # twice came those whose sender was killed before it could write down that they had arrived
        assert set(arrived.values()) == {1, 2}


def killed_when(database_url: str, is_so: Callable[[], bool]) -> None:
    """Delivers in another process, and kills it as soon as something is so."""
    process = CONTEXT.Process(target=deliver_all, args=(database_url,))
    process.start()
    wait_for(is_so, "it does not come so far")
    process.kill()
    process.join()


def test_killed_while_it_sends_it_sends_again(database: Database, database_url: str) -> None:
    with receiving(b"", hangs=True) as server:
        add_webhook(database, server)
        save(database, None, plate("A1"))
        killed_when(database_url, lambda: len(server.heard) == 1)
        server.says, server.hangs = NO_CONTENT, False
        deliver(database)
        (times,) = heard(server).values()
        assert times == 2
