"""The signs of life of a camera's process: how the camera is and what it shows, once a second."""

import io
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from threading import Event, Thread
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING

from PIL import Image as PillowImage

from src.service.cameras.folder import CameraFolder, Heartbeat

if TYPE_CHECKING:  # they take seconds to import, and the first sign of life comes before that
    from src.video.frame import Frame
    from src.video.source import LiveState

EVERY_S = 1.0
STUCK_S = 20.0
"""Seconds that the work on one picture may take; after them the process counts as stuck, and gives no sign of life."""
WIDEST = 640
"""Pixels: the newest picture is at most so wide."""
QUALITY = 80

log = logging.getLogger(__name__)


class Pulse(AbstractContextManager["Pulse"]):
    """Gives signs of life in a thread of its own, as long as the work of the process gets on.

    A process whose camera is offline waits for it, and is alive however long that takes.
    """

    def __init__(self, folder: CameraFolder, run: str) -> None:
        self._folder, self._run = folder, run
        self.fault: str | None = None
        """Why the process cannot watch."""
        self.told = 0
        """The passages that were told."""
        self.live: Callable[[], LiveState] | None = None
        """Asks a live source how it is."""
        self._until = monotonic() + STUCK_S
        self._newest: bytes | None = None
        self._picture_due = 0.0
        self._seen = 0
        self._last_picture: datetime | None = None
        self._counted_at, self._counted = monotonic(), 0
        self._ended = Event()
        self._thread = Thread(target=self._run_on, name="pulse", daemon=True)

    def __enter__(self) -> "Pulse":
        self.beat()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        self.beat()

    def expect(self, seconds: float) -> None:
        """Says that the next step may take so many ``seconds``."""
        self._until = monotonic() + seconds

    def seen(self, frame: "Frame") -> None:
        """Says that the work has come to ``frame``, and shows it if that is due.

        The picture is made here and not by the thread that gives the signs of life: PyAV converts a frame for one
        thread at a time, and two of them wait for each other for ever.
        """
        self._last_picture = frame.wall or datetime.now(UTC)
        self._seen += 1
        self.expect(STUCK_S)
        if (now := monotonic()) >= self._picture_due:
            self._picture_due = now + EVERY_S
            self._newest = _small(frame)

    def beat(self) -> None:
        """Gives one sign of life. Raises OSError."""
        picture, self._newest = self._newest, None
        self._folder.beat(self._heartbeat(), picture)

    def _run_on(self) -> None:
        while not self._ended.wait(EVERY_S):
            if monotonic() < self._until or self._waits():
                try:
                    self.beat()
                except OSError as error:  # a full disk: the supervisor hears nothing, and starts the process anew
                    log.error("no sign of life can be given: %s", error)

    def _waits(self) -> bool:
        """Tells whether the process waits for its camera."""
        return self.live is not None and not self.live().online

    def _heartbeat(self) -> Heartbeat:
        live, rate = None if self.live is None else self.live(), self._rate()
        works = self.fault is None and not self._ended.is_set()
        if live is None:
            online, frames_per_second = self._seen > 0, rate
        else:
            online, frames_per_second = live.online, live.frames_per_second
        return Heartbeat(
            run=self._run,
            online=online and works,
            frames_per_second=frames_per_second,
            behind=0.0 if live is None else live.behind,
            last_picture=self._last_picture,
            error=self.fault or (None if live is None else live.error),
            reconnects=0 if live is None else live.reconnects,
            told=self.told,
        )

    def _rate(self) -> float:
        """Returns the frames a second since the last time."""
        now, seen = monotonic(), self._seen
        rate = (seen - self._counted) / max(now - self._counted_at, EVERY_S / 2)
        self._counted_at, self._counted = now, seen
        return rate


def _small(frame: "Frame") -> bytes:
    """Returns the JPEG of a frame, at most WIDEST pixels wide."""
    picture = PillowImage.fromarray(frame.image)
    picture.thumbnail((WIDEST, frame.height))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()
