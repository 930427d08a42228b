"""Says what is in a data set and what is wrong with it: ``python -m src.data.check MANIFEST...``.

The exit status is 0 without faults, 1 with faults, and 2 for wrong usage or a manifest that cannot be read.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from src.core.alphabet import Alphabet
from src.core.cli import run_command
from src.data.annotations.faults import Checked, RecordFault, check_record, check_splits
from src.data.annotations.manifest import ManifestError, Record, read_manifest

NAMED = 5
"""Without ``--verbose`` so many faults of each kind are named."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints statistics and faults of the manifests, which count as one data set."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        alphabet = Alphabet(options.alphabet)
        manifests = {path: read_manifest(path) for path in options.manifests}
    except (ManifestError, ValueError) as error:
        parser.error(str(error))
    todo = [(record, path.parent) for path, records in manifests.items() for record in records]
    progress = Console(stderr=True)
    checked = [
        check_record(record, folder, alphabet)
        for record, folder in track(todo, "checking", console=progress, disable=not progress.is_terminal)
    ]
    console = Console()
    for table in _statistics(manifests, checked, alphabet):
        console.print(table)
    faults = [fault for item in checked for fault in item.faults] + list(check_splits(checked))
    _print_faults(console, faults, None if options.verbose else NAMED)
    return 1 if faults else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m src.data.check", description="Statistics and faults of one or several manifests."
    )
    parser.add_argument("manifests", type=Path, nargs="+", metavar="MANIFEST")
    parser.add_argument(
        "--alphabet", default=Alphabet().characters, metavar="CHARACTERS", help="characters a text may have"
    )
    parser.add_argument("--verbose", action="store_true", help=f"name all faults, not {NAMED} of a kind")
    return parser


def _statistics(manifests: dict[Path, list[Record]], checked: list[Checked], alphabet: Alphabet) -> list[Table]:
    texts = [label.text for item in checked for label in item.record.labels if label.text]
    return [
        _manifest_table(manifests),
        _source_table([item.record for item in checked]),
        _size_table(checked),
        _count_table("region", Counter(p.region or "not stated" for i in checked for p in i.record.labels)),
        _count_table("text length", Counter(str(len(text)) for text in texts)),
        _character_table(texts, alphabet),
    ]


def _manifest_table(manifests: dict[Path, list[Record]]) -> Table:
    table = _table("manifest", "scenes", "crops", "plates", "with text")
    for path, records in manifests.items():
        plates = [plate for record in records for plate in record.labels]
        scenes = sum(record.is_scene for record in records)
        read = sum(bool(plate.text) for plate in plates)
        table.add_row(str(path), *map(str, (scenes, len(records) - scenes, len(plates), read)))
    return table


def _source_table(records: list[Record]) -> Table:
    """Counts images per source and split."""
    usual = ("train", "val", "test")
    there = {record.split for record in records}
    splits = [s for s in usual if s in there] + sorted(there - set(usual))
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for record in records:
        counts[record.source][record.split] += 1
    table = _table("source: images", *splits)
    for source, count in sorted(counts.items()):
        table.add_row(source, *(str(count[split]) for split in splits))
    return table


def _size_table(checked: list[Checked]) -> Table:
    """Tabulates widths and heights, in pixels, of scenes, plates and crops that can be decoded."""
    scenes = [item.size for item in checked if item.size and item.record.is_scene]
    crops = [item.size for item in checked if item.size and not item.record.is_scene]
    boxes = [plate.box for item in checked for plate in item.record.plates or ()]
    plates = [(x2 - x1, y2 - y1) for x1, y1, x2, y2 in boxes]
    table = _table("pixels", "least", "5 %", "median", "95 %", "most")
    for name, sizes in (("scene", scenes), ("plate in a scene", plates), ("crop", crops)):
        for axis, side in enumerate(("width", "height")):
            if sizes:
                levels = np.percentile(np.array(sizes)[:, axis], [0, 5, 50, 95, 100])
                table.add_row(f"{name}, {side}", *(f"{level:.0f}" for level in levels))
    return table


def _count_table(name: str, counts: Counter[str]) -> Table:
    table = _table(name, "plates")
    for value in sorted(counts, key=lambda v: (len(v), v)):  # as words or as numbers
        table.add_row(value, str(counts[value]))
    return table


def _character_table(texts: list[str], alphabet: Alphabet) -> Table:
    """Counts each character, of the alphabet or outside it; a row has six."""
    counts = Counter("".join(texts))
    known = [*alphabet.characters, *sorted(set(counts) - set(alphabet.characters))]
    table = Table(*["characters"] * 6, show_header=False, title="characters", title_justify="left")
    cells = [f"{character} {counts[character]:>6}" for character in known]
    for start in range(0, len(cells), 6):
        table.add_row(*cells[start : start + 6])
    return table


def _table(first: str, *others: str) -> Table:
    table = Table()
    table.add_column(first, overflow="fold")  # a shortened path cannot be looked up
    for name in others:
        table.add_column(name, justify="right")
    return table


def _print_faults(console: Console, faults: list[RecordFault], named: int | None) -> None:
    """Prints each kind with its count and its first ``named`` faults (None: all), one per line."""
    kinds: dict[str, list[RecordFault]] = defaultdict(list)
    for fault in faults:
        kinds[fault.kind].append(fault)
    for kind, found in sorted(kinds.items()):
        lines = [f"{kind}: {len(found)}"]
        lines += [f"  {f.image}{': ' if f.detail else ''}{f.detail}" for f in found[:named]]
        if len(found) > len(lines) - 1:
            lines.append(f"  and {len(found) - len(lines) + 1} more (--verbose names them)")
        for line in lines:
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    console.print(f"{len(faults)} faults" if faults else "no faults")


if __name__ == "__main__":
    run_command(main)
