"""Finds the crossings that a change may concern, in indexes: those of the same plate around it, and those that are
alone and have nearly the same text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, literal, or_, select, true, tuple_, union_all
from sqlalchemy.orm import Session

from src.service.database.tables import CrossingRow
from src.service.database.types import IdColumn, UtcDateTime
from src.service.store.visits.pairing import (
    ENTRY,
    EXIT,
    Facts,
    Order,
    Passing,
    agree,
    halves,
    is_apart,
    lasts_until,
    order,
)

ROWS = 8
"""The crossings before and after a change that are looked at first."""
MORE = 4
"""Where they do not suffice, so many times as many are looked at."""


@dataclass(frozen=True, slots=True)
class Window:
    """The crossings of one key between two moments at which entries begin passings, so that what is outside pairs with
    nothing inside.
    """

    rows: list[CrossingRow]
    earlier: list[CrossingRow]
    """Entries before them that are alone and last until the change, or longer."""
    later: list[CrossingRow]
    """Crossings behind them, some of those that there are."""
    has_more: bool
    """Whether there are others behind those."""


def window(session: Session, place_id: str, key: str, first: Order, last: Order) -> Window:
    """Returns the crossings of a key at a place around what has changed from ``first`` to ``last``."""
    limit = ROWS
    while True:
        before, between, after, lasting = _around(session, place_id, key, first, last, limit)
        start = next((n for n in reversed(range(len(before))) if _starts(before, n, len(before) < limit)), None)
        end = next((n for n in range(1, len(after)) if _starts(after, n, False)), None)
        if (start is None and len(before) == limit) or (end is None and len(after) == limit):
            limit *= MORE
            continue
        rows = [*before[start or 0 :], *between, *after[:end]]
        known = {row.id for row in rows}
        earlier = [row for row in lasting if row.id not in known]
        return Window(rows, earlier, [] if end is None else after[end:], len(after) == limit)


def _starts(rows: Sequence[CrossingRow], place: int, is_all: bool) -> bool:
    """Tells whether a passing in begins here for certain; ``is_all`` says that there are none before ``rows``."""
    if rows[place].direction != ENTRY:
        return False
    return is_apart(rows[place - 1], rows[place]) if place else is_all


def _around(
    session: Session, place_id: str, key: str, first: Order, last: Order, limit: int
) -> tuple[list[CrossingRow], ...]:
    """Returns ``limit`` crossings of a key before ``first``, all up to ``last``, ``limit`` behind it, and the entries
    before that last until ``first`` at least.
    """
    row = CrossingRow
    of_key = (row.key == key, row.place_id == place_id)
    here, begin, end = tuple_(row.at, row.id), _literal(first), _literal(last)
    still = (row.alone, row.direction == ENTRY, here < begin, or_(row.until.is_(None), row.until >= first[0]))
    parts = (
        select(row.id).where(*of_key, here < begin).order_by(row.at.desc(), row.id.desc()).limit(limit),
        select(row.id).where(*of_key, here >= begin, here <= end),
        select(row.id).where(*of_key, here > end).order_by(row.at, row.id).limit(limit),
        # not by the key, as a plate that comes every day has a long history, and few crossings in it that are alone
        select(row.id).where(row.head == halves(key)[0], row.place_id == place_id, *still),
    )
    numbered = (select(part.subquery().c.id, literal(number).label("part")) for number, part in enumerate(parts))
    asked = union_all(*numbered).subquery()
    found: tuple[list[CrossingRow], ...] = tuple([] for _ in parts)
    for each, number in session.execute(select(row, asked.c.part).join(asked, asked.c.id == row.id)):
        if each.key == key:
            found[number].append(each)
    return tuple(sorted(some, key=order) for some in found)


def end_of(session: Session, entry: Passing, rows: Sequence[CrossingRow], around: Window) -> datetime | None:
    """Returns until when an entry that is alone lasts; ``rows`` are those of its key behind it in the window."""
    known = [*rows, *around.later]
    until = lasts_until(entry, known)
    if not around.has_more or any(_ends(entry, row) for row in known):
        return until
    row, first = CrossingRow, entry.first
    here = tuple_(row.at, row.id)
    countries = or_(row.region.is_(None), row.region == first.region) if first.region is not None else true()
    behind = (row.key == first.key, row.place_id == first.place_id, row.direction == ENTRY)
    again = session.scalar(
        select(row).where(*behind, countries, here > _literal(order(known[-1]))).order_by(row.at, row.id).limit(1)
    )
    return until if again is None else lasts_until(entry, [again])


def _ends(entry: Passing, row: CrossingRow) -> bool:
    return row.direction == ENTRY and agree(entry.first.region, row.region)


def near_exits(session: Session, place_id: str, entry: Facts) -> list[CrossingRow]:
    """Returns the exits that are alone, and may be of an entry that is."""
    row = CrossingRow
    within = [row.at >= entry.at] if entry.until is None else [row.at >= entry.at, row.at <= entry.until]
    return _near(session, place_id, EXIT, entry, within)


def near_entries(session: Session, place_id: str, leaving: Facts) -> list[CrossingRow]:
    """Returns the entries that are alone and last at the time of an exit, and may be its own."""
    row = CrossingRow
    return _near(
        session, place_id, ENTRY, leaving, [row.at <= leaving.at, or_(row.until.is_(None), row.until >= leaving.at)]
    )


def _near(
    session: Session, place_id: str, direction: str, of: Facts, within: Sequence[ColumnElement[bool]]
) -> list[CrossingRow]:
    row = CrossingRow
    alike = or_(
        *(
            and_(part == said, row.place_id == place_id, row.alone)
            for part, said in ((row.head, of.head), (row.tail, of.tail))
        )
    )
    wanted = select(row).where(alike, row.direction == direction, *within).order_by(row.at, row.id)
    return list(session.scalars(wanted))


def _literal(moment: Order) -> Any:
    return tuple_(*moment, types=[UtcDateTime, IdColumn])
