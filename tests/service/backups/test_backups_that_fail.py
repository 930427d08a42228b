"""What is damaged, cut off, foreign or killed changes nothing, and leaves nothing half done."""

import io
import itertools
import json
import signal
import tarfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from src.service.backups.archive import BackupError, checked
from src.service.backups.restoring import restore
from src.service.backups.saving import save
from src.service.cameras.owner import Cameras
from src.service.database import Database, migration, open_database, open_engine
from src.service.settings import Settings
from src.service.store import Pictures, open_pictures
from tests.service.dying import die_at, status_of
from tests.service.filled import PICTURES, Rows, files_of, fill, rows_of
from tests.service.parallel import at_once
from tests.service.processes import wait_for

FLIPPED = 25
"""Bytes of a backup that are damaged, one at a time."""
SAVING, RESTORING = 11, 41
"""Steps between two kills."""


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A backup of all kinds of rows and two pictures."""
    folder = tmp_path_factory.mktemp("backup")
    database = open_database(f"sqlite:///{folder}/number-plate.db")
    fill(database, open_pictures(database, folder / "pictures"))
    save(database.engine, folder / "pictures", folder / "backup.tar")
    database.close()
    return (folder / "backup.tar").read_bytes()


class Target:
    """A new database to restore into, with its folder."""

    def __init__(self, database: Database, url: str, folder: Path) -> None:
        self.database, self.url, self.folder = database, url, folder
        self.before = rows_of(database), self.files()

    def files(self) -> list[str]:
        """The files in the folder of pictures."""
        return sorted(str(path) for path in (self.folder / "pictures").rglob("*") if path.is_file())

    def refuses(self, data: bytes) -> str:
        """Restores ``data``, which is no backup, and sees nothing change; what is said, without the file's name."""
        file = self.folder / "faulty.tar"
        file.write_bytes(data)
        engine = open_engine(self.url)
        with pytest.raises(BackupError) as error:
            restore(engine, self.folder, file, replace=True)
        engine.dispose()
        assert (rows_of(self.database), self.files()) == self.before
        said = str(error.value)
        assert said.startswith(f"{file}: ")
        assert "\n" not in said
        return said.removeprefix(f"{file}: ")


@pytest.fixture
def target(tmp_path: Path) -> Target:
    url = f"sqlite:///{tmp_path}/target.db"
    database = open_database(url)
    fill(database, open_pictures(database, tmp_path / "pictures"))
    return Target(database, url, tmp_path)


def rewritten(backup: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """The backup with other members, and a digest that fits; a member that ``change`` makes None is left out."""
    file = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(backup)) as old, tarfile.open(fileobj=file, mode="w") as new:
        for member in old:
            content = old.extractfile(member)
            assert content is not None
            data = change(member.name, content.read())
            if data is not None:
                data = sha256(file.getvalue()).hexdigest().encode() if member.name == "sha256" else data
                member.size = len(data)
                new.addfile(member, io.BytesIO(data))
    return file.getvalue()


def changed(backup: bytes, name: str, **fields: object) -> bytes:
    """The backup with these fields in every line of the members whose names begin so."""

    def change(member: str, data: bytes) -> bytes:
        if not member.startswith(name):
            return data
        lines = [data] if member.endswith(".json") else data.splitlines()
        return b"".join(json.dumps(json.loads(line) | fields).encode() + b"\n" for line in lines)

    return rewritten(backup, change)


def test_a_bit_that_is_another_one_is_noticed(backup: bytes, target: Target) -> None:
    whole = backup.rindex(b"sha256" + bytes(94)) + 512 + 64  # behind it are zeros alone
    for offset in [*range(0, whole, whole // FLIPPED), whole - 600, whole - 1]:
        assert target.refuses(backup[:offset] + bytes([backup[offset] ^ 1]) + backup[offset + 1 :])


def test_a_file_that_was_cut_off_is_noticed(backup: bytes, target: Target) -> None:
    whole = backup.rindex(b"sha256" + bytes(94)) + 512 + 64
    for length in [0, 1, 511, 512, 513, 1024, *range(2048, whole, whole // 20), whole - 64, whole - 1]:
        assert target.refuses(backup[:length])


@pytest.mark.parametrize("data", [b"", b"no backup " * 500, bytes(10_240), b"SQLite format 3\x00" + bytes(5000)])
def test_what_is_no_archive_is_refused(data: bytes, target: Target) -> None:
    assert "is damaged" in target.refuses(data)


def foreign(*names: str, kind: bytes = tarfile.REGTYPE) -> bytes:
    """An archive of something else."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name in names:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member, io.BytesIO())
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        foreign("etc/passwd"),
        foreign("manifest.json"),
        foreign("number-plate-backup.json"),
        foreign("number-plate-backup.json", kind=tarfile.SYMTYPE),
    ],
)
def test_an_archive_of_something_else_is_refused(data: bytes, target: Target) -> None:
    assert "is no backup of this program" in target.refuses(data)


@pytest.mark.parametrize(
    ("name", "fields", "said"),
    [
        ("number-plate-backup.json", {"format": 2}, "format: "),
        ("number-plate-backup.json", {"revision": "9999"}, "is of a newer program, 0.1.0"),
        ("number-plate-backup.json", {"installation": "../.."}, "installation: "),
        ("tables/cameras/", {"colour": "red"}, "a row of cameras has other columns than the table"),
        ("tables/cameras/", {"created": "noon"}, "a row of cameras cannot be read"),
        ("tables/answers/", {"body": "?"}, "a row of answers cannot be read"),
        ("tables/images/", {"stored_as": "../../../../etc/passwd"}, "'../../../../etc/passwd' is no picture"),
        ("manifest.json", {"pictures": 3}, "it has not as much as its manifest says"),
        ("manifest.json", {"tables": {}}, "it has not as much as its manifest says"),
    ],
)
def test_a_whole_file_that_says_what_cannot_be_is_refused(
    name: str, fields: dict[str, Any], said: str, backup: bytes, target: Target
) -> None:
    assert said in target.refuses(changed(backup, name, **fields))


@pytest.mark.parametrize("name", ["tables/cameras/000001.jsonl", f"pictures/5f/5f{'0' * 30}", "sha256"])
def test_what_is_left_out_is_noticed(name: str, backup: bytes, target: Target) -> None:
    assert target.refuses(rewritten(backup, lambda member, data: None if member == name else data))


def test_a_picture_elsewhere_is_refused(backup: bytes, target: Target) -> None:
    whole = rewritten(backup, lambda _, data: data)
    elsewhere = whole.replace(b"pictures/5f/5f", b"pictures/../5f", 1)
    assert target.refuses(elsewhere)


def test_a_fault_of_the_disk_changes_nothing(
    backup: bytes, target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (file := tmp_path / "backup.tar").write_bytes(backup)
    put, calls = Pictures.put, itertools.count()

    def full(self: Pictures, image_id: str, data: bytes) -> str:
        if next(calls) == 1:
            raise OSError(28, "No space left on device")
        return put(self, image_id, data)

    monkeypatch.setattr(Pictures, "put", full)
    engine = open_engine(target.url)
    with pytest.raises(OSError, match="No space"):
        restore(engine, tmp_path, file, replace=True)
    engine.dispose()
    assert (rows_of(target.database), target.files()) == target.before


def test_a_backup_that_fails_leaves_nothing(target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr("src.service.backups.saving.line_of", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save(target.database.engine, tmp_path / "pictures", tmp_path / "backup.tar")
    assert [path.name for path in tmp_path.iterdir() if "backup" in path.name] == []


def test_there_is_nothing_to_back_up(database_url: str, tmp_path: Path) -> None:
    engine = open_engine(database_url)
    with pytest.raises(BackupError, match="has no tables yet"):
        save(engine, tmp_path, tmp_path / "backup.tar")
    with engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
        migration.upgrade(connection)
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(BackupError, match="of a newer program"):
        save(engine, tmp_path, tmp_path / "backup.tar")
    engine.dispose()


def test_a_service_that_runs_is_left_alone(backup: bytes, target: Target, tmp_path: Path) -> None:
    (file := tmp_path / "backup.tar").write_bytes(backup)
    cameras = Cameras(Settings(data_dir=tmp_path, _env_file=None), target.database, None)
    cameras.start()
    engine = open_engine(target.url)
    try:
        lock = tmp_path / "cameras" / f"{target.database.identity}.lock"
        wait_for(lock.exists, "the owner of the cameras")
        wait_for(lambda: cameras._owns, "the lock")
        with pytest.raises(BackupError, match="the service runs: stop it first"):
            restore(engine, tmp_path, file, replace=True)
    finally:
        cameras.stop()
    restore(engine, tmp_path, file, replace=True)
    engine.dispose()


def save_dying(url: str, folder: Path, out: Path, last: int) -> None:
    engine = open_engine(url)
    die_at(engine, folder, last)
    save(engine, folder / "pictures", out)


def restore_dying(url: str, folder: Path, file: Path, last: int) -> None:
    engine = open_engine(url)
    die_at(engine, folder, last)
    restore(engine, folder, file, replace=True)


def save_and_die_often(url: str, folder: Path, _: int) -> list[bool]:
    """Dies in each of many backups at a later step; whether each was there, all of it, afterwards."""
    there = []
    for last in itertools.count(1, SAVING):
        out = folder / f"{last}.tar"
        status = status_of(save_dying, url, folder, out, last)
        there.append(out.exists())
        if out.exists():
            checked(out)
        if status != -signal.SIGKILL:
            assert status == 0
            return there
    raise AssertionError


def restore_and_die_often(url: str, folder: Path, file: Path, _: int) -> list[tuple[Rows, dict[str, bytes]]]:
    """Dies in each of many restorations at a later step; the rows and pictures afterwards."""
    there = []
    for last in itertools.count(1, RESTORING):
        status = status_of(restore_dying, url, folder, file, last)
        database = open_database(url)
        there.append((rows_of(database), files_of(open_pictures(database, folder / "pictures"))))
        database.close()
        if status != -signal.SIGKILL:
            assert status == 0
            return there
    raise AssertionError


def test_killed_at_any_step_a_backup_is_whole_or_not_there(
    database: Database, database_url: str, pictures: Pictures, tmp_path: Path
) -> None:
    fill(database, pictures)
    (there,) = at_once(1, save_and_die_often, database_url, tmp_path)
    assert len(there) > 5
    assert there == sorted(there)
    assert there[-1]
    assert not there[0]


def test_killed_at_any_step_a_restoration_is_done_or_not_begun(
    database: Database, database_url: str, pictures: Pictures, tmp_path: Path, backup: bytes
) -> None:
    fill(database, pictures)
    before = rows_of(database)
    (file := tmp_path / "backup.tar").write_bytes(backup)
    installation = checked(file)[0].installation
    assert installation != database.identity
    (there,) = at_once(1, restore_and_die_often, database_url, tmp_path, file)
    assert len(there) > 5
    after = there[-1][0]
    assert [rows == before for rows, _ in there] == sorted((rows == before for rows, _ in there), reverse=True)
    for rows, files in there:
        assert rows in (before, after)
        assert files.items() >= PICTURES.items()
    assert there[-1][1] == PICTURES
