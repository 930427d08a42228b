"""Which entry and which exit of a place are one visit: a definition by the crossings of the place alone.

All that follows is about one place, and crossings are in the order of their times (then of their identifiers).

1. A plate is what has the same key and no other country. A crossing within ``REPEAT`` of the plate's crossing before
   it, in the same direction, is the same passing of the gate: a second camera has seen it again.
2. A passing in, with a passing out next after it, is a visit, unless an operator has closed it before that exit.
3. What is left is alone. A passing in that is alone lasts until the next entry of its plate, or until an operator
   closes it, or for ever. A passing out that is alone may be a misread one: its entry is the one that lasts at that
   time and differs by one character (``differs``), where there is exactly one such. An entry with the same key comes
   before one that differs. Of several exits that choose one entry the first one has it.
4. Other exits had no entry. Other entries are inside, or without an exit where they do not last for ever.

Neither the order in which crossings are told nor what was paired before matters. Whether two crossings are a visit
depends on those near them in time and text alone, so that a new one changes only visits around it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from src.service.database.tables import CrossingRow

ENTRY, EXIT = "entry", "exit"
REPEAT = timedelta(minutes=2)
PART = 3
"""The characters of a head and of a tail: one character differs in one of them at most, where texts are no shorter than
``LONGER`` and ``SHORTER``.
"""
SHORTER, LONGER = 2 * PART - 1, 2 * PART
"""Of two texts that differ by one character, the shorter and the longer one have at least so many. In less text one
character says too much.
"""

Order = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class Facts:
    """What others' visits depend on of a crossing, as it was at some moment."""

    id: str
    direction: str
    at: datetime
    key: str
    head: str
    tail: str
    region: str | None
    certain: bool
    leads: bool
    alone: bool
    until: datetime | None
    visit_id: str | None

    @classmethod
    def of(cls, row: CrossingRow) -> "Facts":
        """Returns the facts of a row as it is now."""
        return cls(*(getattr(row, field) for field in cls.__slots__))

    @property
    def order(self) -> Order:
        """Its place among all crossings."""
        return self.at, self.id


@dataclass(frozen=True, slots=True)
class Passing:
    """One passing of a gate: its crossings in their order."""

    rows: list[CrossingRow]

    @property
    def first(self) -> CrossingRow:
        """The crossing that stands for the passing."""
        return self.rows[0]

    @property
    def direction(self) -> str:
        """Entry or exit."""
        return self.first.direction

    @property
    def closed(self) -> datetime | None:
        """When an operator said that it had left; what was seen of it later shows that it had not."""
        said = max((row.closed for row in self.rows if row.closed is not None), default=None)
        return None if said is None or said < self.rows[-1].at else said


def order(row: CrossingRow) -> Order:
    """Returns the place of a crossing among all."""
    return row.at, row.id


def halves(key: str) -> tuple[str, str]:
    """Returns the head and the tail of a key.

    >>> halves("A123BC77")
    ('A12', 'C77')
    """
    return key[:PART], key[-PART:]


def agree(one: str | None, other: str | None) -> bool:
    """Tells whether two countries may be the same."""
    return one is None or other is None or one == other


def passings(rows: Sequence[CrossingRow]) -> list[Passing]:
    """Returns the passings of all crossings of one key, which are in their order."""
    found: list[Passing] = []
    for row in rows:
        before = found[-1].rows[-1] if found else None
        if before is not None and not is_apart(before, row) and agree(before.region, row.region):
            found[-1].rows.append(row)
        else:
            found.append(Passing([row]))
    return found


def is_apart(before: CrossingRow, row: CrossingRow) -> bool:
    """Tells whether a crossing begins a passing, whatever the countries, as the one before it shows."""
    return before.direction != row.direction or row.at - before.at > REPEAT


def visits_of(found: Sequence[Passing]) -> list[tuple[Passing, Passing]]:
    """Returns those passings of one key that are a visit without doubt, entry and exit."""
    return [
        (entry, leaving)
        for entry, leaving in pairwise(found)
        if (entry.direction, leaving.direction) == (ENTRY, EXIT)
        and agree(entry.first.region, leaving.first.region)
        and (entry.closed is None or leaving.first.at <= entry.closed)
    ]


def lasts_until(entry: Passing, later: Iterable[CrossingRow]) -> datetime | None:
    """Returns until when an entry that is alone lasts; ``later`` are the crossings of its key behind it."""
    again = (row.at for row in later if row.direction == ENTRY and agree(entry.first.region, row.region))
    ends = [end for end in (next(again, None), entry.closed) if end is not None]
    return min(ends, default=None)


def differs(entry: CrossingRow, leaving: CrossingRow) -> int | None:
    """Returns by how many characters, 0 or 1, the keys of one plate differ; None where they are of two plates.

    Two keys that an operator or the registry is certain of are of two plates.
    """
    if not agree(entry.region, leaving.region):
        return None
    if entry.key == leaving.key:
        return 0
    if (entry.certain and leaving.certain) or not is_one_edit(entry.key, leaving.key):
        return None
    return 1


def is_one_edit(one: str, other: str) -> bool:
    """Tells whether two different texts differ by one character that is another one, or that one of them lacks.

    >>> is_one_edit("A123BC77", "A123BC7"), is_one_edit("A123BC77", "A12BC771"), is_one_edit("AB12", "AB13")
    (True, False, False)
    """
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < SHORTER or len(longer) < LONGER or len(longer) - len(shorter) > 1:
        return False
    same = next((place for place, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    return shorter[same + (len(shorter) == len(longer)) :] == longer[same + 1 :]


def entry_of(leaving: CrossingRow, lasting: Iterable[CrossingRow]) -> CrossingRow | None:
    """Returns the entry that an exit which is alone chooses of those that last at its time and are alone."""
    near: dict[int, list[CrossingRow]] = {}
    for entry in lasting:
        if (by := differs(entry, leaving)) is not None:
            near.setdefault(by, []).append(entry)
    nearest = near[min(near)] if near else []
    return nearest[0] if len(nearest) == 1 else None


def lasts(entry: CrossingRow, leaving: CrossingRow) -> bool:
    """Tells whether an entry that is alone lasts at the time of an exit."""
    return order(entry) < order(leaving) and (entry.until is None or leaving.at <= entry.until)
