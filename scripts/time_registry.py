"""How long sheets of vehicles take to be imported and exported: ``python -m scripts.time_registry``.

It makes a sheet of made-up vehicles with permits, owners and drivers, and imports it into an empty SQLite database, or
into that of ``--database``: all new, all known, and all with another telephone. Each line has seconds by the clock, and
those of this process's own work, which other programs of the machine do not lengthen.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
import io
import resource
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter, process_time

from src.core.cli import run_command
from src.service.database import open_database
from src.service.registry.reading import read_sheet
from src.service.sheets import Cell, SheetKind, write_rows
from src.service.store import SERVICE
from src.service.store.registry import exported, import_sheet, known_time_zones

HEAD = (
    *("plate", "country", "list", "kind", "place", "valid_from", "valid_until", "weekdays", "hours"),
    *("make", "model", "colour", "notes", "owner", "owner_phone", "driver", "driver_phone"),
)
LETTERS = "ABEKMHOPCTYX"


def main(argv: list[str] | None = None) -> int:
    """Runs the command line and returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m scripts.time_registry", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, metavar="N", help="of the sheet (default: 100,000)")
    parser.add_argument("--kind", choices=("csv", "xlsx"), default="csv", help="of the sheet (default: csv)")
    parser.add_argument("--database", metavar="URL", help="an empty one (default: SQLite in a temporary folder)")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(args.database or f"sqlite:///{Path(folder)}/number-plate.db")

        def take(data: bytes) -> str:
            sheet = read_sheet(io.BytesIO(data), known_time_zones(database))
            try:
                done = import_sheet(database, sheet, False, False, SERVICE)
            finally:
                sheet.close()
            assert done.done, done.faults[:3]
            return (
                f"{done.vehicles_created} vehicles, {done.permits_created} permits, {done.persons_created} persons new"
            )

        first, second = (_sheet(args.kind, args.rows, phone) for phone in ("+7 921", "+7 911"))
        print(f"{args.rows} rows, {args.kind}, {len(first)} bytes, {database.engine.dialect.name}")
        _timed("all new", lambda: take(first))
        _timed("all known", lambda: take(first))
        _timed("other telephones", lambda: take(second))
        _timed("export", lambda: f"{sum(map(len, write_rows(args.kind, exported(database, True, SERVICE))))} bytes")
        database.close()
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")
    return 0


def _timed(what: str, work: Callable[[], str]) -> None:
    clock, own = perf_counter(), process_time()
    said = work()
    print(f"{what}: {perf_counter() - clock:.1f} s, of them own {process_time() - own:.1f} s; {said}", flush=True)


def _sheet(kind: SheetKind, rows: int, phone: str) -> bytes:
    return b"".join(write_rows(kind, _rows(rows, phone)))


def _rows(rows: int, phone: str) -> Iterator[tuple[Cell, ...]]:
    yield HEAD
    for n in range(rows):
        letters = "".join(LETTERS[n // 12**power % 12] for power in range(3))
        plate = f"{letters[0]}{n % 1000:03}{letters[1:]}{77 + n // 1_728_000}"
        permit = (f"List {n % 5}", "allow", f"Place {n % 7}", "2026-02-01", "2026-12-31", "mon-fri", "08:00-18:00")
        owner, driver = f"Company {n % 1000}", f"Driver {n}"
        of_vehicle = ("KAMAZ", "54901", "white", f"number {n}")
        yield (plate, "RU", *permit, *of_vehicle, owner, f"{phone} {n % 1000}", driver, f"{phone} {n}")


if __name__ == "__main__":
    run_command(main)
