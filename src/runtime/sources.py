"""Finds the pictures that the words of a command line name."""

import glob
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from src.core.image import SUFFIXES

VIDEOS = frozenset(
    {".3gp", ".avi", ".flv", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".ts", ".webm", ".wmv"}
)
NAMED = 3
"""So many of the left-out files of one kind are named; all are counted."""

_URL = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
_STREAMS = frozenset({"rtmp", "rtsp", "rtsps", "srt", "udp"})


@dataclass(frozen=True, slots=True)
class Source:
    """A picture to read, or, with ``fault``, an argument that names none."""

    path: str
    fault: str | None = None
    top: str | None = None
    """The folder that the argument names, where it is one."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything that the arguments name."""

    pictures: list[Source]
    others: list[str] = field(default_factory=list)
    """The files in the folders that are no pictures by their names."""

    @property
    def top(self) -> Path:
        """The lowest folder that has all the files and folders that the arguments name, as an absolute path."""
        tops = [os.path.dirname(s.path) if s.top is None else s.top for s in self.pictures if s.fault is None]
        return Path(os.path.commonpath([os.path.abspath(top) for top in tops or [""]]))


def expand(arguments: Iterable[str], stdin: BinaryIO) -> Sources:
    """Returns every picture that ``arguments`` name, in their order, each once.

    A file is taken whatever its suffix is. A folder gives its pictures at any depth, sorted, without hidden ones. An
    argument that does not exist and has ``*``, ``?`` or ``[`` is a pattern (``**`` for any depth). ``-`` stands for the
    lines of ``stdin``.
    """
    sources: dict[str, Source] = {}
    others: dict[str, None] = {}
    for argument in _with_stdin(arguments, stdin):
        found = _expand_one(argument)
        for source in found.pictures:
            sources.setdefault(source.path, source)
        others |= dict.fromkeys(found.others)
    return Sources(list(sources.values()), [path for path in others if path not in sources])


def left_out(others: Sequence[str]) -> str:
    """Returns a line that counts and names the files of folders that are no pictures."""
    kinds: dict[str, list[str]] = {}
    for path in others:
        kinds.setdefault(_kind(path), []).append(path)
    words = [_counted(kind, kinds[kind]) for kind in ("video", "PDF", "other file") if kind in kinds]
    return f"left out what is no picture: {', '.join(words)}"


def _kind(path: str) -> str:
    suffix = Path(path).suffix.lower()
    return "video" if suffix in VIDEOS else "PDF" if suffix == ".pdf" else "other file"


def _counted(kind: str, paths: Sequence[str]) -> str:
    names = [*paths[:NAMED], *(["..."] if len(paths) > NAMED else [])]
    return f"{len(paths)} {kind}{'s' if len(paths) > 1 else ''} ({', '.join(names)})"


def _with_stdin(arguments: Iterable[str], stdin: BinaryIO) -> Iterator[str]:
    for argument in arguments:
        if argument != "-":
            yield argument
        else:
            lines = (os.fsdecode(line.rstrip(b"\r\n")) for line in stdin)
            yield from (line for line in lines if line.strip())


def _expand_one(argument: str) -> Sources:
    if os.path.isdir(argument):
        found = _in_folder(argument, argument)
        return found if found.pictures else Sources([Source(argument, "a folder without images")], found.others)
    if os.path.lexists(argument):
        return Sources([Source(argument)])
    if url := _URL.match(argument):
        return Sources([Source(argument, _advice(url[1].lower()))])
    return _matching(argument) if glob.has_magic(argument) else Sources([Source(argument)])


def _advice(scheme: str) -> str:
    """Returns what a user should do with a URL of this ``scheme``."""
    if scheme == "file":
        return "a URL: give the path alone, without file://"
    if scheme in _STREAMS:
        return "a stream, only pictures are read here: `python -m src.watch` watches streams and videos"
    return "a URL, only files are read: download it first, as by `curl -O`, and give the file"


def _matching(pattern: str) -> Sources:
    found = Sources([])
    top = _without_magic(pattern)
    for match in sorted(glob.glob(pattern, recursive=True)):
        below = _in_folder(match, top) if os.path.isdir(match) else Sources([Source(match, top=top)])
        found.pictures.extend(below.pictures)
        found.others.extend(below.others)
    return found if found.pictures else Sources([Source(pattern, "no image matches this pattern")], found.others)


def _without_magic(pattern: str) -> str:
    """Returns the folder that a pattern begins with."""
    folder = os.path.dirname(pattern)
    while glob.has_magic(folder):
        folder = os.path.dirname(folder)
    return folder


def _in_folder(folder: str, top: str) -> Sources:
    """Returns the pictures below ``folder``, a fault for each folder that cannot be listed, and the other files."""
    faults: list[Source] = []

    def note(error: OSError) -> None:
        faults.append(Source(str(error.filename), f"cannot be listed ({error.strerror})"))

    paths: list[Path] = []
    for parent, folders, names in os.walk(folder, onerror=note):
        folders[:] = [name for name in folders if not name.startswith(".")]  # what os.walk descends into
        paths += [Path(parent, name) for name in names if not name.startswith(".")]
    pictures = [Source(str(path), top=top) for path in sorted(paths) if path.suffix.lower() in SUFFIXES]
    others = [str(path) for path in sorted(paths) if path.suffix.lower() not in SUFFIXES]
    return Sources(pictures + faults, others)
