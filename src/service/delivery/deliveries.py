"""The deliveries of the service: a thread in which the worker runs, where this process owns them.

One process of the service owns the deliveries of a database: the first one that gets the lock in the data folder.
Others write events, and one of them takes over when the owner has ended.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from threading import Event as Flag
from threading import Thread
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from src.core.files import make_folder
from src.service.database import Database
from src.service.database.types import new_id
from src.service.delivery import queue
from src.service.delivery.events import EventKind, ReceiverKind
from src.service.delivery.outbox import TOLD
from src.service.delivery.sender import Failed, Outgoing, Receiver, Sender, Sent
from src.service.delivery.worker import LOST, Worker
from src.service.http.problems import cause
from src.service.ownership import Ownership
from src.service.settings import Settings

LOOK_S = 1.0
"""Seconds between two looks for what is due: other processes of the service write events too."""
GATHERED_S = 0.1
"""Seconds between two turns at least, so that what comes at once is written down at once."""
COUNTED_S = 10.0
"""Seconds between two counts of what waits."""
END_S = 5.0
"""Seconds that what is on its way may take when the service ends."""

MakeSenders = Callable[[], Mapping[ReceiverKind, Sender]]
log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


class Deliveries:
    """Delivers, in a thread of its own. Its methods may be called by any thread."""

    def __init__(
        self, settings: Settings, database: Database, senders: MakeSenders, now: Callable[[], datetime] = _now
    ) -> None:
        """``senders`` makes those that send, within the event loop that they work in."""
        self._folder, self._database = settings.data_dir / "deliveries", database
        self._make_senders, self._now = senders, now
        self._ownership = Ownership(self._folder / f"{database.identity}.lock")
        self._thread = Thread(target=lambda: asyncio.run(self._run()), name="deliveries")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stirred: asyncio.Event | None = None
        self._senders: Mapping[ReceiverKind, Sender] = {}
        self._begun, self._ending, self._in_reach = Flag(), False, True
        self._counted_at, self._waiting = float("-inf"), dict.fromkeys(ReceiverKind, 0)
        self._ended: Counter[tuple[ReceiverKind, str]] = Counter()

    def start(self) -> None:
        """Begins to deliver. Raises OSError."""
        make_folder(self._folder)
        self._database.after_commit(self._committed)
        self._thread.start()
        self._begun.wait()

    def stop(self) -> None:
        """Ends what is on its way within END_S seconds, and returns when that is done; it may be called twice."""
        self._ending = True
        self.wake()
        self._thread.join()

    def wake(self) -> None:
        """Says that there may be something to do."""
        loop, stirred = self._loop, self._stirred
        if loop is not None and stirred is not None:
            with suppress(RuntimeError):  # the loop has ended, and nobody has to wake
                loop.call_soon_threadsafe(stirred.set)

    @property
    def owns(self) -> bool:
        """Whether this process delivers."""
        return self._ownership.is_held

    def waiting(self) -> Mapping[ReceiverKind, int]:
        """Returns how many deliveries wait, by kind of receiver, as far as this process owns them."""
        return self._waiting

    def ended(self) -> Mapping[tuple[ReceiverKind, str], int]:
        """Returns how many deliveries were delivered, failed and dead in this process, by kind of receiver."""
        return dict(self._ended)

    async def test(self, receiver: Receiver) -> tuple[Sent | Failed, float]:
        """Sends a test event now, whoever owns the deliveries; returns what came of it, and the milliseconds."""
        assert self._loop is not None
        sent = asyncio.run_coroutine_threadsafe(self._test(receiver), self._loop)
        return await asyncio.wrap_future(sent)

    async def _test(self, receiver: Receiver) -> tuple[Sent | Failed, float]:
        event_id, at = new_id(), self._now()
        body = {"id": event_id, "kind": str(EventKind.TEST), "at": at.isoformat()}
        outgoing = Outgoing(new_id(), event_id, EventKind.TEST, at, body, receiver, 0, at)
        begun = monotonic()
        try:
            came = await self._senders[receiver.kind].send(outgoing)
        except Exception:
            log.exception("%s %r is not sent a test", receiver.kind, receiver.name)
            came = Failed(LOST)
        return came, 1000 * (monotonic() - begun)

    def _committed(self, session: Session) -> None:
        if session.info.get(TOLD):
            self.wake()

    async def _run(self) -> None:
        try:
            self._senders = self._make_senders()
            worker = Worker(self._database, self._senders, self._now, self._count)
            self._stirred, self._loop = worker.stirred, asyncio.get_running_loop()
        finally:
            self._begun.set()
        while not self._ending:
            await self._look(worker)
            await asyncio.sleep(GATHERED_S)
            try:
                async with asyncio.timeout(LOOK_S):
                    await worker.stirred.wait()
            except TimeoutError:
                continue
        if self._ownership.is_held:
            try:
                await worker.end(END_S)
            except SQLAlchemyError as error:
                log.error("what came of deliveries is not stored, so they are sent again: %s", cause(error))
            self._ownership.release()
        for sender in self._senders.values():
            await sender.close()

    async def _look(self, worker: Worker) -> None:
        """Takes a turn. A fault here is logged, and the next look may do better."""
        worker.stirred.clear()
        try:
            if not self._ownership.is_held:
                if not self._ownership.take():
                    return
                await worker.begin()
            await worker.turn()
            if monotonic() > self._counted_at + COUNTED_S:
                self._counted_at = monotonic()
                self._waiting = await asyncio.to_thread(queue.waiting, self._database)
            self._in_reach = True
        except SQLAlchemyError as error:
            if self._in_reach:  # it is said once, and not once a second
                log.error("deliveries wait, as the database is out of reach: %s", cause(error))
            self._in_reach = False
        except Exception:
            log.exception("nothing is delivered just now")

    def _count(self, kind: ReceiverKind, what: str, number: int) -> None:
        self._ended[kind, what] += number
