"""``python -m src.service.backup``: copies everything that the service keeps to one file, while it runs.

Exit status: 0 done, 1 the database or the disk cannot be used, 2 wrong usage.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from src.core.cli import Parser, counted, refused, run_command
from src.service.backups.archive import BackupError
from src.service.backups.saving import save
from src.service.database import open_engine, unusable
from src.service.settings import Settings, SettingsError

PROG = "python -m src.service.backup"
EPILOG = """\
examples:
  python -m src.service.backup /backups/before-the-move.tar
  python -m src.service.backup /backups
  python -m src.service.restore /backups/before-the-move.tar

The rows are those of one moment, and the pictures are theirs, whatever the service takes in meanwhile. A file that was
begun and not finished is not there. The file is readable by its user alone: passwords of cameras and digests of keys
are in it, and everything about persons. The name of the file is all that is printed on standard output.

The database and the pictures are those of the settings (NUMBER_PLATE_DATABASE_URL, NUMBER_PLATE_DATA_DIR)."""
TERMINATED = 143


def main(argv: list[str] | None = None) -> int:
    """Runs the command line and returns the exit status."""
    parser = Parser(PROG, "Copies all rows and pictures to one file, while the service runs.", EPILOG)
    parser.add_argument(
        "out", type=Path, metavar="OUT", help="a new file, or a folder in which one is named by the time"
    )
    args = parser.parse_args(argv)
    try:
        return _run(args)
    except (SettingsError, BackupError, FileNotFoundError) as error:
        return refused(PROG, error)
    except SQLAlchemyError as error:
        return unusable(PROG, error)


def _run(args: argparse.Namespace) -> int:
    settings = Settings.load()
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).is_file():
        raise BackupError(f"{url.database}: there is no such database")  # it would be made
    out: Path = args.out / f"number-plate-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.tar" if args.out.is_dir() else args.out
    engine = open_engine(settings.database_url)
    try:
        saved = save(engine, settings.data_dir / "pictures", out)
    finally:
        engine.dispose()
    gone = f", {counted(saved.missing, 'picture')} deleted meanwhile" if saved.missing else ""
    said = f"{counted(saved.rows, 'row')}, {counted(saved.pictures, 'picture')}{gone}, {counted(saved.bytes, 'byte')}"
    print(f"{PROG}: {said}", file=sys.stderr)
    print(out)
    return 0


def _end(*_: object) -> None:
    """Ends the program as Ctrl-C does: what is unfinished is removed."""
    raise SystemExit(TERMINATED)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    run_command(main)
