"""The columns of a sheet of vehicles, and what their cells say; a cell that cannot be is named by row and column."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache, partial
from typing import Any, NamedTuple, Self
from zoneinfo import ZoneInfo

from src.service.registry.texts import (
    MOST_MAIL,
    MOST_NOTES,
    MOST_PHONE,
    MOST_WORDS,
    CellError,
    check_mail,
    clean_notes,
    clean_words,
    registered_plate,
)
from src.service.sheets import Cell
from src.service.text import name
from src.service.wrong import MOST_QUOTED, Value, Wrong, WrongError

PERSONS = ("owner", "driver")
PERSON_COLUMNS = tuple(f"{role}{end}" for role in PERSONS for end in ("", "_phone", "_email"))
TIME_COLUMNS = ("valid_from", "valid_until", "weekdays", "hours")
PERMIT_COLUMNS = ("list", "kind", "place", *TIME_COLUMNS)
COLUMNS = ("plate", "country", *PERMIT_COLUMNS, "make", "model", "colour", "trailer", "notes", *PERSON_COLUMNS)
"""All columns, in the order of an export; none but ``plate`` has to be there."""

KINDS = ("allow", "deny", "watch")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_NUMBERS = {day: n for days in (DAYS, ("пн", "вт", "ср", "чт", "пт", "сб", "вс")) for n, day in enumerate(days)}
_DAY = timedelta(days=1)
_HOURS = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])\s*[-–—]\s*([01]?[0-9]|2[0-4]):([0-5][0-9])")
_DAY_FIRST = re.compile(r"([0-3]?[0-9])\.([01]?[0-9])\.([0-9]{4})(.*)")
_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
MINUTES = 60


class HeadError(WrongError):
    """The error of a sheet whose columns are not those of vehicles; the message is one line."""


class Fault(NamedTuple):
    """Why a row is not taken; the column is None where it is the row as a whole."""

    row: int
    column: str | None
    reason: str
    code: Wrong
    values: dict[str, Value]

    @classmethod
    def of(cls, row: int, column: str | None, error: WrongError) -> Self:
        """Returns what ``error`` says of a row; its reason is cut off where it is long."""
        return cls(row, column, str(error)[:MOST_QUOTED], error.code, error.values)


class PersonCells(NamedTuple):
    """What a row says of an owner or a driver."""

    name: str
    phone: str | None
    email: str | None


class PermitCells(NamedTuple):
    """What a row says of a permit; the fields of its row, by their names, are those whose columns the sheet has."""

    list: str
    kind: str | None
    place: str | None
    fields: tuple[tuple[str, Any], ...]


class VehicleCells(NamedTuple):
    """A row of a sheet of vehicles; ``fields`` has what is in it of the vehicle's row."""

    row: int
    text: str
    region: str | None
    fields: tuple[tuple[str, str], ...]
    permit: PermitCells | None
    persons: tuple[tuple[str, PersonCells], ...]


@dataclass(slots=True)
class _Faults:
    row: int
    found: list[Fault] = field(default_factory=list)

    def read(self, column: str, cell: Cell, parse: Callable[[Cell], Any]) -> Any:
        """Returns what a cell says, None where it is empty or faulty."""
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            return None
        try:
            return parse(cell)
        except WrongError as error:
            self.add(column, error)
            return None

    def add(self, column: str, error: WrongError) -> None:
        self.found.append(Fault.of(self.row, column, error))


def read_head(cells: Sequence[Cell]) -> dict[str, int]:
    """Returns at which position each column is. Raises HeadError."""
    found: dict[str, int] = {}
    for position, cell in enumerate(cells):
        if cell is None:
            continue
        column = text_of(cell).strip().lower()
        if column not in COLUMNS:
            raise HeadError(Wrong.UNKNOWN_COLUMN, column=column[:40], known=", ".join(COLUMNS))
        if column in found:
            raise HeadError(Wrong.COLUMN_TWICE, column=column)
        found[column] = position
    if "plate" not in found:
        raise HeadError(Wrong.NO_PLATES)
    for role in PERSONS:
        for end in ("_phone", "_email"):
            if role + end in found and role not in found:
                raise HeadError(Wrong.NEEDS_COLUMN, column=role + end, needed=role)
    if "list" not in found and (others := [column for column in PERMIT_COLUMNS if column in found]):
        raise HeadError(Wrong.NEEDS_COLUMN, column=others[0], needed="list")
    return found


def read_row(
    number: int, cells: Sequence[Cell], head: Mapping[str, int], zones: Mapping[str, str | None]
) -> VehicleCells | list[Fault]:
    """Returns what a row says, or its faults. ``zones`` are the time zones of the places that there are."""
    faults = _Faults(number)
    there = {column: cells[at] if at < len(cells) else None for column, at in head.items()}
    plate = there["plate"]
    text = faults.read("plate", plate, lambda cell: registered_plate(text_of(cell)))
    if text is None and not faults.found:
        faults.add("plate", CellError(Wrong.EMPTY))
    region = faults.read("country", there.get("country"), _region)
    fields = {
        column: faults.read(column, there.get(column), partial(_words, most=MOST_WORDS))
        for column in ("make", "model", "colour")
    }
    fields["trailer_text"] = faults.read("trailer", there.get("trailer"), lambda cell: registered_plate(text_of(cell)))
    fields["notes"] = faults.read("notes", there.get("notes"), _notes)
    permit = _permit(there, zones, faults)
    persons = tuple((role, person) for role in PERSONS if (person := _person(role, there, faults)) is not None)
    if faults.found:
        return faults.found
    said = tuple((column, value) for column, value in fields.items() if value is not None)
    return VehicleCells(number, text, region, said, permit, persons)


def _permit(there: Mapping[str, Cell], zones: Mapping[str, str | None], faults: _Faults) -> PermitCells | None:
    called = faults.read("list", there.get("list"), lambda cell: name(text_of(cell), "list"))
    kind = faults.read("kind", there.get("kind"), _kind)
    place = faults.read("place", there.get("place"), lambda cell: name(text_of(cell), "place"))
    zone = zones.get(place) if place is not None else None
    fields, wrong = _times(tuple((column, there[column]) for column in TIME_COLUMNS if column in there), zone)
    faults.found += [fault._replace(row=faults.row) for fault in wrong]
    if called is None:
        said = [column for column in PERMIT_COLUMNS if there.get(column) is not None and column != "list"]
        if said and not faults.found:
            faults.add("list", CellError(Wrong.NEEDS_OTHER, column=said[0]))
        return None
    return PermitCells(called, kind, place, fields)


@lru_cache
def _times(
    cells: tuple[tuple[str, Cell], ...], zone: str | None
) -> tuple[tuple[tuple[str, Any], ...], tuple[Fault, ...]]:
    """Returns when a permit holds, as fields of its row, and the faults, as of row 0; most rows say the same."""
    faults, fields = _Faults(0), dict[str, Any]()
    for column, cell in cells:
        if column == "hours":
            minutes = faults.read(column, cell, hours)
            fields["from_minute"], fields["until_minute"] = minutes or (None, None)
        elif column == "weekdays":
            fields[column] = tuple(faults.read(column, cell, weekdays) or ())
        else:
            fields[column] = faults.read(column, cell, partial(begin if column == "valid_from" else end, zone=zone))
    first, last = fields.get("valid_from"), fields.get("valid_until")
    if first is not None and last is not None and last <= first:
        faults.add("valid_until", CellError(Wrong.BEFORE_VALID_FROM))
    return tuple(fields.items()), tuple(faults.found)


def _person(role: str, there: Mapping[str, Cell], faults: _Faults) -> PersonCells | None:
    called = faults.read(role, there.get(role), lambda cell: name(text_of(cell), role))
    phone = faults.read(f"{role}_phone", there.get(f"{role}_phone"), partial(_words, most=MOST_PHONE))
    email = faults.read(f"{role}_email", there.get(f"{role}_email"), _mail)
    if called is None:
        if (phone or email) and not faults.found:
            faults.add(role, CellError(Wrong.NEEDS_OTHER, column=f"{role}_{'phone' if phone else 'email'}"))
        return None
    return PersonCells(called, phone, email)


def text_of(cell: Cell) -> str:
    """Returns the text of a cell; a number has no decimal point where it needs none, as plates and telephones have it.

    >>> text_of(79210000000.0), text_of("A1")
    ('79210000000', 'A1')
    """
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def begin(cell: Cell, zone: str | None) -> datetime:
    """Returns when a permit begins: a day alone begins at its midnight in ``zone``. Raises CellError."""
    return _in_zone(_moment(cell)[0], zone)


def end(cell: Cell, zone: str | None) -> datetime:
    """Returns before when a permit holds: a day alone is the last one on which it does. Raises CellError."""
    moment, is_day = _moment(cell)
    try:
        return _in_zone(moment + _DAY if is_day else moment, zone)
    except OverflowError:
        raise CellError(Wrong.OUTSIDE_YEARS) from None


def _moment(cell: Cell) -> tuple[datetime, bool]:
    """Returns a time, and whether the cell names a day alone; a spreadsheet does not tell a day from its midnight."""
    if isinstance(cell, datetime):
        return cell, cell.time() == time()
    if isinstance(cell, date):
        return datetime.combine(cell, time()), True
    text = text_of(cell).strip()
    if found := _DAY_FIRST.fullmatch(text):
        text = f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}{found[4]}"
    if not _DATE.match(text):
        raise CellError(Wrong.NO_DATE, cell=text)
    try:
        return datetime.fromisoformat(text), len(text) == len("2026-12-31")
    except ValueError:
        raise CellError(Wrong.NO_TIME, cell=text) from None


def _in_zone(moment: datetime, zone: str | None) -> datetime:
    try:
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(zone)) if zone is not None else moment.astimezone()
        return moment.astimezone(UTC)
    except (OverflowError, ValueError):
        raise CellError(Wrong.OUTSIDE_YEARS) from None


def weekdays(cell: Cell) -> list[int]:
    """Returns the days of the week, Monday is 0. Raises CellError.

    >>> weekdays("mon-fri"), weekdays("Сб, вс"), weekdays("sat-mon")
    ([0, 1, 2, 3, 4], [5, 6], [0, 5, 6])
    """
    found = set()
    for part in re.split(r"[,;\s]+", text_of(cell).strip().lower()):
        first, dash, last = re.sub("[–—]", "-", part).partition("-")
        try:
            begins, ends = _DAY_NUMBERS[first], _DAY_NUMBERS[last if dash else first]
        except KeyError:
            raise CellError(Wrong.NO_DAY, cell=part) from None
        found |= {(begins + after) % 7 for after in range((ends - begins) % 7 + 1)}
    return sorted(found)


def days_text(days: Sequence[int]) -> str | None:
    """Returns days of the week as ``weekdays`` reads them, None for none.

    >>> days_text([0, 1, 2, 3, 4]), days_text([0, 2])
    ('mon-fri', 'mon,wed')
    """
    if len(days) > 2 and list(days) == list(range(days[0], days[-1] + 1)):
        return f"{DAYS[days[0]]}-{DAYS[days[-1]]}"
    return ",".join(DAYS[day] for day in days) or None


def hours(cell: Cell) -> tuple[int, int]:
    """Returns the minutes of the day between which a permit holds. Raises CellError.

    >>> hours("08:00-18:30"), hours("22:00 - 6:00")
    ((480, 1110), (1320, 360))
    """
    text = text_of(cell).strip()
    found = _HOURS.fullmatch(text)
    if found is None:
        raise CellError(Wrong.NO_HOURS, cell=text)
    first, last = (int(found[at]) * MINUTES + int(found[at + 1]) for at in (1, 3))
    if max(first, last) > 24 * MINUTES:
        raise CellError(Wrong.NO_HOURS, cell=text)
    return first % (24 * MINUTES), last % (24 * MINUTES)


def _kind(cell: Cell) -> str:
    word = text_of(cell).strip().lower()
    if word not in KINDS:
        raise CellError(Wrong.NO_KIND, cell=word[:40], known=", ".join(KINDS))
    return word


def _region(cell: Cell) -> str:
    code = text_of(cell).strip().upper()
    if not re.fullmatch("[A-Z]{2}", code):
        raise CellError(Wrong.NO_COUNTRY, cell=code[:40])
    return code


def _words(cell: Cell, most: int) -> str:
    return _bounded(clean_words(text_of(cell)), most)


def _notes(cell: Cell) -> str:
    return _bounded(clean_notes(text_of(cell)), MOST_NOTES)


def _mail(cell: Cell) -> str:
    return check_mail(_bounded(clean_words(text_of(cell)), MOST_MAIL))


def _bounded(text: str, most: int) -> str:
    if len(text) > most:
        raise CellError(Wrong.TOO_LONG, characters=len(text), most=most)
    return text
