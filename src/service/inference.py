"""The models at work for all requests: a queue that is never longer than allowed, and threads that empty it."""

import math
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Generic, TypeVar

from src.core.image import ImageError, Photograph, decode_photograph
from src.runtime.reader import ImageResult, Reader, in_file
from src.runtime.together import read_together

Outcome = TypeVar("Outcome")


class EngineBusyError(RuntimeError):
    """The queue has no room."""


class EngineClosedError(RuntimeError):
    """Nothing is taken any more."""


@dataclass(frozen=True, slots=True)
class Task(Generic[Outcome]):
    """A picture to read."""

    data: bytes
    reader: Reader
    """With the countries and the threshold of its request; its models are those of all."""
    finish: Callable[[Photograph, ImageResult], Outcome]
    """What is made of the result, by the same thread; the pixels are let go of afterwards."""


@dataclass(frozen=True, slots=True)
class _Job:
    task: Task[Any]
    future: Future[Any] = field(default_factory=Future)


class Engine:
    """Reads pictures in threads of its own; those that wait together go through the networks together."""

    def __init__(self, workers: int, queue: int, batch: int, max_pixels: int) -> None:
        """``queue``: pictures that may wait; ``batch``: at most so many are read together; ``max_pixels``: of each."""
        self._workers, self._limit, self._batch, self._max_pixels = workers, queue, batch, max_pixels
        self._waiting = deque[_Job]()
        self._changed = threading.Condition()
        self._closing = False
        self._threads = [
            threading.Thread(target=self._work, name=f"inference-{i}", daemon=True) for i in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def waiting(self) -> int:
        """Pictures in the queue."""
        return len(self._waiting)

    @property
    def has_room(self) -> bool:
        """Whether one more picture may wait."""
        return self.waiting < self._limit

    def submit(self, tasks: Sequence[Task[Outcome]]) -> list[Future[Outcome]]:
        """Takes all pictures or none; a future gives what ``finish`` does, or raises ImageError, or the models' errors.

        Raises EngineBusyError and EngineClosedError.
        """
        jobs = [_Job(task) for task in tasks]
        with self._changed:
            if self._closing:
                raise EngineClosedError
            if len(self._waiting) + len(jobs) > self._limit:
                raise EngineBusyError
            self._waiting.extend(jobs)
            self._changed.notify(len(jobs))
        return [job.future for job in jobs]

    def close(self) -> None:
        """Takes nothing more, and returns when everything is read that was taken."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while batch := self._take():
            try:
                self._read([job for job in batch if job.future.set_running_or_notify_cancel()])
            except BaseException as error:  # nobody is above a thread: whoever waits for the pictures gets it
                for job in batch:
                    if not job.future.done():
                        job.future.set_exception(error)

    def _take(self) -> list[_Job]:
        """This thread's share of what waits, as soon as something does; nothing once the engine is closed and done."""
        with self._changed:
            while not self._waiting and not self._closing:
                self._changed.wait()
            share = math.ceil(len(self._waiting) / self._workers)
            return [self._waiting.popleft() for _ in range(min(share, self._batch))]

    def _read(self, jobs: Sequence[_Job]) -> None:
        decoded = [(job, *found) for job in jobs if (found := self._decode(job))]
        results = read_together([(job.task.reader, photograph.pixels) for job, photograph, _ in decoded])
        for (job, photograph, ms), result in zip(decoded, results, strict=True):
            job.future.set_result(job.task.finish(photograph, in_file(result, photograph, ms)))

    def _decode(self, job: _Job) -> tuple[Photograph, float] | None:
        """The picture, and the milliseconds that it took; a bad one is told to whoever waits for it."""
        start = perf_counter()
        try:
            photograph = decode_photograph(job.task.data, max_pixels=self._max_pixels)
        except ImageError as error:
            job.future.set_exception(error)
            return None
        return photograph, (perf_counter() - start) * 1e3
