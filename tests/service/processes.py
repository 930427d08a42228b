"""What the tests that start servers share: free ports, patience, and an end."""

import itertools
import random
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE_S = 120.0
"""Seconds that a server may take on a machine that is busy with other things."""


_ports = itertools.cycle(random.SystemRandom().sample(range(11_000, 32_000), 21_000))


def free_port() -> int:
    """A port of the loopback that nobody uses just now, another one at each call.

    It is none of those that a system gives to clients: one of them could take it before the server does.
    """
    return next(filter(_is_free, _ports))


def _is_free(port: int) -> bool:
    with socket.socket() as probed:
        try:
            probed.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def wait_for(is_so: Callable[[], bool], what: str, seconds: float = PATIENCE_S) -> None:
    """Returns when ``is_so``. Raises TimeoutError that says what did not come."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.05)


@contextmanager
def ended(process: "subprocess.Popen[str]") -> Iterator["subprocess.Popen[str]"]:
    """``process``, which is killed where it outlives the block."""
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
