"""Transactions, times, and databases that cannot be opened."""

import sqlite3
import stat
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from src.service.database import Database, DatabaseError, open_database
from src.service.database.tables import CameraRow, PlateRow
from src.service.times import utc

TOKYO = timezone(timedelta(hours=9))


def add(database: Database, name: str, created: datetime) -> None:
    with database.session() as session:
        session.add(CameraRow(name=name, created=created))


def names(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(CameraRow.name).order_by(CameraRow.name)))


def test_times_are_utc_on_the_way_out(database: Database) -> None:
    add(database, "gate", datetime(2025, 6, 1, 3, tzinfo=TOKYO))
    with database.reading() as session:
        created = session.scalars(select(CameraRow.created)).one()
    assert (created, created.tzinfo) == (datetime(2025, 5, 31, 18, tzinfo=UTC), UTC)


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="no time zone"):
        add(database, "gate", datetime(2025, 6, 1))


def test_a_time_outside_the_calendar_is_named() -> None:
    with pytest.raises(ValueError, match="0001-01-01"):
        utc(datetime(1, 1, 1, tzinfo=TOKYO))


def test_an_exception_undoes_the_transaction(database: Database) -> None:
    with suppress(LookupError), database.session() as session:
        session.add(CameraRow(name="gate", created=datetime.now(UTC)))
        session.flush()
        raise LookupError
    assert names(database) == []


def test_errors_say_nothing_of_a_plate(database: Database) -> None:
    """They are logged, with those that they came from."""
    with database.session() as session:
        session.add(PlateRow(text="A123BC77", region="RU"))
        session.flush()
        session.add(PlateRow(text="A123BC77", region="RU"))
        with pytest.raises(IntegrityError) as fault:
            session.flush()
        session.rollback()
    said = "".join(traceback.format_exception(fault.value))
    assert "INSERT INTO plates" in said
    assert "A123BC77" not in said


def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    add(database, "before", datetime.now(UTC))
    with database.session() as session:
        session.add(CameraRow(name="unfinished", created=datetime.now(UTC)))
        session.flush()
        assert names(database) == ["before"]
    assert names(database) == ["before", "unfinished"]


def test_threads_may_write_at_once(database: Database) -> None:
    """More of them than there are connections."""
    with ThreadPoolExecutor(24) as threads:
        list(threads.map(lambda number: add(database, f"{number:02}", datetime.now(UTC)), range(24)))
    assert names(database) == [f"{number:02}" for number in range(24)]


def test_removing_waits_for_adding(database: Database) -> None:
    order: list[str] = []
    begun = threading.Event()

    def remove() -> None:
        begun.set()
        with database.removing():
            order.append("removed")

    with database.adding():
        thread = threading.Thread(target=remove)
        thread.start()
        begun.wait()
        thread.join(0.3)
        order.append("added")
    thread.join()
    assert order == ["added", "removed"]


def test_the_files_of_sqlite_are_for_this_user_alone(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/n.db")
    with database.session() as session:
        session.add(CameraRow(name="gate", created=datetime.now(UTC)))
        session.flush()
        modes = {path.name: stat.filemode(path.stat().st_mode) for path in tmp_path.glob("n.db*")}
    assert modes == dict.fromkeys(("n.db", "n.db-wal", "n.db-shm"), "-rw-------")
    database.close()


def test_sqlite_flushes_every_commit_minds_references_and_overwrites_what_is_deleted(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/n.db")
    with database.reading() as session:
        names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        asked = {name: session.scalar(text(f"PRAGMA {name}")) for name in names}
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    database.close()


def test_postgresql_flushes_every_commit_whatever_the_server_says(new_postgres) -> None:
    url = new_postgres()
    database = open_database(url)
    with database.session() as session:
        name = url.rsplit("/", 1)[1]
        session.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
        session.execute(text(f"ALTER DATABASE {name} SET timezone = 'Asia/Tokyo'"))
    database.close()
    with database.reading() as session:
        assert session.scalar(text("SHOW synchronous_commit")) == "on"
        assert session.scalar(text("SHOW timezone")) == "UTC"
    database.close()


class TestUnusable:
    def test_a_server_that_is_not_there(self) -> None:
        with pytest.raises(DatabaseError) as fault:
            open_database("postgresql+psycopg://someone:secret@127.0.0.1:1/plates")
        assert str(fault.value).startswith("postgresql+psycopg://someone:***@127.0.0.1:1/plates: ")
        assert "secret" not in str(fault.value)
        assert "\n" not in str(fault.value)

    def test_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        (tmp_path / "n.db").write_bytes(b"no database " * 100)
        with pytest.raises(DatabaseError, match=r"n\.db: file is not a database"):
            open_database(f"sqlite:///{tmp_path}/n.db")

    def test_a_folder_that_cannot_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(DatabaseError, match="file"):
            open_database(f"sqlite:///{tmp_path}/file/n.db")

    def test_one_that_goes_away_is_not_ready(self, tmp_path: Path) -> None:
        database = open_database(f"sqlite:///{tmp_path}/n.db")
        database.close()
        (tmp_path / "n.db").write_bytes(b"no database " * 1000)
        assert not database.ready()


def test_a_deleted_file_is_not_made_anew(tmp_path: Path) -> None:
    """A name that URLs would take apart is one like any other."""
    path = tmp_path / "100% #1.db"
    database = open_database(f"sqlite:///{path}")
    assert path.is_file()
    database.close()
    path.unlink()
    with pytest.raises(OperationalError, match="unable to open"), database.session():
        pass
    assert not path.exists()


def test_a_reader_that_turns_writer_would_be_refused_in_sqlite(tmp_path: Path) -> None:
    """Why writers ask for the lock at once: SQLite refuses them later, and no patience helps."""
    database = open_database(f"sqlite:///{tmp_path}/n.db")
    with database.reading() as session:
        session.scalars(select(CameraRow)).all()
        add(database, "other", datetime.now(UTC))
        session.add(CameraRow(name="late", created=datetime.now(UTC)))
        with pytest.raises(Exception, match="locked") as fault:
            session.flush()
        session.rollback()
    assert isinstance(fault.value.orig, sqlite3.OperationalError)
    database.close()
