"""Writes files that are there as a whole or not at all, and makes sure that files and folders are on the disk."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
UNFINISHED = ".part"
"""The ending of the name of a file that may not be whole yet."""


@contextmanager
def replacing(path: Path, hidden: bool = False) -> Iterator[Path]:
    """The path beside ``path`` that the block writes to; after the block, that file takes the place of ``path``.

    Where the block raises, an older ``path`` stays as it was and nothing is left beside it. ``hidden``: until then the
    name begins with a dot.
    """
    unfinished = path.with_name(f"{'.' if hidden else ''}{path.name}{UNFINISHED}")
    try:
        yield unfinished
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def make_folder(folder: Path) -> None:
    """Makes ``folder``, for this user alone, and those above it that are missing. Raises OSError."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(PRIVATE_FOLDER, exist_ok=True)  # another process may be making it too
    sync_folder(folder.parent)


def write_file(path: Path, data: bytes) -> None:
    """Makes ``path``, which is new, with ``data`` in it: whole and on the disk, or not there at all. Raises OSError."""
    try:
        with replacing(path) as unfinished, open(unfinished, "wb", opener=private) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(path.parent)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Puts the names in ``folder`` on the disk: the fsync of a file does not do so for its name."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def private(path: str, flags: int) -> int:
    """Opens a file, for ``open``; where it is made, it is this user's alone."""
    return os.open(path, flags, PRIVATE_FILE)
