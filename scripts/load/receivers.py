"""Receivers of webhooks for a load test: some that answer at once, and some that take the call and never answer.

    python -m scripts.load.receivers PORT LOG    (the secret is in the environment, NUMBER_PLATE_LOAD_SECRET)

All are one process, which gives way to the service: it is nice. Those at ``/quick/NUMBER`` write a line to LOG for each
message, and answer 204; those at ``/hanging/NUMBER`` do neither.
"""

import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any, TextIO

import uvicorn

from scripts.load.server import START_S, TICK_S, ServerError, free_port
from src.service.delivery.signature import SignatureError, verify
from src.service.probe import probe

SECRET = "NUMBER_PLATE_LOAD_SECRET"
NICE = 10
READY = "/ready"

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message as a receiver got it."""

    receiver: str
    """The path of the receiver."""
    event: str
    at: datetime
    """When the event was."""
    arrived: datetime
    is_signed: bool
    """Whether the signature is right."""

    @property
    def seconds(self) -> float:
        """How long it was on its way."""
        return (self.arrived - self.at).total_seconds()


@contextmanager
def running(folder: Path, secret: str) -> Iterator[tuple[str, Path]]:
    """Receivers as long as the block lasts; gives their address and the file to which they write.

    Raises ServerError where they do not start.
    """
    port, log = free_port(), folder / "arrivals.jsonl"
    command = [sys.executable, "-m", "scripts.load.receivers", str(port), str(log)]
    process = subprocess.Popen(command, env=os.environ | {SECRET: secret})
    url, deadline = f"http://127.0.0.1:{port}", monotonic() + START_S
    try:
        while probe(url + READY) is not None:
            if process.poll() is not None or monotonic() > deadline:
                raise ServerError("the receivers of webhooks did not start")
            sleep(TICK_S)
        yield url, log
    finally:
        process.kill()
        process.wait()


def arrivals(log: Path) -> list[Arrival]:
    """Returns what has arrived until now."""
    with log.open(encoding="utf-8") as lines:
        return [_arrival(line) for line in lines if line.endswith("\n")]


def _arrival(line: str) -> Arrival:
    receiver, event, at, arrived, is_signed = json.loads(line)
    return Arrival(receiver, event, datetime.fromisoformat(at), datetime.fromisoformat(arrived), is_signed)


def main(port: str, log: str) -> None:
    """Listens until it is killed."""
    os.nice(NICE)
    with Path(log).open("w", encoding="utf-8") as out:
        app = _app(os.environ[SECRET], out)
        uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="error", access_log=False, lifespan="off")


def _app(secret: str, out: TextIO) -> Callable[..., Awaitable[None]]:
    """Returns the receivers as an ASGI application."""

    async def answer(scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[..., Any]) -> None:
        body = await _body(receive)
        if scope["path"].startswith("/hanging/"):
            await receive()  # which returns when the service has had enough
            return
        if scope["path"] != READY:
            headers = {name.decode(): value.decode() for name, value in scope["headers"]}
            print(_line(scope["path"], headers, body, secret), file=out, flush=True)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    return answer


async def _body(receive: Callable[[], Awaitable[Message]]) -> bytes:
    body, goes_on = b"", True
    while goes_on:
        part = await receive()
        body, goes_on = body + part.get("body", b""), part.get("more_body", False)
    return body


def _line(receiver: str, headers: Mapping[str, str], body: bytes, secret: str) -> str:
    now, told = datetime.now(UTC), json.loads(body)
    try:
        is_signed = verify(secret, headers, body, now) == told["id"]
    except SignatureError:
        is_signed = False
    return json.dumps([receiver, told["id"], told["at"], now.isoformat(), is_signed])


if __name__ == "__main__":
    main(*sys.argv[1:])
