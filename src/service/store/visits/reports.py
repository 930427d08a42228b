"""Counts visits by day, permit or place."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import select

from src.service.database import Database
from src.service.database.tables import PermitRow, PlaceRow, VehicleRow, VisitRow
from src.service.sheets import Cell
from src.service.store.visits.searching import of_period
from src.service.visit_query import VisitPeriod

By = Literal["day", "permit", "place"]
FETCHED = 1000
"""The rows that are held at a time."""


@dataclass(slots=True)
class ReportLine:
    """Visits that are counted together."""

    day: str | None
    """The day on which they began at the place, as 2026-01-31; None where days are not told apart, as below."""
    place: str | None
    permit: str | None
    """The identifier of a permit; None for visits without one."""
    list: str | None
    text: str | None
    """The plate of the permit's vehicle; None where the permit is gone."""
    visits: int = 0
    left: int = 0
    inside: int = 0
    no_exit: int = 0
    no_entry: int = 0
    overstayed: int = 0
    """Those that left later than one may."""
    total_s: int = 0
    """The seconds of those that were seen to come and to leave."""
    longest_s: int | None = None

    @property
    def mean_s(self) -> int | None:
        """The mean of those seconds; None where none was seen to do both."""
        return round(self.total_s / self.left) if self.left else None


NAMES: dict[By, tuple[str, ...]] = {"day": ("day",), "permit": ("permit", "list", "text"), "place": ("place",)}
"""What tells the lines of a report apart."""
COUNTS = ("visits", "left", "inside", "no_exit", "no_entry", "overstayed", "mean_s", "longest_s", "total_s")


def report(database: Database, by: By, period: VisitPeriod) -> list[ReportLine]:
    """Returns the lines of a report, by day, by list and plate, or by the name of the place.

    The visits are read once, in the order of an index, and only the lines are held.
    """
    visit, place = VisitRow, PlaceRow
    wanted = (
        select(visit.state, visit.began, visit.stay_s, visit.permit_id, visit.list, VehicleRow.text)
        .add_columns(place.name, place.time_zone, place.max_stay_minutes)
        .join(place, place.id == visit.place_id)
        .outerjoin(PermitRow, PermitRow.id == visit.permit_id)
        .outerjoin(VehicleRow, VehicleRow.id == PermitRow.vehicle_id)
        .where(*of_period(period))
        .execution_options(yield_per=FETCHED)
    )
    lines: dict[tuple[str | None, ...], ReportLine] = {}
    with database.reading() as session:
        for state, began, stay_s, permit, called, text, name, zone, most in session.execute(wanted):
            if by == "day":
                day = began.astimezone(None if zone is None else ZoneInfo(zone)).date().isoformat()
                key = (day, None, None, None, None)
            elif by == "place":
                key = (None, name, None, None, None)
            else:
                key = (None, None, permit, called, text)
            line = lines.setdefault(key, ReportLine(*key))
            line.visits += 1
            setattr(line, state, getattr(line, state) + 1)
            if stay_s is not None:
                line.total_s += stay_s
                line.longest_s = max(stay_s, line.longest_s or 0)
                line.overstayed += most is not None and stay_s > most * 60
    order = sorted(lines.items(), key=lambda item: [(part is None, part or "") for part in _sorting(item[1])])
    return [line for _, line in order]


def _sorting(line: ReportLine) -> tuple[str | None, ...]:
    return line.day, line.place, line.list, line.text, line.permit


def report_rows(by: By, lines: list[ReportLine]) -> Iterator[list[Cell]]:
    """Yields the rows of a sheet, the head first."""
    columns = [*NAMES[by], *COUNTS]
    yield list(columns)
    for line in lines:
        yield [getattr(line, column) for column in columns]
