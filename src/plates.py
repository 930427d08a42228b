"""``python -m src.plates``: the plate formats of the registry, listed, drawn and asked about.

Exit status: 0 done, 1 a text fits no format, 2 wrong usage or a registry that cannot be used.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image as PillowImage
from rich.console import Console
from rich.table import Table

from src.core.alphabet import Alphabet
from src.core.cli import Parser, refused, run_command
from src.core.formats.registry import REGISTRY, Country, RegistryError, fitting, load_country, load_registry
from src.data.synthesis import FontError, find_fonts
from src.data.synthesis.layout.registered import PlateMaker
from src.data.synthesis.registry_sheet import write_sheet

PROG = "python -m src.plates"
EPILOG = """\
examples:
  python -m src.plates list RU KZ           what types of plates there are
  python -m src.plates draw RU --out ru.png an example of each type (make fonts first)
  python -m src.plates fits "А 123 ВС 77"   which countries and types a text may be of
  python -m src.plates check my/xx.yaml     whether a file of your own is right"""


def main(argv: list[str] | None = None) -> int:
    """Runs the command line and returns the exit status."""
    args = parse(argv)
    try:
        return int(args.run(args))
    except (RegistryError, FontError, OSError) as error:
        return refused(PROG, error)


def parse(argv: list[str] | None) -> argparse.Namespace:
    """The checked flags. Ends the program with status 2 for wrong ones."""
    parser = Parser(PROG, "Lists, draws and matches the plate formats of the registry.", EPILOG)
    parser.add_argument(
        "--registry", type=Path, default=REGISTRY, metavar="DIR", help=f"folder of YAML files (default: {REGISTRY})"
    )
    commands = parser.commands()
    listing = commands.add_parser("list", description="Types of plates by country.")
    listing.add_argument("countries", nargs="*", metavar="COUNTRY", help="ISO 3166 alpha-2 (default: all)")
    listing.set_defaults(run=_list)
    drawing = commands.add_parser("draw", description="A contact sheet with examples of each type.")
    drawing.add_argument("countries", nargs="*", metavar="COUNTRY", help="ISO 3166 alpha-2 (default: all)")
    drawing.add_argument("--out", type=Path, default=Path("plates.png"), metavar="FILE", help="default: plates.png")
    drawing.add_argument("--fonts", type=Path, default=Path(".fonts"), metavar="DIR", help="default: .fonts")
    drawing.add_argument("--examples", type=int, default=4, metavar="N", help="of each type (default: 4)")
    drawing.set_defaults(run=_draw)
    asking = commands.add_parser("fits", description="The countries and types that a text may be of.")
    asking.add_argument("texts", nargs="+", metavar="TEXT")
    asking.set_defaults(run=_fits)
    checking = commands.add_parser("check", description="Checks files that may not be part of the registry yet.")
    checking.add_argument("files", nargs="+", type=Path, metavar="FILE")
    checking.set_defaults(run=_check)
    args = parser.parse_args(argv)
    if args.run is _draw and args.out.suffix.lower() not in PillowImage.registered_extensions():
        parser.error(f"--out: {args.out}: no kind of picture is named so; .png is one")
    return args


def _list(args: argparse.Namespace) -> int:
    table = Table("country", "type", "vehicles", "pattern", "mm", "years", "share", "unverified", box=None)
    countries = _chosen(args)
    for country in countries:
        total = sum(t.weight for t in country.types)
        for number, kind in enumerate(country.types):
            name = f"{country.code} {country.name}" if number == 0 else ""
            years = f"{kind.since}-{kind.until or ''}"
            size = f"{kind.size[0]:g} x {kind.size[1]:g}"
            cells = (name, kind.name, ", ".join(kind.vehicles), " / ".join(kind.lines), size, years)
            table.add_row(*cells, f"{kind.weight / total:.1%}", ", ".join(kind.unverified))
    console = Console(markup=False, highlight=False)
    console.width = max(console.width, 150)
    console.print(table)
    types = [kind for country in countries for kind in country.types]
    doubtful = sum(bool(kind.unverified) for kind in types)
    console.print(f"{len(types)} types, {doubtful} of them with facts that nobody could verify")
    return 0


def _draw(args: argparse.Namespace) -> int:
    write_sheet(_chosen(args), find_fonts(args.fonts), args.examples, args.out)
    return 0


def _fits(args: argparse.Namespace) -> int:
    countries = list(load_registry(args.registry).values())
    status = 0
    for text in args.texts:
        found = fitting(countries, text)
        named = ", ".join(f"{f.country} {f.type.name}" for f in found)
        print(f"{text}: {named or 'no format'}")
        status = status if found else 1
    return status


def _check(args: argparse.Namespace) -> int:
    for path in args.files:
        country = load_country(path)
        print(f"{path}: {country.name}, {len(country.types)} types")
        for form in country.formats:
            print(f"  {form.type.name}: {_example(PlateMaker(form))}")
    return 0


def _example(maker: PlateMaker) -> str:
    """Returns a text of a type, and which of its characters the usual alphabet lacks."""
    text = maker(np.random.default_rng(0)).registration
    lacking = Alphabet().unknown(maker.text_characters)
    return text + (f" (not in the reader's alphabet: {''.join(lacking)})" if lacking else "")


def _chosen(args: argparse.Namespace) -> Sequence[Country]:
    registry = load_registry(args.registry)
    codes = [code.upper() for code in args.countries]
    if unknown := [code for code in codes if code not in registry]:
        raise RegistryError(f"{args.registry}: no country {unknown[0]}; there are {', '.join(registry)}")
    return [registry[code] for code in codes] if codes else list(registry.values())


if __name__ == "__main__":
    run_command(main)
