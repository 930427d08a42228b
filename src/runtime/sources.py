"""From the words of a command line to the pictures that they name."""

import glob
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from src.core.image import SUFFIXES


@dataclass(frozen=True, slots=True)
class Source:
    """A picture to read, or with ``fault`` an argument that names none."""

    path: str
    fault: str | None = None


def expand(arguments: Iterable[str], stdin: BinaryIO) -> list[Source]:
    """Every picture that ``arguments`` name, in their order, each once.

    A file is taken whatever its suffix; a folder gives its pictures at any depth, sorted, hidden ones left
    out; what does not exist and has ``*``, ``?`` or ``[`` is a pattern (``**`` for any depth); ``-`` stands
    for the lines of ``stdin``.
    """
    sources: dict[str, Source] = {}
    for argument in _with_stdin(arguments, stdin):
        for source in _expand_one(argument):
            sources.setdefault(source.path, source)
    return list(sources.values())


def _with_stdin(arguments: Iterable[str], stdin: BinaryIO) -> Iterator[str]:
    for argument in arguments:
        if argument != "-":
            yield argument
        else:
            lines = (os.fsdecode(line.rstrip(b"\r\n")) for line in stdin)
            yield from (line for line in lines if line.strip())


def _expand_one(argument: str) -> list[Source]:
    if os.path.isdir(argument):
        return _in_folder(argument) or [Source(argument, "a folder without images")]
    if os.path.lexists(argument) or not glob.has_magic(argument):
        return [Source(argument)]
    found: list[Source] = []
    for match in sorted(glob.glob(argument, recursive=True)):
        found += _in_folder(match) if os.path.isdir(match) else [Source(match)]
    return found or [Source(argument, "no image matches this pattern")]


def _in_folder(folder: str) -> list[Source]:
    """The pictures below ``folder``, and a fault for each folder that cannot be listed."""
    faults: list[Source] = []

    def note(error: OSError) -> None:
        faults.append(Source(str(error.filename), f"cannot be listed ({error.strerror})"))

    paths = []
    for parent, folders, names in os.walk(folder, onerror=note):
        folders[:] = [name for name in folders if not name.startswith(".")]  # what os.walk descends into
        paths += [Path(parent, name) for name in names if _is_picture(name)]
    return [Source(str(path)) for path in sorted(paths)] + faults


def _is_picture(name: str) -> bool:
    return not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES
