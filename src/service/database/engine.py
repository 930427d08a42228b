"""Opens the database and runs transactions on it."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from threading import Lock
from time import monotonic, sleep

from alembic.util.exc import CommandError
from sqlalchemy import URL, Engine, create_engine, event, func, make_url, select
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from src.core.cli import FAILED, refused
from src.core.files import PRIVATE_FILE, make_folder
from src.service.database import migration, tables

BUSY_S = 30
"""Seconds that a transaction waits for the lock of another one."""

REMOVAL_LOCK = 0x706C617465
"""The number of the advisory lock that keeps the removal of plates and the adding of their sightings apart."""


class DatabaseError(RuntimeError):
    """The error of a database that cannot be used; the message is one line, without its password."""


class Database:
    """An open database, SQLite or PostgreSQL. Its transactions may run in any thread."""

    def __init__(self, engine: Engine, identity: str) -> None:
        self.engine = engine
        self.identity = identity
        """An identifier that no other database has; it is kept in the database itself."""
        self._readers = sessionmaker(engine, expire_on_commit=False)
        self._writers = sessionmaker(engine.execution_options(begin="BEGIN IMMEDIATE"), expire_on_commit=False)
        # in SQLite whoever asks at the right moment writes next while the others sleep, so the threads take turns
        # instead
        self._turn = Lock() if engine.dialect.name == "sqlite" else nullcontext()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads; in SQLite it waits for no writer."""
        with self._readers() as session, session.begin():
            yield session

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction that is on the disk when the block is left, and undone when an exception leaves it.

        A transaction within another one of the same thread would wait for ever: SQLite has one writer at a time.
        """
        with self._turn, self._writers() as session, session.begin():
            session.connection()  # begins the transaction now, not with its first statement
            yield session

    @contextmanager
    def adding(self) -> Iterator[Session]:
        """A transaction in which plates that are found stay there until it ends."""
        with self.session() as session:
            if self.engine.dialect.name == "postgresql":  # in SQLite all writers wait for each other anyway
                session.execute(select(func.pg_advisory_xact_lock_shared(REMOVAL_LOCK)))
            yield session

    @contextmanager
    def removing(self) -> Iterator[Session]:
        """A transaction during which nobody adds sightings or removes any."""
        with self.session() as session:
            if self.engine.dialect.name == "postgresql":
                session.execute(select(func.pg_advisory_xact_lock(REMOVAL_LOCK)))
            yield session

    def after_commit(self, call: Callable[[Session], None]) -> None:
        """Has each transaction that may write ``call`` with its session, in its thread, once it is on the disk."""
        event.listen(self._writers, "after_commit", call)

    def empty_log(self) -> None:
        """Makes sure that what was deleted is not left in SQLite's write-ahead log either.

        It waits for readers for as long as a transaction may wait; where some still read then, the log is emptied by
        the next call, or overwritten as the database goes on. PostgreSQL keeps its log as its own settings say.
        """
        if self.engine.dialect.name == "sqlite":
            connection = self.engine.raw_connection()  # the others begin a transaction, within which it cannot be done
            try:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.close()

    def ready(self) -> bool:
        """Tells whether the database answers and has the tables that this program knows."""
        try:
            with self.engine.connect() as connection:
                return migration.is_current(connection)
        except SQLAlchemyError:
            return False

    def close(self) -> None:
        """Closes the connections that nobody uses."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Opens the database at ``url``, made and brought to the newest tables if need be. Raises DatabaseError.

    Other processes may do so at the same time.
    """
    parsed = make_url(url)
    try:
        engine = open_engine(url)
        with engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
            migration.upgrade(connection)
            identity = connection.scalars(select(tables.InstallationRow.id)).one()
    except (SQLAlchemyError, CommandError, OSError) as error:
        raise DatabaseError(f"{parsed.render_as_string(hide_password=True)}: {first_line(error)}") from error
    return Database(engine, identity)


def open_engine(url: str) -> Engine:
    """Returns the engine of the database at ``url``, whatever tables it has. An SQLite file is made where there is
    none. Raises OSError.
    """
    parsed = make_url(url)
    return _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _postgresql(parsed)


def _postgresql(url: URL) -> Engine:
    # these override the server's own settings: an answer means that the disk has it, and days are those of UTC
    settings = "-c synchronous_commit=on -c timezone=UTC"
    connect_args = {"options": settings, "connect_timeout": 10}
    # errors go to the log, where plates would outlive every retention period
    engine = create_engine(url, connect_args=connect_args, pool_pre_ping=True, hide_parameters=True)
    event.listen(engine, "handle_error", _hide_row)
    return engine


def _sqlite(url: URL) -> Engine:
    path = Path(str(url.database))
    make_folder(path.parent)
    # The files that SQLite puts beside it get the permissions of this one. A file that exists is not opened here, as
    # closing it would release all locks that this process has on it.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE))

    def connect() -> sqlite3.Connection:
        """Connects to the file that exists: an empty one in the place of a deleted one would hide that it is gone."""
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", BUSY_S, uri=True, check_same_thread=False)

    engine = create_engine(url, creator=connect, hide_parameters=True)
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def _configure(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # Python's own BEGIN comes late and never locks, so the event below does it
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Waits for the lock that the change takes, as SQLite itself does not do here; the mode is kept in the file."""
    end = monotonic() + BUSY_S
    while connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > end:
                raise
            sleep(0.01)


def _begin(connection: Connection) -> None:
    """Lets writers ask for the lock at once: SQLite refuses one that has read before it asks, however long it would
    wait.
    """
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def _hide_row(context: ExceptionContext) -> None:
    """Keeps the first line of what PostgreSQL says: the others quote the row that it refuses."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (str(error.args[0]).split("\n", 1)[0],)


def first_line(error: Exception) -> str:
    """Returns the first line of a database's error, without the statement and its values."""
    return str(getattr(error, "orig", None) or error).strip().split("\n", 1)[0]


def unusable(prog: str, error: Exception) -> int:
    """Prints in one line why a command cannot use the database, and returns its exit status."""
    return refused(prog, DatabaseError(first_line(error)), FAILED)
