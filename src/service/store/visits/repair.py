"""Pairs anew what a change of crossings concerns, so that the visits are what ``pairing`` says of all crossings.

The row of the place is locked by the caller, so that what is read here stays so until the end of the transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from src.service.database.tables import CrossingRow
from src.service.store.visits.neighbourhood import end_of, near_entries, near_exits, window
from src.service.store.visits.pairing import (
    ENTRY,
    Facts,
    Order,
    Passing,
    entry_of,
    lasts,
    order,
    passings,
    visits_of,
)
from src.service.store.visits.writing import Pair, write


@dataclass(frozen=True, slots=True)
class Change:
    """A crossing before and after a change; ``before`` is None for a new one, ``row`` for one that is deleted."""

    before: Facts | None
    row: CrossingRow | None


def repair(session: Session, place_id: str, changes: Sequence[Change]) -> None:
    """Brings the visits of a place up to date; the changes of its crossings are in the database already."""
    work = _Repair(session, place_id, changes)
    for key, (first, last) in work.spans().items():
        work.pair_key(key, first, last)
    pairs = work.pairs + work.pair_alone()
    session.flush()
    write(session, place_id, pairs, work.left_behind)


class _Repair:
    """One repair: what was found out so far."""

    def __init__(self, session: Session, place_id: str, changes: Sequence[Change]) -> None:
        self._session, self._place_id, self._changes = session, place_id, changes
        self._before: dict[str, Facts | None] = {
            change.row.id: change.before for change in changes if change.row is not None
        }
        self._changed = frozenset(self._before)
        self._passings: dict[str, Passing] = {}
        self._stirred = [Change(change.before, None) for change in changes if change.row is None]
        self._choices: dict[str, CrossingRow | None] = {}
        self._near: dict[Facts, list[CrossingRow]] = {}
        self.pairs: list[Pair] = []
        """Visits that have to be written."""
        self.left_behind = {
            change.before.visit_id
            for change in changes
            if change.before is not None and change.before.visit_id is not None
        }
        """Visits that may have no crossing any more."""
        for change in changes:
            if change.row is not None and change.before is not None and not change.before.leads:
                self._leave(change.row)  # the one that leads stays

    def spans(self) -> dict[str, tuple[Order, Order]]:
        """Returns from when to when something has changed, by the keys."""
        moments: dict[str, list[Order]] = {}
        for change in self._changes:
            if change.before is not None:
                moments.setdefault(change.before.key, []).append(change.before.order)
            if change.row is not None:
                moments.setdefault(change.row.key, []).append(order(change.row))
        return {key: (min(some), max(some)) for key, some in moments.items()}

    def pair_key(self, key: str, first: Order, last: Order) -> None:
        """Pairs the crossings of one key, and notes whose being alone has changed."""
        around = window(self._session, self._place_id, key, first, last)
        for row in (*around.rows, *around.earlier):
            self._before.setdefault(row.id, Facts.of(row))
        passed = passings(around.rows)
        visits = visits_of(passed)
        self._split(passed)
        self._passings |= {passing.first.id: passing for passing in passed}
        paired = {side.first.id for visit in visits for side in visit}
        for passing in passed:
            for row in passing.rows:
                row.leads, row.alone, row.until = row is passing.first, False, None
            if passing.first.id not in paired:
                passing.first.alone = True
                if passing.direction == ENTRY:
                    behind = [row for row in around.rows if order(row) > order(passing.rows[-1])]
                    passing.first.until = end_of(self._session, passing, behind, around)
        for row in around.earlier:
            row.until = end_of(self._session, Passing([row]), around.rows, around)
        for entry, leaving in visits:
            if self._is_stirred(entry) or self._is_stirred(leaving) or entry.first.visit_id != leaving.first.visit_id:
                self.pairs.append((entry, leaving))
        rows = [row for passing in passed if self._is_stirred(passing) for row in passing.rows]
        rows += filter(self._has_changed, around.earlier)
        self._stirred += [Change(self._before[row.id], row) for row in rows]

    def _split(self, passed: Sequence[Passing]) -> None:
        """Takes crossings that were a part of another passing, which is still there, out of its visit."""
        led = {passing.first.visit_id: passing.first for passing in passed if self._led(passing.first)}
        for passing in passed:
            for row in passing.rows:
                if row.visit_id is not None and led.get(row.visit_id, row) not in (row, passing.first):
                    self._leave(row)

    def _leave(self, row: CrossingRow) -> None:
        if row.visit_id is not None:
            self.left_behind.add(row.visit_id)
            row.visit_id = None

    def _led(self, row: CrossingRow) -> bool:
        was = self._before[row.id]
        return was is not None and was.leads

    def _is_stirred(self, passing: Passing) -> bool:
        """Tells whether anything of a passing is not as it was."""
        visit_id = passing.first.visit_id
        return visit_id is None or any(
            row.id in self._changed or row.visit_id != visit_id or self._has_changed(row) for row in passing.rows
        )

    def _has_changed(self, row: CrossingRow) -> bool:
        return self._before[row.id] != Facts.of(row)

    def pair_alone(self) -> list[Pair]:
        """Returns the visits of the crossings that are alone, as far as a change concerns them."""
        entries, exits = self._concerned()
        for leaving in exits.values():
            if (chosen := self._choice(leaving)) is not None:
                entries[chosen.id] = chosen
        pairs: list[tuple[CrossingRow | None, CrossingRow | None]] = []
        for entry in entries.values():
            wooing = [
                row for row in self._exits_near(Facts.of(entry)) if lasts(entry, row) and self._choice(row) is entry
            ]
            exits |= {row.id: row for row in wooing}
            pairs.append((entry, min(wooing, key=order, default=None)))
        taken = {leaving.id for _, leaving in pairs if leaving is not None}
        pairs += [(None, row) for row in exits.values() if row.id not in taken]
        return self._whole(pairs)

    def _concerned(self) -> tuple[dict[str, CrossingRow], dict[str, CrossingRow]]:
        """Returns the entries and the exits that are alone and whose visit may have become another one."""
        entries, exits = dict[str, CrossingRow](), dict[str, CrossingRow]()
        former = set[str | None]()
        for change in self._stirred:
            now = None if change.row is None else Facts.of(change.row)
            for facts in {change.before, now} - {None}:
                if facts is not None and facts.alone and facts.direction == ENTRY:
                    exits |= {row.id: row for row in self._exits_near(facts)}
            if change.row is not None and change.row.alone:
                (entries if change.row.direction == ENTRY else exits)[change.row.id] = change.row
            if change.before is not None and change.before.alone and change.before.direction != ENTRY:
                former.add(change.before.visit_id)
        former |= {row.visit_id for row in exits.values()}
        row = CrossingRow
        if known := sorted(visit_id for visit_id in former if visit_id is not None):
            theirs = select(row).where(row.visit_id.in_(known), row.direction == ENTRY, row.alone)
            entries |= {each.id: each for each in self._session.scalars(theirs)}
        return entries, exits

    def _exits_near(self, entry: Facts) -> list[CrossingRow]:
        if entry not in self._near:
            self._near[entry] = near_exits(self._session, self._place_id, entry)
        return self._near[entry]

    def _choice(self, leaving: CrossingRow) -> CrossingRow | None:
        if leaving.id not in self._choices:
            near = near_entries(self._session, self._place_id, Facts.of(leaving))
            self._choices[leaving.id] = entry_of(leaving, [entry for entry in near if lasts(entry, leaving)])
        return self._choices[leaving.id]

    def _whole(self, pairs: Sequence[tuple[CrossingRow | None, CrossingRow | None]]) -> list[Pair]:
        """Returns the passings that crossings stand for, pair by pair."""
        rows = [row for pair in pairs for row in pair if row is not None and row.id not in self._passings]
        again: dict[tuple[str | None, str], list[CrossingRow]] = {}
        row = CrossingRow
        if rows:
            others = select(row).where(row.visit_id.in_({each.visit_id for each in rows}), ~row.leads)
            for each in self._session.scalars(others.order_by(row.at, row.id)):
                again.setdefault((each.visit_id, each.direction), []).append(each)
        for each in rows:
            self._passings[each.id] = Passing([each, *again.get((each.visit_id, each.direction), [])])
        found = [tuple(None if row is None else self._passings[row.id] for row in pair) for pair in pairs]
        return [(entry, leaving) for entry, leaving in found]
