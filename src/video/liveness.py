"""When a live picture was due, and whether it stands still."""

import zlib

import numpy as np
from av.video.frame import VideoFrame

_FORGOTTEN = 0.001
"""Seconds a second by which the least delay may grow: a camera's clock may go wrong by so much."""
_JUMP = 5.0
"""Seconds between two pictures from which their timestamps are those of different clocks."""
_PIECE = 2.0
"""The same where pictures come in pieces: some of a piece must have been left out."""
_LOOK = 0.5
"""Seconds between two looks at whether the picture has changed."""
_LONGEST_STILL = 600.0


class Clock:
    """Says when, by this machine's clock, each picture of a connection was due.

    The picture that came with the least delay was due when it came, and the others as long before or after it as their
    timestamps say. So the times are as even as the camera's, whatever the network does. Where the stream comes in
    pieces that are shown one after the other, the first picture was due when it came, or the first one after a gap.
    """

    def __init__(self, timed: bool, in_pieces: bool) -> None:
        self._timed = timed
        self._in_pieces = in_pieces
        self._offset: float | None = None  # this machine's clock less the timestamps
        self._stamp = 0.0

    def due(self, picture: VideoFrame, arrival: float) -> float:
        """Returns the time, in seconds of ``time.monotonic``, at which a picture was due that comes at ``arrival``."""
        if not self._timed or picture.pts is None or picture.time_base is None:
            return arrival
        stamp = float(picture.pts * picture.time_base)
        passed, self._stamp = stamp - self._stamp, stamp
        now = arrival - stamp
        if self._offset is None or not 0 <= passed < (_PIECE if self._in_pieces else _JUMP):
            self._offset = now
        elif self._in_pieces:
            self._offset = max(self._offset, now)
        else:
            self._offset = min(self._offset + _FORGOTTEN * passed, now)
        return stamp + self._offset


class Stillness:
    """Notices that a camera sends the same picture again and again.

    It looks at every pixel: the noise of a sensor changes a few from picture to picture. A black night may still look
    frozen, so it waits twice as long each time until it says so again.
    """

    def __init__(self, limit: float) -> None:
        self._limit = self._least = limit
        self._print: int | None = None
        self._since = self._looked = float("-inf")
        self.still = False

    def begin(self, now: float) -> None:
        """Begins to count again, as on a new connection; what the picture was is kept."""
        self._since, self._looked = now, float("-inf")

    def look(self, picture: VideoFrame, now: float) -> float | None:
        """Returns for how long the picture has stood still, if that is too long."""
        if now - self._looked < _LOOK:
            return None
        self._looked = now
        print_ = _print_of(picture)
        if print_ != self._print:
            self._print, self._since, self._limit, self.still = print_, now, self._least, False
        elif now - self._since >= self._limit:
            waited, self._limit, self.still = self._limit, min(2 * self._limit, _LONGEST_STILL), True
            return waited
        return None


def _print_of(picture: VideoFrame) -> int:
    """Returns a check sum of the brightness; what stands beside the picture in memory does not count."""
    plane = picture.planes[0]
    rows = np.frombuffer(bytes(plane), np.uint8).reshape(-1, plane.line_size)
    return zlib.crc32(rows[: plane.height, : plane.width].tobytes())
