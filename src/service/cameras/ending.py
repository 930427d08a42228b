"""How a camera's process is told to end: by a signal, which interrupts nothing but a wait for the camera."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class EndedError(Exception):
    """The process was told to end while it waited for a picture."""


class Ending:
    """Whether the process was told to end; a wait for the camera ends then, and nothing else is interrupted."""

    def __init__(self) -> None:
        self.is_asked = self._is_waiting = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    @contextmanager
    def interrupting(self) -> Iterator[None]:
        """The block is left with EndedError when the process is told to end, or was told before."""
        self._is_waiting = True
        try:
            if self.is_asked:
                raise EndedError
            yield
        finally:
            self._is_waiting = False

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.is_asked = True
        if self._is_waiting:
            self._is_waiting = False
            raise EndedError
