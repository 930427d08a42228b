"""Reads JPEGs whose last bytes are missing, as a broken transfer or a full card leaves them.

Pillow refuses such files or, with a switch for the whole process, reads all of them, however little is left. Here a
file must hold nearly all of the picture. How much it holds depends on the order in which its coefficients were sent
(ITU-T T.81, section 4). A picture of one scan comes from top to bottom, so that its rows are counted. A picture of
several scans, such as a progressive one, comes as a whole again and again, each time with more detail: its complete
scans must have sent every coefficient of every component, and the scan that was cut off adds only detail.
"""

import io
import re
from bisect import bisect_left
from dataclasses import dataclass, field
from random import Random

from PIL import Image as PillowImage
from PIL.JpegImagePlugin import JpegImageFile

LEAST_ROWS = 0.95
"""The share of its rows that a picture of one scan must have."""

_START, _END = b"\xff\xd8", b"\xff\xd9"
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""The marker that ends the data of a scan; stuffed zeros, restarts and fill bytes are part of the data."""
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN, _WITHOUT_LENGTH = 0xDA, frozenset({0x01, *range(0xD0, 0xD9)})
_LAST_COEFFICIENT = 63
_LOOK_AHEAD = bytes(8)
"""These bytes follow the file: libjpeg-turbo fills a register of 64 bits before it decodes what is left in it."""


class CutJpegError(OSError):
    """The error of a JPEG of which too little is left; the message says how much."""


@dataclass(frozen=True, slots=True)
class _Scan:
    """A scan: it has the coefficients ``first`` to ``last`` of some components, for the whole picture."""

    components: tuple[int, ...]
    first: int
    last: int
    end: int | None
    """The offset of the marker behind its data; None where the file ends before."""


@dataclass(slots=True)
class _Structure:
    """What the markers of a file say."""

    components: tuple[int, ...] = ()
    scans: list[_Scan] = field(default_factory=list)
    ended: bool = False

    @property
    def is_of_one_scan(self) -> bool:
        scan = self.scans[0]
        return set(scan.components) == set(self.components) and (scan.first, scan.last) == (0, _LAST_COEFFICIENT)


def is_cut_jpeg(data: bytes) -> bool:
    """Returns whether a file is a JPEG that ends within the data of its picture."""
    return data.startswith(_START) and bool((structure := _parse(data)).scans) and not structure.ended


def open_cut_jpeg(data: bytes) -> PillowImage.Image:
    """Returns the picture of a file for which ``is_cut_jpeg`` holds, with its header read; missing rows are grey.

    Raises CutJpegError where too little is left: at once, or when the pixels are loaded.
    """
    structure = _parse(data)
    if structure.is_of_one_scan:
        return _CutJpeg(io.BytesIO(data))
    whole = [scan for scan in structure.scans if scan.end is not None]
    if not whole or not _every_coefficient(structure.components) <= _sent(whole):
        raise CutJpegError(f"its end is missing, the {len(whole)} whole scans do not cover it")
    begun = structure.scans[-1]
    return JpegImageFile(io.BytesIO(data[: begun.end] + _END))


def _every_coefficient(components: tuple[int, ...]) -> set[tuple[int, int]]:
    return {(component, number) for component in components for number in range(_LAST_COEFFICIENT + 1)}


def _sent(scans: list[_Scan]) -> set[tuple[int, int]]:
    """Returns the component and the number of each coefficient that the scans have."""
    return {(c, k) for scan in scans for c in scan.components for k in range(scan.first, scan.last + 1)}


def _parse(data: bytes) -> _Structure:
    """Follows the markers of a file as far as they go."""
    structure, at = _Structure(), len(_START)
    while at + 1 < len(data) and data[at] == 0xFF:
        code = data[at + 1]
        at += 1 if code == 0xFF else 2  # any number of fill bytes may come first
        if code == _END[1]:
            structure.ended = True
            return structure
        if code == 0xFF or code in _WITHOUT_LENGTH:
            continue
        length = int.from_bytes(data[at : at + 2])
        segment, at = data[at + 2 : at + length], at + length
        if at > len(data) or length < 2:
            return structure
        if code in _FRAMES:
            structure.components = tuple(segment[6::3])
        elif code == _SCAN:
            found = _NEXT_MARKER.search(data, at)
            structure.scans.append(_scan(segment, found and found.start()))
            at = found.start() if found else len(data)
    return structure


def _scan(segment: bytes, end: int | None) -> _Scan:
    """Reads the header of a scan: a number of components, two bytes for each, the first and the last coefficient."""
    count = segment[0] if segment else 0
    first, last = (*segment[1 + 2 * count : 3 + 2 * count], 0, 0)[:2]
    return _Scan(tuple(segment[1 : 1 + 2 * count : 2]), first, min(last, _LAST_COEFFICIENT), end)


class _CutJpeg(JpegImageFile):
    """A JPEG of one scan. Where the file ends, its rows are counted, and the picture is closed.

    The decoder writes whole rows, as soon as it can, into memory that was filled with noise: a row that is still that
    noise was not in the file.
    """

    def load_prepare(self) -> None:
        width, height = self.size
        self._noise = Random(0).randbytes(width * len(self.getbands()))
        self._canvas = PillowImage.frombytes(self.mode, self.size, self._noise * height)
        self._ends = iter((_LOOK_AHEAD, _END))
        self.im = self._canvas.im
        super().load_prepare()

    def load_read(self, read_bytes: int) -> bytes:
        """Returns the bytes that the decoder gets next. Raises CutJpegError."""
        assert self.fp is not None
        if data := self.fp.read(read_bytes):
            return data
        ending = next(self._ends, b"")
        if ending == _END:
            self._count_rows()
        return ending

    def _count_rows(self) -> None:
        height = self.size[1]
        there = bisect_left(range(height), True, key=self._is_missing) / height
        if there < LEAST_ROWS:
            raise CutJpegError(f"its end is missing, {int(there * 100)} % of its rows are there")

    def _is_missing(self, y: int) -> bool:
        return self._canvas.crop((0, y, self.size[0], y + 1)).tobytes() == self._noise
