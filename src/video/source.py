"""What every source of frames is to those who watch it."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from src.video.frame import Frame


@dataclass(frozen=True, slots=True)
class LiveState:
    """How a live source is doing."""

    online: bool
    """Whether pictures come."""
    frames_per_second: float
    """Pictures that came in each of the last seconds, also those that nobody was shown."""
    behind: float
    """Seconds between the time at which the last picture was due and the time at which it was shown."""
    reconnects: int
    """Connections after the first one."""
    error: str | None
    """Why there are no pictures, or why the last connection ended, until pictures come again."""


class VideoSource(ABC):
    """An iterator of frames, in the order of their times, that is closed at the end of its ``with`` block.

    ``name`` is what people see of the source: it has no password. ``duration`` is in seconds, where it is known.
    ``frames`` counts the pictures that were decoded so far, ``broken`` those that could not be and were left out.
    ``fault`` says, after the last frame, why there are no more, where there should be.
    """

    live: bool

    def __init__(self, name: str, duration: float | None = None) -> None:
        self.name = name
        self.duration = duration
        self.frames = 0
        self.broken = 0
        self.fault: str | None = None

    def __iter__(self) -> Self:
        return self

    @abstractmethod
    def __next__(self) -> Frame: ...

    @abstractmethod
    def close(self) -> None:
        """Ends the source. It may be called more than once, and while another thread waits for a frame."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"
