"""What the tests that start servers share: free ports, patience, and an end."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE_S = 120.0
"""Seconds that a server may take on a machine that is busy with other things."""


def free_port() -> int:
    """A port of the loopback that nobody uses just now."""
    with socket.socket() as probed:
        probed.bind(("127.0.0.1", 0))
        return probed.getsockname()[1]


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
