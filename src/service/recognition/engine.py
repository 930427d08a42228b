"""Runs the models for all requests: a queue of limited length, and threads that empty it."""

import math
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Generic, TypeVar

from src.core.image import Photograph, decode_photograph
from src.runtime.batched import ReaderAndImage, read_batched
from src.runtime.reader import ImageResult, Reader, in_file
from src.runtime.triton import TritonError

Finished = TypeVar("Finished")


class EngineBusyError(RuntimeError):
    """The queue has no room."""


class EngineClosedError(RuntimeError):
    """The engine takes nothing any more."""


@dataclass(frozen=True, slots=True)
class PictureTask(Generic[Finished]):
    """A picture to read."""

    data: bytes
    reader: Reader
    """The reader with the countries and the threshold of the request; all readers have the same models."""
    finish: Callable[[Photograph, ImageResult], Finished]
    """Makes something of the result, in the same thread; the pixels are released afterwards."""


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    task: PictureTask[Any]
    future: Future[Any] = field(default_factory=Future)


class Engine:
    """Reads pictures in threads of its own; pictures that wait at the same time share batches of the networks."""

    def __init__(self, workers: int, queue: int, batch: int, max_pixels: int) -> None:
        """``queue`` is how many pictures may wait, ``batch`` how many are read at once, ``max_pixels`` how many each
        may have.
        """
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
        """The number of pictures in the queue."""
        return len(self._waiting)

    @property
    def has_room(self) -> bool:
        """Whether one more picture may wait."""
        return self.waiting < self._limit

    def submit(self, tasks: Sequence[PictureTask[Finished]]) -> list[Future[Finished]]:
        """Takes all pictures or none, and returns a future for each.

        A future gives what ``finish`` returns, or raises what went wrong with its picture: ImageError, an error of
        ``finish``, or one of the models. A future that is cancelled leaves the queue at once. Raises EngineBusyError
        and EngineClosedError.
        """
        jobs = [_Job(task) for task in tasks]
        with self._changed:
            if self._closing:
                raise EngineClosedError
            if len(self._waiting) + len(jobs) > self._limit:
                raise EngineBusyError
            self._waiting.extend(jobs)
            self._changed.notify(len(jobs))
        for job in jobs:
            job.future.add_done_callback(lambda _, job=job: self._drop(job))  # type: ignore[misc]
        return [job.future for job in jobs]

    def close(self) -> None:
        """Takes nothing more, and returns when everything is read that was taken."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _drop(self, job: _Job) -> None:
        """Takes a cancelled job out of the queue, so that others can have its place and its memory."""
        if job.future.cancelled():
            with self._changed, suppress(ValueError):  # a thread has just taken it
                self._waiting.remove(job)

    def _work(self) -> None:
        while self._work_off(self._take()):  # the jobs are released before the thread waits for others
            pass

    def _work_off(self, taken: Sequence[_Job]) -> bool:
        """Reads what was taken; returns whether that was anything."""
        if not taken:
            return False
        jobs = [job for job in taken if job.future.set_running_or_notify_cancel()]
        try:
            self._read(jobs)
        except BaseException as error:  # a thread has no caller: whoever waits for the pictures gets the error
            for job in jobs:
                if not job.future.done():
                    job.future.set_exception(error)
        return True

    def _take(self) -> list[_Job]:
        """Returns this thread's share of what waits, as soon as something does; nothing once the engine is closed and
        empty.
        """
        with self._changed:
            while not self._waiting and not self._closing:
                self._changed.wait()
            share = math.ceil(len(self._waiting) / self._workers)
            return [self._waiting.popleft() for _ in range(min(share, self._batch))]

    def _read(self, jobs: Sequence[_Job]) -> None:
        decoded = [(job, *found) for job in jobs if (found := self._decode(job))]
        results = _read_each([(job.task.reader, photograph.pixels) for job, photograph, _ in decoded])
        for (job, photograph, ms), result in zip(decoded, results, strict=True):
            with _alone(job):
                if isinstance(result, Exception):
                    raise result
                job.future.set_result(job.task.finish(photograph, in_file(result, photograph, ms)))

    def _decode(self, job: _Job) -> tuple[Photograph, float] | None:
        """Returns the picture and the milliseconds that its decoding took; None where it cannot be decoded."""
        start = perf_counter()
        with _alone(job):
            photograph = decode_photograph(job.task.data, max_pixels=self._max_pixels)
            return photograph, (perf_counter() - start) * 1e3
        return None


@contextmanager
def _alone(job: _Job) -> Iterator[None]:
    """Gives an error in the block to whoever waits for this picture, so that the others go on."""
    try:
        yield
    except Exception as error:
        job.future.set_exception(error)


def _read_each(pairs: Sequence[ReaderAndImage]) -> list[ImageResult | Exception]:
    """Reads pictures in batches and, where that fails, one by one, as the fault may be that of one of them.

    A server that fails does so for all of them: each one would wait for it again.
    """
    try:
        return [*read_batched(pairs)]
    except TritonError as error:
        return [error] * len(pairs)
    except Exception as error:
        return [error] if len(pairs) == 1 else [result for pair in pairs for result in _read_each([pair])]
