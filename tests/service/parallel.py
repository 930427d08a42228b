"""Functions run by several processes at the same moment."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from typing import Any

CONTEXT = multiprocessing.get_context("forkserver")
"""Clean processes: pytest's own have threads and models."""

PATIENCE_S = 120
CONTEXT.set_forkserver_preload(["src.service.store"])
_barriers: list[Barrier] = []


def at_once(count: int, work: Callable[..., Any], *args: object) -> list[Any]:
    """What ``work(*args, number)`` returns in each of ``count`` processes, which all begin it together."""
    with CONTEXT.Pool(count, _keep, (CONTEXT.Barrier(count),)) as pool:
        calls = [(work, *args, number) for number in range(count)]
        return pool.starmap_async(_begin, calls, chunksize=1).get(PATIENCE_S)


def _keep(barrier: Barrier) -> None:
    _barriers.append(barrier)


def _begin(work: Callable[..., Any], *args: object) -> object:
    _barriers[0].wait(PATIENCE_S)
    return work(*args)
