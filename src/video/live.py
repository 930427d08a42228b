"""Live sources: a camera is read as fast as it sends, and only its newest picture is kept."""

import random
import threading
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Literal

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from src.core.cores import usable_cores
from src.video.address import Address, SourceError, fault
from src.video.connection import IN_PIECES, UNTIMED, connect, reason
from src.video.frame import Frame
from src.video.liveness import Clock, Stillness
from src.video.recordings import quarter_turns, video_stream
from src.video.source import LiveState, VideoSource

_RATE_SECONDS = 5.0
"""The frames of so many seconds, or of those since the connection began, make up the frames per second."""
_STEADY = 10.0
"""A connection that gave pictures for so many seconds was good: after it the first pause is the shortest again."""
_FAREWELL = 1.0
"""Seconds that ``close`` waits for the reading to end; where a camera hangs, it ends by itself when time is up."""
_LATE, _FAR_BEHIND, _CAUGHT_UP = 1.0, 4.0, 0.3
"""Seconds of delay from which pictures are left out before they are decoded, and below which none are any more."""

Skip = Literal["DEFAULT", "NONREF", "NONKEY"]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a live source waits, in seconds."""

    answer: float = 10.0
    """For a camera's answer, for what it sends next, and for a picture that can be decoded."""
    still: float = 30.0
    """For a change of the picture."""
    first_pause: float = 0.5
    """Before the second connection. Each further pause is twice as long as the one before."""
    longest_pause: float = 30.0


class LiveSource(VideoSource):
    """A camera or a live stream. It gives the newest frame each time, and waits for the next one if that was given.

    A thread reads and decodes; it connects again, after growing pauses, when the connection ends or the camera hangs.
    The times of frames go on meanwhile: they are seconds of this machine's clock from the first picture. The iteration
    ends when the source is closed, or with the end of a recording that an address names.
    """

    live = True

    def __init__(self, address: Address, patience: Patience | None = None) -> None:
        super().__init__(address.name)
        self._address = address
        self._patience = patience or Patience()
        self._closing = threading.Event()
        self._changed = threading.Condition()
        # what follows is guarded by the condition
        self._newest: Frame | None = None
        self._ended = False
        self._failure: BaseException | None = None
        self._online = False
        self._error: str | None = None
        self._connections = 0
        self._connected = 0.0
        self._arrivals: deque[float] = deque(maxlen=1000)
        self._behind = 0.0
        # what follows belongs to the reading thread
        self._still = Stillness(self._patience.still)
        self._begun: float | None = None
        self._last_time = 0.0
        self._thread = threading.Thread(target=self._run, name="video source", daemon=True)
        self._thread.start()

    def require(self) -> None:
        """Waits for the first picture. Raises SourceError where the first connection gives none."""
        with self._changed:
            self._changed.wait_for(lambda: self.frames or self._error or self._over)
            if self.frames or self._failure:
                return
            error = self._error or "has no pictures"
        raise fault(self.name, error)

    def state(self) -> LiveState:
        """Returns how the source is doing now."""
        now = monotonic()
        with self._changed:
            online = self._online and now - self._arrivals[-1] < self._patience.answer
            seconds = min(max(now - self._connected, 1.0), _RATE_SECONDS)
            rate = sum(now - arrival < seconds for arrival in self._arrivals) / seconds if online else 0.0
            return LiveState(online, rate, self._behind, max(0, self._connections - 1), self._error)

    def __next__(self) -> Frame:
        with self._changed:
            self._changed.wait_for(lambda: self._newest or self._over)
            if self._failure is not None:
                raise self._failure
            frame, self._newest = self._newest, None
            if frame is None or self._closing.is_set():
                raise StopIteration
            if self._begun is not None:
                self._behind = max(0.0, monotonic() - self._begun - frame.time)
            return frame

    def close(self) -> None:
        """Ends the source, and wakes up who waits for a frame."""
        self._closing.set()
        with self._changed:
            self._newest = None
            self._changed.notify_all()
        if self._thread is not threading.current_thread():
            self._thread.join(_FAREWELL)

    @property
    def _over(self) -> bool:
        return self._closing.is_set() or self._ended or self._failure is not None

    def _run(self) -> None:
        try:
            self._keep_reading()
        except BaseException as error:  # it is raised where frames are asked for
            with self._changed:
                self._failure = error
        finally:
            with self._changed:
                self._online, self._ended = False, True
                self._changed.notify_all()

    def _keep_reading(self) -> None:
        pause = self._patience.first_pause
        while not self._closing.is_set():
            began = monotonic()
            error = self._connect_and_read()
            if error is None:
                return
            steady = self._online and monotonic() - began > _STEADY
            with self._changed:
                self._online, self._error = False, error
                self._changed.notify_all()
            pause = self._patience.first_pause if steady else pause
            self._closing.wait(random.uniform(0.5, 1.0) * pause)
            pause = min(2 * pause, self._patience.longest_pause)

    def _connect_and_read(self) -> str | None:
        """Reads until the connection ends. Returns why it did, or None at the end of a recording."""
        answer = self._patience.answer
        try:
            with connect(self._address, answer) as container:
                return self._read(container, video_stream(container, self.name))
        except SourceError as error:
            return str(error).removeprefix(f"{self.name}: ")
        except av.error.FFmpegError as error:
            return reason(error, answer)

    def _read(self, container: InputContainer, stream: VideoStream) -> str | None:
        stream.thread_type = "SLICE"  # threads that work on several frames at once give each out later
        stream.thread_count = min(usable_cores(), 2)
        answer, kind = self._patience.answer, container.format.name
        clock = Clock(timed=kind not in UNTIMED, in_pieces=kind in IN_PIECES)
        known = container.duration / av.time_base if container.duration else None
        asked = last = monotonic()
        self._still.begin(asked)
        first = latest = None
        late = 0.0
        skip: Skip = "DEFAULT"
        for packet in container.demux(stream):
            if self._closing.is_set():
                return None
            if monotonic() - asked > answer:  # some formats give out a part of a picture when time is up
                return f"did not answer for {answer:g} s"
            skip = _skip(skip, late, packet.is_keyframe)
            stream.codec_context.skip_frame = skip
            for picture in self._decode(packet, counted=first is not None):
                last = monotonic()
                due = clock.due(picture, last)
                late = max(0.0, last - due)
                if first is None:
                    first = due
                    self._note_connection()
                latest = due
                if due > last and self._closing.wait(due - last):
                    return None
                last = monotonic()
                self._give(picture, due)
                if stood := self._still.look(picture, last):
                    return f"the same picture for {stood:g} s"
            asked = monotonic()
            if asked - last > answer:
                return f"no picture that can be decoded for {answer:g} s"
        if known and first is not None and latest is not None and latest - first > known - 1:
            return None
        return "ended the stream"

    def _decode(self, packet: "Packet[VideoStream]", counted: bool) -> list[VideoFrame]:
        """Returns the pictures that a packet completes. What is damaged is ``counted``.

        Before the first picture it is not: a connection may begin between two key pictures.
        """
        try:
            pictures = [] if packet.size and packet.is_corrupt else packet.decode()
        except av.error.FFmpegError:
            self.broken += counted
            return []
        whole = [picture for picture in pictures if not picture.is_corrupt]
        if counted:
            self.broken += len(pictures) - len(whole) + bool(packet.size and packet.is_corrupt)
        return whole

    def _note_connection(self) -> None:
        with self._changed:
            self._online = True
            self._connected = monotonic()
            self._connections += 1

    def _give(self, picture: VideoFrame, due: float) -> None:
        now = monotonic()
        if self._begun is None:
            self._begun = due
        self._last_time = max(due - self._begun, self._last_time)
        wall = datetime.now(UTC) - timedelta(seconds=max(0.0, now - due))
        with self._changed:
            frame = Frame(picture, self.frames + self.broken, self._last_time, wall, quarter_turns(picture))
            self.frames += 1
            self._arrivals.append(now)
            if not self._still.still:
                self._error = None
            if not self._closing.is_set():
                self._newest = frame
            self._changed.notify_all()


def _skip(before: Skip, late: float, key: bool) -> Skip:
    """Returns which pictures the decoder leaves out, for a stream that comes ``late`` seconds late.

    First those on which no other depends; then all but the key pictures, up to a key picture: what lies between them
    cannot be decoded when those before it are missing.
    """
    if late > _FAR_BEHIND:
        return "NONKEY"
    if before == "NONKEY":
        return "DEFAULT" if key and late < _CAUGHT_UP else "NONKEY"
    if late > _LATE:
        return "NONREF"
    return "DEFAULT" if late < _CAUGHT_UP else before
