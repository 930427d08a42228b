"""Tells what happens at the cameras to those who listen just now, within this process."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import RLock
from typing import Literal

HELD = 100
"""The events that wait for one listener at most."""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened: a ``passage`` was told, the state of a ``camera`` changed, a ``visit`` began, ended or changed, or
    the listener has to ``reload``.

    ``data`` is JSON on one line: a Sighting, a CameraRecord, a Visit, or ``{}``. A passage that is told again, or
    corrected, has the id of the sighting that it had before.
    """

    kind: Literal["passage", "camera", "visit", "reload"]
    data: str


RELOAD = Event("reload", "{}")
"""It says that events were lost, or that what is shown has changed in another way: the listener asks for all anew."""


class Subscription(AsyncIterator[Event]):
    """The events that one listener has not heard yet. Its methods are for the event loop of the listener alone.

    A listener that is too slow loses the oldest events, and hears RELOAD in their place.
    """

    def __init__(self, held: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting = deque[Event]()
        self._held = held
        self._came = asyncio.Event()
        self._ended = False

    async def __anext__(self) -> Event:
        """Waits for the next event. Raises StopAsyncIteration when the broadcast has ended and all is heard."""
        await self._came.wait()
        if not self._waiting:
            raise StopAsyncIteration
        event = self._waiting.popleft()
        if not self._waiting and not self._ended:
            self._came.clear()
        return event

    async def within(self, seconds: float) -> Event | None:
        """Returns the next event, None where none comes within ``seconds``. Raises StopAsyncIteration at the end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                return await anext(self)
        return None

    def put(self, event: Event | None) -> None:
        """Adds an event, from any thread; None ends the broadcast."""
        with suppress(RuntimeError):  # the loop has just been closed, and nobody listens any more
            self._loop.call_soon_threadsafe(self._put, event)

    def _put(self, event: Event | None) -> None:
        if event is None:
            self._ended = True
        elif len(self._waiting) < self._held:
            self._waiting.append(event)
        else:  # the oldest event goes, and the one behind it becomes the notice of that
            self._waiting.popleft()
            self._waiting[0] = RELOAD
            self._waiting.append(event)
        self._came.set()


class Broadcast:
    """Hands events to all who listen. Any thread may publish, and any thread or signal handler may end it."""

    def __init__(self, held: int = HELD) -> None:
        """``held`` is how many events wait for one listener at most, 2 or more."""
        self._held = held
        self._lock = RLock()  # a signal handler may end it while this very thread publishes
        self._subscriptions: set[Subscription] = set()
        self._ended = False

    def publish(self, event: Event) -> None:
        """Hands ``event`` to those who listen now; it waits for none of them."""
        with self._lock:
            for subscription in self._subscriptions:
                subscription.put(event)

    @contextmanager
    def subscribe(self) -> Iterator[Subscription]:
        """Yields what is published while the block lasts; it has to be called in an event loop."""
        subscription = Subscription(self._held)
        with self._lock:
            self._subscriptions.add(subscription)
            if self._ended:
                subscription.put(None)
        try:
            yield subscription
        finally:
            with self._lock:
                self._subscriptions.discard(subscription)

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._subscriptions)

    def end(self) -> None:
        """Lets all who listen hear what there is, and then end; those who come later end at once."""
        with self._lock:
            self._ended = True
            for subscription in self._subscriptions:
                subscription.put(None)
