"""A database with a row in every table, whatever tables there are, and pictures of two of the rows."""

import json
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Integer, LargeBinary, Table, func, insert, select
from sqlalchemy.types import Float, TypeDecorator

from src.service.database import Database
from src.service.database.tables import TableBase
from src.service.store import Pictures

ODD = 'Ж \u2028 "\\ \U0001f697'
TIME = datetime(2026, 1, 31, 12, 30, 59, 123456, tzinfo=UTC)
PICTURES = {"5f" + "0" * 30: b"\x00\xffJPEG" * 1000, "6a" + "0" * 30: b""}
TABLES = TableBase.metadata.sorted_tables
Rows = dict[str, list[str]]


def fill(database: Database, pictures: Pictures) -> None:
    """Makes a row in every table but that of the installation, and one of an image for each picture."""
    with database.session() as session:
        for table in TABLES:
            if table.name == "installation":
                continue
            rows = [made(table)]
            if table.name == "images":
                rows += [{**rows[0], "id": name, "stored_as": pictures.put(name, PICTURES[name])} for name in PICTURES]
            session.execute(insert(table), rows)


def made(table: Table) -> dict[str, Any]:
    """The columns of a row, those that may be null too."""
    return {column.name: None if column.name == "stored_as" else value(column) for column in table.columns}


def value(column: Column[Any]) -> object:
    """What a column has in every row: what it names is there."""
    if column.foreign_keys:
        (named,) = column.foreign_keys
        return value(named.column)
    if column.primary_key and not isinstance(column.type, Date):
        return f"{column.table.name}{'0' * 32}"[:32]
    kind: Any = column.type
    kind = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    of_kind = {
        Boolean: True,
        Integer: 7,
        Float: 0.1,
        DateTime: TIME,
        Date: date(2026, 1, 31),
        JSON: {"a": [1, None, ODD]},
        LargeBinary: bytes(range(256)),
    }
    return next((said for base, said in of_kind.items() if isinstance(kind, base)), ODD)


def rows_of(database: Database) -> Rows:
    """All rows of all tables, without what restoring adds to the audit."""
    with database.reading() as session:
        found = {
            table.name: sorted(
                json.dumps(dict(row), default=repr, sort_keys=True)
                for row in session.execute(select(table)).mappings()
                if row.get("action") != "restore"
            )
            for table in TABLES
        }
    return found


def files_of(pictures: Pictures) -> dict[str, bytes]:
    """The pictures on the disk, by their identifiers."""
    return {path.name: path.read_bytes() for path in pictures.folder.glob("*/*")}


def count(database: Database) -> int:
    """How many rows there are in all tables."""
    with database.reading() as session:
        return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES)
