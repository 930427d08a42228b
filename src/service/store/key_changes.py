"""Shows, changes and revokes keys over the API, whose administrators must not lock themselves out.

On the machine of the service, ``revoke_key`` revokes any key: whoever is there can make another one.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import Field
from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from src.core.schema import Closed
from src.service.database import Database, tables
from src.service.database.types import IdColumn, UtcDateTime
from src.service.query import MAX_LIMIT, Cursor, Place
from src.service.scopes import Scope
from src.service.store.audit import Action, Actor, note
from src.service.store.keys import ApiKeyError, Key, key_of, revoke
from src.service.text import shown

LIMITS = ("expires", "per_minute", "per_day")
"""The fields that may make a key useless; where one is None, nothing is limited."""


class KeyQuery(Closed):
    """Which page of the keys is asked for."""

    limit: int = Field(default=50, ge=1, le=MAX_LIMIT, description="on one page")
    cursor: Cursor | None = Field(default=None, description="`next` of the page before")


class LastAdministratorError(ValueError):
    """The error of a change after which nobody could administer the service; the message says what was asked for."""


@dataclass(frozen=True, slots=True)
class KeyPage:
    """A page of keys, newest first, and the cursor of the next page; None where this is the last one."""

    items: list[Key]
    next_cursor: str | None
    total: int


def search_keys(database: Database, query: KeyQuery) -> KeyPage:
    """Returns one page of all keys that were ever made."""
    row = tables.ApiKeyRow
    wanted = select(row).order_by(row.created.desc(), row.id.desc()).limit(query.limit + 1)
    if query.cursor is not None:
        place = Place.from_cursor(query.cursor)
        behind = tuple_(place.seen, place.id, types=[UtcDateTime, IdColumn])
        wanted = wanted.where(tuple_(row.created, row.id) < behind)
    with database.reading() as session:
        found = [key_of(each) for each in session.scalars(wanted)]
        total = session.scalar(select(func.count()).select_from(row)) or 0
    items, more = found[: query.limit], len(found) > query.limit
    return KeyPage(items, Place(items[-1].created, items[-1].id).cursor if more else None, total)


def find_key(database: Database, key_id: str) -> Key | None:
    """Returns the key with this identifier, None where there is none."""
    with database.reading() as session:
        row = session.get(tables.ApiKeyRow, shown(key_id))
        return None if row is None else key_of(row)


def change_key(database: Database, key_id: str, fields: dict[str, Any], actor: Actor) -> Key | None:
    """Changes those ``fields`` of a key, of ``name``, ``expires``, ``per_minute`` and ``per_day``; returns None where
    there is no such key.

    It is audited. Raises ApiKeyError for a time that is over, and LastAdministratorError where the last valid key of an
    administrator would end earlier, or might be used less often.
    """
    now = datetime.now(UTC)
    if (expires := fields.get("expires")) is not None and expires <= now:
        raise ApiKeyError(f"{expires.isoformat()} is over already")
    with database.session() as session:
        others = _other_administrators(session, key_id, now)
        row = session.get(tables.ApiKeyRow, shown(key_id))
        if row is None:
            return None
        earlier = row.name
        if _is_administrator(key_of(row), now) and not others:
            for field in LIMITS:
                if field in fields and _is_less(fields[field], getattr(row, field)):
                    raise LastAdministratorError(f"body.{field}: it is no longer what it was")
        for field, value in fields.items():
            setattr(row, field, value)
        note(session, Action.CHANGE_KEY, earlier, actor, {"prefix": row.prefix, "fields": sorted(fields)})
        return key_of(row)


def revoke_as_administrator(database: Database, key_id: str, actor: Actor) -> Key | None:
    """Makes a key useless, for good; returns None where there is no such key. One that is revoked stays as it is.

    It is audited. Raises LastAdministratorError for the last valid key of an administrator.
    """
    now = datetime.now(UTC)
    with database.session() as session:
        others = _other_administrators(session, key_id, now)
        row = session.get(tables.ApiKeyRow, shown(key_id))
        if row is None:
            return None
        if _is_administrator(key_of(row), now) and not others:
            raise LastAdministratorError("make another administrator's key first")
        revoke(session, row, now, actor)
        return key_of(row)


def _other_administrators(session: Session, key_id: str, now: datetime) -> list[str]:
    """Returns the valid keys of administrators beside one; until the transaction ends nobody else changes any of them.

    Otherwise two administrators could revoke each other at the same moment.
    """
    row = tables.ApiKeyRow
    # in PostgreSQL this lock is the weakest that keeps other changes away: whatever names a key goes on
    there = select(row).where(row.revoked.is_(None)).order_by(row.id).with_for_update(key_share=True)
    return [each.id for each in session.scalars(there) if each.id != key_id and _is_administrator(key_of(each), now)]


def _is_administrator(key: Key, now: datetime) -> bool:
    return key.is_valid(now) and key.allows(Scope.ADMIN)


def _is_less(wanted: Any, there: Any) -> bool:
    """Tells whether a limit allows less than before; None allows anything."""
    return wanted is not None and (there is None or wanted < there)
