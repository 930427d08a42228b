"""One process of the service at a time does what must not be done twice: the one that has a lock in the data folder."""

import fcntl
import os
from pathlib import Path

from src.core.files import PRIVATE_FILE


class Ownership:
    """A lock on a file, which the system takes back when the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path, self._descriptor = path, -1

    @property
    def is_held(self) -> bool:
        """Whether this is the owner."""
        return self._descriptor >= 0

    def take(self) -> bool:
        """Tries to become the owner, which it must not be yet; the folder of the file exists. Raises OSError."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Lets another one become the owner."""
        os.close(self._descriptor)
        self._descriptor = -1
