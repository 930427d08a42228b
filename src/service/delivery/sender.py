"""What the worker asks of those who send: one sender for each kind of receiver."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from src.service.delivery.events import EventKind, ReceiverKind


@dataclass(frozen=True, slots=True)
class Receiver:
    """A receiver as a sender needs it. Its secret is in no representation of it."""

    id: str
    name: str
    kind: ReceiverKind
    address: str
    """A URL without a password."""
    pinned: tuple[str, ...]
    """The IP addresses that may be connected to, and no others."""
    secret: str | None = field(repr=False)
    options: dict[str, Any] = field(default_factory=dict, repr=False)
    """What its kind has beside that, such as a broker's user name; a barrier's headers may be secret too."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An event on its way to a receiver."""

    id: str
    """The delivery's; another one for each receiver of the event."""
    event_id: str
    """The same, however often it is sent."""
    kind: EventKind
    at: datetime
    body: dict[str, Any] = field(repr=False)
    """What is told, as JSON; it names plates."""
    receiver: Receiver
    attempts: int
    """How often it was tried before."""
    expires: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """The receiver has it, and said so."""

    status: int | None = None
    """The status of its answer, where it speaks HTTP."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The receiver does not have it, or nobody knows whether it has.

    ``reason`` is one line for the log and the operator. Nothing of the receiver's answer and no secret is in it.
    """

    reason: str
    status: int | None = None
    retry_after_s: float | None = None
    """The seconds after which the receiver wants to be asked again, where it said so."""
    is_gone: bool = False
    """The receiver wants to be asked no more."""


class Sender(Protocol):
    """Sends to the receivers of one kind. All methods are called in the event loop of the worker, which they must
    not hold up.
    """

    async def send(self, delivery: Outgoing) -> Sent | Failed:
        """Sends one event, within a time that the sender bounds; several may be on their way at once.

        Whatever goes wrong on the way is ``Failed``. A cancelled call gives up at once.
        """
        ...

    def know(self, receivers: Sequence[Receiver]) -> None:
        """Takes note of all enabled receivers of its kind, at the start and whenever they may have changed.

        A sender that keeps connections opens and closes them by it.
        """
        ...

    async def close(self) -> None:
        """Ends all connections; nothing is sent afterwards."""
        ...
