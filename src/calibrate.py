"""``python -m src.calibrate``: fits the reader's confidence, and how much plate formats count, into its card.

Exit status: 0 done, 1 some picture could not be read (the card stays as it was), 2 wrong usage.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
import sys
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from src.core.calibration import Calibration, WholeCalibration
from src.core.card import CardError, write_card
from src.core.cli import USAGE, Parser, run_command
from src.core.formats.compiled import FormatParameters
from src.core.formats.reader import FormatReader
from src.core.image import ImageError
from src.core.types import Image
from src.data.annotations.corrections import CorrectionError
from src.data.annotations.labels import LabelError
from src.data.annotations.manifest import ManifestError, Record
from src.data.synthesis import FontError
from src.evaluation.accuracy.plate_result import Figure
from src.evaluation.datasets.hard import not_whole
from src.evaluation.datasets.sets import SetError, data_folder, default_sets
from src.evaluation.datasets.synthetic import SYNTHETIC, synthetic_set
from src.evaluation.fitting.format_fit import fit_parameters, readings, weighable
from src.evaluation.fitting.leave_one_out import RULES, HeldOut, fit_scale, leave_one_out, log_loss, pooled
from src.evaluation.fitting.raw_readings import Seen, by_source, drawn, partial, photographed, seen
from src.evaluation.fitting.whole_fit import fit_whole
from src.evaluation.metrics.calibration import PRECISION, CalibrationGroup, Readings, measure, point_figures
from src.runtime.command import thread_count
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
like none of them is not promised too much. A card with plate formats gets two fits, as its reader gives the reading
without them too; how much formats count is what makes the true texts and countries most probable, each source alike.
A network that tells whole plates from others gets a fit of that, on these plates and on half hidden ones, cut ones and
parts of pictures without a plate; its probability is a factor of every confidence.
Exit status: 0 done, 1 some picture could not be read (the card stays as it was), 2 wrong usage."""


def main(argv: list[str] | None = None) -> int:
    """Runs the command line and returns the exit status."""
    args = parse(argv)
    folder = args.models / "ocr"
    try:
        reader = PlateReader(folder, args.threads)
        plates = _seen(reader, args)
        told = fit_wholeness(reader, plates, data_folder(args.data))
    except (SetError, ManifestError, LabelError, CorrectionError, CardError, ProviderError) as error:
        return _fault(str(error), USAGE)
    except ImageError as error:
        return _fault(str(error), 1)
    plain = [reader.plain(plate.log_probs) for plate in plates]
    calibration = calibrate("without formats", by_source(plates, [(r.text, r.confidence) for r in plain]))
    formats = reader.card.formats
    if formats is not None and reader.format_reader is not None:
        parameters = fit_formats(reader.format_reader, plates)
        formats = formats.model_copy(update={"parameters": parameters})
    update = {"calibration": calibration, "formats": formats, "whole": told}
    write_card(reader.card.model_copy(update=update), folder)
    print(f"{folder / 'card.json'}: written")
    return 0


def fit_formats(reader: FormatReader, plates: Sequence[Seen]) -> FormatParameters:
    """How much formats count, and the calibration of the readings that result."""
    prepared = weighable(reader, plates)
    parameters = fit_parameters(reader, prepared)
    stated = parameters.model_dump(exclude={"calibration"})
    print("formats: " + ", ".join(f"{name} {value:g}" for name, value in stated.items()))
    calibration = calibrate("with formats", by_source(plates, readings(reader, prepared, parameters)))
    return parameters.model_copy(update={"calibration": calibration})


def fit_wholeness(reader: PlateReader, plates: Sequence[Seen], data: Path) -> WholeCalibration | None:
    """The probability that a plate is whole, where the network tells; None where nothing shows what is not whole."""
    others = seen(reader, partial(reader, not_whole(data, SPLIT))) if plates[0].whole is not None else []
    if not others:
        return None
    by_group: list[dict[str, list[float]]] = [{}, {}]
    for group, crops in zip(by_group, (plates, others), strict=True):
        for crop in crops:
            group.setdefault(crop.source, []).append(float(crop.whole or 0.0))
    whole, rest = ({name: np.array(odds) for name, odds in group.items()} for group in by_group)
    fitted = fit_whole(whole, rest)
    print(
        f"whole: scale {fitted.scale:g}, shift {fitted.shift:g}, "
        f"log loss {fitted.log_loss_before:.4f}, after {fitted.log_loss_after:.4f}"
    )
    for name, odds in (*whole.items(), *rest.items()):
        kept = fitted.apply(odds)
        print(
            f"  {name}: {len(odds)}, whole by {kept.mean():.3f} in the mean, {(kept >= 0.5).mean():.1%} rather than not"
        )
    return fitted


def calibrate(name: str, sources: Mapping[str, Readings]) -> Calibration:
    """The fit to all readings, and on the terminal what it does to each source that it was not fitted on."""
    held_out = {rule: leave_one_out(sources, RULES[rule]) for rule in RULES}
    before, after = (point_figures(readings)["ece"] for readings in _before_and_after(held_out[RULE]))
    scale = round(fit_scale(list(sources.values()), RULES[RULE]), 4)
    print(f"{name}: scale {scale}, fitted on all sources")
    show(held_out)
    return Calibration(
        scale=scale,
        fitted_on={source: len(readings) for source, readings in sources.items()},
        ece_before=round(before, 4),
        ece_held_out=round(after, 4),
    )


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
        "--threads", type=thread_count, default=0, metavar="N", help="CPU threads (default: 0, all usable cores)"
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


def _seen(reader: PlateReader, args: argparse.Namespace) -> list[Seen]:
    sets = [s for s in default_sets(data_folder(args.data), SPLIT) if s.kind == "plates"]
    plates = seen(reader, chain(photographed(reader, sets), drawn(reader, _synthetic(args.fonts, args.synthetic))))
    sources = {plate.source for plate in plates}
    if len(sources) < 2:
        raise SetError(f"split {SPLIT!r} and drawn plates make {len(sources)} source(s), and at least two are needed")
    return plates


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
    run_command(main)
