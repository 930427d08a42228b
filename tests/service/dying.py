"""Processes that are killed at a chosen step of what they do to the disk or say to the database."""

import itertools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine, event

FILE_STEPS = ("open", "os.rename")


def die_at(engine: Engine, folder: Path, last: int) -> None:
    """Kills this process at the step with this number: before or after a statement, or something done in a folder."""
    steps = itertools.count(1)

    def step() -> None:
        if next(steps) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    _on_every_step(engine, folder, step)


def status_of(work: Callable[..., None], *args: object) -> int:
    """Runs ``work`` in a process of its own; how that ended: minus the signal that killed it, or its exit status."""
    process = os.fork()
    if process == 0:
        try:
            work(*args)
        finally:
            os._exit(sys.exc_info()[0] is not None)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _on_every_step(engine: Engine, folder: Path, step: Callable[[], object]) -> None:
    for moment in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(engine, moment, lambda *_: step())
    event.listen(engine.pool, "checkin", lambda *_: step())
    sys.addaudithook(lambda name, args: step() if name in FILE_STEPS and str(folder) in str(args[0]) else None)
    fsync = os.fsync

    def stepped(descriptor: int) -> None:
        step()
        fsync(descriptor)
        step()

    os.fsync = stepped
