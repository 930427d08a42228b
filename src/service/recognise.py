"""From a request with pictures to what the API says of them: taken in, read, stored."""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from time import perf_counter

from anyio import CapacityLimiter, to_thread
from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError

from src.core.image import ImageError, Photograph, TooLargeError, UnknownFormatError
from src.runtime.output import Description, describe
from src.runtime.reader import ImageResult, Reader
from src.runtime.triton import TritonError
from src.service.database import Database
from src.service.drawing import FileKind, marked
from src.service.inference import Engine, EngineBusyError, EngineClosedError, Task
from src.service.metrics import Metrics
from src.service.problems import RETRY_AFTER_S, Kind, ServiceProblem, cause
from src.service.queries import RecognizeOptions
from src.service.store import Pictures, Upload, save_recognition
from src.service.uploads import File, Uploads

WRITERS = 4
"""Pictures that are stored at a time: while one waits for the disk, others wait for the database."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a request wants of its pictures."""

    field: str
    """Of the form, that has them."""
    options: RecognizeOptions
    key_id: str | None = None
    draw: FileKind | None = None
    """The kind of file in which the plates are marked; None: none is made."""
    most: int | None = None
    """Pictures; None: as many as any request may have."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A picture that was read, and stored if that was wished."""

    described: Description
    """As ``src.runtime.output.describe`` has it, with the identifiers of what is stored."""
    drawn: bytes
    """The file with the plates marked; empty where none was wished."""


@dataclass(frozen=True, slots=True)
class _Read:
    described: Description
    media_type: str
    drawn: bytes


class Recogniser:
    """Answers requests with pictures."""

    def __init__(
        self,
        uploads: Uploads,
        engine: Engine,
        reader: Reader,
        database: Database,
        pictures: Pictures | None,
        metrics: Metrics,
        timeout_s: float,
    ) -> None:
        """``pictures`` None: they are not kept. ``timeout_s``: seconds that readings are waited for."""
        self._uploads, self._engine, self._reader, self._metrics = uploads, engine, reader, metrics
        self._save = partial(save_recognition, database, pictures)
        self._timeout_s = timeout_s
        self._writers = CapacityLimiter(WRITERS)

    async def recognize(self, request: Request, wish: Wish) -> list[Recognised | ServiceProblem]:
        """What became of each picture, in their order; one of them at least was read.

        Raises ServiceProblem: that of a request that is refused as a whole or, where every picture has one, the first
        that may be gone when the client asks again, else the first.
        """
        outcomes = await self._recognize(request, wish)
        faults = [outcome for outcome in outcomes if isinstance(outcome, ServiceProblem)]
        if len(faults) == len(outcomes):
            raise next((fault for fault in faults if fault.kind.is_passing), faults[0])
        return outcomes

    async def _recognize(self, request: Request, wish: Wish) -> list[Recognised | ServiceProblem]:
        try:
            reader = self._reader_for(wish.options)
            if not self._engine.has_room:
                raise _busy()
            async with self._uploads.received(request, wish.field, wish.most) as files:
                futures = self._submit(files, reader, wish)
                answers = (self._answer(*each, wish) for each in zip(files, futures, strict=True))
                return await asyncio.gather(*answers)
        except ServiceProblem as problem:
            self._metrics.refused(str(problem.kind))
            raise

    def _reader_for(self, options: RecognizeOptions) -> Reader:
        reader, known = self._reader, self._reader.plate_reader.countries
        if unknown := [code for code in options.codes if code not in known]:
            raise ServiceProblem(Kind.INVALID_REQUEST, f"query.countries: no plate formats of {unknown[0]}")
        if options.codes:
            reader = reader.within(options.codes)
        return reader if options.min_confidence is None else reader.above(options.min_confidence)

    def _submit(self, files: list[File], reader: Reader, wish: Wish) -> list[Future[_Read]]:
        try:
            return self._engine.submit([Task(file.data, reader, partial(_finish, file.name, wish)) for file in files])
        except EngineBusyError:
            raise _busy() from None
        except EngineClosedError:
            raise ServiceProblem(Kind.SHUTTING_DOWN, "ask again", retry_after=RETRY_AFTER_S) from None

    async def _answer(self, file: File, future: Future[_Read], wish: Wish) -> Recognised | ServiceProblem:
        try:
            read = await self._read(file, future)
            described = await self._stored(file, read, wish) if wish.options.store else _unstored(read.described)
        except ServiceProblem as problem:
            self._metrics.refused(str(problem.kind))
            return problem
        self._metrics.read(len(described["plates"]))
        return Recognised(described, read.drawn)

    async def _read(self, file: File, future: Future[_Read]) -> _Read:
        start = perf_counter()
        try:
            async with asyncio.timeout(self._timeout_s):
                read = await asyncio.wrap_future(future)  # which is cancelled when the time is over
        except ImageError as error:
            raise ServiceProblem(_kind(error), str(error), file.name) from None
        except TimeoutError:
            detail = f"over {self._timeout_s:g} s"
            raise ServiceProblem(Kind.TIMED_OUT, detail, file.name, retry_after=RETRY_AFTER_S) from None
        except TritonError as error:
            log.error("%s", error)
            raise ServiceProblem(Kind.NOT_READ, "ask again", file.name, retry_after=RETRY_AFTER_S) from None
        ms = read.described["ms"]
        for stage in ("decode", "detect", "read"):
            self._metrics.spent(stage, ms[stage] / 1e3)
        self._metrics.spent("wait", max(perf_counter() - start - ms["total"] / 1e3, 0))
        return read

    async def _stored(self, file: File, read: _Read, wish: Wish) -> Description:
        """The description with the identifiers under which it is on the disk now."""
        options = wish.options
        upload = Upload(file.name, read.media_type, file.data, options.camera, options.taken, wish.key_id)
        try:
            with self._metrics.timing("store"):
                stored = await to_thread.run_sync(self._save, upload, read.described, limiter=self._writers)
        except (OSError, SQLAlchemyError) as error:
            log.error("a picture could not be stored: %s", cause(error))
            raise ServiceProblem(Kind.NOT_STORED, "ask again", file.name, retry_after=RETRY_AFTER_S) from error
        return _identified(read.described, stored.id, stored.sightings)


def _finish(name: str, wish: Wish, photograph: Photograph, result: ImageResult) -> _Read:
    described = describe(name, result, wish.options.abstain)
    accepted = [plate["accepted"] for plate in described["plates"]]
    drawn = b"" if wish.draw is None else marked(photograph, result.plates, accepted, wish.draw)
    return _Read(described, photograph.media_type, drawn)


def _identified(described: Description, image: str | None, sightings: Sequence[str | None]) -> Description:
    plates = [plate | {"sighting": sighting} for plate, sighting in zip(described["plates"], sightings, strict=True)]
    return described | {"id": image, "plates": plates}


def _unstored(described: Description) -> Description:
    return _identified(described, None, [None] * len(described["plates"]))


def _kind(error: ImageError) -> Kind:
    if isinstance(error, TooLargeError):
        return Kind.TOO_LARGE
    return Kind.UNKNOWN_FORMAT if isinstance(error, UnknownFormatError) else Kind.DAMAGED


def _busy() -> ServiceProblem:
    return ServiceProblem(Kind.BUSY, "the queue is full", retry_after=RETRY_AFTER_S)
