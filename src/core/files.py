"""Folders and files that are on the disk, not only in its cache, when these functions return (POSIX)."""

import os
from pathlib import Path

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
UNFINISHED = ".part"
"""What the name of a file ends with that may not be whole yet."""


def make_folder(folder: Path) -> None:
    """Makes ``folder``, for this user alone, and those above it that are missing. Raises OSError."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(PRIVATE_FOLDER, exist_ok=True)  # another process may be making it too
    sync_folder(folder.parent)


def write_file(path: Path, data: bytes) -> None:
    """Makes ``path``, which is new, with ``data`` in it: whole or not there at all. Raises OSError."""
    unfinished = path.with_name(path.name + UNFINISHED)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        sync_folder(path.parent)
    except BaseException:
        for left in (unfinished, path):
            left.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Puts the names in ``folder`` on the disk: a file's own fsync leaves its name out."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
