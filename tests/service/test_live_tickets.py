"""Tickets: for one use, for a minute, and never too many."""

import pytest

from src.service.live import tickets
from src.service.live.tickets import LIFETIME_S, Tickets
from src.service.store import Actor

OFFICE = Actor("key", "10.0.0.1")


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_ticket_says_once_to_whom_it_was_given() -> None:
    given = Tickets(Clock())
    one, other = given.give(OFFICE), given.give(Actor())
    assert one != other
    assert given.use(one) == OFFICE
    assert given.use(one) is None
    assert given.use(other) == Actor()
    assert given.use("") is None


def test_a_ticket_lapses_after_its_lifetime() -> None:
    clock = Clock()
    given = Tickets(clock)
    early, late = given.give(OFFICE), given.give(OFFICE)
    clock.now += LIFETIME_S - 0.1
    assert given.use(early) == OFFICE
    clock.now += 0.1
    assert given.use(late) is None


def test_the_oldest_ticket_goes_where_another_would_be_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tickets, "MOST", 2)
    given = Tickets(Clock())
    first, second, third = (given.give(OFFICE) for _ in range(3))
    assert given.use(first) is None
    assert given.use(second) == given.use(third) == OFFICE
