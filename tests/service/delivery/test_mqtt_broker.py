"""A real broker is told: users, TLS, the device, the last will, and brokers that go away and come back."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from src.service.delivery.destinations import parse_networks
from src.service.delivery.events import EventKind
from src.service.delivery.mqtt import MqttSender, connection
from src.service.delivery.sender import Failed, Outgoing, Receiver, Sent
from tests.service.broker import PASSWORD, Broker, Listener, listening
from tests.service.delivery.mqtt_deliveries import LEVEL, at, delivery, encrypted, receiver, sighting

TOPIC = f"number-plate/cameras/{LEVEL}"
LOOPBACK = parse_networks("127.0.0.0/8")
COUNTED: dict[str, dict[str, int | None]] = {"yard": {"inside": 3, "capacity": 10, "free": 7, "overstaying": 1}}
QUIET = (3600.0,)
"""Pauses so long that nothing is opened again unless something is sent."""


@asynccontextmanager
async def sender(*receivers: Receiver, pauses: tuple[float, ...] = QUIET) -> AsyncIterator[MqttSender]:
    """A sender that knows these receivers, and waits for no Home Assistant."""
    made = MqttSender(LOOPBACK, COUNTED.get, pauses, settled=0)
    made.know(receivers)
    try:
        yield made
    finally:
        await made.close()


def told(*deliveries: Outgoing) -> list[Sent | Failed]:
    """What comes of deliveries to one receiver, one after the other."""

    async def tell() -> list[Sent | Failed]:
        async with sender(deliveries[0].receiver) as made:
            return [await made.send(each) for each in deliveries]

    return asyncio.run(tell())


def refusal(one: Outgoing) -> str:
    """Why it did not arrive."""
    (came,) = told(one)
    assert isinstance(came, Failed)
    assert PASSWORD not in came.reason
    return came.reason


@pytest.fixture
def listener(broker: Broker) -> Iterator[Listener]:
    with listening(broker.port) as made:
        yield made


def test_an_event_arrives_with_its_device_first(broker: Broker, listener: Listener) -> None:
    one = sighting(receiver(broker))
    assert told(one) == [Sent()]
    heard = [listener.message(topic) for topic in ("number-plate/status", f"{TOPIC}/sighting", f"{TOPIC}/last")]
    assert [message.payload for message in heard[:1]] == [b"online"]
    assert heard[1].qos == 1
    with listening(broker.port, "homeassistant/#") as home_assistant:  # comes later, and finds it
        assert b"state_topic" in home_assistant.message().payload


def test_its_body_is_the_event(broker: Broker, listener: Listener) -> None:
    one = sighting(receiver(broker))
    told(one)
    assert listener.next(f"{TOPIC}/sighting") == one.body
    assert listener.next(f"{TOPIC}/last")["text"] == "M356CC65"


def test_no_plate_is_kept_by_the_broker(broker: Broker) -> None:
    assert told(sighting(receiver(broker))) == [Sent()]
    with listening(broker.port) as later:
        told(delivery(receiver(broker), EventKind.TEST))
        kept = [message for message in later.until("number-plate/test") if message.retain]
    assert {message.topic.partition("/")[0] for message in kept} == {"homeassistant", "number-plate"}
    assert not any(b"M356CC65" in message.payload for message in kept)


def test_where_home_assistant_is_not_wanted_it_is_not_told(broker: Broker, listener: Listener) -> None:
    quiet = receiver(broker, discovery=False)
    assert told(sighting(quiet), delivery(quiet, EventKind.TEST)) == [Sent(), Sent()]
    topics = {message.topic for message in listener.until("number-plate/test")}
    assert topics == {"number-plate/status", f"{TOPIC}/sighting"}


def test_a_change_of_an_older_sighting_is_not_shown_as_the_last_one(broker: Broker, listener: Listener) -> None:
    to = receiver(broker)
    older = sighting(to, "OLDER", EventKind.SIGHTING_CHANGED, minute=1)
    newer = sighting(to, "NEWER", minute=2)
    changed = sighting(to, "CHANGED", EventKind.SIGHTING_CHANGED, minute=2)
    assert told(older, newer, older, changed) == [Sent()] * 4
    assert [listener.next(f"{TOPIC}/last")["text"] for _ in range(2)] == ["NEWER", "CHANGED"]


def test_a_visit_is_told_with_how_full_its_place_is_which_the_broker_keeps(broker: Broker, listener: Listener) -> None:
    to = receiver(broker)
    began = delivery(to, EventKind.VISIT_BEGAN, visit={"place": "yard"})
    elsewhere = delivery(to, EventKind.VISIT_BEGAN, visit={"place": "gone"})
    assert told(elsewhere, began) == [Sent()] * 2
    assert listener.next("number-plate/places/gone/visit") == elsewhere.body
    assert listener.next("number-plate/places/yard/visit") == began.body
    assert listener.next("number-plate/places/yard/occupancy") == COUNTED["yard"]
    with listening(broker.port, "number-plate/places/#") as later:
        kept = later.message()
        assert (kept.topic, kept.retain) == ("number-plate/places/yard/occupancy", True)


def test_many_at_once_go_over_one_connection(broker: Broker, listener: Listener) -> None:
    to = receiver(broker)

    async def tell() -> list[Sent | Failed]:
        async with sender(to) as made:
            return await asyncio.gather(*(made.send(delivery(to, EventKind.TEST)) for _ in range(40)))

    before = _connections(broker)
    assert asyncio.run(tell()) == [Sent()] * 40
    assert len({listener.next("number-plate/test")["id"] for _ in range(40)}) == 40
    assert _connections(broker) == before + 1


def _connections(broker: Broker) -> int:
    """How many the service has made to the broker until now."""
    return broker.log.read_text().count(" as numberplate")


def test_a_wrong_password_is_refused(broker: Broker) -> None:
    assert refusal(sighting(receiver(broker, "guessed"))) == "the broker refuses: Not authorized"


def test_tls_with_the_certificate_that_was_entered(broker: Broker, listener: Listener) -> None:
    one = sighting(encrypted(broker, certificate=broker.certificate.read_text()))
    assert told(one) == [Sent()]
    assert listener.next(f"{TOPIC}/sighting") == one.body


def test_tls_with_an_unknown_certificate_is_refused(broker: Broker) -> None:
    assert refusal(sighting(encrypted(broker))) == "the broker's certificate is not trusted: self-signed certificate"


def test_tls_with_another_name_is_refused_although_the_address_is_right(broker: Broker) -> None:
    one = sighting(encrypted(broker, host="broker.example", certificate=broker.certificate.read_text()))
    assert "is not valid for 'broker.example'" in refusal(one)


def test_no_tls_where_it_is_asked_for_is_refused(broker: Broker) -> None:
    reason = refusal(sighting(at(f"mqtts://localhost:{broker.port}")))
    assert re.match("no (TLS with|connection to) the broker: ", reason)


def test_nobody_there(broker: Broker) -> None:
    to = receiver(broker)
    broker.kill()
    assert refusal(sighting(to)) == "no connection to the broker: Connection refused"


def test_an_address_that_is_not_allowed_any_more_is_not_connected_to(broker: Broker) -> None:
    to = receiver(broker)

    async def tell() -> Sent | Failed:
        made = MqttSender(allowed=[], occupancy=COUNTED.get)
        made.know([to])
        try:
            return await made.send(sighting(to))
        finally:
            await made.close()

    before = _connections(broker)
    came = asyncio.run(tell())
    assert isinstance(came, Failed)
    assert "127.0.0.1, which is not public" in came.reason
    assert _connections(broker) == before


def test_a_broker_that_takes_the_connection_and_says_nothing(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "OPEN_S", 0.2)
    broker.freeze()
    assert refusal(sighting(receiver(broker))) == "the broker says nothing"


def test_a_broker_that_stops_confirming(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    to = receiver(broker)

    async def tell() -> list[Sent | Failed]:
        async with sender(to) as made:
            before = await made.send(delivery(to, EventKind.TEST))
            broker.freeze()
            monkeypatch.setattr(connection, "ACK_S", 0.2)
            return [before, *await asyncio.gather(*(made.send(delivery(to, EventKind.TEST)) for _ in range(3)))]

    before, *others = asyncio.run(tell())
    assert before == Sent()
    assert others == [Failed("the broker did not confirm the message")] * 3


def test_a_broker_that_is_killed_and_comes_back_is_told_again(broker: Broker) -> None:
    to = receiver(broker)

    async def tell() -> None:
        async with sender(to) as made:
            assert await made.send(sighting(to)) == Sent()
            broker.kill()
            assert isinstance(await made.send(sighting(to)), Failed)
            await asyncio.to_thread(broker.start)
            with listening(broker.port) as listener:
                one = sighting(to)
                assert await made.send(one) == Sent()
                assert await asyncio.to_thread(listener.next, f"{TOPIC}/sighting") == one.body
        with listening(broker.port, "homeassistant/#") as home_assistant:  # the broker had forgotten the device
            assert b"state_topic" in home_assistant.message().payload

    asyncio.run(tell())


def test_a_lost_connection_comes_back_although_nothing_is_sent(broker: Broker) -> None:
    to = receiver(broker)

    async def tell() -> None:
        async with sender(to, pauses=(0.05,)) as made:
            assert await made.send(delivery(to, EventKind.TEST)) == Sent()
            broker.kill()
            await asyncio.to_thread(broker.start)
            with listening(broker.port) as listener:
                status = await asyncio.to_thread(listener.message, "number-plate/status")
            assert status.payload == b"online"

    asyncio.run(tell())


def test_whoever_listens_hears_that_the_service_has_ended(broker: Broker, listener: Listener) -> None:
    told(delivery(receiver(broker), EventKind.TEST))
    assert [listener.message("number-plate/status").payload for _ in range(2)] == [b"online", b"offline"]


def test_whoever_listens_hears_that_the_service_was_lost(broker: Broker, listener: Listener) -> None:
    """The broker says the last will where the connection ends without leave."""
    to = receiver(broker)

    async def tell() -> None:
        async with sender(to) as made:
            assert await made.send(delivery(to, EventKind.TEST)) == Sent()
            _break_off(made)
            assert await asyncio.to_thread(listener.message, "number-plate/test")
            assert (await asyncio.to_thread(listener.message, "number-plate/status")).payload == b"offline"

    asyncio.run(tell())


def _break_off(made: MqttSender) -> None:
    (line,) = made._lines.values()
    line._connection._abort("the network is gone")


def test_a_receiver_that_is_switched_off_is_left_and_one_that_changed_is_met_anew(
    broker: Broker, listener: Listener
) -> None:
    async def tell() -> None:
        async with sender() as made:
            for prefix in ("a", "b"):
                to = receiver(broker, prefix=prefix)
                made.know([to])
                assert await made.send(delivery(to, EventKind.TEST)) == Sent()
            made.know([])
            heard = [await asyncio.to_thread(listener.message, topic) for topic in ("a/status", "b/status")]
            assert [message.payload for message in heard] == [b"online", b"online"]
            assert (await asyncio.to_thread(listener.message, "b/status")).payload == b"offline"

    asyncio.run(tell())


def test_a_receiver_that_is_not_known_is_tried_out_without_a_word_about_the_service(
    broker: Broker, listener: Listener
) -> None:
    to = receiver(broker)

    async def tell() -> Sent | Failed:
        async with sender() as made:
            return await made.send(delivery(to, EventKind.TEST))

    assert asyncio.run(tell()) == Sent()
    assert [message.topic for message in listener.until("number-plate/test")] == []


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"\x20\xff\xff\xff\x7f", "the connection was lost"),  # a confirmation of 256 MiB
        (b"\x20\x02\x00\x00\x30\x03\x00\x01a", "the broker says what it was not asked for"),
        (b"\x20\x01\x00", "the connection was lost"),
        (b"\x20\x02\x00\x63", "the broker refuses: Unspecified error"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "the broker says nothing"),
    ],
)
def test_a_broker_that_is_none_is_left(answer: bytes, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "OPEN_S", 0.5)

    async def tell() -> Sent | Failed:
        async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readexactly(1)
            writer.write(answer)
            await reader.read()
            writer.close()

        async with await asyncio.start_server(answers, "127.0.0.1") as server:
            port = server.sockets[0].getsockname()[1]
            to = at(f"mqtt://localhost:{port}")
            async with sender(to) as made:
                return await made.send(delivery(to, EventKind.TEST))

    assert asyncio.run(tell()) == Failed(reason)


def test_a_fault_in_reading_the_answer_is_told_of_without_the_answer(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def loop(client: object) -> None:
        raise ValueError("what the broker said")

    monkeypatch.setattr(connection._BoundedClient, "loop", loop)
    assert refusal(sighting(receiver(broker))) == "the broker's answer is not understood (ValueError)"


def test_the_password_is_in_no_line_of_the_log(broker: Broker, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = receiver(broker, f"not-{PASSWORD}")
    told(sighting(receiver(broker)), sighting(wrong), sighting(encrypted(broker)))
    assert PASSWORD not in caplog.text + repr(wrong) + repr(sighting(wrong))
