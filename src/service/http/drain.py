"""Draining at shutdown: new requests are refused, and those that are being answered are finished."""

import asyncio
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from src.service.http.problems import RETRY_AFTER_S, Kind, ServiceProblem, respond

NEVER_REFUSED = ("/health", "/ready", "/metrics")


class Drain:
    """Counts the requests that are being answered; once it has begun, new ones are refused and those are finished."""

    def __init__(self, end_streams: Callable[[], None]) -> None:
        """``end_streams`` ends the answers that would go on for ever; the event loop calls it, once, when the drain has
        begun.
        """
        self.is_draining = False
        self._loop = asyncio.get_running_loop()
        self._end_streams = end_streams
        self._in_flight = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def begin(self) -> None:
        """Refuses the requests that come from now on. A signal handler may call it, in the midst of anything.

        The streams are ended by the event loop, as a signal handler must wait for no lock.
        """
        if not self.is_draining:
            self.is_draining = True
            self._loop.call_soon_threadsafe(self._end_streams)

    async def finished(self) -> None:
        """Returns when the last request is answered."""
        await self._idle.wait()

    def __enter__(self) -> None:
        self._in_flight += 1
        self._idle.clear()

    def __exit__(self, *_: object) -> None:
        self._in_flight -= 1
        if not self._in_flight:
            self._idle.set()


class DrainRequests:
    """Middleware that counts requests in the drain of the app's service, and refuses them once it has begun."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in NEVER_REFUSED:
            await self.app(scope, receive, send)
            return
        drain: Drain = scope["app"].state.service.drain
        if drain.is_draining:
            problem = ServiceProblem(
                Kind.SHUTTING_DOWN, "ask again", retry_after=RETRY_AFTER_S, headers={"Connection": "close"}
            )
            await respond(problem, scope["path"])(scope, receive, send)
        else:
            with drain:
                await self.app(scope, receive, send)
