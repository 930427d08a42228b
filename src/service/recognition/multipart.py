"""Reads the files in one field of a multipart form piece by piece, within limits."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from python_multipart.multipart import parse_options_header

from src.service.http.body import CLOSE
from src.service.http.problems import Kind, ServiceProblem

if TYPE_CHECKING:  # python_multipart has them for checkers alone
    from python_multipart.multipart import MultipartCallbacks

OVERHEAD = 64 * 1024
"""The most bytes of boundaries, headers and other fields of a form."""
OTHER_PARTS = 64
"""The most parts of a form beside its files: each costs time, however small it is."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of the form, with its name as uploaded."""

    name: str
    data: bytes
    fault: ServiceProblem | None = None
    """The reason why it has no data, while other files of the form may be well."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one request."""

    file_bytes: int
    files: int
    idle_s: float
    """The seconds within which the next piece must come."""

    @property
    def bytes(self) -> int:
        """The most bytes of the whole body."""
        return self.files * self.file_bytes + OVERHEAD


@dataclass
class _Part:
    """A part of a form, as its headers and data come."""

    headers: dict[bytes, bytes] = field(default_factory=dict)
    file: str | None = None
    """The file's name; None for a part that nobody asks for."""
    data: bytearray = field(default_factory=bytearray)
    fault: ServiceProblem | None = None


class Form:
    """Collects the files of one field."""

    def __init__(self, name: str, limits: Limits) -> None:
        self._name, self._limits = name, limits
        self._files: list[File] = []
        self._part, self._header, self._value = _Part(), bytearray(), bytearray()
        self._parts, self._unasked, self._is_whole = 0, 0, False

    def callbacks(self) -> "MultipartCallbacks":
        """Returns the functions that the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._take_header,
            "on_header_value": self._take_value,
            "on_header_end": self._end_header,
            "on_headers_finished": self._end_headers,
            "on_part_data": self._take_data,
            "on_part_end": self._end_part,
            "on_end": self._end,
        }

    def finished(self) -> list[File]:
        """Returns all files. Raises ServiceProblem for a form that is cut off or has none."""
        if not self._is_whole:
            raise ServiceProblem(Kind.INVALID_FORM, "the form ends before its last boundary")
        if not self._files:
            raise ServiceProblem(Kind.INVALID_REQUEST, f"body.{self._name}: no picture in this field of the form")
        return self._files

    def _begin(self) -> None:
        self._parts, self._part = self._parts + 1, _Part()
        most = self._limits.files + OTHER_PARTS
        if self._parts > most:
            raise ServiceProblem(Kind.INVALID_FORM, f"over {most} parts", headers=CLOSE)

    def _take_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _take_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        self._part.headers[bytes(self._header).lower()] = bytes(self._value)
        self._header, self._value = bytearray(), bytearray()

    def _end_headers(self) -> None:
        _, options = parse_options_header(self._part.headers.get(b"content-disposition"))
        if _text(options.get(b"name", b"")) != self._name:
            return
        if len(self._files) == self._limits.files:
            raise ServiceProblem(Kind.TOO_MANY_PICTURES, f"over {self._limits.files}")
        self._part.file = _text(options.get(b"filename", b""))

    def _take_data(self, data: bytes, start: int, end: int) -> None:
        if self._part.file is None:
            self._pass_over(end - start)
            return
        most = self._limits.file_bytes
        if len(self._part.data) + end - start > most:
            self._part.fault = ServiceProblem(Kind.TOO_LARGE, f"over {most} bytes", self._part.file)
            self._part.data.clear()
        if self._part.fault is None:
            self._part.data += data[start:end]

    def _pass_over(self, size: int) -> None:
        self._unasked += size
        if self._unasked > OVERHEAD:
            detail = f"over {OVERHEAD} bytes outside the field {self._name}"
            raise ServiceProblem(Kind.INVALID_FORM, detail, headers=CLOSE)

    def _end_part(self) -> None:
        if self._part.file is not None:
            self._files.append(File(self._part.file, bytes(self._part.data), self._part.fault))
        self._part = _Part()

    def _end(self) -> None:
        self._is_whole = True


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
