"""Writes a backup while the service runs: the rows of one moment, and their pictures."""

import hashlib
import io
import os
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, Engine, Table, select
from sqlalchemy.orm import Session

from src.core.files import PRIVATE_FILE, private, replacing, sync_folder
from src.service.backups.archive import DIGEST, HEADER, MANIFEST, BackupError, Header, Manifest
from src.service.backups.rows import line_of, tables_of
from src.service.database import migration
from src.service.store.audit import SERVICE, Action, note

ROWS = 500
"""The rows that are fetched at a time; a kept answer may have a million bytes."""
CHUNK = 8 << 20
"""Bytes of rows after which another member begins, as a member is made in memory."""


@dataclass(frozen=True, slots=True)
class Saved:
    """How much is in a backup."""

    rows: int
    pictures: int
    missing: int
    """Pictures that were deleted while the backup was made."""
    bytes: int


def save(engine: Engine, pictures: Path, out: Path) -> Saved:
    """Writes all rows of a database, and those of their pictures in the folder ``pictures`` that are there, to ``out``.

    The rows are those of one moment, however long it takes and whatever is written meanwhile. The pictures are copied
    afterwards: a file never changes, and one that was deleted since then is left out, and named in the manifest.
    ``out`` is readable by its user alone; it is there as a whole or not at all. The backup is audited before it begins.

    Raises BackupError where ``out`` exists or the database has no tables, or tables of a newer program, OSError and
    sqlalchemy.exc.SQLAlchemyError.
    """
    if out.exists():
        raise BackupError(f"{out}: exists, choose another name")
    with _one_moment(engine) as connection:
        revision = migration.revision_of(connection)
        if revision is None:
            raise BackupError("the database has no tables yet")
        if not migration.is_known(revision):
            raise BackupError("the database is that of a newer program, which has tables that are not known here")
    with Session(engine.execution_options(begin="BEGIN IMMEDIATE")) as session, session.begin():
        note(session, Action.BACKUP, out.name, SERVICE)
    with replacing(out, hidden=True) as unfinished:
        unfinished.unlink(missing_ok=True)  # a backup that was killed has left it
        with open(unfinished, "xb", opener=private) as file:
            saved = _write(engine, pictures, file)
            file.flush()
            os.fsync(file.fileno())
    sync_folder(out.parent)
    return saved


def _write(engine: Engine, pictures: Path, file: BinaryIO) -> Saved:
    archive = _Archive(file)
    counts, stored = dict[str, int](), list[str]()
    with _one_moment(engine) as connection:
        tables = tables_of(connection)
        header = _header(connection, tables)
        archive.add(HEADER, header.model_dump_json(indent=1).encode())
        for table in tables:
            counts[table.name] = _write_rows(connection, table, archive, stored)
    folder = pictures / header.installation
    missing = [stored_as for stored_as in stored if not archive.add_file(f"pictures/{stored_as}", folder / stored_as)]
    manifest = Manifest(tables=counts, pictures=len(stored) - len(missing), missing=missing)
    archive.add(MANIFEST, manifest.model_dump_json(indent=1).encode())
    return Saved(manifest.rows, manifest.pictures, len(missing), archive.finish())


def _write_rows(connection: Connection, table: Table, archive: "_Archive", stored: list[str]) -> int:
    """Writes the rows of a table and returns their number; the pictures that they name are added to ``stored``."""
    count, number, lines = 0, 1, io.BytesIO()
    result = connection.execution_options(yield_per=ROWS).execute(select(table))
    for row in result.mappings():
        if lines.tell() > CHUNK:
            archive.add(f"tables/{table.name}/{number:06}.jsonl", lines.getvalue())
            number, lines = number + 1, io.BytesIO()
        lines.write(line_of(row))
        count += 1
        if (stored_as := row.get("stored_as")) is not None:
            stored.append(stored_as)
    if lines.tell():
        archive.add(f"tables/{table.name}/{number:06}.jsonl", lines.getvalue())
    return count


def _header(connection: Connection, tables: list[Table]) -> Header:
    (installation,) = (table for table in tables if table.name == "installation")
    return Header(
        program=version("number-plate"),
        made=datetime.now(UTC),
        database=connection.dialect.name,
        revision=migration.revision_of(connection) or "",
        installation=connection.scalars(select(installation.c.id)).one(),
    )


@contextmanager
def _one_moment(engine: Engine) -> Iterator[Connection]:
    """A transaction in which every statement sees the rows of the same moment; it waits for no writer.

    SQLite's are all so; its writers go on, and their log grows until the transaction ends.
    """
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


class _Digesting(io.BufferedIOBase):
    """A file that is written from its beginning to its end, and the digest of what is there."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def write(self, data: Any) -> int:
        """Writes what comes next."""
        self.digest.update(data)
        return self._file.write(data)

    def tell(self) -> int:
        """Returns the bytes so far."""
        return self._file.tell()


class _Archive:
    """A tar archive that is being written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = _Digesting(file)
        self._tar = tarfile.open(fileobj=self._file, mode="w:", format=tarfile.USTAR_FORMAT)  # noqa: SIM115

    def add(self, name: str, data: bytes) -> None:
        """Adds a member."""
        self._add(name, len(data), int(time.time()), io.BytesIO(data))

    def add_file(self, name: str, path: Path) -> bool:
        """Adds a file; returns False where there is none."""
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return False
        with file:
            about = os.fstat(file.fileno())
            self._add(name, about.st_size, int(about.st_mtime), file)
        return True

    def finish(self) -> int:
        """Adds the digest, and returns the length of the whole."""
        self.add(DIGEST, self._file.digest.hexdigest().encode())
        self._tar.close()
        return self._file.tell()

    def _add(self, name: str, size: int, mtime: int, file: BinaryIO) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mtime, member.mode = size, mtime, PRIVATE_FILE
        self._tar.addfile(member, file)
        self._tar.members.clear()  # type: ignore[attr-defined]  # it would hold them all until the end
