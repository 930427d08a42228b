"""API keys and their use, the audit, and kept answers."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from src.service.database.tables.base import TableBase
from src.service.database.types import IdColumn, new_id


class ApiKeyRow(TableBase):
    """An API key: who may ask for what. Only a digest of the secret is kept."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    name: Mapped[str]
    prefix: Mapped[str] = mapped_column(unique=True)
    """The beginning of the secret, by which people tell keys apart."""
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str | None]
    """viewer, operator or administrator; null for a key that was made with scopes alone."""
    scopes: Mapped[list[str]]
    """What it may be used for beside what its role may."""
    created: Mapped[datetime]
    expires: Mapped[datetime | None]
    revoked: Mapped[datetime | None]
    per_minute: Mapped[int | None]
    per_day: Mapped[int | None]


class UsageRow(TableBase):
    """The number of requests of a key on a day of UTC."""

    __tablename__ = "usage"

    key_id: Mapped[str] = mapped_column(ForeignKey("api_keys.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


class BucketRow(TableBase):
    """The token bucket of a key's rate limit."""

    __tablename__ = "buckets"

    key_id: Mapped[str] = mapped_column(ForeignKey("api_keys.id"), primary_key=True)
    tokens: Mapped[float]
    filled: Mapped[datetime]
    """When the bucket had ``tokens``; more have been added since."""


class AuditRow(TableBase):
    """An entry of the audit: who did what."""

    __tablename__ = "audit"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(index=True)
    key_id: Mapped[str | None] = mapped_column(ForeignKey("api_keys.id"))
    action: Mapped[str]
    subject: Mapped[str | None]
    detail: Mapped[dict[str, Any] | None]
    remote: Mapped[str | None]


class AnswerRow(TableBase):
    """The answer to a request with an ``Idempotency-Key``, or the claim of the request that is at work on it."""

    __tablename__ = "answers"

    caller: Mapped[str] = mapped_column(primary_key=True)
    """The id of the API key; it is empty where keys are not required."""
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    """The digest of the request's query and pictures."""
    claim: Mapped[str] = mapped_column(IdColumn)
    """The identifier of the claim to answer; no other request has it."""
    begun: Mapped[datetime] = mapped_column(index=True)
    lapses: Mapped[datetime]
    """When another request may claim the answer, if there is none yet."""
    status: Mapped[int | None]
    """The status of HTTP; null where there is no answer yet."""
    about: Mapped[str]
    """The plates and sightings in the answer, each between spaces."""
    body: Mapped[bytes | None]
    """The body; null where there is no answer yet, or where it was deleted."""
