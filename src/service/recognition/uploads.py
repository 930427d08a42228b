"""Takes in the pictures of multipart forms piece by piece, and never beyond the limits.

They stay in memory: so no name that a stranger chose becomes a path, and no full disk makes an upload fail. What all
requests hold at a time has its limit too.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from src.service.http.body import CLOSE, chunks
from src.service.http.problems import RETRY_AFTER_S, Kind, ServiceProblem
from src.service.recognition.multipart import File, Form, Limits


@dataclass(slots=True)
class Received:
    """The files of a request."""

    files: list[File] = field(default_factory=list)
    used_by: list[Future[Any]] = field(default_factory=list)
    """The readings that still use the files: their bytes count as held until all of these are done, even if the request
    was answered before.
    """


class Uploads:
    """Takes in the uploads of all requests, in the event loop."""

    def __init__(self, limits: Limits, capacity: int) -> None:
        """``capacity`` is how many bytes the requests may hold at a time, in sum."""
        self._limits, self._capacity, self._held = limits, capacity, 0

    @asynccontextmanager
    async def received(self, request: Request, name: str, most: int | None = None) -> AsyncIterator[Received]:
        """Yields the files of the field ``name``, in their order, at most ``most`` of them if that is less than the
        limit.

        Their bytes count as held until the block is left and nobody uses them any more. Raises ServiceProblem.
        """
        limits = self._limits if most is None else replace(self._limits, files=min(most, self._limits.files))
        _check_length(request, limits.bytes)
        form, total, received = Form(name, limits), 0, Received()
        with _named_faults():
            parser = MultipartParser(_boundary(request), form.callbacks())
        try:
            async for chunk in chunks(request, limits.idle_s):
                if self._held + len(chunk) > self._capacity:
                    raise ServiceProblem(Kind.BUSY, "too many uploads at a time", retry_after=RETRY_AFTER_S)
                self._held += len(chunk)
                total += len(chunk)
                if total > limits.bytes:
                    raise _too_large(limits.bytes)
                with _named_faults():
                    parser.write(chunk)
            received.files = form.finished()
            yield received
        finally:
            self._release(total, received.used_by)

    def _release(self, size: int, used_by: list[Future[Any]]) -> None:
        """Counts ``size`` bytes as held no more, once all of ``used_by`` are done."""
        if using := [asyncio.wrap_future(future) for future in used_by if not future.done()]:
            done = asyncio.gather(*using, return_exceptions=True)
            done.add_done_callback(lambda _: self._release(size, []))
        else:
            self._held -= size


def _check_length(request: Request, most: int) -> None:
    """Refuses a body by its announced length, before any of it comes; other bodies are counted as they come."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > most:
        raise _too_large(most)


def _too_large(most: int) -> ServiceProblem:
    return ServiceProblem(Kind.TOO_LARGE, f"over {most} bytes", headers=CLOSE)


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data":
        raise ServiceProblem(Kind.NO_FORM, "pictures are sent as multipart/form-data")
    if not options.get(b"boundary"):
        raise ServiceProblem(Kind.INVALID_FORM, "the content type names no boundary")
    return options[b"boundary"]


@contextmanager
def _named_faults() -> Iterator[None]:
    try:
        yield
    except FormParserError as error:
        raise ServiceProblem(Kind.INVALID_FORM, str(error)) from None
