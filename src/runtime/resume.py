"""A file of results that stays whole after a kill, a full disk or a power cut, and that a later run can resume."""

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from src.core.result import ErrorRecord, parse_record
from src.runtime.output import TextStream

RESUMABLE = "jsonl"
"""The only format in which an interrupted run can be resumed."""


class ResumeError(ValueError):
    """The error of a file of results that cannot be begun or resumed; the message names it."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an interrupted run has left in the file."""

    images: frozenset[str] = frozenset()
    failed: bool = False  # whether some of them could not be read


class ResumableFile:
    """A text stream whose every ``flush`` adds to the file all that was written since the last one, or nothing."""

    def __init__(self, path: Path) -> None:
        """Opens ``path`` for appending. Raises OSError."""
        self._file = path.open("ab", buffering=0)
        found = os.fstat(self._file.fileno())
        self._is_regular, self._end = stat.S_ISREG(found.st_mode), found.st_size
        self._written: list[str] = []

    def write(self, text: str) -> int:
        """Keeps ``text`` for the next ``flush``."""
        self._written.append(text)
        return len(text)

    def flush(self) -> None:
        """Writes to the file. Raises OSError, as on a full disk, after it has cut off what was written of these
        lines.
        """
        data = memoryview("".join(self._written).encode("utf-8", "backslashreplace"))
        self._written.clear()
        begun, left = self._end, data
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError:
            if self._is_regular:
                self._file.truncate(begun)
            raise
        self._end += len(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


@contextmanager
def naming(flag: str) -> Iterator[None]:
    """Raises ResumeError that names ``flag`` for what the system refuses."""
    try:
        yield
    except OSError as error:
        raise ResumeError(f"{flag} {error.filename}: {error.strerror}") from None


def output_stream(path: Path | None) -> AbstractContextManager[TextStream]:
    """Returns the stream of results: the file ``path`` for ``--output``, or standard output. Raises ResumeError."""
    if path is None:
        return nullcontext(sys.stdout)
    with naming("--output"):
        return ResumableFile(path)


def begin(path: Path, resumable: bool) -> Earlier:
    """Returns that nothing is there yet. Raises ResumeError for a file with content, which is never overwritten.

    ``resumable`` says whether ``resume`` could go on with results in the format that is asked for.
    """
    if path.is_file() and path.stat().st_size:
        advice = "--resume goes on with it" if resumable else "name another file, or remove this one"
        raise ResumeError(f"{path}: exists already; {advice}")
    return Earlier()


def resume(path: Path) -> Earlier:
    """Returns which images ``path`` has (JSON Lines); a half line at its end, as a kill leaves it, is cut off.

    Raises OSError, and ResumeError for a file that holds anything else, which stays as it is.
    """
    if not path.exists():
        return Earlier()
    with path.open("r+b") as file:
        found, end = _read(file, path)
        file.truncate(end)
    return found


def _read(file: BinaryIO, path: Path) -> tuple[Earlier, int]:
    """Returns what the whole lines say, and the offset at which they end."""
    images, failed, end = set(), False, 0
    for number, line in enumerate(file, 1):
        if not line.endswith(b"\n"):
            break
        try:
            record = parse_record(line)
        except ValueError:
            raise ResumeError(f"{path}: line {number} is no result; only --format jsonl can be resumed") from None
        images.add(record.image)
        failed = failed or isinstance(record, ErrorRecord)
        end += len(line)
    return Earlier(frozenset(images), failed), end
