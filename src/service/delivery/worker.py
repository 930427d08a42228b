"""Takes due deliveries, has them sent side by side, and gives back what came of them.

Each receiver has slots that no other takes: one that hangs holds up its own deliveries alone. One that fails has one
slot until something arrives, and is tried after pauses, so that a receiver that is down costs little.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from src.service.database import Database
from src.service.delivery import queue
from src.service.delivery.events import ReceiverKind
from src.service.delivery.pauses import next_probe
from src.service.delivery.queue import Listener, Result
from src.service.delivery.sender import Failed, Outgoing, Receiver, Sender, Sent

AT_A_TIME = 8
"""The deliveries on their way to one receiver at most."""
IN_ALL = 64
"""The deliveries on their way at most, while there are no more receivers than that; each has its share."""
LOST = "a fault of the service, which its log tells more about"
GIVEN_UP_EVERY = timedelta(seconds=5)

Where = tuple[str, str]
"""A receiver and its address: at another address it begins anew."""

log = logging.getLogger(__name__)


class Worker:
    """Delivers what a database has to be delivered. All methods are called in one event loop."""

    def __init__(
        self,
        database: Database,
        senders: Mapping[ReceiverKind, Sender],
        now: Callable[[], datetime],
        counted: Callable[[ReceiverKind, str, int], None] = lambda kind, what, number: None,
    ) -> None:
        """``counted`` is told how many deliveries to a kind of receiver are delivered, failed or dead."""
        self._database, self._senders, self._now, self._counted = database, senders, now, counted
        self._sending: dict[str, asyncio.Task[None]] = {}
        self._slots_taken: Counter[str] = Counter()
        self._results: list[Result] = []
        self._failures: Counter[Where] = Counter()
        """The failures in a row, also those that are not given back yet."""
        self._not_before: dict[Where, datetime] = {}
        self._gave_up: datetime | None = None
        self.stirred = asyncio.Event()
        """Something has come back, or somebody says that there is something new."""

    @property
    def in_flight(self) -> int:
        """How many deliveries are on their way."""
        return len(self._sending)

    async def begin(self) -> None:
        """Takes over from an earlier owner of the deliveries. Raises sqlalchemy.exc.SQLAlchemyError."""
        await asyncio.to_thread(queue.take_back, self._database)

    async def turn(self) -> None:
        """Gives back what has come, and takes and begins to send what is due.

        Raises sqlalchemy.exc.SQLAlchemyError; what came back is then given back by the next turn.
        """
        now = self._now()
        await self._give_up(now)
        listeners = await asyncio.to_thread(queue.listeners, self._database, now)
        for kind, sender in self._senders.items():
            sender.know([each.receiver for each in listeners if each.receiver.kind is kind])
        slots = self._free(listeners, now)
        results = list(self._results)
        if not (results or slots):
            return
        exchanged = await asyncio.to_thread(queue.exchange, self._database, results, slots, now)
        del self._results[: len(results)]
        for (kind, what), number in exchanged.ended.items():
            self._counted(kind, what, number)
        for delivery in exchanged.taken:
            self._slots_taken[delivery.receiver.id] += 1
            self._sending[delivery.id] = asyncio.create_task(self._send(delivery))

    async def settled(self, seconds: float | None = None) -> None:
        """Waits until nothing is on its way, at most so many seconds."""
        if self._sending:
            await asyncio.wait(self._sending.values(), timeout=seconds)

    async def end(self, seconds: float) -> None:
        """Waits for what is on its way, at most so many seconds, and gives it back; what is left is sent anew later.

        Raises sqlalchemy.exc.SQLAlchemyError.
        """
        await self.settled(seconds)
        left = dict(self._sending)
        for task in left.values():
            task.cancel()
        for task in left.values():
            with suppress(asyncio.CancelledError):
                await task
        results, self._results = self._results, []
        if results:
            await asyncio.to_thread(queue.exchange, self._database, results, {}, self._now())
        await asyncio.to_thread(queue.free, self._database, list(left))

    def _free(self, listeners: list[Listener], now: datetime) -> dict[str, int]:
        """Returns how many more deliveries may be on their way to each receiver that has due ones."""
        share = max(1, min(AT_A_TIME, IN_ALL // max(len(listeners), 1)))
        slots = {}
        for each in listeners:
            receiver = each.receiver
            if not each.has_due or receiver.kind not in self._senders:
                continue
            most = share
            is_failing = each.is_failing or self._failures[_where(receiver)] > 0
            if is_failing and receiver.kind is not ReceiverKind.BARRIER:
                if now < self._not_before.get(_where(receiver), now):
                    continue
                most = 1
            if most > self._slots_taken[receiver.id]:
                slots[receiver.id] = most - self._slots_taken[receiver.id]
        return slots

    async def _give_up(self, now: datetime) -> None:
        if self._gave_up is None or now >= self._gave_up + GIVEN_UP_EVERY:
            self._gave_up = now
            for kind, number in (await asyncio.to_thread(queue.give_up, self._database, now)).items():
                self._counted(kind, "dead", number)

    async def _send(self, delivery: Outgoing) -> None:
        receiver = delivery.receiver
        try:
            came = await self._senders[receiver.kind].send(delivery)
        except Exception:
            log.exception("%s %r is not sent what it should be", receiver.kind, receiver.name)
            came = Failed(LOST)
        finally:
            del self._sending[delivery.id]
            self._slots_taken[receiver.id] -= 1
        at, where = self._now(), _where(receiver)
        if isinstance(came, Sent):
            del self._failures[where]
            self._not_before.pop(where, None)
        else:
            self._failures[where] += 1
            self._not_before[where] = next_probe(self._failures[where], came, at)
        self._results.append(Result(delivery, came, at))
        self.stirred.set()


def _where(receiver: Receiver) -> Where:
    return receiver.id, receiver.address
