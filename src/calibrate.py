"""``python -m src.calibrate``: fits the reader's confidence, and how much plate formats count, into its card.

Exit status: 0 done, 1 some picture could not be read (the card stays as it was), 2 wrong usage.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from src.core.acceptance import Acceptance
from src.core.calibration import Calibration, WholeCalibration
from src.core.card import CardError, ModelCard, write_card
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
from src.evaluation.datasets.hard.vanity import SOURCE as VANITY
from src.evaluation.datasets.hard.vanity import vanity_crops
from src.evaluation.datasets.sets import SetError, data_folder, default_sets
from src.evaluation.datasets.synthetic import SYNTHETIC, synthetic_set
from src.evaluation.fitting.format_fit import fit_parameters, readings, weighable
from src.evaluation.fitting.leave_one_out import RULES, HeldOut, fit_scale, leave_one_out, log_loss, pooled
from src.evaluation.fitting.raw_readings import Case, Seen, by_source, drawn, partial, photographed, seen
from src.evaluation.fitting.unseen import PROMISED, acceptance, accepted, lowest_threshold, unseen_sets
from src.evaluation.fitting.whole_fit import fit_whole
from src.evaluation.metrics.calibration import PRECISION, CalibrationGroup, Readings, measure, point_figures
from src.runtime.command import thread_count
from src.runtime.plate_reader import PlateReader
from src.runtime.session import ProviderError

PROG = "python -m src.calibrate"
SPLIT = "val"
RULE = "worst source"
DRAWN = (SYNTHETIC, VANITY)
"""The sources that are no photographs."""
WIDTH = 120
EPILOG = """\
Read are the crops of split val (ocr, by source, and the labels in data/labels; none whose text is not verified), and
plates drawn in typefaces that no training sees, with numbers and with words. A reading is right when its text is
exactly the true one.

Each source is calibrated by the others alone, and the table shows what that does to it. The card gets the fit to all
of them. Both minimise the log loss of the source that fares worst against its own before, so that a source which is
like none of them is not promised too much. A card with plate formats gets two fits, as its reader gives the reading
without them too; how much formats count is what makes the true texts and countries most probable, each source alike.
A network that tells whole plates from others gets a fit of that, on those read right and on half hidden ones, cut ones
and parts of pictures without a plate; its probability is a factor of every confidence.

A model that has seen every source cannot show how sure it may be elsewhere. With --unseen both confidences are fitted
on what an earlier stage of its training, such as one with mix=left_out, reads of the sources that it had not seen. From
which confidence on 98 % of those readings are right goes into the card too, with its intervals and the sources' names.
Exit status: 0 done, 1 some picture could not be read (the card stays as it was), 2 wrong usage."""


def main(argv: list[str] | None = None) -> int:
    """Runs the command line and returns the exit status."""
    args = parse(argv)
    folder = args.models / "ocr"
    try:
        reader = PlateReader(folder, args.threads)
        plates = _seen(reader, args)
        left_out = None if args.unseen is None else _left_out(PlateReader(args.unseen, args.threads), args)
        card = calibrated(reader, plates, left_out, data_folder(args.data))
    except (SetError, ManifestError, LabelError, CorrectionError, CardError, ProviderError) as error:
        return _fault(str(error), USAGE)
    except ImageError as error:
        return _fault(str(error), 1)
    write_card(card if left_out is None else card.model_copy(update={"acceptance": accept(left_out, card)}), folder)
    print(f"{folder / 'card.json'}: written")
    return 0


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Plates of sources that ``reader`` has never seen, and what its network makes of them."""

    reader: PlateReader
    cases: Sequence[Case]
    plates: Sequence[Seen]


def calibrated(reader: PlateReader, plates: Sequence[Seen], left_out: LeftOut | None, data: Path) -> ModelCard:
    """Returns the reader's card: formats are fitted on ``plates``, confidences on ``left_out`` if it is given.

    The crops that show no whole plate are made of the photographs below ``data``.
    """
    source, unsure = (reader, plates) if left_out is None else (left_out.reader, left_out.plates)
    read_by = None if left_out is None else source.card.sha256
    plain = [source.plain(plate.log_probs) for plate in unsure]
    calibration = calibrate("without formats", by_source(unsure, [(r.text, r.confidence) for r in plain]), read_by)
    right = [plate for plate, reading in zip(unsure, plain, strict=True) if reading.text == plate.text]
    told = fit_wholeness(source, right, data)
    card = reader.card.model_copy(update={"calibration": calibration, "whole": told, "acceptance": None})
    if card.formats is None or reader.format_reader is None:
        return card
    parameters = fit_formats(reader.format_reader, plates)
    by_formats = source.calibrated_as(card).format_reader
    assert by_formats is not None, "the card has formats"
    texts = readings(by_formats, weighable(by_formats, unsure), parameters)
    calibration = calibrate("with formats", by_source(unsure, texts), read_by)
    parameters = parameters.model_copy(update={"calibration": calibration})
    return card.model_copy(update={"formats": card.formats.model_copy(update={"parameters": parameters})})


def fit_formats(reader: FormatReader, plates: Sequence[Seen]) -> FormatParameters:
    """Returns how much formats count, fitted on ``plates``."""
    parameters = fit_parameters(reader, weighable(reader, plates))
    stated = parameters.model_dump(exclude={"calibration"})
    print("formats: " + ", ".join(f"{name} {value:g}" for name, value in stated.items()))
    return parameters


def fit_wholeness(reader: PlateReader, plates: Sequence[Seen], data: Path) -> WholeCalibration | None:
    """Fits the probability that a plate is whole; None where the network does not tell, or nothing shows what is not.

    ``plates`` were read right: of those that were not, some may be cut by their own label, or blurred beyond reading.
    """
    tells = bool(plates) and plates[0].whole is not None
    others = seen(reader, partial(reader, not_whole(data, SPLIT))) if tells else []
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


def calibrate(name: str, sources: Mapping[str, Readings], read_by: str | None) -> Calibration:
    """Returns the fit to all readings, and prints what it does to each source if it is fitted on the others."""
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
        read_by=read_by,
    )


def accept(left_out: LeftOut, card: ModelCard) -> Acceptance | None:
    """Finds the confidence from which on readings of unseen sources are right as promised, and prints a table of
    them.
    """
    found = left_out.reader.calibrated_as(card).read_crops([case.crop for case in left_out.cases])
    sources = by_source(left_out.plates, [(reading.text, reading.confidence) for reading in found])
    chosen = acceptance(sources, left_out.reader.card.sha256)
    if chosen is None:
        print(f"no threshold leaves {PROMISED:.0%} of the readings of unseen sources right")
    else:
        show_accepted(sources, chosen)
    return chosen


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
        "--synthetic",
        type=_count,
        default=600,
        metavar="N",
        help="how many plates are drawn, and half as many with words (default: 600)",
    )
    parser.add_argument(
        "--unseen",
        type=Path,
        metavar="FOLDER",
        help="an export that was trained without some sources: confidences and the threshold from which readings are "
        "accepted are fitted on its readings of all sources, of every split, that its card does not name",
    )
    parser.add_argument(
        "--threads", type=thread_count, default=0, metavar="N", help="CPU threads (default: 0, all usable cores)"
    )
    return parser.parse_args(argv)


def show(held_out: Mapping[str, Sequence[HeldOut]]) -> None:
    """A row per source, for the photographs and for all; what each rule does; from where readings are precise."""
    chosen = held_out[RULE]
    groups = {"photographs": [h for h in chosen if h.source not in DRAWN], "all": chosen}
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


def show_accepted(sources: Mapping[str, Readings], chosen: Acceptance) -> None:
    """Prints what the threshold does to each source, and what the threshold of the other sources alone would do."""
    table = Table("", "readings", "read", "right", "95 %", "kept", "by others: from", "right", "kept", box=box.SIMPLE)
    for column in table.columns[1:]:
        column.justify, column.no_wrap = "right", True
    for name, of_source in sources.items():
        right, kept = accepted(of_source, chosen.threshold)
        others = pooled([r for other, r in sources.items() if other != name]) if len(sources) > 1 else of_source
        elsewhere = lowest_threshold(others, chosen.promised)
        held_out = ["none", "", ""]
        if elsewhere is not None:
            held_out = [f"{elsewhere:.4f}", *(f"{share.value:.1%}" for share in accepted(of_source, elsewhere))]
        of_all = [str(len(of_source)), f"{of_source.right.mean():.1%}", f"{right.value:.1%}"]
        table.add_row(name, *of_all, f"{right.low:.1%} to {right.high:.1%}", f"{kept.value:.1%}", *held_out)
    console = Console()
    console.width = max(console.width, WIDTH)
    console.print(table)
    every, across, rest = (
        f"{s.value:.2%} [{s.low:.2%}, {s.high:.2%}]" for s in (chosen.right, chosen.right_elsewhere, chosen.kept)
    )
    print(f"accepted from {chosen.threshold:.4f} on: right {every}, of sources drawn anew {across}; kept {rest}")


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


def _left_out(reader: PlateReader, args: argparse.Namespace) -> LeftOut:
    cases = list(photographed(reader, unseen_sets(data_folder(args.data), reader.card)))
    if len({case.source for case in cases}) < 2:
        raise SetError(f"{args.unseen}: plates with a text of at least two sources that it has not seen are needed")
    return LeftOut(reader, cases, seen(reader, cases))


def _synthetic(fonts: Path, count: int) -> list[tuple[Record, Image]]:
    try:
        return [*synthetic_set(fonts, count), *vanity_crops(fonts, count // 2)]
    except FontError as error:
        print(f"{PROG}: no drawn plates: {error}", file=sys.stderr)
        return []


def _before_and_after(sources: Sequence[HeldOut]) -> tuple[Readings, Readings]:
    """Returns all of ``sources`` in one, before and after."""
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
