"""All visits of a place, found the slow way: what the definition says of all crossings at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from src.service.database.tables import CrossingRow, VisitRow
from tests.service.recognitions import NOON

REPEAT = timedelta(minutes=2)


@dataclass(frozen=True)
class Seen:
    """A crossing, as the definition sees it."""

    id: str
    direction: str
    minute: float
    key: str
    region: str | None = None
    certain: bool = False
    closed: float | None = None

    @property
    def at(self) -> datetime:
        return NOON + timedelta(minutes=self.minute)

    @property
    def order(self) -> tuple[float, str]:
        return self.minute, self.id


Visits = set[tuple[str | None, str | None, str]]
"""The crossings of entry and exit, and the state."""


def from_scratch(crossings: Iterable[Seen]) -> Visits:
    """All visits of crossings."""
    seen = list(crossings)
    entries, exits, visits = list[tuple[Seen, float | None]](), list[Seen](), Visits()
    for key in {one.key for one in seen}:
        groups: list[list[Seen]] = []
        for one in sorted((one for one in seen if one.key == key), key=lambda one: one.order):
            last = groups[-1][-1] if groups else None
            same = (
                last is not None and last.direction == one.direction and one.at - last.at <= REPEAT and agree(last, one)
            )
            if same:
                groups[-1].append(one)
            else:
                groups.append([one])
        used = set()
        for place, group in enumerate(groups[:-1]):
            behind = groups[place + 1]
            fits = (group[0].direction, behind[0].direction) == ("entry", "exit") and agree(group[0], behind[0])
            if fits and ((end := closed(group)) is None or behind[0].minute <= end):
                visits.add((group[0].id, behind[0].id, "left"))
                used |= {place, place + 1}
        for place, group in enumerate(groups):
            if place in used:
                continue
            if group[0].direction == "exit":
                exits.append(group[0])
                continue
            later = [
                one.minute
                for other in groups[place + 1 :]
                for one in other
                if one.direction == "entry" and agree(group[0], one)
            ]
            ends = [end for end in (min(later, default=None), closed(group)) if end is not None]
            entries.append((group[0], min(ends, default=None)))
    taken: dict[str, Seen] = {}
    for leaving in sorted(exits, key=lambda one: one.order):
        lasting = [one for one, end in entries if one.order < leaving.order and (end is None or leaving.minute <= end)]
        equal = [one for one in lasting if agree(one, leaving) and one.key == leaving.key]
        near = [one for one in lasting if agree(one, leaving) and nearly(one, leaving)]
        fitting = equal or near
        if len(fitting) == 1 and fitting[0].id not in taken:
            taken[fitting[0].id] = leaving
        else:
            visits.add((None, leaving.id, "no_entry"))
    for one, end in entries:
        if one.id in taken:
            visits.add((one.id, taken[one.id].id, "left"))
        else:
            visits.add((one.id, None, "inside" if end is None else "no_exit"))
    return visits


def agree(one: Seen, other: Seen) -> bool:
    return None in (one.region, other.region) or one.region == other.region


def closed(group: list[Seen]) -> float | None:
    said = max((one.closed for one in group if one.closed is not None), default=None)
    return None if said is None or said < group[-1].minute else said


def nearly(one: Seen, other: Seen) -> bool:
    a, b = sorted((one.key, other.key), key=len)
    if (one.certain and other.certain) or len(a) < 5 or len(b) < 6:
        return False
    if len(a) == len(b):
        return sum(x != y for x, y in zip(a, b, strict=True)) == 1
    return any(b[:n] + b[n + 1 :] == a for n in range(len(b)))


def stored(session: Session, place_id: str) -> Visits:
    """The visits of a place as they are stored; each crossing belongs to one."""
    found = Visits()
    for visit in session.scalars(select(VisitRow).where(VisitRow.place_id == place_id)):
        rows = session.scalars(select(CrossingRow).where(CrossingRow.visit_id == visit.id)).all()
        lead = {row.direction: row for row in rows if row.leads}
        assert len(lead) == sum(row.leads for row in rows)
        entry, leaving = lead.get("entry"), lead.get("exit")
        assert visit.entered == (entry and entry.at)
        assert visit.left == (leaving and leaving.at)
        found.add((None if entry is None else entry.id, None if leaving is None else leaving.id, visit.state))
    assert not session.scalars(select(CrossingRow.id).where(CrossingRow.visit_id.is_(None))).all()
    return found


def crossed(session: Session, place_id: str) -> list[Seen]:
    """The crossings of a place as they are stored."""
    rows = session.scalars(select(CrossingRow).where(CrossingRow.place_id == place_id))
    return [
        Seen(row.id, row.direction, (row.at - NOON) / timedelta(minutes=1), row.key, row.region, row.certain)
        for row in rows
    ]
