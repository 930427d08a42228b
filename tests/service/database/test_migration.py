"""The tables as migrations make them, and several programs that make them at once."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Integer, create_engine, inspect, text

from src.service.database import Database, DatabaseError, migration, open_database
from src.service.database.tables import TableBase
from src.service.query import SightingQuery
from src.service.store import search
from tests.service.parallel import at_once


def differences(database: Database) -> list[Any]:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, TableBase.metadata)
        if connection.dialect.name == "sqlite":  # of a key that ALTER TABLE added SQLAlchemy sees no action there
            found = [each for each in found if each[0] not in ("add_fk", "remove_fk")]
            found += keys_that_differ(connection)
    return found


def keys_that_differ(connection: Connection) -> list[object]:
    known = {
        (table.name, key.parent.name, key.column.table.name, key.ondelete or "NO ACTION")
        for table in TableBase.metadata.sorted_tables
        for key in table.foreign_keys
    }
    wanted = 'SELECT m.name, k."from", k."table", k.on_delete FROM sqlite_master m, pragma_foreign_key_list(m.name) k'
    return sorted(known ^ {tuple(row) for row in connection.execute(text(wanted))})


def test_migrations_make_the_tables_that_the_program_has(database: Database) -> None:
    assert differences(database) == []


def test_a_column_without_a_migration_is_noticed(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    plates = TableBase.metadata.tables["plates"].to_metadata(other := type(TableBase.metadata)())
    plates.append_column(Column("wheels", Integer))
    for table in TableBase.metadata.sorted_tables:
        if table.name != "plates":
            table.to_metadata(other)
    monkeypatch.setattr(TableBase, "metadata", other)
    (difference,) = differences(database)
    assert difference[0] == "add_column"


def test_opened_again_it_is_the_same_database(database: Database, database_url: str) -> None:
    again = open_database(database_url)
    assert again.identity == database.identity
    again.close()


def identity(url: str, _: int) -> str:
    return open_database(url).identity


def test_many_programs_may_start_at_once_on_nothing(database_url: str) -> None:
    assert len(set(at_once(6, identity, database_url))) == 1


def test_it_is_ready_with_the_tables_it_knows(database: Database) -> None:
    assert database.ready()
    with database.session() as session:
        session.execute(text("DELETE FROM alembic_version"))
    assert not database.ready()


def test_a_database_of_a_newer_program_is_refused(database: Database, database_url: str) -> None:
    with database.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'future'"))
    with pytest.raises(DatabaseError, match="future"):
        open_database(database_url)


BROKEN = """
from alembic import op
import sqlalchemy as sa

revision, down_revision = "broken", "{head}"


def upgrade():
    op.create_table("half", sa.Column("id", sa.Integer))
    op.execute("SELECT * FROM nowhere")
"""


def head() -> str:
    (newest,) = ScriptDirectory(str(migration.FILES)).get_heads()
    return newest


def test_sightings_from_before_are_found_as_new_ones_are(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = migration.FILES
    files = shutil.copytree(newest, tmp_path / "migrations")
    for path in (files / "versions").glob("*.py"):
        if not path.name.startswith("0001"):
            path.unlink()
    monkeypatch.setattr(migration, "FILES", files)
    old = open_database(database_url)
    with old.session() as session:
        session.execute(text(OLD_PLATE))
        session.execute(text(OLD_IMAGE))
        session.execute(text(OLD_DETECTION))
        session.execute(text(OLD_SIGHTING))
    old.close()
    monkeypatch.setattr(migration, "FILES", newest)
    database = open_database(database_url)
    (found,) = search(database, SightingQuery(text="80b0")).items
    assert found.text == "BOB0I"
    assert differences(database) == []
    database.close()


OLD_PLATE = "INSERT INTO plates (id, text, region) VALUES ('p', 'BOB0I', 'RU')"
OLD_IMAGE = (
    "INSERT INTO images (id, sha256, name, media_type, width, height, bytes, received) "
    "VALUES ('i', '', 'a.jpg', 'image/jpeg', 8, 8, 1, '2026-01-01 00:00:00')"
)
OLD_DETECTION = "INSERT INTO detections (id, image_id, position, x1, y1, x2, y2) VALUES ('d', 'i', 0, 1, 1, 2, 2)"
OLD_SIGHTING = (
    "INSERT INTO sightings (id, detection_id, plate_id, seen, text, raw_text, confidence, raw_confidence, "
    "char_confidences) VALUES ('a', 'd', 'p', '2026-01-01 00:00:00', 'BOB0I', 'BOB0I', 1, 1, '[]')"
)


def test_migrations_that_fail_leave_nothing(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = shutil.copytree(migration.FILES, tmp_path / "migrations")
    (files / "versions" / "broken.py").write_text(BROKEN.format(head=head()))
    monkeypatch.setattr(migration, "FILES", files)
    with pytest.raises(DatabaseError, match="nowhere"):
        open_database(database_url)
    engine = create_engine(database_url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()
