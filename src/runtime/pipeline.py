"""Works on many pictures at once: on all cores, in their order, with never more than a few in memory."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from src.core.cores import usable_cores

AHEAD = 2
"""How many items each worker may have begun, or finished and not yet handed over: a slow item holds up nobody until so
many wait behind it.
"""

Input = TypeVar("Input")
Output = TypeVar("Output")


def in_order(work: Callable[[Input], Output], items: Iterable[Input], workers: int) -> Generator[Output, None, None]:
    """Yields ``work`` of each item, done by ``workers`` threads, in the order of ``items``.

    Threads suffice where ``work`` spends its time in Pillow, OpenCV and onnxruntime, which release the interpreter's
    lock: while one picture is decoded, another is searched and a third is read. What ``work`` raises is raised here
    when its item is due. Closing the generator waits for what has begun and drops the rest.
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
    """Returns how many pictures are read at a time, and the threads inside each, out of ``threads``.

    0 ``threads`` means as many as there are usable cores. One thread per picture wastes the least; only where there are
    fewer pictures than threads does each get several.
    """
    cores = threads or usable_cores()
    workers = max(1, min(cores, pictures))
    return workers, cores // workers
