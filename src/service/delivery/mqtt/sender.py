"""Tells brokers of events, each over one connection that is kept."""

import asyncio
import logging
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from pydantic import ValidationError

from src.core.schema import first_fault
from src.service.delivery.destinations import DestinationError, Network, reachable
from src.service.delivery.events import EventKind
from src.service.delivery.mqtt import messages
from src.service.delivery.mqtt.connection import LEAVE_S, BrokerError, Connection
from src.service.delivery.mqtt.messages import OFFLINE, ONLINE, Subject
from src.service.delivery.mqtt.options import MqttOptions
from src.service.delivery.sender import Failed, Outgoing, Receiver, Sent

PAUSES_S = (5.0, 30.0, 120.0, 600.0)
"""Seconds between two tries to have a connection while there is nothing to tell; the last one again and again."""
SEND_S = 20.0
"""Seconds for one event, with the connection where there is none."""
SETTLED_S = 1.0
"""Seconds from when Home Assistant hears of a camera until it listens to it."""

CountOccupancy = Callable[[str], Mapping[str, int | None] | None]
"""Returns how full the place of a name is now (inside, capacity, free, overstaying); None where there is none."""

log = logging.getLogger(__name__)


class MqttSender:
    """The sender of the receivers of the kind ``mqtt``."""

    def __init__(
        self,
        allowed: Sequence[Network],
        occupancy: CountOccupancy,
        pauses: Sequence[float] = PAUSES_S,
        settled: float = SETTLED_S,
    ) -> None:
        """``allowed`` are the networks that are not public and may be connected to; ``occupancy`` counts in a thread of
        its own.
        """
        self._allowed, self._occupancy, self._pauses, self._settled = tuple(allowed), occupancy, pauses, settled
        self._lines: dict[str, _Line] = {}
        self._unusable: dict[str, Receiver] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def know(self, receivers: Sequence[Receiver]) -> None:
        """Has a connection to each of the brokers from now on, and none to others; one that has changed gets a new
        one.
        """
        wanted = {receiver.id: receiver for receiver in receivers}
        for identifier, line in list(self._lines.items()):
            if wanted.get(identifier) != line.receiver:
                self._end(self._lines.pop(identifier))
        for identifier, receiver in wanted.items():
            if identifier not in self._lines and self._unusable.get(identifier) != receiver:
                try:
                    reachable(receiver.pinned, self._allowed)
                    self._lines[identifier] = _Line(receiver, self._occupancy, self._pauses, self._settled)
                except ValueError as error:
                    self._unusable[identifier] = receiver
                    log.warning("broker %r cannot be told anything: %s", receiver.name, _fault(error))

    async def send(self, delivery: Outgoing) -> Sent | Failed:
        """Returns when the broker has confirmed the event.

        A receiver that is not known, such as one that is switched off and tried out, gets a connection for this alone.
        """
        line = self._lines.get(delivery.receiver.id)
        try:
            reachable(delivery.receiver.pinned, self._allowed)
            async with asyncio.timeout(SEND_S):
                if line is not None and line.receiver == delivery.receiver:
                    await line.tell(delivery)
                else:
                    await _tell_once(delivery)
        except TimeoutError:
            return Failed("the broker takes too long")
        except BrokerError as error:
            return Failed(str(error))
        except ValueError as error:
            return Failed(_fault(error))
        return Sent()

    async def close(self) -> None:
        """Says to all brokers that the service is offline, and leaves them."""
        for line in self._lines.values():
            self._end(line)
        self._lines.clear()
        if self._ending:
            await asyncio.wait(self._ending)

    def _end(self, line: "_Line") -> None:
        ending = asyncio.get_running_loop().create_task(line.close())
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)


class _Line:
    """The connection to one broker, which is opened again whenever it is lost."""

    def __init__(self, receiver: Receiver, occupancy: CountOccupancy, pauses: Sequence[float], settled: float) -> None:
        """Raises ValueError for an address or options that no broker has."""
        self.receiver, self._occupancy, self._pauses, self._settled = receiver, occupancy, pauses, settled
        self._options = MqttOptions.model_validate(receiver.options)
        self._connection: Connection | None = None
        self._opening: asyncio.Task[Connection] | None = None
        self._devices: set[Subject] = set()
        self._newest: dict[Subject, datetime] = {}
        self._keeping = asyncio.get_running_loop().create_task(self._keep())

    async def tell(self, delivery: Outgoing) -> None:
        """Tells an event. Raises BrokerError."""
        connection = await self._connected()
        body = delivery.body
        subject = messages.subject_of(body) if self._options.discovery else None
        if subject is not None and subject not in self._devices:
            await connection.publish(messages.device(subject, self._options))
            await asyncio.sleep(self._settled)
            self._devices.add(subject)
        await connection.publish(messages.event(body, self._options))
        if subject is None:
            return
        if "visit" in body:
            counted = await asyncio.to_thread(self._occupancy, subject.name)
            if counted is not None:
                await connection.publish(messages.occupancy(subject, counted, self._options))
        elif self._is_newest(delivery.kind, subject, messages.seen(body)):
            await connection.publish(messages.last_seen(body, self._options))

    def _is_newest(self, kind: EventKind, camera: Subject, seen: datetime) -> bool:
        """Tells whether Home Assistant is to show a sighting as the last one of its camera.

        A change of one that was seen before, or an event that was long on its way, is no news at the gate.
        """
        newest = self._newest.get(camera)
        if seen < newest if newest is not None else kind is not EventKind.SIGHTING:
            return False
        self._newest[camera] = seen
        return True

    async def close(self) -> None:
        """Says that the service is offline, and takes leave."""
        tasks = [task for task in (self._keeping, self._opening) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        if self._connection is not None:
            with suppress(BrokerError, TimeoutError):
                async with asyncio.timeout(LEAVE_S):
                    await self._connection.publish(messages.status(self._options, OFFLINE))
            await self._connection.close()

    async def _keep(self) -> None:
        """Has a connection whenever one can be had."""
        failures = 0
        while True:
            try:
                connection = await self._connected()
            except BrokerError as error:
                if not failures:
                    log.warning("broker %r: %s", self.receiver.name, error)
            else:
                failures = 0
                await connection.lost.wait()
                log.warning("broker %r: %s", self.receiver.name, connection.reason)
            await asyncio.sleep(random.uniform(0.9, 1.1) * self._pauses[min(failures, len(self._pauses) - 1)])
            failures += 1

    async def _connected(self) -> Connection:
        """Returns the connection; all who ask for it while there is none wait for the same one. Raises BrokerError."""
        if self._connection is not None and not self._connection.lost.is_set():
            return self._connection
        if self._opening is None or self._opening.done():
            self._opening = asyncio.get_running_loop().create_task(self._open())
            self._opening.add_done_callback(_heard)
        return await asyncio.shield(self._opening)

    async def _open(self) -> Connection:
        """Opens a connection, and says that the service is online and which cameras it has. Raises BrokerError."""
        connection = Connection(self.receiver, self._options, will=messages.status(self._options, OFFLINE))
        await connection.open()
        self._connection = connection
        await connection.publish(messages.status(self._options, ONLINE))
        for subject in list(self._devices):
            await connection.publish(messages.device(subject, self._options))
        return connection


async def _tell_once(delivery: Outgoing) -> None:
    """Tells an event over a connection of its own. Raises BrokerError and ValueError."""
    options = MqttOptions.model_validate(delivery.receiver.options)
    connection = Connection(delivery.receiver, options, will=None)
    await connection.open()
    try:
        await connection.publish(messages.event(delivery.body, options))
    finally:
        await connection.close()


def _heard(opening: "asyncio.Task[Connection]") -> None:
    """Takes note of the error of a connection that nobody waits for any more."""
    if not opening.cancelled():
        opening.exception()


def _fault(error: ValueError) -> str:
    """Returns what is wrong with a receiver, without its values."""
    if isinstance(error, DestinationError):
        return f"its address {error}"
    return first_fault(error) if isinstance(error, ValidationError) else str(error)
