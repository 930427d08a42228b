"""Many pictures at once: on all cores, in their order, and never more than a few in memory."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from src.core.cores import usable_cores

AHEAD = 2
"""Items begun, or done and not yet taken, for each worker: a slow one holds up nobody until so many wait for it."""

Input = TypeVar("Input")
Output = TypeVar("Output")


def in_order(work: Callable[[Input], Output], items: Iterable[Input], workers: int) -> Generator[Output, None, None]:
    """``work`` of each item, by ``workers`` threads, in the order of ``items``.

    Threads suffice where ``work`` spends its time in Pillow, OpenCV and onnxruntime, which let go of the interpreter's
    lock: while one picture is decoded, another is searched and a third is read. What ``work`` raises is raised here, in
    its turn. Closing the generator waits for what has begun and drops the rest.
    """
    pool, begun = ThreadPoolExecutor(workers), deque[Future[Output]]()
    try:
        for item in items:
            begun.append(pool.submit(work, item))
            if len(begun) == AHEAD * workers:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def share_out(threads: int, pictures: int) -> tuple[int, int]:
    """Pictures at a time, and threads inside each, of ``threads`` (0: as many as there are usable cores).

    One thread per picture wastes the least; only fewer pictures than threads get several each.
    """
    cores = threads or usable_cores()
    workers = max(1, min(cores, pictures))
    return workers, cores // workers
