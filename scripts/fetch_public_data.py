"""Public sets, fetched and brought to manifests: ``python -m scripts.fetch_public_data SOURCE...``.

Exit status: 0 everything is there, 1 a source or some of its pictures are not (each is named, the others are written),
2 wrong usage.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from src.core.cli import Parser, run_command
from src.data.annotations.manifest import ManifestError
from src.data.importers.common import SourceError
from src.data.public.catalogue import BY_HAND, LISTED, SOURCES
from src.data.public.download import FetchError
from src.data.public.fetch import ADDRESS, bring_in, fetch
from src.data.public.sources import PublicSet, Repository

PROG = "python -m scripts.fetch_public_data"
NAMED = 10
"""Faults of a source that are named without ``--verbose``."""


def main(argv: Sequence[str] | None = None) -> int:
    """Fetches what is named, or lists everything that has a name."""
    args = parse(argv)
    if args.list:
        _list()
        return 0
    chosen = [source for source in SOURCES if args.all or source.name in args.sources]
    repositories = dict.fromkeys(source.repository for source in chosen)
    done = [_bring(repository, [s for s in chosen if s.repository == repository], args) for repository in repositories]
    return 0 if all(done) else 1


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The checked flags. Ends the program with status 2 for wrong ones."""
    parser = Parser(PROG, "Fetches public data sets and brings them to manifests below the data folder.", BY_HAND)
    parser.add_argument("sources", nargs="*", metavar="SOURCE", help="names that --list shows")
    parser.add_argument("--all", action="store_true", help="every source")
    parser.add_argument("--list", action="store_true", help="show all sources with their licences; fetch nothing")
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("PLATE_DATA") or "data"),
        metavar="DIR",
        help="data folder (default: $PLATE_DATA, else data)",
    )
    parser.add_argument(
        "--address", default=ADDRESS, metavar="URL", help=f"serves /OWNER/NAME/tar.gz/COMMIT (default: {ADDRESS})"
    )
    parser.add_argument("--verbose", action="store_true", help=f"name all faults, not {NAMED} of a source")
    args = parser.parse_args(argv)
    names = [source.name for source in SOURCES]
    if unknown := [name for name in args.sources if name not in names]:
        parser.error(f"no source {unknown[0]}; there are: {', '.join(names)}")
    if not (args.list or args.all or args.sources):
        parser.error("name a source, or --all")
    return args


def _list() -> None:
    table = Table("source", "part of", "repository", "commit", "licence stated there")
    for source in (*SOURCES, *LISTED):
        repository = source.repository
        table.add_row(source.name, source.into, repository.name, repository.commit[:7], repository.licence)
    console = Console()
    console.width = max(console.width, 200)  # a shortened licence is none
    console.print(table)
    for source in LISTED:
        print(f"{source.name} cannot be fetched as it was used: {source.why}")
    print(BY_HAND)


def _bring(repository: Repository, sources: Sequence[PublicSet], args: argparse.Namespace) -> bool:
    """Fetches one repository and imports its sources; whether nothing at all was wrong."""
    print(f"github.com/{repository.name} at {repository.commit[:7]}; licence stated there: {repository.licence}")
    wanted = [path for s in SOURCES if s.repository == repository for path in (s.at, *s.needs)]
    try:
        root = fetch(repository, wanted, args.data, args.address, print)
    except FetchError as error:
        return _fault(str(error))
    except OSError as error:
        return _fault(f"{error.filename or args.data}: {error.strerror}")
    imported = [_import(source, root, args) for source in sources]
    return all(imported)


def _import(source: PublicSet, root: Path, args: argparse.Namespace) -> bool:
    try:
        manifest, records, faults = bring_in(source, root, args.data)
    except (SourceError, ManifestError) as error:
        return _fault(f"{source.name}: {error}")
    except OSError as error:
        return _fault(f"{source.name}: {error.filename or args.data}: {error.strerror}")
    named = faults if args.verbose else faults[:NAMED]
    for fault in named:
        _fault(str(fault))
    if len(faults) > len(named):
        _fault(f"{source.name}: {len(faults) - len(named)} more faults (--verbose names them)")
    plates = sum(1 if r.plates is None else len(r.plates) for r in records)
    print(f"  {source.name}: {len(records)} images, {plates} plates into {manifest}; {len(faults)} faults")
    return bool(records) and not faults


def _fault(line: str) -> bool:
    print(line, file=sys.stderr)
    return False


if __name__ == "__main__":
    run_command(main)
