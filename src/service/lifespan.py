"""The resources of the service: they are opened once, shared by all requests, and closed in good order."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import cv2
from anyio import CapacityLimiter, to_thread
from sqlalchemy.exc import SQLAlchemyError

from src.core.cores import usable_cores
from src.runtime.reader import Reader
from src.service.cameras.owner import Cameras
from src.service.database import Database, open_database
from src.service.delivery.barrier import BarrierSender
from src.service.delivery.deliveries import Deliveries
from src.service.delivery.events import ReceiverKind
from src.service.delivery.mqtt import MqttSender
from src.service.delivery.sender import Sender
from src.service.delivery.webhook import WebhookSender
from src.service.http.drain import Drain
from src.service.http.metrics import Metrics
from src.service.live.announce import announce, announce_visits
from src.service.live.tickets import Tickets
from src.service.recognition.engine import Engine
from src.service.recognition.recogniser import Recogniser
from src.service.recognition.uploads import Limits, Uploads
from src.service.settings import Settings
from src.service.store import (
    Pictures,
    expire,
    expire_answers,
    expire_deliveries,
    expire_unmatched,
    open_pictures,
    sweep,
)
from src.service.store.visits.searching import occupancy

REQUESTS_HELD = 2
"""So many requests of the largest size fit into the memory that uploads may take at a time. It is a hundred usual
pictures.
"""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Resources:
    """What has to be open before anything is served."""

    settings: Settings
    reader: Reader
    database: Database
    pictures: Pictures


@dataclass(frozen=True, slots=True)
class Service:
    """The running service: its resources, and what works with them."""

    resources: Resources
    drain: Drain
    engine: Engine
    metrics: Metrics
    recogniser: Recogniser
    cameras: Cameras
    drawers: CapacityLimiter
    """Limits how many stored pictures are drawn at a time: each is decoded anew, so it is the number of workers."""
    tickets: Tickets
    deliveries: Deliveries

    @property
    def is_ready(self) -> bool:
        """Whether requests with pictures will be answered; it asks the database."""
        return not self.drain.is_draining and self.resources.database.ready()


@contextmanager
def opened(settings: Settings) -> Iterator[Resources]:
    """Opens the resources that ``settings`` name, and closes them when the block is left.

    Raises CardError, ProviderError, TritonError, DatabaseError and OSError.
    """
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
        yield Resources(settings, reader, database, open_pictures(database, settings.data_dir / "pictures"))
    finally:
        database.close()


@asynccontextmanager
async def serving(resources: Resources) -> AsyncIterator[Service]:
    """The running service. When the block is left it takes no new requests and finishes those that it has."""
    settings = resources.settings
    engine = Engine(settings.workers, settings.queue, settings.batch, settings.max_pixels)
    service = _assembled(resources, engine)
    await to_thread.run_sync(service.cameras.start)
    await to_thread.run_sync(service.deliveries.start)
    housekeeping = asyncio.create_task(_keep_house(resources))
    try:
        yield service
    finally:
        service.drain.begin()
        await service.drain.finished()
        housekeeping.cancel()
        await asyncio.wait([housekeeping])
        await to_thread.run_sync(service.cameras.stop)
        await to_thread.run_sync(service.deliveries.stop)
        await to_thread.run_sync(engine.close)


def _assembled(resources: Resources, engine: Engine) -> Service:
    settings = resources.settings
    metrics = Metrics(lambda: engine.waiting, lambda: cameras.broadcast.listeners)
    # a request with more pictures than may wait could never be taken
    limits = Limits(settings.max_upload_bytes, min(settings.max_pictures, settings.queue), settings.request_timeout_s)
    uploads = Uploads(limits, REQUESTS_HELD * limits.bytes)
    kept = resources.pictures if settings.keep_pictures else None
    cameras = Cameras(settings, resources.database, kept, metrics.passed)
    metrics.cameras_are(cameras.states)
    deliveries = Deliveries(settings, resources.database, partial(_senders, settings, resources.database))
    metrics.deliveries_are(deliveries.waiting, deliveries.ended)
    resources.database.after_commit(partial(announce_visits, resources.database, cameras.broadcast))
    stored = partial(announce, resources.database, cameras.broadcast)
    recogniser = Recogniser(
        uploads,
        engine,
        resources.reader,
        resources.database,
        kept,
        metrics,
        stored,
        settings.rules,
        min_reading=_min_reading(resources),
        timeout_s=settings.request_timeout_s,
        lease_s=settings.grace_s,
    )
    drain, drawers = Drain(cameras.broadcast.end), CapacityLimiter(settings.workers)
    return Service(resources, drain, engine, metrics, recogniser, cameras, drawers, Tickets(), deliveries)


def _senders(settings: Settings, database: Database) -> dict[ReceiverKind, Sender]:
    """Returns those who send to receivers, one for each kind; it is called in the event loop that they work in."""
    return {
        ReceiverKind.WEBHOOK: WebhookSender(settings.networks),
        ReceiverKind.MQTT: MqttSender(settings.networks, partial(_counted, database)),
        ReceiverKind.BARRIER: BarrierSender(settings.networks),
    }


def _counted(database: Database, place: str) -> dict[str, int | None] | None:
    """Returns how full a place is, without its name; None where there is no such place."""
    counts = next((asdict(each) for each in occupancy(database) if each.place == place), None)
    return None if counts is None else {name: count for name, count in counts.items() if name != "place"}


def _min_reading(resources: Resources) -> float:
    """Returns the confidence below which a reading does not count: that of the settings, of the reader's card, or 0."""
    if resources.settings.min_reading is not None:
        return resources.settings.min_reading
    return resources.reader.plate_reader.card.confidence_threshold or 0.0


async def _keep_house(resources: Resources) -> None:
    """Removes, from time to time, files that no row knows, and what is older than the settings allow."""
    settings = resources.settings
    while True:
        await _try("files without a row are not removed", partial(sweep, resources.database, resources.pictures))
        ended = datetime.now(UTC) - timedelta(days=settings.deliveries_days)
        await _try("old deliveries are not deleted", partial(expire_deliveries, resources.database, ended))
        await _try("old answers are not deleted", partial(expire_answers, resources.database, datetime.now(UTC)))
        if settings.unmatched_hours is not None:
            before = datetime.now(UTC) - timedelta(hours=settings.unmatched_hours)
            work = partial(expire_unmatched, resources.database, resources.pictures, before)
            await _try("sightings of unknown vehicles are not deleted", work)
        if settings.retention_days is not None:
            before = datetime.now(UTC) - timedelta(days=settings.retention_days)
            await _try(
                "what is too old is not deleted", partial(expire, resources.database, resources.pictures, before)
            )
        await asyncio.sleep(settings.retention_every_s)


async def _try(failure: str, work: Callable[[], object]) -> None:
    """What fails now is done the next time; the log has it."""
    try:
        await to_thread.run_sync(work)
    except (OSError, SQLAlchemyError):
        log.exception("%s", failure)
