"""Finds entries of the audit, for administrators: unlike all else that is looked up, they name plates and people."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import ColumnElement, func, or_, select, tuple_

from src.core.schema import Closed
from src.service.database import Database, tables
from src.service.database.types import IdColumn, UtcDateTime
from src.service.query import MAX_LIMIT, PLAIN, Cursor, Moment, Place
from src.service.store.audit import Action
from src.service.text import NAME_LENGTH


class AuditQuery(Closed):
    """Which entries of the audit are asked for; what is unset does not matter."""

    action: Action | None = Field(default=None, description="what was done", examples=["delete plate"])
    key: Annotated[str, Field(min_length=1, max_length=NAME_LENGTH, pattern=PLAIN)] | None = Field(
        default=None, description="the name or the prefix of the key that did it", examples=["np_1a2b3c4d"]
    )
    since: Moment | None = Field(
        default=None,
        description="not earlier; without a time zone it is the service's own",
        examples=["2026-01-01T00:00:00Z"],
    )
    until: Moment | None = Field(
        default=None,
        description="earlier; without a time zone it is the service's own",
        examples=["2027-01-01T00:00:00Z"],
    )
    limit: int = Field(default=50, ge=1, le=MAX_LIMIT, description="on one page")
    cursor: Cursor | None = Field(default=None, description="`next` of the page before")


@dataclass(frozen=True, slots=True)
class WhoseKey:
    """The key that did something; it may be revoked since."""

    id: str
    name: str
    prefix: str


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An entry of the audit. What is too old, or is about a plate that was deleted, has lost ``subject`` and
    ``detail``.
    """

    id: str
    at: datetime
    action: str
    subject: str | None
    detail: dict[str, Any] | None
    key: WhoseKey | None
    """None: keys were not required, or it was the service itself or somebody on its machine."""
    remote: str | None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of entries, newest first, and the cursor of the next page; None where this is the last one."""

    items: list[AuditEntry]
    next_cursor: str | None
    total: int | None
    """The number on all pages; None behind a cursor, as it would be counted anew for each page."""


def search_audit(database: Database, query: AuditQuery) -> AuditPage:
    """Returns one page of the entries that ``query`` asks for."""
    row, key = tables.AuditRow, tables.ApiKeyRow
    asked = _conditions(query)
    wanted = select(row, key.name, key.prefix).outerjoin(key, row.key_id == key.id)
    with database.reading() as session:
        total = None
        behind = list[ColumnElement[bool]]()
        if query.cursor is None:
            counted = select(func.count()).select_from(row).outerjoin(key, row.key_id == key.id)
            total = session.scalar(counted.where(*asked)) or 0
        else:
            place = Place.from_cursor(query.cursor)
            behind = [tuple_(row.at, row.id) < tuple_(place.seen, place.id, types=[UtcDateTime, IdColumn])]
        newest = wanted.where(*asked, *behind).order_by(row.at.desc(), row.id.desc()).limit(query.limit + 1)
        found = [_entry(*each) for each in session.execute(newest)]
    items, more = found[: query.limit], len(found) > query.limit
    return AuditPage(items, Place(items[-1].at, items[-1].id).cursor if more else None, total)


def _conditions(query: AuditQuery) -> list[ColumnElement[bool]]:
    row, key = tables.AuditRow, tables.ApiKeyRow
    conditions = list[ColumnElement[bool]]()
    if query.action is not None:
        conditions.append(row.action == query.action.value)
    if query.key is not None:
        conditions.append(or_(key.prefix == query.key, key.name == query.key))
    if query.since is not None:
        conditions.append(row.at >= query.since)
    if query.until is not None:
        conditions.append(row.at < query.until)
    return conditions


def _entry(row: tables.AuditRow, name: str | None, prefix: str | None) -> AuditEntry:
    whose = None if row.key_id is None or name is None or prefix is None else WhoseKey(row.key_id, name, prefix)
    return AuditEntry(row.id, row.at, row.action, row.subject, row.detail, whose, row.remote)
