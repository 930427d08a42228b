"""Writes an MP4 file of H.264, whose frames have the times that they are given."""

from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace

from src.core.cores import usable_cores
from src.core.files import replacing
from src.core.types import Image

_TICKS = 90_000
"""Ticks a second, in which times are stored."""
_BT709 = 1
"""The number of the colours of ITU-R BT.709 in ISO 23091-2, which players take for granted."""


class VideoWriteError(ValueError):
    """The error of a video that cannot be written. Its message is one line that names the file and the fault."""


class VideoWriter:
    """A video file that is there as a whole, when the writer is closed, or not at all.

    Until then it is written beside ``path``, under a hidden name; a ``with`` block that raises leaves nothing. Pictures
    of odd sizes get one more row or column at the edge, as the coding asks for even ones.
    """

    def __init__(self, path: Path | str, width: int, height: int, rate: float) -> None:
        """Begins the file. ``rate``, in frames a second, is what to expect; what counts is the time of each frame.

        Raises VideoWriteError.
        """
        self._path = Path(path)
        if self._path.suffix.lower() != ".mp4":
            raise VideoWriteError(f"{self._path}: a video is written as .mp4 only")
        if self._path.is_dir():
            raise VideoWriteError(f"{self._path}: cannot be written (Is a directory)")
        self._size = width + width % 2, height + height % 2
        self._last = -1
        self._open = True
        self._file = ExitStack()
        unfinished = self._file.enter_context(replacing(self._path, hidden=True))
        try:
            options = {"movflags": "faststart"}
            self._container = av.open(f"file:{unfinished}", "w", format="mp4", options=options)
            self._stream = self._container.add_stream("libx264", Fraction(rate).limit_denominator(1000))
            self._set_up()
            self._container.start_encoding()
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise self._fault(error) from None

    def write(self, image: Image, time: float) -> None:
        """Adds a picture, RGB, that is shown from ``time`` on, in seconds; times must grow. Raises VideoWriteError.

        A picture of another size, as a camera may send after a while, is scaled to the size of the others.
        """
        picture = VideoFrame.from_ndarray(_even(image), format="rgb24")
        picture = picture.reformat(*self._size, format="yuv420p", dst_colorspace=Colorspace.ITU709)
        self._last = max(round(time * _TICKS), self._last + 1)
        picture.pts, picture.time_base = self._last, Fraction(1, _TICKS)
        try:
            self._container.mux(self._stream.encode(picture))
        except (av.error.FFmpegError, OSError) as error:
            raise self._fault(error) from None

    def close(self) -> None:
        """Completes the file and gives it its name. Raises VideoWriteError, also where there was no picture."""
        if not self._open:
            return
        if self._last < 0:
            raise self._fault(ValueError("no pictures"))
        try:
            self._container.mux(self._stream.encode(None))
            self._container.close()
            self._open = False
            self._file.close()
        except (av.error.FFmpegError, OSError) as error:
            raise self._fault(error) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            self._abandon(error)

    def _set_up(self) -> None:
        codec = self._stream.codec_context
        codec.width, codec.height = self._size
        codec.pix_fmt = "yuv420p"
        codec.time_base = Fraction(1, _TICKS)
        codec.max_b_frames = 0  # pictures out of order would spoil the duration where times are uneven
        codec.color_primaries = codec.color_trc = codec.colorspace = _BT709
        codec.color_range = 1  # 16 to 235
        codec.options = {"preset": "veryfast", "crf": "23"}
        codec.thread_count = usable_cores()

    def _fault(self, error: Exception) -> VideoWriteError:
        self._abandon(error)
        what = getattr(error, "strerror", None) or error
        return VideoWriteError(f"{self._path}: cannot be written ({what})")

    def _abandon(self, error: BaseException) -> None:
        """Removes what was written."""
        self._open = False
        self._file.__exit__(type(error), error, error.__traceback__)


def _even(image: Image) -> Image:
    height, width = image.shape[:2]
    return np.ascontiguousarray(np.pad(image, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge"))
