"""Tickets for the stream of events: browsers can send no header with it, and a key must not stand in an address.

A ticket is used once and soon, so that what a proxy or a browser writes down of an address is of no use to anybody.
Tickets are kept in memory; when the service is started anew, listeners ask for new ones.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from src.service.store import Actor

LIFETIME_S = 60
"""The seconds within which a ticket has to be used."""
MOST = 1000
"""The most unused tickets at once; the oldest one lapses where another would be too many."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket that was not used yet; ``ends`` is a time of the clock of its ``Tickets``."""

    actor: Actor
    ends: float


class Tickets:
    """All tickets that were given out and not used. The event loop of the service alone uses them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` counts seconds."""
        self._clock = clock
        self._unused: dict[str, Ticket] = {}  # in the order of their ends, as all live equally long

    def give(self, actor: Actor) -> str:
        """Returns a new ticket for ``actor``, who may listen; nobody can guess it."""
        self._drop_ended()
        while len(self._unused) >= MOST:
            del self._unused[next(iter(self._unused))]
        ticket = secrets.token_urlsafe(32)
        self._unused[ticket] = Ticket(actor, self._clock() + LIFETIME_S)
        return ticket

    def use(self, ticket: str) -> Actor | None:
        """Returns to whom ``ticket`` was given, and takes it; None where it is used, too old or unknown."""
        self._drop_ended()
        found = self._unused.pop(ticket, None)
        return None if found is None else found.actor

    def _drop_ended(self) -> None:
        now = self._clock()
        while self._unused and next(iter(self._unused.values())).ends <= now:
            del self._unused[next(iter(self._unused))]
