"""``python -m src.service.restore``: puts what is in a backup in the place of what the service has, while none runs.

Exit status: 0 done, 1 the database or the disk cannot be used, 2 wrong usage, a damaged file among it.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
import sys
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from src.core.cli import Parser, counted, refused, run_command
from src.service.backups.archive import BackupError
from src.service.backups.restoring import restore
from src.service.database import open_engine, unusable
from src.service.settings import Settings, SettingsError

PROG = "python -m src.service.restore"
EPILOG = """\
examples:
  python -m src.service.restore /backups/number-plate-20260131T030000Z.tar
  python -m src.service.restore --replace /backups/number-plate-20260131T030000Z.tar

Stop the service first. The whole file is checked before anything is changed, and a fault later on, or a kill, leaves
the database as it was. A backup of SQLite may be restored into PostgreSQL and the other way round, and one of an older
program gets the newest tables. What was deleted since the backup was made comes back, and has to be deleted again.

The database and the pictures are those of the settings (NUMBER_PLATE_DATABASE_URL, NUMBER_PLATE_DATA_DIR)."""


def main(argv: list[str] | None = None) -> int:
    """Runs the command line and returns the exit status."""
    parser = Parser(PROG, "Puts what is in a backup in the place of what the service has.", EPILOG)
    parser.add_argument("file", type=Path, metavar="FILE", help="a backup")
    parser.add_argument("--replace", action="store_true", help="deletes what the database has, and its pictures")
    args = parser.parse_args(argv)
    try:
        return _run(args)
    except (SettingsError, BackupError, FileNotFoundError) as error:
        return refused(PROG, error)
    except SQLAlchemyError as error:
        return unusable(PROG, error)


def _run(args: argparse.Namespace) -> int:
    settings = Settings.load()
    engine = open_engine(settings.database_url)
    try:
        header, manifest = restore(engine, settings.data_dir, args.file, args.replace)
    finally:
        engine.dispose()
    said = f"{counted(manifest.rows, 'row')} and {counted(manifest.pictures, 'picture')}"
    print(f"{PROG}: {said} of {header.made:%Y-%m-%d %H:%M:%S} UTC", file=sys.stderr)
    return 0


if __name__ == "__main__":
    run_command(main)
