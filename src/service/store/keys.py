"""API keys are made, verified, revoked and listed here. Of a secret only its SHA-256 is kept.

A slow hash is for passwords, which can be guessed; a secret of 256 random bits cannot.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from src.service.database import Database, tables
from src.service.database.types import new_id
from src.service.scopes import SCOPES_OF, Role, Scope
from src.service.store.audit import SERVICE, Action, Actor, note
from src.service.text import name, shown

MARK = "np_"
"""Every key begins with it, so that scanners for leaked secrets can recognise keys."""


class ApiKeyError(ValueError):
    """The error of a key that cannot be made or found; the message says why."""


@dataclass(frozen=True, slots=True)
class Key:
    """An API key, without its secret."""

    id: str
    name: str
    prefix: str
    role: Role | None
    scopes: frozenset[Scope]
    """What it may be used for beside what its role allows."""
    created: datetime
    expires: datetime | None
    revoked: datetime | None
    per_minute: int | None
    """The most requests; None means any number."""
    per_day: int | None

    def allows(self, scope: Scope) -> bool:
        """Tells whether it may be used for ``scope``, by its role or by its scopes; an administrator's key may be used
        for anything.
        """
        return not {scope, Scope.ADMIN}.isdisjoint(self._granted)

    @property
    def allowed(self) -> list[Scope]:
        """All that it may be used for."""
        return [scope for scope in Scope if self.allows(scope)]

    @property
    def _granted(self) -> frozenset[Scope]:
        return self.scopes if self.role is None else self.scopes | SCOPES_OF[self.role]

    def is_valid(self, now: datetime) -> bool:
        """Tells whether it is neither revoked nor expired."""
        return self.revoked is None and (self.expires is None or now < self.expires)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made, and its secret, which nobody can look up later."""

    key: Key
    secret: str


def create_key(
    database: Database,
    called: str,
    scopes: Collection[Scope] = (),
    expires: datetime | None = None,
    per_minute: int | None = None,
    per_day: int | None = None,
    role: Role | None = None,
    actor: Actor = SERVICE,
) -> NewKey:
    """Makes a key of a role, or with scopes, or both; ``actor`` does so. It is audited, without its secret.

    Raises TextError for its name, and ApiKeyError where it could never be used.
    """
    now = datetime.now(UTC)
    _check(role, scopes, expires, per_minute, per_day, now)
    prefix = MARK + secrets.token_hex(4)
    secret = f"{prefix}_{secrets.token_urlsafe(32)}"
    row = tables.ApiKeyRow(
        id=new_id(),
        name=name(called, "key"),
        prefix=prefix,
        hash=_digest(secret),
        role=role,
        scopes=sorted(set(scopes)),
        created=now,
        expires=expires,
        per_minute=per_minute,
        per_day=per_day,
    )
    with database.session() as session:
        session.add(row)
        session.flush()
        session.add(tables.BucketRow(key_id=row.id, tokens=per_minute or 0, filled=now))
        detail = {"prefix": prefix, "role": row.role, "scopes": row.scopes}
        note(session, Action.CREATE_KEY, row.name, actor, detail)
    return NewKey(key_of(row), secret)


def verify_key(database: Database, secret: str, now: datetime) -> Key | None:
    """Returns the key that ``secret`` belongs to; None where there is none, or it is revoked or expired."""
    with database.reading() as session:
        row = session.scalar(select(tables.ApiKeyRow).where(tables.ApiKeyRow.hash == _digest(secret)))
    key = None if row is None else key_of(row)
    return key if key is not None and key.is_valid(now) else None


def revoke_key(database: Database, prefix: str) -> Key:
    """Makes the key with this prefix useless, for good. Raises ApiKeyError where there is none."""
    with database.session() as session:
        row = session.scalar(select(tables.ApiKeyRow).where(tables.ApiKeyRow.prefix == shown(prefix)))
        if row is None:
            raise ApiKeyError(f"there is no key {shown(prefix)!r}")
        revoke(session, row, datetime.now(UTC), SERVICE)
    return key_of(row)


def revoke(session: Session, row: tables.ApiKeyRow, now: datetime, actor: Actor) -> None:
    """Makes a key useless from ``now`` on, and audits it; one that is revoked stays as it is."""
    if row.revoked is None:
        row.revoked = now
        note(session, Action.REVOKE_KEY, row.name, actor, {"prefix": row.prefix})


def list_keys(database: Database) -> list[Key]:
    """Returns all keys that were ever made, oldest first."""
    with database.reading() as session:
        rows = session.scalars(select(tables.ApiKeyRow).order_by(tables.ApiKeyRow.created, tables.ApiKeyRow.id))
        return [key_of(row) for row in rows]


def _check(
    role: Role | None,
    scopes: Collection[Scope],
    expires: datetime | None,
    per_minute: int | None,
    per_day: int | None,
    now: datetime,
) -> None:
    if role is None and not scopes:
        raise ApiKeyError("a key without a role or scopes is of no use")
    if expires is not None and expires <= now:
        raise ApiKeyError(f"{expires.isoformat()} is over already")
    for limit in (per_minute, per_day):
        if limit is not None and limit < 1:
            raise ApiKeyError(f"{limit} requests are too few")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def key_of(row: tables.ApiKeyRow) -> Key:
    """Returns the key of a row."""
    return Key(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        role=None if row.role is None else Role(row.role),
        scopes=frozenset(map(Scope, row.scopes)),
        created=row.created,
        expires=row.expires,
        revoked=row.revoked,
        per_minute=row.per_minute,
        per_day=row.per_day,
    )
