"""What the service promised: every answer that it gave, to hold against its database."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture that was acknowledged: identifiers, and the digest of what was sent."""

    name: str
    sha256: str
    image: str
    sightings: frozenset[str]


@dataclass(frozen=True, slots=True)
class Answer:
    """A request that was answered with readings. Seconds of the last attempt, and from the first one on."""

    megapixels: tuple[float, ...]
    seconds: float
    with_waits: float


@dataclass(slots=True)
class Ledger:
    """All clients write into one; they take turns in one thread."""

    kept: list[Kept] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    unanswered: set[str] = field(default_factory=set)
    """Names whose request broke off: the service may have kept them or not."""
    refusals: Counter[int] = field(default_factory=Counter)
    """Seconds of ``Retry-After`` that a 503 named, and how often."""
    faults: list[str] = field(default_factory=list)
    """Answers that no client should get."""
