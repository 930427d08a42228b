"""Sheets of vehicles as the tests make and take them."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from src.service.database import Database
from src.service.registry.reading import read_sheet
from src.service.sheets import Cell, SheetKind, read_rows, write_rows
from src.service.store import SERVICE
from src.service.store.registry import Imported, exported, import_sheet, known_time_zones


def sheet(text: str) -> bytes:
    """A CSV; lines and cells may have spaces around them."""
    file = io.StringIO()
    csv.writer(file).writerows([cell.strip() for cell in line.split("|")] for line in text.strip().splitlines())
    return file.getvalue().encode()


def take(database: Database, data: bytes, skip: bool = False, dry_run: bool = False) -> Imported:
    """What the import of a sheet did."""
    read = read_sheet(io.BytesIO(data), known_time_zones(database))
    try:
        return import_sheet(database, read, skip, dry_run, SERVICE)
    finally:
        read.close()


def give(database: Database, kind: SheetKind = "csv", persons: bool = True) -> bytes:
    """The export of all vehicles."""
    return b"".join(write_rows(kind, exported(database, persons, SERVICE)))


def rows_of(data: bytes) -> list[dict[str, Cell]]:
    """The rows of a sheet, each with the columns that have something in them."""
    (_, head), *rows = read_rows(io.BytesIO(data))
    return [{str(name): cell for name, cell in zip(head, row, strict=False) if cell is not None} for _, row in rows]


def counts(done: Imported) -> dict[str, int]:
    """What was created and changed, without what was not."""
    names = (f"{thing}_{what}" for thing in ("vehicles", "permits", "persons") for what in ("created", "changed"))
    return {name: getattr(done, name) for name in names if getattr(done, name)}


def faults(done: Imported) -> list[tuple[Any, ...]]:
    """The faults, each as its row, column and reason."""
    return [(fault.row, fault.column, fault.reason) for fault in done.faults]


def of_columns(rows: Iterable[dict[str, Cell]], *names: str) -> list[tuple[Cell, ...]]:
    """The cells of some columns."""
    return [tuple(row.get(name) for name in names) for row in rows]
