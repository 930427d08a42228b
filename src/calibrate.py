"""``python -m src.calibrate``: fits the reader's confidence on labelled plates and writes the fit into its card.

Exit status: 0 done, 1 some picture could not be read (the card stays as it was), 2 wrong usage.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from src.core.calibration import Calibration
from src.core.card import CardError, write_card
from src.core.image import ImageError
from src.core.types import Image
from src.data.corrections import CorrectionError
from src.data.labels import LabelError
from src.data.manifest import ManifestError, Record
from src.data.synthesis import FontError
from src.evaluation.calibration import PRECISION, CalibrationGroup, Readings, measure, point_figures
from src.evaluation.leave_one_out import RULES, HeldOut, fit_scale, leave_one_out, log_loss, pooled
from src.evaluation.outcome import Figure
from src.evaluation.raw_readings import drawn, photographed, read_by_source
from src.evaluation.sets import SetError, data_folder, default_sets
from src.evaluation.synthetic_set import SYNTHETIC, synthetic_set
from src.runtime.command import USAGE, Parser, thread_count
from src.runtime.plate_reader import PlateReader
from src.runtime.session import ProviderError

PROG = "python -m src.calibrate"
SPLIT = "val"
RULE = "worst source"
WIDTH = 120
EPILOG = """\
Read are the crops of split val (ocr, by source, and the labels in data/labels; none whose text is not verified), and
plates drawn in typefaces that no training sees. A reading is right when its text is exactly the true one.

Each source is calibrated by the others alone, and the table shows what that does to it. The card gets the fit to all
of them. Both minimise the log loss of the source that fares worst against its own before, so that a source which is
like none of them is not promised too much.
Exit status: 0 done, 1 some picture could not be read (the card stays as it was), 2 wrong usage."""


def main(argv: list[str] | None = None) -> int:
    """Runs the command line and returns the exit status."""
    args = parse(argv)
    folder = args.models / "ocr"
    try:
        reader = PlateReader(folder, args.threads)
        sources = _read(reader, args)
    except (SetError, ManifestError, LabelError, CorrectionError, CardError, ProviderError) as error:
        return _fault(str(error), USAGE)
    except ImageError as error:
        return _fault(str(error), 1)
    held_out = {name: leave_one_out(sources, rule) for name, rule in RULES.items()}
    before, after = (point_figures(readings)["ece"] for readings in _before_and_after(held_out[RULE]))
    calibration = Calibration(
        scale=round(fit_scale(list(sources.values()), RULES[RULE]), 4),
        fitted_on={source: len(readings) for source, readings in sources.items()},
        ece_before=round(before, 4),
        ece_held_out=round(after, 4),
    )
    show(held_out)
    write_card(reader.card.model_copy(update={"calibration": calibration}), folder)
    print(f"{folder / 'card.json'}: scale {calibration.scale}, fitted on all sources")
    return 0


def parse(argv: list[str] | None) -> argparse.Namespace:
    """The checked flags. Ends the program with status 2 for wrong ones."""
    parser = Parser(PROG, "Fits the reader's confidence, so that it is the share of readings that are right.", EPILOG)
    parser.add_argument("--data", metavar="DIR", help="data folder (default: $PLATE_DATA, else data)")
    parser.add_argument(
        "--models",
        type=Path,
        default=Path("exports"),
        metavar="DIR",
        help="folder with ocr/, whose card.json is written (default: exports)",
    )
    parser.add_argument(
        "--fonts", type=Path, default=Path(".fonts"), metavar="DIR", help="what `make fonts` fetched (default: .fonts)"
    )
    parser.add_argument(
        "--synthetic", type=_count, default=600, metavar="N", help="how many plates are drawn (default: 600)"
    )
    parser.add_argument(
        "--threads", type=thread_count, default=0, metavar="N", help="CPU threads (default: 0, all cores)"
    )
    return parser.parse_args(argv)


def show(held_out: Mapping[str, Sequence[HeldOut]]) -> None:
    """A row per source, for the photographs and for all; what each rule does; from where readings are precise."""
    chosen = held_out[RULE]
    groups = {"photographs": [h for h in chosen if h.source != SYNTHETIC], "all": chosen}
    table = Table(
        "", "readings", "read", "ECE", "after", "Brier", "after", "log loss", "after", "scale", box=box.SIMPLE
    )
    for column in table.columns[1:]:
        column.justify, column.no_wrap = "right", True
    for source in chosen:
        table.add_row(*_row(source.source, [source]), f"{source.scale:.3f}")
    for name, sources in groups.items():
        table.add_row(*_row(name, sources))
    console = Console()
    console.width = max(console.width, WIDTH)
    console.print(table)
    for name, sources in groups.items():
        before, after = (measure(name, readings) for readings in _before_and_after(sources))
        print(f"{name}: ECE {_with_interval(before.ece)}, after {_with_interval(after.ece)}; {_precise(after)}")
    for name, sources in held_out.items():
        excess = [h.excess for h in sources]
        print(f"by the {name}: log loss {sum(excess) / len(excess):+.4f} in the mean, {max(excess):+.4f} at worst")


def _precise(group: CalibrationGroup) -> str:
    if group.precise is None:
        return f"no threshold leaves {PRECISION:.0%} right"
    threshold, coverage = group.precise.threshold, group.precise.coverage
    return f"{PRECISION:.0%} right from {_with_interval(threshold)} on, a share of {_with_interval(coverage)}"


def _read(reader: PlateReader, args: argparse.Namespace) -> dict[str, Readings]:
    sets = [s for s in default_sets(data_folder(args.data), SPLIT) if s.kind == "plates"]
    cases = chain(photographed(reader, sets), drawn(reader, _synthetic(args.fonts, args.synthetic)))
    sources = read_by_source(reader, cases)
    if len(sources) < 2:
        raise SetError(f"split {SPLIT!r} and drawn plates make {len(sources)} source(s), and at least two are needed")
    return sources


def _synthetic(fonts: Path, count: int) -> list[tuple[Record, Image]]:
    try:
        return synthetic_set(fonts, count)
    except FontError as error:
        print(f"{PROG}: no drawn plates: {error}", file=sys.stderr)
        return []


def _before_and_after(sources: Sequence[HeldOut]) -> tuple[Readings, Readings]:
    """All of ``sources`` together."""
    return pooled([h.before for h in sources]), pooled([h.after for h in sources])


def _row(name: str, sources: Sequence[HeldOut]) -> list[str]:
    both = _before_and_after(sources)
    before, after = (point_figures(readings) | {"log loss": log_loss(readings)} for readings in both)
    values = [f"{figures[key]:.4f}" for key in ("ece", "brier", "log loss") for figures in (before, after)]
    return [name, str(len(both[0])), f"{before['read']:.1%}", *values]


def _with_interval(figure: Figure) -> str:
    return f"{figure.value:.4f} [{figure.low:.4f}, {figure.high:.4f}]"


def _count(word: str) -> int:
    if not word.isdecimal():
        raise argparse.ArgumentTypeError(f"{word!r} is not a number of plates")
    return int(word)


def _fault(message: str, status: int) -> int:
    print(f"{PROG}: {message}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
