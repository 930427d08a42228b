"""Converts annotations of a public format to a manifest: ``python -m src.data.importers FORMAT SOURCE OUT``.

The exit status is 0 if all images were imported, 1 if some were not (each is named, the others are written), and 2 for
wrong usage.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from src.core.cli import Parser, refused, run_command
from src.data.annotations.manifest import Record, write_manifest
from src.data.annotations.splits import split_by_plate
from src.data.importers.ccpd import read_ccpd
from src.data.importers.common import Defaults, RecordError, SourceError, region_code
from src.data.importers.crops_csv import read_csv
from src.data.importers.names import read_names
from src.data.importers.openalpr import read_openalpr
from src.data.importers.simanno import read_simanno
from src.data.importers.voc import read_voc
from src.data.importers.yolo import read_yolo

PROG = "python -m src.data.importers"
DESCRIPTION = """\
Turns annotations of a public format into a manifest. Images are not copied: the manifest holds their paths relative to
its own folder."""
READERS = {
    "openalpr": read_openalpr,
    "voc": read_voc,
    "yolo": read_yolo,
    "csv": read_csv,
    "names": read_names,
    "ccpd": read_ccpd,
    "simanno": read_simanno,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Imports, prints each fault to standard error and the counts to standard output."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if misused := _misused(options):
        parser.error(misused)
    try:
        records, faults = _import(options)
        if records:
            write_manifest(options.out, records)
    except (SourceError, OSError) as error:
        return refused(PROG, error)
    for fault in faults:
        print(fault, file=sys.stderr)
    print(_summary(options.out, records, faults))
    return 1 if faults or not records else 0


def _parser() -> Parser:
    parser = Parser(PROG, DESCRIPTION)
    parser.add_argument("format", choices=READERS, metavar="FORMAT", help=" | ".join(READERS))
    parser.add_argument("source", type=Path, metavar="SOURCE", help="folder, data.yaml, CSV file or database")
    parser.add_argument("out", type=Path, metavar="OUT", help="manifest to write (replaced if there is one)")
    parser.add_argument("--source", dest="name", help="name of the source; default: its folder's or file's")
    parser.add_argument("--split", help="split of all images; default: train (yolo: as in data.yaml)")
    parser.add_argument(
        "--val",
        type=_share,
        metavar="SHARE",
        help="instead: this share of the plates is val and the others train, all pictures of one text together",
    )
    parser.add_argument("--region", type=_region, help="country of all plates, two letters, as DE")
    parser.add_argument(
        "--class",
        dest="plate_class",
        action="append",
        metavar="NAME",
        help="an object class that is a plate (voc, yolo; may be repeated); needed where there are several",
    )
    parser.add_argument(
        "--pattern",
        type=_pattern,
        metavar="REGEX",
        help="how a file's name without its suffix holds the text, as the group 'text' (names); default: it is it",
    )
    return parser


def _misused(options: argparse.Namespace) -> str | None:
    """Says what is wrong with the combination of options."""
    if (options.split or options.val) and options.format == "yolo":
        return "--split, --val: a YOLO set's splits are those of its data.yaml"
    if options.split and options.val:
        return "--split and --val: one of them"
    if options.plate_class and options.format not in ("voc", "yolo"):
        return f"--class: {options.format} has no classes"
    if options.pattern and options.format != "names":
        return f"--pattern: {options.format} does not take the text from a file's name by a pattern"
    if options.out.is_dir():
        return f"{options.out} is a folder; OUT is the manifest to write, as {options.out}/manifest.jsonl"
    return None


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0 < share < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no share between 0 and 1")
    return share


def _pattern(text: str) -> re.Pattern[str]:
    try:
        pattern = re.compile(text)
    except re.error as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no regular expression: {error}") from None
    if "text" not in pattern.groupindex:
        raise argparse.ArgumentTypeError(f"{text!r} has no group (?P<text>...)")
    return pattern


def _region(text: str) -> str:
    try:
        return region_code(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _import(options: argparse.Namespace) -> tuple[list[Record], list[RecordError]]:
    source: Path = options.source
    folder = source.parent if source.suffix in (".yaml", ".yml") else source
    defaults = Defaults(
        source=options.name or (folder.resolve().stem if folder.is_file() else folder.resolve().name),
        split=options.split or "train",
        region=options.region,
        classes=tuple(options.plate_class or ()),
        pattern=options.pattern,
    )
    records, faults = [], []
    for item in READERS[options.format](source, defaults):
        if isinstance(item, RecordError):
            faults.append(item)
        else:
            relative = os.path.relpath(item.image, options.out.parent)
            records.append(item.model_copy(update={"image": Path(relative).as_posix()}))
    return split_by_plate(records, options.val) if options.val else records, faults


def _summary(out: Path, records: list[Record], faults: list[RecordError]) -> str:
    plates = sum(len(r.plates) if r.plates is not None else 1 for r in records)
    written = f"{out}: {len(records)} images, {plates} plates" if records else "nothing written"
    return f"{written}; {len(faults)} faults"


if __name__ == "__main__":
    run_command(main)
