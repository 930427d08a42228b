"""What lets requests in, and at the end no more of them."""

import asyncio

from starlette.types import ASGIApp, Receive, Scope, Send

from src.service.http.problems import RETRY_AFTER_S, Kind, ServiceProblem, respond

ALWAYS_OPEN = ("/health", "/ready", "/metrics")


class Gate:
    """Counts the requests that are being answered; once it is closed, new ones are refused and those are finished."""

    def __init__(self) -> None:
        self.is_open = True
        self._inside = 0
        self._empty = asyncio.Event()
        self._empty.set()

    def close(self) -> None:
        """Refuses what comes from now on. May be called by a signal handler."""
        self.is_open = False

    async def emptied(self) -> None:
        """Returns when the last request is answered."""
        await self._empty.wait()

    def __enter__(self) -> None:
        self._inside += 1
        self._empty.clear()

    def __exit__(self, *_: object) -> None:
        self._inside -= 1
        if not self._inside:
            self._empty.set()


class PassGate:
    """Middleware that lets requests through the gate of the app's service."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in ALWAYS_OPEN:
            await self.app(scope, receive, send)
            return
        gate: Gate = scope["app"].state.service.gate
        if not gate.is_open:
            problem = ServiceProblem(
                Kind.SHUTTING_DOWN, "ask again", retry_after=RETRY_AFTER_S, headers={"Connection": "close"}
            )
            await respond(problem, scope["path"])(scope, receive, send)
        else:
            with gate:
                await self.app(scope, receive, send)
