"""Calls a receiver over HTTP: at its pinned address, without proxies and redirects, with bounds on time and answer."""

import asyncio
import errno
import os
import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpcore

from src.service.delivery.destinations import Destination, DestinationError, Network, parse_destination, reachable
from src.service.delivery.sender import Failed, Receiver, Sent

LONGEST_ANSWER = 65_536
"""The bytes of an answer's body at most; nothing of them is kept."""
GONE = 410
TOO_LONG = f"its answer is longer than {LONGEST_ANSWER} bytes"
IDLE_S = 20.0
"""Seconds for which a connection that is not used is kept."""


@dataclass(frozen=True, slots=True)
class Times:
    """How long a call may take, in seconds: to connect, to wait for the next bytes, and in all."""

    connect_s: float
    read_s: float
    total_s: float


class PinnedBackend(httpcore.AsyncNetworkBackend):
    """Connects to these IP addresses alone, whatever the host's name leads to; TLS still asks for the name."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses, self._network = list(addresses), httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connects to the first address that answers; each has its share of the time."""
        share = None if timeout is None else timeout / len(self._addresses)
        fault: Exception | None = None
        for address in self._addresses:
            try:
                return await self._network.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                fault = error
        assert fault is not None
        raise fault

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Refuses: no receiver is a file of this machine."""
        raise httpcore.ConnectError("no receiver is a socket of this machine")

    async def sleep(self, seconds: float) -> None:
        """Waits."""
        await self._network.sleep(seconds)


class Caller:
    """Calls receivers; each has connections of its own. It is used in one event loop."""

    def __init__(
        self, allowed: Sequence[Network], connections: int, context: ssl.SSLContext | None = None, keeps: bool = True
    ) -> None:
        """``allowed`` are the networks that are not public and may be called; ``connections`` those to a receiver at a
        time. ``context`` None trusts whom the system trusts. ``keeps`` False makes a new connection for each call.
        """
        self._allowed, self._connections, self._keeps = tuple(allowed), connections, keeps
        self._context = context or ssl.create_default_context()
        self._pools: dict[tuple[str, str, tuple[str, ...]], httpcore.AsyncConnectionPool] = {}

    async def call(
        self, receiver: Receiver, method: str, headers: Mapping[str, str], body: bytes, times: Times
    ) -> Sent | Failed:
        """Sends one request. Every 2xx is ``Sent``, and everything else is ``Failed``."""
        try:
            destination = parse_destination(receiver.address, receiver.kind)
            addresses = reachable(receiver.pinned, self._allowed)
        except DestinationError as fault:
            return Failed(f"its address {fault}")
        try:
            async with asyncio.timeout(times.total_s):
                return await self._request(self._pool(receiver, addresses), destination, method, headers, body, times)
        except TimeoutError:
            return Failed(f"it took longer than {times.total_s:g} s")
        except httpcore.TimeoutException as error:
            return Failed(_late(error, times))
        except (httpcore.ConnectError, httpcore.NetworkError, httpcore.ProtocolError) as error:
            return Failed(_broken(error))

    def know(self, receivers: Sequence[Receiver]) -> None:
        """Forgets the connections to all others; those that are in use end with their calls."""
        known = {_key(receiver) for receiver in receivers}
        for key in self._pools.keys() - known:
            asyncio.get_running_loop().create_task(self._pools.pop(key).aclose())

    async def close(self) -> None:
        """Ends all connections."""
        for pool in self._pools.values():
            await pool.aclose()
        self._pools.clear()

    def _pool(self, receiver: Receiver, addresses: Sequence[str]) -> httpcore.AsyncConnectionPool:
        key = _key(receiver)
        if key not in self._pools:
            self._pools[key] = httpcore.AsyncConnectionPool(
                ssl_context=self._context,
                max_connections=self._connections,
                max_keepalive_connections=self._connections if self._keeps else 0,
                keepalive_expiry=IDLE_S,
                network_backend=PinnedBackend(addresses),
            )
        return self._pools[key]

    async def _request(
        self,
        pool: httpcore.AsyncConnectionPool,
        to: Destination,
        method: str,
        headers: Mapping[str, str],
        body: bytes,
        times: Times,
    ) -> Sent | Failed:
        default = {"https": 443, "http": 80}[to.scheme]
        host = f"[{to.host}]" if ":" in to.host else to.host
        named = host if to.port == default else f"{host}:{to.port}"
        sent = {"Host": named, "User-Agent": "number-plate", **headers, "Content-Length": str(len(body))}
        url = httpcore.URL(scheme=to.scheme, host=to.host, port=to.port, target=to.target.encode())
        within = {"connect": times.connect_s, "read": times.read_s, "write": times.read_s, "pool": times.connect_s}
        of_call = pool.stream(
            method,
            url,
            headers=[(name.encode(), value.encode("latin-1")) for name, value in sent.items()],
            content=body,
            extensions={"timeout": within},
        )
        async with of_call as answer:
            length = 0
            async for part in answer.aiter_stream():
                length += len(part)
                if length > LONGEST_ANSWER:
                    return Failed(TOO_LONG, answer.status)
            return _judged(answer.status, answer.headers)


def _key(receiver: Receiver) -> tuple[str, str, tuple[str, ...]]:
    return receiver.id, receiver.address, receiver.pinned


def _judged(status: int, headers: Sequence[tuple[bytes, bytes]]) -> Sent | Failed:
    if 200 <= status < 300:
        return Sent(status)
    said = {name.lower(): value for name, value in headers}
    reason = f"it answered {status}"
    if 300 <= status < 400:
        reason += ", and redirects are not followed"
    return Failed(reason, status, retry_after(said.get(b"retry-after", b""), datetime.now(UTC)), status == GONE)


def retry_after(said: bytes, now: datetime) -> float | None:
    """Returns the seconds that a header ``Retry-After`` asks for, as a number or as a date; None where it is neither.

    >>> retry_after(b"120", datetime.now(UTC))
    120.0
    """
    word = said.decode("latin-1").strip()
    if word.isascii() and word.isdigit():
        return float(word[:9])
    try:
        moment = parsedate_to_datetime(word)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max((moment - now).total_seconds(), 0.0)


def _late(error: httpcore.TimeoutException, times: Times) -> str:
    if isinstance(error, httpcore.ConnectTimeout):
        return f"no connection within {times.connect_s:g} s"
    if isinstance(error, httpcore.PoolTimeout):
        return "no connection was free in time"
    return f"no answer within {times.read_s:g} s"


def _broken(error: Exception) -> str:
    """Returns why a call broke off. What the other side has sent may be in the texts of errors, so none is used but
    those of the system and of certificates.
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is refused: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return "TLS fails"
        if isinstance(cause, OSError) and cause.errno is not None and cause.errno in errno.errorcode:
            return f"no connection: {os.strerror(cause.errno)}"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpcore.ConnectError):
        return "no connection"
    if isinstance(error, httpcore.ProtocolError):
        return "its answer is not HTTP, or broke off"
    return "the connection broke off"
