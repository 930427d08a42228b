"""Recordings: video files and folders of pictures, of which every frame is shown."""

import os
import re
from collections.abc import Generator, Iterator
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from src.core.cores import usable_cores
from src.core.image import SUFFIXES, ImageError, read_image
from src.video.address import Address, SourceError, fault
from src.video.frame import Frame
from src.video.source import VideoSource

DEMUXERS = (
    *("mov", "matroska", "avi", "mpegts", "mpeg", "asf", "flv", "ogg", "mxf", "nut", "ivf", "rm", "wtv", "dv", "dhav"),
    *("h264", "hevc", "m4v", "mpegvideo", "mjpeg", "obu"),
)
"""FFmpeg's names of the formats of files that are read. None of them leads to other files or addresses."""
INDEXED = ("mov,mp4,m4a,3gp,3g2,mj2",)
"""The formats whose index says exactly how many pictures there are."""
MOST_THREADS = 4
"""So many frames are decoded at once at most; each takes up the memory of some frames."""
MOST_FAULTS = 100
"""After so many faults in a row the rest of a file is given up."""
STILL = 1.0
"""Seconds by which timestamps must jump back to count as those of another recording that follows in the same file."""


class FileSource(VideoSource):
    """A video file. Frames have the times of its timestamps; those that are damaged are left out and counted."""

    live = False

    def __init__(self, address: Address) -> None:
        """Opens the file. Raises SourceError where it is no video, or has no pictures."""
        self._container = _open_file(address)
        try:
            self._stream = video_stream(self._container, address.name)
        except SourceError:
            self._container.close()
            raise
        length = self._container.duration
        super().__init__(address.name, length / av.time_base if length and length > 0 else None)
        self._stream.thread_type = "AUTO"
        self._stream.thread_count = min(usable_cores(), MOST_THREADS)
        self._pictures = self._decode()

    def __next__(self) -> Frame:
        return next(self._pictures)

    def close(self) -> None:
        """Closes the file."""
        self._pictures.close()
        self._container.close()

    def _decode(self) -> Generator[Frame, None, None]:
        times = _Times(self._stream)
        found = 0
        for packet in self._packets():
            found += packet.size > 0
            if packet.size and packet.is_corrupt:  # a part of it is missing
                self.broken += 1
                continue
            try:
                pictures = packet.decode()
            except av.error.FFmpegError:
                self.broken += 1
                continue
            for picture in pictures:
                time = times.of(picture)
                if picture.is_corrupt:
                    self.broken += 1
                    continue
                self.frames += 1
                number = self.frames + self.broken - 1
                yield Frame(picture, number, time, quarter_turns=quarter_turns(picture))
        promised = self._stream.frames if self._container.format.name in INDEXED else 0
        if found < promised:
            self.fault = f"cut off after {found:,} of {promised:,} pictures"

    def _packets(self) -> "Iterator[Packet[VideoStream]]":
        """Yields the packets, last of all an empty one; what stands between them and is none counts as broken."""
        faults = 0
        while faults < MOST_FAULTS:
            try:
                for packet in self._container.demux(self._stream):
                    faults = 0
                    yield packet
                return
            except av.error.FFmpegError:
                faults += 1
                self.broken += 1


class FolderSource(VideoSource):
    """A folder of pictures that follow each other ``frame_rate`` times a second, in the natural order of their names.

    A picture that cannot be read is left out and counted; the others keep their times.
    """

    live = False

    def __init__(self, address: Address, frame_rate: float) -> None:
        """Lists the folder. Raises SourceError where it has no pictures."""
        if not 0 < frame_rate < float("inf"):
            raise fault(address.place, f"{frame_rate:g} pictures a second is no rate")
        self._paths = _pictures_of(address)
        super().__init__(address.name, len(self._paths) / frame_rate)
        self._rate = frame_rate
        self._position = 0

    def __next__(self) -> Frame:
        while self._position < len(self._paths):
            number = self._position
            self._position += 1
            try:
                image = read_image(self._paths[number])
            except ImageError:
                self.broken += 1
                continue
            self.frames += 1
            return Frame.of(image, number, number / self._rate)
        raise StopIteration

    def close(self) -> None:
        """Ends the source."""
        self._position = len(self._paths)


def video_stream(container: InputContainer, name: str) -> VideoStream:
    """Returns the best stream of moving pictures; the cover of a song is none. Raises SourceError."""
    covers = av.stream.Disposition.attached_pic | av.stream.Disposition.timed_thumbnails
    streams = [s for s in container.streams.video if not s.disposition & covers]
    if not streams:
        raise fault(name, "has no pictures, only sound" if container.streams.audio else "has no pictures")
    best = container.streams.best("video")
    stream = best if isinstance(best, VideoStream) and best in streams else streams[0]
    if stream.codec_context is None:
        raise fault(name, "pictures in a coding that is not read")
    return stream


def quarter_turns(picture: VideoFrame) -> int:
    """Returns how often a picture must be turned clockwise by 90 degrees, as its display matrix says, from 0 to 3."""
    return round(-picture.rotation / 90) % 4


class _Times:
    """Seconds from the first picture of a file. They never go back, whatever the timestamps do."""

    def __init__(self, stream: VideoStream) -> None:
        rate = stream.average_rate or stream.guessed_rate
        self._step = float(1 / rate) if rate else 1 / 25
        self._start: Fraction | float | None = None
        self._last = -self._step

    def of(self, picture: VideoFrame) -> float:
        """Returns the time of the next picture."""
        expected = self._last + self._step
        if picture.pts is None or picture.time_base is None:
            time = expected
        else:
            stamp = picture.pts * picture.time_base
            if self._start is None or float(stamp - self._start) < self._last - STILL:
                self._start = stamp - Fraction(expected)
            time = float(stamp - self._start)
        self._last = max(time, self._last, 0.0)
        return self._last


def _open_file(address: Address) -> InputContainer:
    name = address.name
    options = {"protocol_whitelist": "file", "format_whitelist": ",".join(DEMUXERS)}
    try:
        with open(address.place, "rb") as file:
            complete = _has_index(file.fileno())
        return av.open(f"file:{address.place}", "r", options=options)
    except (av.error.InvalidDataError, av.error.ArgumentError):
        if complete:
            raise fault(name, "not a video, or of a format that is not read") from None
        raise fault(name, "cut off: its index, which stands at the end of such a file, is missing") from None
    except (OSError, av.error.FFmpegError) as error:
        raise fault(name, f"cannot be opened ({error.strerror})") from None


def _has_index(descriptor: int) -> bool:
    """Says whether a file of the MP4 family has the box ``moov``; a file of another kind needs none (ISO 14496-12)."""
    size = os.fstat(descriptor).st_size
    if os.pread(descriptor, 8, 0)[4:] not in (b"ftyp", b"wide", b"mdat", b"free", b"skip"):
        return True
    place = 0
    while place + 8 <= size:
        head = os.pread(descriptor, 16, place)
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(head[8:], "big")
        if head[4:8] == b"moov":
            return True
        if length < 8:  # 0: up to the end of the file
            return False
        place += length
    return False


def _pictures_of(address: Address) -> list[Path]:
    try:
        names = os.listdir(address.place)
    except OSError as error:
        raise fault(address.name, f"cannot be listed ({error.strerror})") from None
    folder = Path(address.place)
    paths = [folder / n for n in names if not n.startswith(".") and os.path.splitext(n)[1].lower() in SUFFIXES]
    paths = [path for path in paths if path.is_file()]
    if not paths:
        raise fault(address.name, "a folder without pictures")
    return sorted(paths, key=lambda path: _natural(path.name))


def _natural(name: str) -> list[tuple[int, str]]:
    """Returns a key by which 2.jpg comes before 10.jpg."""
    return [(int(part), part) if part.isdecimal() else (0, part) for part in re.split(r"([0-9]+)", name)]
