"""Pages of what the registry has: each begins behind the last entry of the one before, whatever was added meanwhile."""

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from src.service.database import tables

Row = TypeVar("Row", bound=tables.TableBase)
Item = TypeVar("Item")
TABLES = tables.TableBase.metadata.tables
"""The tables themselves: to insert many rows SQLAlchemy's mapping takes longer than the database does."""
BATCH = 500
"""The rows in one statement, as databases limit its parameters."""


class CursorError(ValueError):
    """The error of a cursor that no page ended with."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """A page of entries, and the cursor of the next page; None where this is the last one."""

    items: list[Item]
    next_cursor: str | None
    total: int | None
    """The number on all pages; None behind a cursor, as it would be counted anew for each page."""


def page_of(
    session: Session,
    row: type[Row],
    order: tuple[InstrumentedAttribute[str], InstrumentedAttribute[str]],
    conditions: Sequence[ColumnElement[bool]],
    limit: int,
    cursor: str | None,
    told: Callable[[list[Row]], list[Item]],
) -> Page[Item]:
    """Returns the page of the rows on which all ``conditions`` hold, in ``order``: by a name, and by the identifier.

    ``told`` returns what is told of rows. Raises CursorError.
    """
    asked = list(conditions)
    total = None
    if cursor is None:
        total = session.scalar(select(func.count()).select_from(row).where(*asked)) or 0
    else:
        asked.append(tuple_(*order) > tuple_(*_place(cursor)))
    found = list(session.scalars(select(row).where(*asked).order_by(*order).limit(limit + 1)))
    items, more = found[:limit], len(found) > limit
    names = (getattr(items[-1], each.key) for each in order) if more else ()
    return Page(told(items), _cursor(*names) if more else None, total)


def pieces(values: Iterable[str]) -> Iterator[list[str]]:
    """Yields different values, in order, as many at a time as a statement may have."""
    every = sorted(values)
    for start in range(0, len(every), BATCH):
        yield every[start : start + BATCH]


def _cursor(*place: str) -> str:
    return base64.urlsafe_b64encode(json.dumps(place, ensure_ascii=False).encode()).decode()


def _place(cursor: str) -> tuple[str, str]:
    try:
        place: Any = json.loads(base64.b64decode(cursor, "-_", validate=True))
    except ValueError:  # that of base64, that of UTF-8 and that of JSON
        place = None
    if not (isinstance(place, list) and len(place) == 2 and all(isinstance(each, str) for each in place)):
        raise CursorError("it is not one that a page ended with")
    if any("\0" in each or not each.isprintable() for each in place):
        raise CursorError("it is not one that a page ended with")
    return place[0], place[1]
