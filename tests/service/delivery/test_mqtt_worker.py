"""The worker and a real broker: brokers that are down for an hour and for a day, and one that says nothing.

Nobody waits for an hour here: the clock is set.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from src.service.database import Database, tables
from src.service.delivery.destinations import parse_networks
from src.service.delivery.events import TRIED_FOR, ReceiverKind
from src.service.delivery.mqtt import MqttSender
from src.service.delivery.webhook import WebhookSender
from src.service.delivery.worker import Worker
from src.service.lifespan import _counted
from src.service.store import Actor, send_all_again
from tests.service.api_client import Api, running
from tests.service.broker import PASSWORD, USER, Broker, listening
from tests.service.http_receiver import receiving
from tests.service.processes import PATIENCE_S
from tests.service.receivers import add_receiver, deliveries
from tests.service.recognitions import NOON, plate, save

LOOPBACK = parse_networks("127.0.0.0/8")
TOPIC = "number-plate/cameras/gate/sighting"
WRONG = f"not-{PASSWORD}"


class Desk:
    """A worker with senders as the service has them, whose clock is set."""

    def __init__(self, database: Database) -> None:
        self.database, self.now = database, datetime.now(UTC) + timedelta(seconds=1)
        self.mqtt = MqttSender(LOOPBACK, lambda place: None, pauses=(3600.0,), settled=0)
        senders = {ReceiverKind.MQTT: self.mqtt, ReceiverKind.WEBHOOK: WebhookSender(LOOPBACK)}
        self.worker = Worker(database, senders, lambda: self.now)

    async def deliver(self, **later: float) -> None:
        """Sends what is due so much later, and gives it back."""
        self.now += timedelta(**later)
        await self.worker.turn()
        await self.worker.settled()
        await self.worker.turn()
        await self.worker.settled()

    async def deliver_all(self) -> None:
        """Sends until nothing waits."""
        async with asyncio.timeout(PATIENCE_S):
            while self.states()["waiting"]:
                await self.deliver()

    def states(self, kind: str = "mqtt") -> Counter[str]:
        """How many deliveries to receivers of a kind are in which state."""
        row = tables.DeliveryRow
        with self.database.reading() as session:
            wanted = select(row.state).join(row.receiver).where(tables.ReceiverRow.kind == kind)
            return Counter(session.scalars(wanted))


@asynccontextmanager
async def desk(database: Database) -> AsyncIterator[Desk]:
    """A desk that is left in order."""
    made = Desk(database)
    try:
        yield made
    finally:
        await made.worker.end(0)
        await made.mqtt.close()


def add_broker(database: Database, broker: Broker, password: str = PASSWORD) -> str:
    """Makes the broker a receiver of all events."""
    address = f"mqtt://localhost:{broker.port}"
    where: dict[str, Any] = {"address": address, "pinned": ["127.0.0.1"], "secret": password}
    return add_receiver(database, "home", "mqtt", options={"user": USER}, **where)


def see(database: Database, *texts: str) -> None:
    """Has the camera ``gate`` see plates."""
    for text in texts:
        save(database, None, plate(text), camera="gate")


def the_receiver(database: Database) -> tables.ReceiverRow:
    with database.reading() as session:
        return session.scalars(select(tables.ReceiverRow)).one()


def test_what_is_told_while_the_broker_is_down_for_an_hour_arrives_when_it_is_back(
    database: Database, broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    add_broker(database, broker)

    async def work() -> None:
        async with desk(database) as at:
            see(database, "BEFORE")
            await at.deliver(minutes=1)
            assert at.states() == {"delivered": 1}
            broker.kill()
            for minute in range(0, 60, 5):
                see(database, f"DOWN{minute}")
                await at.deliver(minutes=5)
            assert at.states() == {"delivered": 1, "waiting": 12}
            failing = the_receiver(database)
            assert failing.failing_since is not None
            assert failing.last_error == "no connection to the broker: Connection refused"
            await asyncio.to_thread(broker.start)
            with listening(broker.port, TOPIC) as listener:
                await at.deliver(minutes=5)
                await at.deliver_all()
                heard = {(await asyncio.to_thread(listener.next, TOPIC))["id"] for _ in range(12)}
            assert at.states() == {"delivered": 13}
            assert heard == {row.event_id for row in deliveries(database)[1:]}
            assert the_receiver(database).failing_since is None

    asyncio.run(work())
    assert caplog.text.count("is not reached") == 1
    assert "DOWN" not in caplog.text
    assert PASSWORD not in caplog.text


def test_a_broker_that_is_down_for_a_day_leaves_dead_deliveries_that_can_be_sent_again(
    database: Database, broker: Broker
) -> None:
    add_broker(database, broker)
    broker.kill()

    async def work() -> None:
        async with desk(database) as at:
            see(database, "A1", "B2")
            at.now += timedelta(minutes=1)
            while at.now < datetime.now(UTC) + TRIED_FOR + timedelta(hours=2):
                await at.deliver(minutes=30)
            assert at.states() == {"dead": 2}
            assert all(
                row.last_error == "no connection to the broker: Connection refused" for row in deliveries(database)
            )
            await asyncio.to_thread(broker.start)
            assert send_all_again(database, None, Actor(None)) == 2
            at.now = datetime.now(UTC) + timedelta(minutes=5)
            with listening(broker.port, TOPIC) as listener:
                at.worker._not_before.clear()  # an hour of the set clock has not passed since
                await at.deliver_all()
                heard = {(await asyncio.to_thread(listener.next, TOPIC))["id"] for _ in range(2)}
            assert at.states() == {"delivered": 2}
            assert heard == {row.event_id for row in deliveries(database)}

    asyncio.run(work())


def test_a_broker_that_takes_connections_and_says_nothing_delays_no_webhook(database: Database, broker: Broker) -> None:
    add_broker(database, broker)
    with receiving() as office:
        add_receiver(database, "office", address=office.url, pinned=["127.0.0.1"], secret="whsec_" + "A" * 43 + "=")
        broker.freeze()

        async def work() -> None:
            async with desk(database) as at:
                see(database, *(f"A{number}" for number in range(30)))
                at.now += timedelta(minutes=1)
                async with asyncio.timeout(PATIENCE_S):
                    await at.worker.turn()
                    while at.states("webhook")["waiting"]:
                        await at.worker.stirred.wait()
                        at.worker.stirred.clear()
                        await at.worker.turn()
                assert at.states("webhook") == {"delivered": 30}
                assert at.states("mqtt") == {"waiting": 30}
                assert at.worker.in_flight > 0  # the broker still has not said anything

        asyncio.run(work())


@pytest.fixture
def api(built_models: Path, tmp_path: Path) -> Iterator[Api]:
    with running(built_models, tmp_path, delivery_networks="127.0.0.0/8") as made:
        yield made


def new_broker(broker: Broker, **fields: object) -> dict[str, object]:
    """What is asked for to make the broker a receiver."""
    address, options = f"mqtt://localhost:{broker.port}", {"user": USER, "prefix": "depot"}
    return {"name": "home", "kind": "mqtt", "address": address, "secret": PASSWORD, "options": options, **fields}


def test_the_button_tries_a_broker_out_and_no_answer_has_the_password(
    api: Api, broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with listening(broker.port) as listener:
        made = api.ask("POST", "/v1/receivers", json=new_broker(broker))
        assert made.status_code == 201, made.text
        path = f"/v1/receivers/{made.json()['id']}"
        tried = api.ask("POST", f"{path}/test")
        assert (tried.json()["delivered"], tried.json()["error"]) == (True, None)
        assert listener.next("depot/test")["kind"] == "test"
    changed = api.ask("PATCH", path, json={"secret": WRONG})
    refused = api.ask("POST", f"{path}/test")
    assert refused.json()["error"] == "the broker refuses: Not authorized"
    paths = [path, "/v1/receivers", "/v1/audit", "/v1/deliveries", "/metrics"]
    answers = [made, tried, changed, refused, *map(api.get, paths)]
    assert all(answer.is_success for answer in answers)
    assert not [answer.url for answer in answers if PASSWORD in answer.text]
    assert PASSWORD not in caplog.text


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("mqtt://169.254.169.254", "where clouds tell their machines secrets"),
        ("mqtts://10.0.0.1", "which is not public"),
        ("mqtt://[::ffff:10.0.0.1]", "which is not public"),
        ("mqtt://gate:secret@127.0.0.1", "has a user or a password in it"),
        ("mqtt://127.0.0.1/topic", "has a path"),
        ("https://127.0.0.1", "does not begin with"),
        ("ws://127.0.0.1", "does not begin with"),
    ],
)
def test_a_broker_is_nowhere_else(api: Api, broker: Broker, address: str, why: str) -> None:
    answer = api.ask("POST", "/v1/receivers", json=new_broker(broker, address=address))
    assert answer.status_code == 422
    assert why in answer.json()["detail"]


def test_whoever_moves_a_broker_has_to_know_its_password(api: Api, broker: Broker) -> None:
    """An administrator's key would otherwise read it, at a broker of its own."""
    path = "/v1/receivers/" + api.ask("POST", "/v1/receivers", json=new_broker(broker)).json()["id"]
    moved = {"address": f"mqtt://localhost:{broker.tls_port}"}
    assert api.ask("PATCH", path, json=moved).status_code == 422
    assert api.ask("PATCH", path, json=moved | {"secret": WRONG}).status_code == 200


def test_how_full_a_place_is_is_counted_for_brokers(database: Database) -> None:
    with database.session() as session:
        session.add(tables.PlaceRow(name="yard", capacity=2, created=NOON))
    assert _counted(database, "yard") == {"inside": 0, "capacity": 2, "free": 2, "overstaying": 0}
    assert _counted(database, "gone") is None
