"""Pictures of a multipart form, taken in piece by piece and never beyond the limits.

They stay in memory: a name that a stranger chose is no path, and a disk that is full fails no upload. What all requests
hold at a time has its limit too.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from src.service.forms import CLOSE, File, Form, Limits, too_large
from src.service.problems import RETRY_AFTER_S, Kind, ServiceProblem


class Uploads:
    """Takes in the uploads of all requests, in the event loop."""

    def __init__(self, limits: Limits, capacity: int) -> None:
        """``capacity``: bytes that all requests together may hold."""
        self._limits, self._capacity, self._held = limits, capacity, 0

    @asynccontextmanager
    async def received(self, request: Request, name: str, most: int | None = None) -> AsyncIterator[list[File]]:
        """The files of the field ``name``, in their order; their bytes count as held until the block is left.

        ``most`` of them, where that is less than the limit. Raises ServiceProblem.
        """
        limits = self._limits if most is None else replace(self._limits, files=min(most, self._limits.files))
        _check_length(request, limits.bytes)
        form, total = Form(name, limits), 0
        with _named_faults():
            parser = MultipartParser(_boundary(request), form.callbacks())
        try:
            async for chunk in _chunks(request, limits.idle_s):
                if self._held + len(chunk) > self._capacity:
                    raise ServiceProblem(Kind.BUSY, "too many uploads at a time", retry_after=RETRY_AFTER_S)
                self._held += len(chunk)
                total += len(chunk)
                if total > limits.bytes:
                    raise too_large(limits.bytes)
                with _named_faults():
                    parser.write(chunk)
            yield form.finished()
        finally:
            self._held -= total


def _check_length(request: Request, most: int) -> None:
    """Refuses by what is announced, before anything comes; what is not announced is counted as it comes."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > most:
        raise too_large(most)


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data":
        raise ServiceProblem(Kind.NO_FORM, "pictures are sent as multipart/form-data")
    if not options.get(b"boundary"):
        raise ServiceProblem(Kind.INVALID_FORM, "the content type names no boundary")
    return options[b"boundary"]


async def _chunks(request: Request, idle_s: float) -> AsyncIterator[bytes]:
    stream = request.stream()
    while True:
        try:
            async with asyncio.timeout(idle_s):
                chunk = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise ServiceProblem(Kind.TOO_SLOW, f"nothing came for {idle_s:g} s", headers=CLOSE) from None
        yield chunk


@contextmanager
def _named_faults() -> Iterator[None]:
    try:
        yield
    except FormParserError as error:
        raise ServiceProblem(Kind.INVALID_FORM, str(error)) from None
