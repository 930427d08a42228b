"""What the service is made of: opened once, shared by all requests, closed in good order."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import cv2
from anyio import CapacityLimiter, to_thread
from sqlalchemy.exc import SQLAlchemyError

from src.core.cores import usable_cores
from src.runtime.reader import Reader
from src.service.database import Database, open_database
from src.service.http.drain import Gate
from src.service.http.metrics import Metrics
from src.service.recognition.engine import Engine
from src.service.recognition.recogniser import Recogniser
from src.service.recognition.uploads import Limits, Uploads
from src.service.settings import Settings
from src.service.store import Pictures, expire, expire_answers, open_pictures, sweep

REQUESTS_HELD = 2
"""Of the largest size: so many bytes of uploads are in memory at most. They are a hundred usual pictures."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """What has to be there before anything is served."""

    settings: Settings
    reader: Reader
    database: Database
    pictures: Pictures


@dataclass(frozen=True, slots=True)
class Service:
    """The parts, at work."""

    parts: Parts
    gate: Gate
    engine: Engine
    metrics: Metrics
    recogniser: Recogniser
    drawers: CapacityLimiter
    """Of stored pictures, which are decoded anew: as many at a time as are read."""

    @property
    def is_ready(self) -> bool:
        """Whether requests with pictures will be answered; asks the database."""
        return self.gate.is_open and self.parts.database.ready()


@contextmanager
def opened(settings: Settings) -> Iterator[Parts]:
    """The parts that ``settings`` name. Raises CardError, ProviderError, TritonError, DatabaseError and OSError."""
    reader = Reader(
        settings.models,
        settings.threads,
        settings.provider,
        settings.min_confidence,
        triton=settings.triton_url,
        canvas=settings.canvas,
    )
    cv2.setNumThreads(settings.threads or usable_cores())
    database = open_database(settings.database_url)
    try:
        yield Parts(settings, reader, database, open_pictures(database, settings.data_dir / "pictures"))
    finally:
        database.close()


@asynccontextmanager
async def serving(parts: Parts) -> AsyncIterator[Service]:
    """The service at work. At the end it takes no new requests and finishes those that it has."""
    settings = parts.settings
    engine = Engine(settings.workers, settings.queue, settings.batch, settings.max_pixels)
    service = _assembled(parts, engine)
    housekeeping = asyncio.create_task(_keep_house(parts))
    try:
        yield service
    finally:
        service.gate.close()
        await service.gate.emptied()
        housekeeping.cancel()
        await asyncio.wait([housekeeping])
        await to_thread.run_sync(engine.close)


def _assembled(parts: Parts, engine: Engine) -> Service:
    settings, metrics = parts.settings, Metrics(lambda: engine.waiting)
    # a request with more pictures than may wait could never be taken
    limits = Limits(settings.max_upload_bytes, min(settings.max_pictures, settings.queue), settings.request_timeout_s)
    uploads = Uploads(limits, REQUESTS_HELD * limits.bytes)
    kept = parts.pictures if settings.keep_pictures else None
    limits_of_requests = {
        "min_reading": _min_reading(parts),
        "timeout_s": settings.request_timeout_s,
        "lease_s": settings.grace_s,
    }
    recogniser = Recogniser(uploads, engine, parts.reader, parts.database, kept, metrics, **limits_of_requests)
    return Service(parts, Gate(), engine, metrics, recogniser, CapacityLimiter(settings.workers))


def _min_reading(parts: Parts) -> float:
    """The confidence below which a reading does not count: that of the settings, else of the reader's card, else 0."""
    if parts.settings.min_reading is not None:
        return parts.settings.min_reading
    return parts.reader.plate_reader.card.confidence_threshold or 0.0


async def _keep_house(parts: Parts) -> None:
    """Removes from time to time files that no row knows, and what is older than the settings allow."""
    settings = parts.settings
    while True:
        await _try("files without a row are not removed", partial(sweep, parts.database, parts.pictures))
        await _try("old answers are not deleted", partial(expire_answers, parts.database, datetime.now(UTC)))
        if settings.retention_days is not None:
            before = datetime.now(UTC) - timedelta(days=settings.retention_days)
            await _try("what is too old is not deleted", partial(expire, parts.database, parts.pictures, before))
        await asyncio.sleep(settings.retention_every_s)


async def _try(failure: str, work: Callable[[], object]) -> None:
    """What fails now is done the next time; the log has it."""
    try:
        await to_thread.run_sync(work)
    except (OSError, SQLAlchemyError):
        log.exception("%s", failure)
