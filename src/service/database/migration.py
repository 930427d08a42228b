"""Brings a database to the newest tables, with Alembic, whose files are part of this package."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

FILES = Path(__file__).parent / "migrations"
LOCK = 0x6D696772
"""The number of the advisory lock that is held while tables change."""


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Applies what is missing up to ``revision``, within the transaction of ``connection``: all of it or nothing.

    In SQLite that transaction has to be a writer's from its beginning, which locks out the others. Raises CommandError
    for a database of a newer program.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def is_current(connection: Connection) -> bool:
    """Tells whether the tables are the newest."""
    there = MigrationContext.configure(connection).get_current_heads()
    return set(there) == set(ScriptDirectory.from_config(_config()).get_heads())


def revision_of(connection: Connection) -> str | None:
    """Returns the revision of the tables; None where there are none."""
    return MigrationContext.configure(connection).get_current_revision()


def is_known(revision: str) -> bool:
    """Tells whether this program knows such tables."""
    return revision in {known.revision for known in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FILES).replace("%", "%%"))
    return config
