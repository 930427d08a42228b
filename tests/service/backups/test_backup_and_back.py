"""A backup of either database, restored into either, is what it was, pictures and keys among it."""

import json
import stat
import tarfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import insert, select, text

from src.service.backups.archive import BackupError, checked
from src.service.backups.restoring import restore
from src.service.backups.saving import save
from src.service.database import Database, migration, open_database, open_engine, tables
from src.service.query import SightingQuery
from src.service.store import Pictures, Role, create_key, delete_plate, open_pictures, search, verify_key
from src.service.store.audit import SERVICE
from tests.service.filled import PICTURES, count, files_of, fill, rows_of
from tests.service.recognitions import plate
from tests.service.recognitions import save as save_picture

NewUrl = Callable[[], str]


@pytest.fixture(params=["sqlite", "postgresql"])
def other_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of another database, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/other/number-plate.db"
    return str(request.getfixturevalue("new_postgres")())


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "backup.tar"


def restored(url: str, data: Path, file: Path, replace: bool = False) -> Database:
    """The database at ``url`` after the backup was restored there."""
    engine = open_engine(url)
    restore(engine, data, file, replace)
    engine.dispose()
    return open_database(url)


def test_every_row_and_picture_comes_back(
    database: Database, pictures: Pictures, other_url: str, tmp_path: Path, out: Path
) -> None:
    fill(database, pictures)
    key = create_key(database, "guard", role=Role.OPERATOR)
    saved = save(database.engine, pictures.folder.parent, out)
    assert (saved.rows, saved.pictures, saved.missing) == (count(database), len(PICTURES), 0)
    assert saved.bytes == out.stat().st_size
    other = restored(other_url, tmp_path / "other", out)
    assert rows_of(other) == rows_of(database)
    assert all(rows_of(other).values())
    assert other.identity == database.identity
    assert files_of(open_pictures(other, tmp_path / "other" / "pictures")) == PICTURES
    assert verify_key(other, key.secret, datetime.now(UTC)) == key.key
    with other.reading() as session:
        assert migration.is_current(session.connection())
        actions = session.scalars(select(tables.AuditRow.action).order_by(tables.AuditRow.at))
        assert list(actions)[-2:] == ["backup", "restore"]
    other.close()


def test_a_new_database_is_restored_too(database: Database, pictures: Pictures, tmp_path: Path, out: Path) -> None:
    save(database.engine, pictures.folder.parent, out)
    other = restored(f"sqlite:///{tmp_path}/other.db", tmp_path / "other", out)
    assert (other.identity, count(other)) == (database.identity, 3)
    other.close()


def test_the_file_is_for_its_user_alone(database: Database, pictures: Pictures, tmp_path: Path, out: Path) -> None:
    save(database.engine, pictures.folder.parent, out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.glob("*backup*")] == ["backup.tar"]
    with pytest.raises(BackupError, match="exists, choose another name"):
        save(database.engine, pictures.folder.parent, out)


def test_any_program_opens_it(database: Database, pictures: Pictures, out: Path) -> None:
    fill(database, pictures)
    save(database.engine, pictures.folder.parent, out)
    with tarfile.open(out) as archive:
        names = archive.getnames()
        lines = archive.extractfile("tables/cameras/000001.jsonl")
        assert lines is not None
        assert json.loads(lines.read())["source"]
        assert {member.mode for member in archive} == {0o600}
    assert names[0] == "number-plate-backup.json"
    assert names[-2:] == ["manifest.json", "sha256"]
    assert f"pictures/5f/5f{'0' * 30}" in names


def test_a_picture_that_was_deleted_meanwhile_was_not_kept(
    database: Database, pictures: Pictures, tmp_path: Path, out: Path
) -> None:
    kept, gone = (save_picture(database, pictures, plate(text)) for text in ("AB01", "AB02"))
    pictures.path(f"{gone.id[:2]}/{gone.id}").unlink()
    assert save(database.engine, pictures.folder.parent, out).missing == 1
    other = restored(f"sqlite:///{tmp_path}/other.db", tmp_path / "other", out)
    found = {each.text: each.has_picture for each in search(other, SightingQuery()).items}
    assert found == {"AB01": True, "AB02": False}
    assert files_of(open_pictures(other, tmp_path / "other" / "pictures")) == {kept.id: b"JPEG"}
    other.close()


def test_it_is_of_one_moment_while_pictures_come_and_go(
    database: Database, pictures: Pictures, tmp_path: Path, out: Path
) -> None:
    begun, ending = Event(), Event()

    def work() -> int:
        number = 0
        while not ending.is_set():
            save_picture(database, pictures, plate(f"AB{number}"), plate(f"CD{number}"), minute=number)
            if number % 3 == 2:
                delete_plate(database, pictures, f"AB{number - 1}", SERVICE)
                delete_plate(database, pictures, f"CD{number - 1}", SERVICE)
            number += 1
            if number > 5:
                begun.set()
        return number

    with ThreadPoolExecutor(1) as thread:
        working = thread.submit(work)
        assert begun.wait(60)
        try:
            for number in range(5):
                save(database.engine, pictures.folder.parent, out.with_name(f"{number}.tar"))
        finally:
            ending.set()
        assert working.result(60) > 5
    for number in range(5):
        file, data = out.with_name(f"{number}.tar"), tmp_path / f"data{number}"
        other = restored(f"sqlite:///{tmp_path}/{number}.db", data, file)
        with other.reading() as session:
            images = session.scalars(select(tables.ImageRow)).all()
            pairs = session.scalars(select(tables.SightingRow.text)).all()
        of_pair = {text[:2] for text in pairs}, len(pairs) - 2 * len(images)
        assert of_pair in [({"AB", "CD"}, 0), ({"AB", "CD"}, -1)]  # a plate of a pair may be deleted, the other not yet
        assert {each.id for each in images if each.stored_as} == files_of(
            open_pictures(other, data / "pictures")
        ).keys()
        other.close()


def test_one_of_an_older_program_gets_the_newest_tables(new_url: NewUrl, tmp_path: Path, out: Path) -> None:
    engine = open_engine(new_url())
    with engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
        migration.upgrade(connection, "0004")
        connection.execute(
            text(
                "INSERT INTO cameras (id, name, created, min_width, countries, enabled, place) "
                f"VALUES ('{'c' * 32}', 'gate', '2026-01-01 00:00:00', 0, '[]', true, 'North')"
            )
        )
    save(engine, tmp_path / "pictures", out)
    with engine.connect() as connection:
        assert migration.revision_of(connection) == "0004"
    engine.dispose()
    assert checked(out)[0].revision == "0004"
    other = restored(new_url(), tmp_path / "other", out)
    with other.reading() as session:
        camera = session.scalars(select(tables.CameraRow)).one()
        assert camera.place is not None
        assert camera.place.name == "North"
    other.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> NewUrl:
    """Makes an empty database of each kind and returns its URL."""
    if request.param == "postgresql":
        made: NewUrl = request.getfixturevalue("new_postgres")
        return made
    numbers = iter(range(9))
    return lambda: f"sqlite:///{tmp_path}/new{next(numbers)}.db"


class TestReplacing:
    def test_a_database_with_content_is_left_alone(
        self, database: Database, database_url: str, pictures: Pictures, tmp_path: Path, out: Path
    ) -> None:
        fill(database, pictures)
        save(database.engine, pictures.folder.parent, out)
        before = rows_of(database)
        with pytest.raises(BackupError, match="not empty; --replace"):
            restored(database_url, tmp_path, out)
        assert rows_of(database) == before
        assert files_of(pictures) == PICTURES

    def test_what_came_after_the_backup_goes_with_its_pictures(
        self, database: Database, database_url: str, pictures: Pictures, tmp_path: Path, out: Path
    ) -> None:
        fill(database, pictures)
        save(database.engine, pictures.folder.parent, out)
        before = rows_of(database)
        save_picture(database, pictures, plate("AB01"))
        pictures.path(f"5f/5f{'0' * 30}").write_bytes(b"damaged since")
        pictures.path(f"6a/6a{'0' * 30}").unlink()
        database.close()
        other = restored(database_url, tmp_path, out, replace=True)
        assert rows_of(other) == before
        assert files_of(pictures) == PICTURES
        other.close()

    def test_another_installation_goes_with_its_pictures(
        self, database: Database, database_url: str, pictures: Pictures, tmp_path: Path, out: Path
    ) -> None:
        other = open_database(f"sqlite:///{tmp_path}/other.db")
        save_picture(other, open_pictures(other, tmp_path / "pictures"), plate("AB01"))
        save(other.engine, tmp_path / "pictures", out)
        fill(database, pictures)
        database.close()
        now = restored(database_url, tmp_path, out, replace=True)
        assert rows_of(now) == rows_of(other)
        assert [path.name for path in (tmp_path / "pictures").iterdir()] == [other.identity]
        now.close()
        other.close()

    def test_other_tables_of_the_database_stay(
        self, new_postgres: NewUrl, database: Database, pictures: Pictures, tmp_path: Path, out: Path
    ) -> None:
        save(database.engine, pictures.folder.parent, out)
        url = new_postgres()
        engine = open_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE somebody_elses (id int)"))
            connection.execute(text("INSERT INTO somebody_elses VALUES (1)"))
        restored(url, tmp_path / "other", out).close()
        restored(url, tmp_path / "other", out, replace=True).close()
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT id FROM somebody_elses")) == 1
        engine.dispose()


def test_a_member_for_each_so_many_bytes(
    database: Database, pictures: Pictures, tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("src.service.backups.saving.CHUNK", 1)
    with database.session() as session:
        ids = [f"{number:032x}" for number in range(1200)]
        session.execute(insert(tables.PlateRow), [{"id": each, "text": each} for each in ids])
    save(database.engine, pictures.folder.parent, out)
    with tarfile.open(out) as archive:
        assert sum(name.startswith("tables/plates/") for name in archive.getnames()) == 1200
    other = restored(f"sqlite:///{tmp_path}/other.db", tmp_path / "other", out)
    with other.reading() as session:
        assert sorted(session.scalars(select(tables.PlateRow.id))) == ids
    other.close()
