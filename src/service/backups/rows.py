"""Rows as lines of JSON, the same whatever database they are in."""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Connection, Date, DateTime, LargeBinary, MetaData, Table

from src.service.database.tables import TableBase
from src.service.times import utc


def tables_of(connection: Connection) -> list[Table]:
    """Returns the service's tables that are there, those first that others name.

    Their columns are looked up, and not those of the program: a backup may have older ones.
    """
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name in TableBase.metadata.tables)
    for table in found.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, JSON):
                column.type = JSON(none_as_null=True)  # as in the tables of the program
    return found.sorted_tables


def line_of(row: Mapping[Any, Any]) -> bytes:
    """Returns a row as a line."""
    said = {name: _plain(value) for name, value in row.items()}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def row_of(line: bytes, table: Table) -> dict[str, Any]:
    """Returns the row that a line is. Raises ValueError where it is no row of ``table``."""
    said = json.loads(line)
    if not isinstance(said, dict) or said.keys() != set(table.columns.keys()):
        raise ValueError(f"a row of {table.name} has other columns than the table")
    try:
        return {name: _typed(value, table.columns[name].type) for name, value in said.items()}
    except (TypeError, ValueError) as error:
        raise ValueError(f"a row of {table.name} cannot be read: {error}") from None


def _plain(value: object) -> object:
    """Returns what JSON has instead of a value of a column."""
    if isinstance(value, datetime):  # SQLite's have no time zone: they are in UTC
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else utc(value)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return b64encode(value).decode()
    return value


def _typed(value: Any, kind: object) -> object:
    if value is None:
        return None
    if isinstance(kind, DateTime):
        return utc(datetime.fromisoformat(value))
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    if isinstance(kind, LargeBinary):
        return b64decode(value, validate=True)
    return value
