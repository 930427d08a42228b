"""Takes in the pictures of a request, has them read, stores the readings, and makes the answer."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus
from time import perf_counter

from anyio import CapacityLimiter, to_thread
from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response

from src.core.image import ImageError, Photograph, TooLargeError, UnknownFormatError
from src.core.result import DecisionRecord, ImageRecord
from src.core.types import Reading
from src.runtime.output import describe
from src.runtime.reader import ImageResult, PlateResult, Reader
from src.runtime.triton import TritonError
from src.service.api.idempotency import Idempotency
from src.service.api.requests import RecognizeOptions
from src.service.database import Database
from src.service.http.metrics import Metrics
from src.service.http.problems import FAULT, RETRY_AFTER_S, Kind, ServiceProblem, cause, respond
from src.service.recognition.drawing import DrawingError, FileKind, marked
from src.service.recognition.engine import Engine, EngineBusyError, EngineClosedError, PictureTask
from src.service.recognition.uploads import File, Received, Uploads
from src.service.registry.rules import Rules
from src.service.store import (
    Claim,
    ClaimLostError,
    Decided,
    MakeAnswer,
    NewAnswer,
    NewImage,
    Pictures,
    StoredImage,
    Upload,
    decide_recognitions,
    save_recognitions,
)

WRITERS = 4
"""Requests whose pictures are stored at a time: while one waits for the disk, others wait for the database."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recognised:
    """A picture that was read, and is stored if that was wished."""

    record: ImageRecord
    stored: StoredImage | None
    """The identifiers under which it is stored; None where it is not stored."""
    decisions: tuple[DecisionRecord | None, ...]
    """What is decided of each plate; None where there are no lists."""
    drawn: bytes
    """The file with the plates marked; it is empty where the request asks for none."""


RecognisedOrProblem = Recognised | ServiceProblem
"""What became of one picture."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a request wants of its pictures."""

    field: str
    """The field of the form that has the pictures."""
    options: RecognizeOptions
    answer: Callable[[Sequence[RecognisedOrProblem]], Response]
    """Makes the answer from what became of each picture, in their order; at least one of them was read."""
    key_id: str | None = None
    draw: FileKind | None = None
    """The kind of file in which the plates are marked; None means that no such file is made."""
    most: int | None = None
    """The most pictures; None means as many as any request may have."""
    key: str | None = None
    """The client's idempotency key; None means that the request cannot be repeated."""


@dataclass(frozen=True, slots=True)
class _Read:
    recognition: NewImage
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
        stored: Callable[[Sequence[str]], None],
        rules: Rules,
        min_reading: float,
        timeout_s: float,
        lease_s: float,
    ) -> None:
        """``pictures`` None means that they are not kept. ``stored`` is told of sightings that were stored, by their
        identifiers, in a thread of its own. ``rules`` say how sure decisions have to be. ``min_reading`` is the
        confidence below which a reading does not count. ``timeout_s`` is how many seconds readings are waited for,
        ``lease_s`` those within which a request is answered.
        """
        self._uploads, self._engine, self._reader, self._metrics = uploads, engine, reader, metrics
        self._save = partial(save_recognitions, database, pictures, rules=rules)
        self._decide, self._stored = partial(decide_recognitions, database, rules=rules), stored
        self._idempotency = Idempotency(database, lease_s)
        self._min_reading, self._timeout_s = min_reading, timeout_s
        self._writers = CapacityLimiter(WRITERS)

    async def recognize(self, request: Request, wish: Wish) -> Response:
        """Returns the answer that ``wish`` makes, when what it says is on the disk.

        A picture that cannot be read or drawn is an outcome of its own. What was read of the others is stored: all of
        it or, where the database or the disk fails, nothing. Where every picture has a problem, the answer is the first
        problem that may be gone when the client asks again, or else the first one. A repeated request with an
        idempotency key gets the answer of the first request. Raises ServiceProblem for a request that is refused as a
        whole.
        """
        try:
            reader = self._reader_for(wish.options)
            if not self._engine.has_room:
                raise _busy()
            async with self._uploads.received(request, wish.field, wish.most) as received:
                if wish.key is None:
                    return await self._answer(request, wish, reader, received)
                query = wish.options.model_dump_json()
                claim = await self._idempotency.claim(wish.key_id or "", wish.key, query, received.files)
                if isinstance(claim, Response):
                    return claim
                async with self._idempotency.holding(claim):
                    return await self._answer(request, wish, reader, received, claim)
        except ServiceProblem as problem:
            self._metrics.refused(str(problem.kind))
            raise

    async def _answer(
        self, request: Request, wish: Wish, reader: Reader, received: Received, claim: Claim | None = None
    ) -> Response:
        """Returns the answer, which is made in the transaction that stores, so that it says what is stored, and that
        what is stored is always answered for.
        """
        outcomes = await self._outcomes(received, reader, wish)
        read = [each for each in outcomes if isinstance(each, _Read)]
        problems = [each for each in outcomes if isinstance(each, ServiceProblem)]
        for problem in problems:
            self._metrics.refused(str(problem.kind))
        refusal = None if read else respond(_foremost(problems), request.url.path)
        answers: list[Response] = []

        def answer(decided: Sequence[Decided]) -> NewAnswer | None:
            of = iter(decided)
            what = [_recognised(each, next(of)) if isinstance(each, _Read) else each for each in outcomes]
            answers.append(refusal or wish.answer(what))
            return _kept(claim, answers[-1], read, decided)

        is_kept = claim is not None and not (refusal and _may_pass(refusal))
        recognitions = [each.recognition for each in read]
        try:
            if read and wish.options.store:
                await self._store(recognitions, answer)
            elif is_kept:
                await to_thread.run_sync(self._decide, recognitions, answer, limiter=self._writers)
            else:
                answer(await to_thread.run_sync(self._decide, recognitions) if read else [])
        except (OSError, SQLAlchemyError, ClaimLostError) as error:
            problem = _unstored(error, read)
            for _ in read:
                self._metrics.refused(str(problem.kind))
            return respond(problem, request.url.path)
        for each in read:
            self._metrics.read(len(each.recognition.record.plates))
        return answers[0]

    async def _outcomes(self, received: Received, reader: Reader, wish: Wish) -> list[_Read | ServiceProblem]:
        """Returns what became of each file, in their order."""
        whole = [file for file in received.files if file.fault is None]
        received.used_by = futures = self._submit(whole, reader, wish)
        read = iter(await asyncio.gather(*map(self._read, whole, futures)))
        return [file.fault or next(read) for file in received.files]

    async def _store(self, recognitions: Sequence[NewImage], answer: MakeAnswer) -> None:
        """Has the answer made, and returns when all that it says is on the disk."""
        start = perf_counter()
        decided = await to_thread.run_sync(self._save, recognitions, answer, limiter=self._writers)
        for _ in recognitions:
            self._metrics.spent("store", (perf_counter() - start) / len(recognitions))
        if sightings := _sightings(decided):
            await to_thread.run_sync(self._stored, sightings)

    def _reader_for(self, options: RecognizeOptions) -> Reader:
        reader, known = self._reader, self._reader.plate_reader.countries
        if unknown := [code for code in options.codes if code not in known]:
            raise ServiceProblem(Kind.INVALID_REQUEST, f"query.countries: no plate formats of {unknown[0]}")
        if options.codes:
            reader = reader.within(options.codes)
        return reader if options.min_confidence is None else reader.above(options.min_confidence)

    def _submit(self, files: list[File], reader: Reader, wish: Wish) -> list[Future[_Read]]:
        try:
            tasks = [PictureTask(file.data, reader, partial(_finish, file, wish, self._min_reading)) for file in files]
            return self._engine.submit(tasks)
        except EngineBusyError:
            raise _busy() from None
        except EngineClosedError:
            raise ServiceProblem(Kind.SHUTTING_DOWN, "ask again", retry_after=RETRY_AFTER_S) from None

    async def _read(self, file: File, future: Future[_Read]) -> _Read | ServiceProblem:
        """Returns what was read, or why nothing was: a fault of one picture never goes beyond it."""
        start = perf_counter()
        try:
            async with asyncio.timeout(self._timeout_s):
                read = await asyncio.wrap_future(future)  # it is cancelled when the time is over
        except Exception as error:
            return self._problem(error, file.name)
        ms = read.recognition.record.ms
        for stage in ("decode", "detect", "read"):
            self._metrics.spent(stage, getattr(ms, stage) / 1e3)
        self._metrics.spent("wait", max(perf_counter() - start - ms.total / 1e3, 0))
        return read

    def _problem(self, error: Exception, name: str) -> ServiceProblem:
        """Returns what the client is told of an error at the picture with this name."""
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


def _finish(file: File, wish: Wish, min_reading: float, photograph: Photograph, result: ImageResult) -> _Read:
    options = wish.options
    result = replace(result, plates=tuple(_read_or_found(plate, min_reading) for plate in result.plates))
    record = describe(file.name, result, options.abstain)
    drawn = b"" if wish.draw is None else marked(photograph, record.plates, wish.draw)
    upload = Upload(file.name, photograph.media_type, file.data, options.camera, options.taken, wish.key_id)
    return _Read(NewImage(upload, record, StoredImage.new(record)), drawn)


def _read_or_found(plate: PlateResult, min_reading: float) -> PlateResult:
    """Returns the plate, without its text if that is hardly more than a guess: nobody should search or count it."""
    sure = plate.reading.confidence
    return plate if sure >= min_reading else replace(plate, reading=Reading("", sure, ()))


def _recognised(read: _Read, decided: Decided) -> Recognised:
    return Recognised(read.recognition.record, decided.stored, decided.decisions, read.drawn)


def _sightings(decided: Sequence[Decided]) -> list[str]:
    """Returns the identifiers of what is stored."""
    stored = [each.stored.sightings for each in decided if each.stored is not None]
    return [known for sightings in stored for known in sightings if known is not None]


def _foremost(problems: Sequence[ServiceProblem]) -> ServiceProblem:
    """Returns the problem that the client is told when none of its pictures was read."""
    return next((problem for problem in problems if problem.kind.is_passing), problems[0])


def _kept(claim: Claim | None, answer: Response, read: Sequence[_Read], decided: Sequence[Decided]) -> NewAnswer | None:
    """Returns the answer for repeated requests; None where those are answered anew, as the service may do better
    then.
    """
    if claim is None or _may_pass(answer):
        return None
    plates = {plate.text for each in read for plate in each.recognition.record.plates} - {""}
    return NewAnswer(claim, answer.status_code, bytes(answer.body), [*plates, *_sightings(decided)])


def _may_pass(answer: Response) -> bool:
    """Tells whether the service may do better when it is asked again."""
    return answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR


def _unstored(error: Exception, read: Sequence[_Read]) -> ServiceProblem:
    """Returns what the client is told of an error that left nothing stored."""
    if isinstance(error, ClaimLostError):
        detail = "it took too long, and the same request is at work again: ask again"
        return ServiceProblem(Kind.IN_WORK, detail, retry_after=RETRY_AFTER_S)
    log.error("pictures could not be stored: %s", cause(error))
    name = read[0].recognition.upload.name if len(read) == 1 else None
    return ServiceProblem(Kind.NOT_STORED, "ask again", name, retry_after=RETRY_AFTER_S)


def _kind(error: ImageError) -> Kind:
    if isinstance(error, TooLargeError):
        return Kind.TOO_LARGE
    return Kind.UNKNOWN_FORMAT if isinstance(error, UnknownFormatError) else Kind.DAMAGED


def _busy() -> ServiceProblem:
    return ServiceProblem(Kind.BUSY, "the queue is full", retry_after=RETRY_AFTER_S)
