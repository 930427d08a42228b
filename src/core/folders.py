"""Puts a whole folder into the place of another one at once: whoever looks finds one of them, never neither."""

import ctypes
import errno
import os
import shutil
import sys
from pathlib import Path

from src.core.files import sync_folder

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
"""Constants of Linux: paths are relative to the working directory; both names must exist, and swap what they name."""


def put_in_place(new: Path, place: Path) -> None:
    """Makes ``new``, which lies beside ``place``, the folder at ``place``; the one that was there is removed.

    A kill at any moment leaves one whole folder at ``place``. Raises OSError where the file system cannot do so.
    """
    for folder in (*new.rglob("*"), new):
        _sync(folder)
    if os.path.lexists(place):
        exchange(new, place)
        sync_folder(place.parent)
        shutil.rmtree(new)
    else:
        new.rename(place)
        sync_folder(place.parent)


def exchange(first: Path, second: Path) -> None:
    """Swaps what two names of one file system stand for, in one step. Raises OSError where that is not possible.

    This is ``renameat2`` of Linux with ``RENAME_EXCHANGE``, which Python's own library does not have.
    """
    if sys.platform != "linux":
        raise OSError(errno.ENOSYS, "two folders can be swapped in one step on Linux alone", str(second))
    library = ctypes.CDLL(None, use_errno=True)
    done = library.renameat2(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _RENAME_EXCHANGE)
    if done != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(second))


def _sync(path: Path) -> None:
    """Puts a file, or the names in a folder, on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
