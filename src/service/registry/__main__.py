"""``python -m src.service.registry``: imports and exports the vehicles that the service knows, as CSV or XLSX.

Exit status: 0 done, 1 some rows are faulty (each is named) or the database cannot be used, 2 wrong usage or no sheet.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
import os
import sys
import warnings
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from src.core.cli import FAILED, Parser, counted, refused, run_command
from src.core.files import PRIVATE_FILE, replacing
from src.service.database import Database, DatabaseError, open_database, unusable
from src.service.registry.columns import COLUMNS
from src.service.registry.reading import read_sheet
from src.service.settings import Settings, SettingsError
from src.service.sheets import MEDIA_TYPES, SheetError, SheetKind, write_rows
from src.service.store import SERVICE
from src.service.store.registry import MOST_FAULTS, Imported, exported, import_sheet, known_time_zones
from src.service.wrong import WrongError

PROG = "python -m src.service.registry"
EPILOG = f"""\
examples:
  python -m src.service.registry import vehicles.xlsx --dry-run
  python -m src.service.registry import vehicles.xlsx --faulty skip
  python -m src.service.registry export vehicles.csv

The database is that of the settings (NUMBER_PLATE_DATABASE_URL, NUMBER_PLATE_DATA_DIR).
The columns of a sheet, of which only plate has to be there:
{", ".join(COLUMNS[:9])},
{", ".join(COLUMNS[9:])}"""


def main(argv: list[str] | None = None) -> int:
    """Runs the command line and returns the exit status."""
    args = parse(argv)
    warnings.filterwarnings("ignore", module=r"openpyxl\.")  # it remarks on what it leaves out, such as comments
    try:
        database = open_database(Settings.load().database_url)
        try:
            return int(args.run(database, args))
        finally:
            database.close()
    except (SettingsError, SheetError, OSError) as error:
        return refused(PROG, error)
    except (DatabaseError, SQLAlchemyError) as error:
        return unusable(PROG, error)


def parse(argv: list[str] | None) -> argparse.Namespace:
    """The checked flags. Ends the program with status 2 for wrong ones."""
    parser = Parser(PROG, "Imports and exports the vehicles that the service knows.", EPILOG)
    commands = parser.commands()
    importing = commands.add_parser("import", description="Stores the vehicles of a sheet, and changes known ones.")
    importing.add_argument("file", type=Path, metavar="FILE", help="CSV (UTF-8 or Windows-1251) or XLSX")
    importing.add_argument("--dry-run", action="store_true", help="store nothing, and tell what would be")
    importing.add_argument(
        "--faulty",
        choices=("refuse", "skip"),
        default="refuse",
        help="where rows have a fault: store nothing (refuse, the default), or the others (skip)",
    )
    importing.set_defaults(run=_import)
    exporting = commands.add_parser("export", description="Writes all vehicles with their permits as a sheet.")
    exporting.add_argument("file", type=_sheet, metavar="FILE", help="ends with .csv or .xlsx")
    exporting.add_argument("--persons", action="store_true", help="with owners and drivers, who are personal data")
    exporting.set_defaults(run=_export)
    return parser.parse_args(argv)


def _import(database: Database, args: argparse.Namespace) -> int:
    try:
        with args.file.open("rb") as file:
            sheet = read_sheet(file, known_time_zones(database))
    except WrongError as error:
        return refused(PROG, ValueError(f"{args.file}: {error}"))
    try:
        done = import_sheet(database, sheet, args.faulty == "skip", args.dry_run, SERVICE)
    finally:
        sheet.close()
    for fault in done.faults:
        where = "" if fault.column is None else f", {fault.column}"
        print(f"{args.file}: row {fault.row}{where}: {fault.reason}", file=sys.stderr)
    if len(done.faults) == MOST_FAULTS:
        print(f"{args.file}: and others", file=sys.stderr)
    print(_told(done, args.dry_run))
    return FAILED if done.faulty else 0


def _told(done: Imported, dry_run: bool) -> str:
    kept = "imported" if done.done else "would be imported" if dry_run else "nothing imported; without faults it were"
    parts = [
        f"{counted(getattr(done, f'{thing}s_created'), f'new {thing}')}, {getattr(done, f'{thing}s_changed'):,} changed"
        for thing in ("vehicle", "permit", "person")
    ]
    return f"{counted(done.rows, 'row')}, {done.faulty:,} faulty; {kept}: {'; '.join(parts)}"


def _export(database: Database, args: argparse.Namespace) -> int:
    kind, persons = _kind(args.file), args.persons
    with replacing(args.file, hidden=True) as unfinished, open(unfinished, "wb", opener=_private) as file:
        for data in write_rows(kind, exported(database, persons, SERVICE)):
            file.write(data)
    return 0


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, PRIVATE_FILE)


def _sheet(word: str) -> Path:
    path = Path(word)
    if path.suffix.lower().removeprefix(".") not in MEDIA_TYPES:
        raise argparse.ArgumentTypeError(f"{word!r} ends neither with .csv nor with .xlsx")
    return path


def _kind(path: Path) -> SheetKind:
    return "csv" if path.suffix.lower() == ".csv" else "xlsx"


if __name__ == "__main__":
    run_command(main)
