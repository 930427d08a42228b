"""Waits for what live sources come to."""

import threading
from collections.abc import Callable

from src.video.live import LiveSource, Patience

LONGEST = 30.0
"""Seconds after which a test gives up. On a machine that is not busy everything takes far less."""
IMPATIENT = Patience(answer=2.0, still=1000.0, first_pause=0.05, longest_pause=0.2)


def until(condition: Callable[[], object], what: str) -> None:
    """Waits until ``condition`` holds."""
    never = threading.Event()
    for _ in range(round(LONGEST / 0.02)):
        if condition():
            return
        never.wait(0.02)
    raise AssertionError(f"it did not happen: {what}")


def reconnected(source: LiveSource, times: int = 1) -> bool:
    """Whether pictures come, by a later connection than the first."""
    state = source.state()
    return state.online and state.reconnects >= times
