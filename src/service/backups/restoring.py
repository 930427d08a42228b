"""Puts what is in a backup in the place of what is in a database and its folder of pictures: all of it or nothing."""

import fcntl
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, insert, inspect, select, text
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from src.core.files import PRIVATE_FILE, make_folder
from src.service.backups import archive
from src.service.backups.archive import STORED_AS, BackupError, Header, Manifest
from src.service.backups.rows import row_of, tables_of
from src.service.database import first_line, migration
from src.service.database.tables import InstallationRow
from src.service.store.audit import SERVICE, Action, note
from src.service.store.pictures import Pictures

ROWS = 500
"""The rows of one statement."""
WAIT_S = 10
"""Seconds that PostgreSQL waits for those who use the tables."""


def restore(engine: Engine, data_dir: Path, path: Path, replace: bool) -> tuple[Header, Manifest]:
    """Restores a backup of any kind of database, and of these tables or older ones; returns what is in it.

    First the whole file is checked. Then the rows go into the database in one transaction, which is committed when the
    pictures are on the disk, in a folder below ``data_dir``. After a fault, or a kill at any moment before that, the
    database is as it was; files that a kill leaves behind are known by no row. What a database had before is deleted,
    with its pictures, if ``replace``. The restoration is audited.

    Raises BackupError, also where the service runs or, without ``replace``, where the database is not empty, OSError
    and sqlalchemy.exc.SQLAlchemyError.
    """
    header, manifest = archive.checked(path)
    if not migration.is_known(header.revision):
        raise BackupError(f"{path}: is of a newer program, {header.program}")
    folder = data_dir / "pictures"
    pictures = Pictures(folder / header.installation)
    with _placing(pictures) as placed, engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
        earlier = _installation(connection)
        with _not_running(data_dir, earlier):
            _clear(connection, replace)
            migration.upgrade(connection, header.revision)
            _fill(connection, path, manifest, pictures, placed)
            migration.upgrade(connection)
            _note(connection, header, replace)
    if earlier not in (None, header.installation) and (folder / str(earlier)).is_dir():
        shutil.rmtree(folder / str(earlier))
    pictures.remove(sorted(set(pictures.older_than(float("-inf"))) - placed.all))
    return header, manifest


class _Placed:
    """The pictures that are in their place."""

    def __init__(self) -> None:
        self.all: set[str] = set()
        self.new: list[str] = []
        """Those of them that were not there before."""


@contextmanager
def _placing(pictures: Pictures) -> Iterator[_Placed]:
    """Pictures that are put into their place go again if the block fails."""
    placed = _Placed()
    try:
        yield placed
    except BaseException:
        pictures.remove(placed.new)
        raise


def _installation(connection: Connection) -> str | None:
    """Returns the identifier of the database, None where it has no tables yet."""
    if not inspect(connection).has_table(InstallationRow.__tablename__):
        return None
    return connection.scalars(select(InstallationRow.id)).one()


@contextmanager
def _not_running(data_dir: Path, installation: str | None) -> Iterator[None]:
    """Raises BackupError where a service with this database and folder runs; none becomes their owner in the block."""
    if installation is None:
        yield
        return
    root = data_dir / "cameras"
    make_folder(root)
    descriptor = os.open(root / f"{installation}.lock", os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError("the service runs: stop it first") from None
        yield
    finally:
        os.close(descriptor)


def _clear(connection: Connection, replace: bool) -> None:
    """Drops the tables of the service, and no others.

    Raises BackupError where they have rows and may not be replaced.
    """
    there = tables_of(connection)[::-1]
    if not replace:
        for table in there:
            if table.name != "installation" and connection.execute(select(table).limit(1)).first() is not None:
                raise BackupError("the database is not empty; --replace deletes what is in it, with the pictures")
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT_S}s'"))
    for table in there:
        table.drop(connection)
    connection.execute(text("DROP TABLE IF EXISTS alembic_version"))


def _fill(connection: Connection, path: Path, manifest: Manifest, pictures: Pictures, placed: _Placed) -> None:
    """Inserts the rows of a backup into tables that are empty, and puts its pictures into their folder."""
    tables = {table.name: table for table in tables_of(connection)}
    connection.execute(delete(tables["installation"]))  # the migration has made one
    counts, missing = Counter[str](), set(manifest.missing)
    with archive.opened(path) as opened:
        for member in archive.members(opened):
            if (name := archive.table_of(member.name)) is not None:
                if name not in tables:
                    raise BackupError(f"{path}: is damaged: there is no table {name}")
                counts[name] += _insert(connection, path, tables[name], archive.data(opened, member), missing)
            elif (stored_as := archive.picture_of(member.name)) is not None:
                _place(pictures, stored_as, archive.data(opened, member), placed)
    if counts != Counter(manifest.tables) or len(placed.all) != manifest.pictures:
        raise BackupError(f"{path}: is damaged: it has not as much as its manifest says")


def _insert(connection: Connection, path: Path, table: Table, lines: bytes, missing: set[str]) -> int:
    """Inserts the rows of one member and returns their number. A picture that is missing is none that was kept."""
    rows = list[dict[str, Any]]()
    try:
        for line in lines.splitlines():
            rows.append(row := row_of(line, table))
            if (stored_as := row.get("stored_as")) is not None:
                if STORED_AS.fullmatch(stored_as) is None:  # it would name a file elsewhere
                    raise ValueError(f"{stored_as!r} is no picture")
                row["stored_as"] = None if stored_as in missing else stored_as
    except ValueError as error:
        raise BackupError(f"{path}: is damaged: {error}") from None
    try:
        for start in range(0, len(rows), ROWS):
            connection.execute(insert(table), rows[start : start + ROWS])
    except (IntegrityError, DataError) as error:  # a column has something else, or a row names one that is not there
        raise BackupError(f"{path}: is damaged: rows of {table.name}: {first_line(error)}") from None
    return len(rows)


def _place(pictures: Pictures, stored_as: str, data: bytes, placed: _Placed) -> None:
    """Puts a picture on the disk, unless it is there: what is under its name never changes."""
    path = pictures.path(stored_as)
    placed.all.add(stored_as)
    if path.is_file() and path.read_bytes() == data:
        return
    placed.new.append(stored_as)
    pictures.put(path.name, data)


def _note(connection: Connection, header: Header, replace: bool) -> None:
    detail = {"made": header.made.isoformat(), "replaced": replace}
    with Session(connection, join_transaction_mode="rollback_only") as session:
        note(session, Action.RESTORE, header.installation, SERVICE, detail)
        session.flush()
