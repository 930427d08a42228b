"""Column types that behave alike in SQLite and PostgreSQL."""

import uuid
from datetime import UTC, datetime

from sqlalchemy import JSON, DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator

from src.service.times import utc

ID_LENGTH = 32

IdColumn = String(ID_LENGTH)
"""A public identifier: 32 hexadecimal digits."""

JsonColumn = JSON(none_as_null=True)

PlateTextColumn = (
    String().with_variant(String(collation="NOCASE"), "sqlite").with_variant(String(collation="C"), "postgresql")
)
"""A column whose index serves ``LIKE 'A1%'`` too: SQLite's LIKE ignores case, PostgreSQL's needs the collation C."""


def new_id() -> str:
    """Returns a random identifier, which nobody can guess or count on from."""
    return uuid.uuid4().hex


class UtcDateTime(TypeDecorator[datetime]):
    """A time that is aware and in UTC on the way in and out; SQLite keeps it as text that sorts by time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
