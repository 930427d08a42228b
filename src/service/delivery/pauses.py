"""When a delivery that did not arrive is tried again."""

from datetime import datetime, timedelta

from src.service.delivery.events import ReceiverKind
from src.service.delivery.sender import Failed

PAUSES_S = (5.0, 30.0, 120.0, 600.0, 1800.0, 3600.0, 7200.0)
"""After the first failure, the second one ...; the last one holds for all that follow."""
BARRIER_PAUSES_S = (1.0, 2.0)
"""A barrier is tried at once, and 1 s and 3 s later."""
JITTER = 0.2
"""The share by which a pause may be longer, so that not all that failed at once is tried at once."""
MOST_OBEYED_S = 7200.0
"""A receiver may ask for so long a pause, and no longer one."""
PROBE_S = 60.0
"""A receiver that fails is tried with one delivery after pauses that grow to this."""


def next_try(
    kind: ReceiverKind, attempts: int, failed: Failed, at: datetime, expires: datetime, chance: float
) -> datetime | None:
    """Returns when a delivery is to be tried again that has failed ``attempts`` times, the last one ``at`` a time.

    None means that it is given up. ``chance``, from 0 to 1, spreads those that failed at once.
    """
    if kind is ReceiverKind.BARRIER:
        if attempts > len(BARRIER_PAUSES_S):
            return None
        pause = BARRIER_PAUSES_S[attempts - 1]
    else:
        pause = PAUSES_S[min(attempts, len(PAUSES_S)) - 1] * (1 + JITTER * chance)
        pause = max(pause, asked_for(failed))
    due = at + timedelta(seconds=pause)
    return due if due < expires else None


def next_probe(failures: int, failed: Failed, at: datetime) -> datetime:
    """Returns when a receiver that has failed so many times in a row may be tried with another delivery."""
    pause = min(PAUSES_S[min(failures, len(PAUSES_S)) - 1], PROBE_S)
    return at + timedelta(seconds=max(pause, asked_for(failed)))


def asked_for(failed: Failed) -> float:
    """Returns the seconds that the receiver asked for, within reason."""
    return min(max(failed.retry_after_s or 0.0, 0.0), MOST_OBEYED_S)
