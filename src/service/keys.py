"""``python -m src.service.keys``: makes, lists and revokes the API keys of the service.

Exit status: 0 done, 1 the database cannot be used, 2 wrong usage.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
import re
import sys
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from src.core.cli import Parser, refused, run_command
from src.service.database import Database, DatabaseError, open_database, unusable
from src.service.settings import Settings, SettingsError
from src.service.store import (
    SCOPES_OF,
    ApiKeyError,
    Key,
    Role,
    Scope,
    TextError,
    create_key,
    list_keys,
    revoke_key,
    used_today,
)

PROG = "python -m src.service.keys"
EPILOG = """\
examples:
  python -m src.service.keys create gate --scopes recognize --per-minute 60
  python -m src.service.keys create office --scopes recognize,read --expires 90d --per-day 10000
  python -m src.service.keys create guard --role operator --scopes persons
  python -m src.service.keys list
  python -m src.service.keys revoke np_1a2b3c4d

The database is that of the settings (NUMBER_PLATE_DATABASE_URL, NUMBER_PLATE_DATA_DIR).
create prints the key alone on standard output; it is shown this once and cannot be had again."""

UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def main(argv: list[str] | None = None) -> int:
    """Runs the command line and returns the exit status."""
    args = parse(argv)
    try:
        database = open_database(Settings.load().database_url)
        try:
            args.run(database, args)
        finally:
            database.close()
    except (SettingsError, TextError, ApiKeyError) as error:
        return refused(PROG, error)
    except (DatabaseError, SQLAlchemyError) as error:
        return unusable(PROG, error)
    return 0


def parse(argv: list[str] | None) -> argparse.Namespace:
    """The checked flags. Ends the program with status 2 for wrong ones."""
    parser = Parser(PROG, "Makes, lists and revokes the API keys of the service.", EPILOG)
    commands = parser.commands()
    creating = commands.add_parser("create", description="Makes a key and prints it, this once.")
    creating.add_argument("name", metavar="NAME", help="whose key it is, for the list and the audit")
    bundles = "; ".join(f"{role}: {', '.join(sorted(scopes))}" for role, scopes in SCOPES_OF.items())
    creating.add_argument("--role", type=_role, metavar="ROLE", help=f"a bundle of scopes ({bundles})")
    scopes = ", ".join(Scope)
    creating.add_argument(
        "--scopes",
        type=_scopes,
        default=[],
        metavar="SCOPES",
        help=f"one or more of {scopes}, beside those of the role",
    )
    creating.add_argument("--expires", type=_period, metavar="PERIOD", help="such as 12h, 90d, 8w (default: never)")
    creating.add_argument("--per-minute", type=_count, metavar="N", help="requests in a minute (default: any number)")
    creating.add_argument("--per-day", type=_count, metavar="N", help="requests on a day of UTC (default: any number)")
    creating.set_defaults(run=_create)
    listing = commands.add_parser("list", description="All keys that were ever made, without their secrets.")
    listing.set_defaults(run=_list)
    revoking = commands.add_parser("revoke", description="Makes a key useless, for good.")
    revoking.add_argument("prefix", metavar="PREFIX", help="what the key begins with, as list shows it")
    revoking.set_defaults(run=_revoke)
    return parser.parse_args(argv)


def _create(database: Database, args: argparse.Namespace) -> None:
    expires = None if args.expires is None else datetime.now(UTC) + args.expires
    made = create_key(database, args.name, args.scopes, expires, args.per_minute, args.per_day, args.role)
    print(f"{PROG}: {made.key.prefix} for {made.key.name}; it is not shown again:", file=sys.stderr)
    print(made.secret)


def _list(database: Database, _: argparse.Namespace) -> None:
    now = datetime.now(UTC)
    used = used_today(database, now)
    table = Table(
        *("prefix", "name", "role", "scopes", "created", "expires", "per minute", "per day", "today", "state"), box=None
    )
    for key in list_keys(database):
        limits = ["" if limit is None else str(limit) for limit in (key.per_minute, key.per_day)]
        times = [_minute(key.created), "never" if key.expires is None else _minute(key.expires)]
        today = str(used.get(key.id, 0))
        allowed = [key.role or "", ", ".join(sorted(key.scopes))]
        table.add_row(key.prefix, key.name, *allowed, *times, *limits, today, _state(key, now))
    console = Console(markup=False, highlight=False)
    console.width = max(console.width, 150)
    console.print(table)


def _revoke(database: Database, args: argparse.Namespace) -> None:
    key = revoke_key(database, args.prefix)
    print(f"{PROG}: {key.prefix} for {key.name} is revoked", file=sys.stderr)


def _state(key: Key, now: datetime) -> str:
    if key.revoked is not None:
        return f"revoked {_minute(key.revoked)}"
    return "valid" if key.is_valid(now) else "expired"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _role(word: str) -> Role:
    try:
        return Role(word)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{word!r} is not one of {','.join(Role)}") from None


def _scopes(word: str) -> list[Scope]:
    try:
        return [Scope(scope.strip()) for scope in word.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{word!r} is not one or more of {','.join(Scope)}") from None


def _period(word: str) -> timedelta:
    match = re.fullmatch(r"([1-9][0-9]{0,4})([hdw])", word)
    if match is None:
        raise argparse.ArgumentTypeError(f"{word!r} is not a period such as 12h, 90d or 8w")
    return int(match[1]) * UNITS[match[2]]


def _count(word: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,8}", word):
        raise argparse.ArgumentTypeError(f"{word!r} is not a number of requests")
    return int(word)


if __name__ == "__main__":
    run_command(main)
