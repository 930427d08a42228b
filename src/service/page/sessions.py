"""Sessions of visitors: the browser has a random id in a cookie, and the API key stays on the page's server.

The sessions are kept in memory: when the page is started anew, everybody signs in again.
"""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from streamlit import context

COOKIE = "number-plate-session"
LIFETIME_S = 12 * 3600
"""The seconds that a session lasts after signing in: a long shift."""
MOST = 10_000
"""The most sessions at once; the oldest one ends where another would be too many."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session; ``ends`` is a time of the clock of its ``Sessions``."""

    key: str = field(repr=False)
    ends: float


class Sessions:
    """All sessions that are open. Many threads may use them at once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` counts seconds."""
        self._clock = clock
        self._open: dict[str, Session] = {}  # in the order of their ends, as all live equally long
        self._lock = threading.Lock()

    def begin(self, key: str) -> str:
        """Returns the id of a new session of whoever gave ``key``; nobody can guess it."""
        session_id = secrets.token_urlsafe(32)
        with self._lock:
            self._drop_ended()
            while len(self._open) >= MOST:
                del self._open[next(iter(self._open))]
            self._open[session_id] = Session(key, self._clock() + LIFETIME_S)
        return session_id

    def key(self, session_id: str) -> str | None:
        """Returns the API key of an open session; None where there is none of this id."""
        with self._lock:
            self._drop_ended()
            session = self._open.get(session_id)
        return None if session is None else session.key

    def end(self, session_id: str) -> None:
        """Forgets a session, if it is open."""
        with self._lock:
            self._open.pop(session_id, None)

    def _drop_ended(self) -> None:
        now = self._clock()
        while self._open and next(iter(self._open.values())).ends <= now:
            del self._open[next(iter(self._open))]


OPEN = Sessions()
"""The sessions of this process."""


def visitors_key() -> str | None:
    """Returns the API key of the visitor for whom Streamlit runs the page now; None where nobody has signed in."""
    return OPEN.key(context.cookies.get(COOKIE, ""))
