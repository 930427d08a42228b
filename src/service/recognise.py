"""From a request with pictures to what the API says of them: taken in, read, stored."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from time import perf_counter

from anyio import CapacityLimiter, to_thread
from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response

from src.core.image import ImageError, Photograph, TooLargeError, UnknownFormatError
from src.runtime.output import Description, describe
from src.runtime.reader import ImageResult, Reader
from src.runtime.triton import TritonError
from src.service.database import Database
from src.service.drawing import DrawingError, FileKind, marked
from src.service.inference import Engine, EngineBusyError, EngineClosedError, Task
from src.service.metrics import Metrics
from src.service.problems import FAULT, RETRY_AFTER_S, Kind, ServiceProblem, cause
from src.service.queries import RecognizeOptions
from src.service.store import Pictures, Recognition, StoredImage, Upload, save_recognitions
from src.service.uploads import File, Uploads

WRITERS = 4
"""Requests whose pictures are stored at a time: while one waits for the disk, others wait for the database."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recognised:
    """A picture that was read, and is stored if that was wished."""

    described: Description
    """As ``src.runtime.output.describe`` has it, with the identifiers of what is stored."""
    drawn: bytes
    """The file with the plates marked; empty where none was wished."""


Outcome = Recognised | ServiceProblem
"""What became of one picture."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a request wants of its pictures."""

    field: str
    """Of the form, that has them."""
    options: RecognizeOptions
    answer: Callable[[Sequence[Outcome]], Response]
    """Makes the answer of what became of each picture, in their order; one of them at least was read."""
    key_id: str | None = None
    draw: FileKind | None = None
    """The kind of file in which the plates are marked; None: none is made."""
    most: int | None = None
    """Pictures; None: as many as any request may have."""


@dataclass(frozen=True, slots=True)
class _Read:
    recognition: Recognition
    """As it is stored, if that is wished."""
    drawn: bytes

    @property
    def plates(self) -> int:
        return len(self.recognition.described["plates"])


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
        self._save = partial(save_recognitions, database, pictures)
        self._timeout_s = timeout_s
        self._writers = CapacityLimiter(WRITERS)

    async def recognize(self, request: Request, wish: Wish) -> Response:
        """The answer that ``wish`` makes, when what it says is on the disk.

        A picture that cannot be read or drawn is an outcome of its own; what was read of the others is stored, all of
        it or, where the database or the disk fails, nothing.
        Raises ServiceProblem: that of a request that is refused as a whole or, where every picture has one, the first
        that may be gone when the client asks again, else the first.
        """
        answer = await self._recognize(request, wish)
        if isinstance(answer, ServiceProblem):
            raise answer
        return answer

    async def _recognize(self, request: Request, wish: Wish) -> Response | ServiceProblem:
        try:
            reader = self._reader_for(wish.options)
            if not self._engine.has_room:
                raise _busy()
            async with self._uploads.received(request, wish.field, wish.most) as received:
                received.used_by = futures = self._submit(received.files, reader, wish)
                outcomes = await asyncio.gather(*map(self._read, received.files, futures))
                return await self._answer(outcomes, wish)
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
            return self._engine.submit([Task(file.data, reader, partial(_finish, file, wish)) for file in files])
        except EngineBusyError:
            raise _busy() from None
        except EngineClosedError:
            raise ServiceProblem(Kind.SHUTTING_DOWN, "ask again", retry_after=RETRY_AFTER_S) from None

    async def _read(self, file: File, future: Future[_Read]) -> _Read | ServiceProblem:
        """What was read, or why nothing was: nothing that is wrong with a picture goes beyond it."""
        start = perf_counter()
        try:
            async with asyncio.timeout(self._timeout_s):
                read = await asyncio.wrap_future(future)  # which is cancelled when the time is over
        except Exception as error:
            problem = self._problem(error, file.name)
            self._metrics.refused(str(problem.kind))
            return problem
        ms = read.recognition.described["ms"]
        for stage in ("decode", "detect", "read"):
            self._metrics.spent(stage, ms[stage] / 1e3)
        self._metrics.spent("wait", max(perf_counter() - start - ms["total"] / 1e3, 0))
        return read

    def _problem(self, error: Exception, name: str) -> ServiceProblem:
        """What the client is told of an error at the picture with this name."""
        if isinstance(error, ImageError):
            return ServiceProblem(_kind(error), str(error), name)
        if isinstance(error, DrawingError):
            return ServiceProblem(Kind.NOT_DRAWN, str(error), name)
        if isinstance(error, TimeoutError):
            return ServiceProblem(Kind.TIMED_OUT, f"over {self._timeout_s:g} s", name, retry_after=RETRY_AFTER_S)
        if isinstance(error, TritonError):
            log.error("%s", error)
            return ServiceProblem(Kind.NOT_READ, "ask again", name, retry_after=RETRY_AFTER_S)
        log.error("a picture could not be read", exc_info=error)
        return ServiceProblem(Kind.FAILED, FAULT, name)

    async def _answer(self, outcomes: Sequence[_Read | ServiceProblem], wish: Wish) -> Response | ServiceProblem:
        """The answer, made before anything is stored, so that what is stored is always answered for."""
        read = [outcome for outcome in outcomes if isinstance(outcome, _Read)]
        if not read:
            faults = [outcome for outcome in outcomes if isinstance(outcome, ServiceProblem)]
            return next((fault for fault in faults if fault.kind.is_passing), faults[0])
        is_stored = wish.options.store
        answer = wish.answer([_recognised(each, is_stored) if isinstance(each, _Read) else each for each in outcomes])
        try:
            await self._store([each.recognition for each in read] if is_stored else [])
        except (OSError, SQLAlchemyError) as error:
            log.error("pictures could not be stored: %s", cause(error))
            for _ in read:
                self._metrics.refused(str(Kind.NOT_STORED))
            name = read[0].recognition.upload.name if len(read) == 1 else None
            return ServiceProblem(Kind.NOT_STORED, "ask again", name, retry_after=RETRY_AFTER_S)
        for each in read:
            self._metrics.read(each.plates)
        return answer

    async def _store(self, recognitions: Sequence[Recognition]) -> None:
        """Returns when all of it is on the disk."""
        if not recognitions:
            return
        start = perf_counter()
        await to_thread.run_sync(self._save, recognitions, limiter=self._writers)
        for _ in recognitions:
            self._metrics.spent("store", (perf_counter() - start) / len(recognitions))


def _finish(file: File, wish: Wish, photograph: Photograph, result: ImageResult) -> _Read:
    options = wish.options
    described = describe(file.name, result, options.abstain)
    accepted = [plate["accepted"] for plate in described["plates"]]
    drawn = b"" if wish.draw is None else marked(photograph, result.plates, accepted, wish.draw)
    upload = Upload(file.name, photograph.media_type, file.data, options.camera, options.taken, wish.key_id)
    return _Read(Recognition(upload, described, StoredImage.new(described)), drawn)


def _recognised(read: _Read, is_stored: bool) -> Recognised:
    """What was read, with the identifiers that it is stored under, if it is."""
    described, stored = read.recognition.described, read.recognition.stored
    sightings = stored.sightings if is_stored else [None] * len(stored.sightings)
    plates = [plate | {"sighting": sighting} for plate, sighting in zip(described["plates"], sightings, strict=True)]
    return Recognised({**described, "id": stored.id if is_stored else None, "plates": plates}, read.drawn)


def _kind(error: ImageError) -> Kind:
    if isinstance(error, TooLargeError):
        return Kind.TOO_LARGE
    return Kind.UNKNOWN_FORMAT if isinstance(error, UnknownFormatError) else Kind.DAMAGED


def _busy() -> ServiceProblem:
    return ServiceProblem(Kind.BUSY, "the queue is full", retry_after=RETRY_AFTER_S)
