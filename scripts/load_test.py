"""Many clients at once, then every answer against the database: nothing lost, nothing doubled.

    python -m scripts.load_test --seconds 300
    python -m scripts.load_test --seconds 60 --kill 10
    python -m scripts.load_test --seconds 120 --vehicles 10000
    python -m scripts.load_test --seconds 180 --webhooks 2
    python -m scripts.load_test --seconds 180 --webhooks 15 --hanging 5
    python -m scripts.load_test --database-url postgresql+psycopg://user@host/empty
    python -m scripts.load_test --url http://127.0.0.1:8000 --database-url ... --data-dir /srv/number-plate

It starts the service itself, with SQLite in a new folder, and takes NUMBER_PLATE_... settings from the environment.
With --url it loads one that runs, whose database and folder of data it must reach. With --webhooks it has receivers be
told of every sighting, in turns with and without them, and asks whether all of it arrived and what it costs; with
--hanging it adds in turns those that take a call and never answer. Exit status: 0 all is as promised, 1 something is
not, 2 wrong usage.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
import asyncio
import json
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from scripts.load.clients import Load, apply
from scripts.load.compare import Comparison, compare
from scripts.load.ledger import Ledger
from scripts.load.pictures import make_pictures
from scripts.load.receivers import running
from scripts.load.registry import fill
from scripts.load.report import JUDGED_S, memory, show, summarise
from scripts.load.server import Server, ServerError, cpu_seconds, resident
from scripts.load.told import NETWORKS, Audience, faults, rows
from src.core.cli import USAGE, Parser, run_command
from src.evaluation.accuracy.provenance import commit, machine
from src.service.database import DatabaseError, open_database
from src.service.delivery.signature import new_secret
from src.service.store import open_pictures

PROG = "python -m scripts.load_test"
SAMPLES = Path("data/samples")
MEASURED_EVERY_S = 0.5
"""Between two looks at the memory."""


def parse(argv: list[str] | None) -> argparse.Namespace:
    """The checked flags. Ends the program with status 2 for wrong ones."""
    parser = Parser(PROG, "Loads the service, and holds its answers against its database.")
    parser.add_argument("--seconds", type=float, default=30, metavar="S", help="how long (default: 30)")
    parser.add_argument("--clients", type=int, default=32, metavar="N", help="at once (default: 32)")
    parser.add_argument("--kill", type=float, metavar="S", help="kill the service each so-many seconds, and restart it")
    parser.add_argument(
        "--vehicles",
        type=int,
        default=0,
        metavar="N",
        help="on a list, so that each plate is looked up (default: none)",
    )
    parser.add_argument("--webhooks", type=int, default=0, metavar="N", help="receivers that answer (default: none)")
    parser.add_argument("--hanging", type=int, default=0, metavar="N", help="receivers that do not (default: none)")
    parser.add_argument("--database-url", metavar="URL", help="default: SQLite in the folder of data")
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="default: one that is removed afterwards")
    parser.add_argument("--url", help="a service that runs; the two above must be its own")
    parser.add_argument("--key", help="an API key of it with the scope recognize")
    parser.add_argument("--pid", type=int, help="its process on this machine, whose memory is watched")
    parser.add_argument("--samples", type=Path, default=SAMPLES, metavar="DIR", help=f"JPEGs (default: {SAMPLES})")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the report as JSON")
    args = parser.parse_args(argv)
    if args.url and (args.kill or args.data_dir is None):
        parser.error("--url: needs --data-dir, and cannot --kill")
    if min(args.vehicles, args.webhooks, args.hanging) < 0:
        parser.error("--vehicles, --webhooks and --hanging: must not be negative")
    if args.hanging and not args.webhooks:
        parser.error("--hanging: needs --webhooks, which are to be told nevertheless")
    if args.seconds <= 0 or args.clients < 1 or (args.kill is not None and args.kill <= 0):
        parser.error("--seconds, --clients and --kill: must be positive")
    if not any(args.samples.glob("*.jpg")):
        parser.error(f"--samples {args.samples}: has no *.jpg")
    return args


def main(argv: list[str] | None = None) -> int:
    """Loads, compares and reports."""
    args = parse(argv)
    with ExitStack() as stack:
        if args.data_dir is None:
            args.data_dir = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="number-plate-load-")))
        args.data_dir.mkdir(parents=True, exist_ok=True)
        args.database_url = args.database_url or f"sqlite:///{args.data_dir.absolute()}/number-plate.db"
        told = {"NUMBER_PLATE_DELIVERY_NETWORKS": NETWORKS} if args.webhooks else None
        server = None if args.url else Server(args.data_dir, args.database_url, told)
        try:
            if args.vehicles:
                _register(args)
            audience = stack.enter_context(_audience(args)) if args.webhooks else None
            report, comparison = asyncio.run(_run(args, server, audience))
        except (ServerError, DatabaseError, SQLAlchemyError) as error:
            print(f"{PROG}: {error}", file=sys.stderr)
            return USAGE
        finally:
            if server is not None:
                server.kill()
    show(report, comparison, rows(report["told"]) if audience else ())
    if args.output:
        args.output.write_text(json.dumps(report, indent=2) + "\n")
    for fault in report["faults"]:
        print(f"{PROG}: {fault}", file=sys.stderr)
    return int(bool(report["faults"]))


def _register(args: argparse.Namespace) -> None:
    """Puts vehicles on a list. Raises DatabaseError and SQLAlchemyError."""
    database = open_database(args.database_url)
    try:
        fill(database, args.vehicles, args.samples)
    finally:
        database.close()


@contextmanager
def _audience(args: argparse.Namespace) -> Iterator[Audience]:
    """Receivers that the service tells within the block. Raises ServerError, DatabaseError and SQLAlchemyError."""
    secret = new_secret()
    with running(args.data_dir, secret) as (url, log):
        database = open_database(args.database_url)
        audience = Audience(database, url, secret, args.webhooks, args.hanging, log)
        try:
            audience.enter()
            yield audience
            audience.leave()
        finally:
            database.close()


async def _run(
    args: argparse.Namespace, server: Server | None, audience: Audience | None
) -> tuple[dict[str, Any], Comparison]:
    """The report and what it says of the database. Raises ServerError, DatabaseError and SQLAlchemyError."""
    pictures = await asyncio.to_thread(make_pictures, sorted(args.samples.glob("*.jpg")))
    ledger, run = Ledger(), f"load{secrets.token_hex(4)}"
    kills: list[float] = []
    mib: list[float] = []
    if server is not None:
        await server.start()
    load = Load(server.url if server else args.url, args.key, run, args.clients, args.seconds, pictures)
    start, spent = monotonic(), None if server is None or args.kill else cpu_seconds(server.pid)
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(_watch(server, args.pid, mib))
        work = [group.create_task(apply(load, ledger))]
        if server is not None and args.kill:
            work.append(group.create_task(_kill(server, args.kill, start + args.seconds, kills, ledger)))
        if audience is not None:
            spending = None if server is None or args.kill else partial(_spent, server)
            work.append(group.create_task(audience.take_turns(args.seconds, ledger, spending, bool(args.kill))))
        await asyncio.wait(work)
        watching.cancel()
    seconds = monotonic() - start
    cpu = None if server is None or spent is None else cpu_seconds(server.pid) - spent
    if audience is not None:
        await asyncio.to_thread(audience.wait)
    ending = None if server is None else await asyncio.to_thread(server.end)
    comparison = await asyncio.to_thread(_compare, args, run, ledger)
    report = _report(args, ledger, seconds, kills, mib, comparison)
    if cpu is not None and ledger.kept:
        report["measured"]["cpu_ms_by_picture"] = round(1e3 * cpu / len(ledger.kept), 3)
    if audience is not None:
        report["told"] = audience.figures(ledger)
        report["faults"] += faults(report["told"], bool(args.kill), judged=seconds >= JUDGED_S)
    if ending:
        report["faults"].append(f"the service ended with status {ending}")
    return report, comparison


async def _watch(server: Server | None, pid: int | None, mib: list[float]) -> None:
    """Writes down the memory of the service as long as it lasts."""
    while server is not None or pid is not None:
        mib.append(resident(server.pid if server is not None else pid or 0))
        await asyncio.sleep(MEASURED_EVERY_S)


async def _kill(server: Server, every: float, until: float, kills: list[float], ledger: Ledger) -> None:
    """Kills and restarts; writes down the seconds until it answered again."""
    while monotonic() + every < until:
        await asyncio.sleep(every)
        server.kill()
        try:
            kills.append(await server.start())
        except ServerError as error:
            ledger.faults.append(f"after a kill: {error}")
            return


def _spent(server: Server) -> float:
    return cpu_seconds(server.pid)


def _compare(args: argparse.Namespace, run: str, ledger: Ledger) -> Comparison:
    database = open_database(args.database_url)
    try:
        return compare(database, open_pictures(database, args.data_dir / "pictures").folder, run, ledger)
    finally:
        database.close()


def _report(
    args: argparse.Namespace,
    ledger: Ledger,
    seconds: float,
    kills: list[float],
    mib: list[float],
    comparison: Comparison,
) -> dict[str, Any]:
    report: dict[str, Any] = {
        "commit": commit(),
        "machine": machine(),
        "database": args.database_url.partition(":")[0],
        "clients": args.clients,
        "vehicles": args.vehicles,
        "seconds": round(seconds, 1),
        "kills": [round(kill, 2) for kill in kills],
        "measured": summarise(ledger, seconds),
        "memory_mib": memory(mib, seconds),
        "in_the_database": asdict(comparison),
    }
    report["faults"] = [f"{name}: {count}" for name, count in comparison.faults(killed=bool(kills)).items()]
    report["faults"] += ledger.faults[:20]
    if not kills and report["memory_mib"]["flat"] is False:
        report["faults"].append("memory grows")
    if args.kill and not kills:
        report["faults"].append("the service was never killed: --seconds must be longer than --kill")
    return report


if __name__ == "__main__":
    run_command(main)
