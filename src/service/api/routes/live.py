"""The live view: its page, tickets, and the stream of what passes just now."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import FileResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from src.service import store
from src.service.api.auth import Here, Looker
from src.service.api.openapi import answers, problems
from src.service.api.responses import LiveTicket
from src.service.cameras.broadcast import RELOAD, Event, Subscription
from src.service.http.problems import RETRY_AFTER_S, Kind, ServiceProblem
from src.service.live.tickets import LIFETIME_S
from src.service.store import Action

ALIVE_S = 5.0
"""Seconds after which a listener hears that the connection is alive, where nothing else happened: scripts in browsers
see no comments.
"""
LISTENING_S = 600.0
"""Seconds after which a stream ends and its listener needs another ticket, so that nobody listens for long with a key
that was revoked.
"""
ALIVE = ServerSentEvent(event="alive", raw_data="{}")

PAGE = Path(__file__).parents[2] / "live" / "page"
FILES = {path.name: path for path in PAGE.iterdir() if path.suffix in (".css", ".js", ".svg")}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
"""Scripts and styles come from files alone, no text becomes HTML, and requests go to this host alone. Browsers ask each
time whether a file has changed, so that the files of two versions never meet.
"""

router = APIRouter(tags=["live"])
files = APIRouter(include_in_schema=False)


@router.post("/v1/live/tickets", response_model=LiveTicket, responses=problems(Kind.BUSY))
async def give_ticket(here: Here, actor: Looker) -> dict[str, Any]:
    """A ticket for one stream of events; it has to be used within a minute."""
    _check_room(here)
    expires = datetime.now(UTC) + timedelta(seconds=LIFETIME_S)
    return {"ticket": here.tickets.give(actor), "expires": expires}


async def _listener(
    here: Here, ticket: Annotated[str, Query(max_length=100, description="as `POST /v1/live/tickets` gave it")]
) -> AsyncIterator[Subscription]:
    """A subscription for the time of the answer. Raises ServiceProblem before anything is answered."""
    actor = here.tickets.use(ticket)
    if actor is None:
        raise ServiceProblem(Kind.NO_TICKET, "POST /v1/live/tickets gives one, for one use within a minute")
    _check_room(here)
    with here.cameras.broadcast.subscribe() as subscription:
        await to_thread.run_sync(store.record, here.resources.database, Action.LIVE, None, actor)
        yield subscription


def _check_room(here: Here) -> None:
    """Raises ServiceProblem where as many listen as may."""
    most = here.resources.settings.listeners
    if here.cameras.broadcast.listeners >= most:
        raise ServiceProblem(Kind.BUSY, f"{most} listen already, and no more may", retry_after=RETRY_AFTER_S)


@router.get(
    "/v1/live/events",
    response_class=EventSourceResponse,
    responses=answers("What happens, as it happens", "text/event-stream", {"type": "string"})
    | problems(Kind.NO_TICKET, Kind.BUSY),
)
async def events(
    subscription: Annotated[Subscription, Depends(_listener)],
    last_event_id: Annotated[str | None, Header(description="any: the stream then begins with `reload`")] = None,
) -> AsyncIterator[ServerSentEvent]:
    """What happens from now on, as server-sent events.

    `passage`: a Sighting that was told, or told again or corrected under its id. `camera`: a CameraRecord whose state
    has changed. `visit`: a Visit that began, ended or was paired anew. `reload`: events were lost, or something else
    has changed, and the listener asks for all anew. `alive`: nothing happened for five seconds. The stream ends after
    ten minutes, and at the end of the service; what happens until the listener is back is not kept for it.
    """
    number, ends = 0, asyncio.get_running_loop().time() + LISTENING_S
    yield ALIVE  # it carries the headers through proxies that wait for a body
    if last_event_id is not None:
        yield _sent(RELOAD, number)
    while (left := ends - asyncio.get_running_loop().time()) > 0:
        try:
            event = await subscription.within(min(ALIVE_S, left))
        except StopAsyncIteration:
            return
        if event is None:
            yield ALIVE
        else:
            number += 1
            yield _sent(event, number)


def _sent(event: Event, number: int) -> ServerSentEvent:
    return ServerSentEvent(event=event.kind, raw_data=event.data, id=str(number))


@files.get("/live")
async def page() -> FileResponse:
    """The page that shows what passes, and where zones are drawn."""
    return FileResponse(PAGE / "live.html", headers=HEADERS)


@files.get("/live/{name}")
async def file(name: str) -> FileResponse:
    """A file of the page. Raises ServiceProblem where it has none of that name."""
    if name not in FILES:
        raise ServiceProblem(Kind.NOT_FOUND, "the page has no such file")
    return FileResponse(FILES[name], headers=HEADERS)
