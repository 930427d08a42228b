"""Watches one camera and puts what it tells on the disk: the part of a camera's process that needs the models."""

import io
import time
from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
from PIL import Image as PillowImage

from src.core.card import CardError
from src.core.formats.reader import CountryError
from src.core.types import Image
from src.runtime.draw import JPEG_QUALITY
from src.runtime.reader import Reader
from src.runtime.session import ProviderError
from src.runtime.triton import TritonError
from src.service.cameras.assignment import Assignment
from src.service.cameras.ending import EndedError, Ending
from src.service.cameras.folder import CameraFolder, ToldPassage
from src.service.cameras.pulse import Pulse
from src.service.cameras.reach import SourceRefusedError, check_source
from src.video.address import parse_address
from src.video.passage import Passage
from src.video.sources import LiveSource, SourceError, VideoSource, open_camera, open_source
from src.video.watcher import Watcher, WatchOptions

SETTLE_S = 1.0
"""Seconds after which a passage is told although its plate is still in view: a barrier has to open before."""


class Unwatchable(Exception):  # noqa: N818 (it names what the camera is)
    """The camera cannot be watched; the message is one line, without a password."""


class Teller:
    """Tells the passages of one run: each is on the disk when it is told."""

    def __init__(self, given: Assignment, folder: CameraFolder, min_reading: float, pulse: Pulse) -> None:
        self._given, self._folder, self._min_reading, self._pulse = given, folder, min_reading, pulse
        self._begun, self._count = datetime.now(UTC), 0
        self._name = f"{time.time_ns():020d}"
        self._tellings: dict[int, int] = {}
        """How often the vehicles that are in view were told."""
        self.size = 1, 1
        """Width and height of the newest frame."""

    def tell(self, passage: Passage) -> None:
        """Puts one passage on the disk. One that was not read, or not surely enough, is none. Raises OSError."""
        record = passage.record
        if not record.text or record.confidence < self._min_reading:
            return
        telling = self._tellings.pop(record.track, 0) + 1
        if not record.left:
            self._tellings[record.track] = telling
        width, height = self.size if passage.image is None else passage.image.shape[1::-1]
        told = ToldPassage(
            key=f"{self._given.run}-{record.track}",
            telling=telling,
            first=record.first_wall or self._begun + timedelta(seconds=record.first),
            last=record.last_wall or self._begun + timedelta(seconds=record.last),
            width=width,
            height=height,
            passage=record,
        )
        self._count += 1
        picture = None if passage.image is None else _jpeg(passage.image)
        self._folder.put(f"{self._name}-{self._count:09d}", told, picture)
        self._pulse.told += 1


def watch(given: Assignment, folder: CameraFolder, pulse: Pulse, ending: Ending) -> None:
    """Watches until the source ends or the process is told to end; what is in view then is told.

    Raises Unwatchable and OSError.
    """
    cv2.setNumThreads(1)
    try:
        check_source(given.source, given.files, given.local)
        reader = _reader(given)
        source = _opened(given.source)
    except (SourceRefusedError, SourceError, CardError, ProviderError, TritonError, CountryError) as error:
        raise Unwatchable(str(error)) from None
    card_says = reader.plate_reader.card.confidence_threshold or 0.0
    teller = Teller(given, folder, card_says if given.min_reading is None else given.min_reading, pulse)
    with source:
        zone = None if given.zone is None else np.array(given.zone, np.float32)
        options = WatchOptions(zone=zone, min_width=given.min_width, settle=SETTLE_S, keep_pictures=given.pictures)
        watcher = Watcher(reader, source.name, options)
        try:
            _watch_on(source, watcher, teller, pulse, ending)
        except SourceError as error:
            raise Unwatchable(str(error)) from None
        finally:
            for passage in watcher.end():
                teller.tell(passage)


def _watch_on(source: VideoSource, watcher: Watcher, teller: Teller, pulse: Pulse, ending: Ending) -> None:
    if isinstance(source, LiveSource):
        pulse.live = source.state
    while True:
        try:
            with ending.interrupting():
                frame = next(source, None)
        except EndedError:
            return
        if frame is None:
            return
        pulse.seen(frame)
        teller.size = frame.width, frame.height
        for passage in watcher.see(frame):
            teller.tell(passage)


def _opened(word: str) -> VideoSource:
    """Opens a source; a camera that does not answer now is waited for. Raises SourceError."""
    return open_source(word) if parse_address(word).kind in ("file", "folder") else open_camera(word)


def _reader(given: Assignment) -> Reader:
    """Returns the reader that the assignment names. Raises what ``Reader`` raises."""
    reader = Reader(
        given.models,
        given.threads,
        given.provider,
        given.min_confidence,
        triton=given.triton_url,
        canvas=given.canvas,
    )
    return reader.within(given.countries) if given.countries else reader


def _jpeg(image: Image) -> bytes:
    file = io.BytesIO()
    PillowImage.fromarray(image).save(file, "JPEG", quality=JPEG_QUALITY)
    return file.getvalue()
