"""``python -m src.robustness``: what the exported models still read in rain, at night, out of focus, ...

Exit status: 0 done, 1 some picture was skipped (the figures leave it out), 2 wrong usage.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
import shlex
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import cv2
from PIL import Image as PillowImage

from src.core.card import CardError
from src.core.cli import Parser, counted, refused, run_command
from src.core.cores import usable_cores
from src.core.image import SUFFIXES, ImageError
from src.core.types import Image
from src.data.annotations.corrections import CorrectionError
from src.data.annotations.labels import LabelError
from src.data.annotations.manifest import ManifestError
from src.evaluation.accuracy import provenance
from src.evaluation.accuracy.schema import MeasuredModel
from src.evaluation.accuracy.stored import ReportError
from src.evaluation.datasets.pictures import in_pixels, read_labelled
from src.evaluation.datasets.sets import EvaluationSet, SetError, data_folder, default_sets, named_sets
from src.evaluation.report.robustness import document
from src.evaluation.report.terminal import show
from src.evaluation.report.write import write
from src.evaluation.robustness.corruptions import CORRUPTIONS
from src.evaluation.robustness.distort import SEVERITIES
from src.evaluation.robustness.run import (
    AS_IT_IS,
    ConditionKey,
    Picture,
    choose,
    conditions_of,
    plates_of,
    relative_of,
    run,
)
from src.evaluation.robustness.schema import Robustness, read_robustness
from src.evaluation.robustness.sheet import sheet
from src.evaluation.robustness.significance import common, compare_runs
from src.runtime.command import add_model_flags
from src.runtime.reader import Reader
from src.runtime.session import ProviderError

PROG = "python -m src.robustness"
EPILOG = f"""\
effects: {", ".join(list(CORRUPTIONS)[:9])},
  {", ".join(list(CORRUPTIONS)[9:])}
Each has severities 1 (mild) to 5 (hard), after ImageNet-C (Hendrycks and Dietterich, 2019). The same picture gets the
same rain in every run.
sets without --sets: as those of python -m src.evaluate; only scenes with labelled plates are taken.
Figures: read (exactly right, of the known texts) and found (overlap over 0.3) of the whole path, per effect and
severity, and relative to the same pictures as they are.
Exit status: 0 done, 1 some picture was skipped (named, and left out of the figures), 2 wrong usage."""
EVERY = 10
"""The pictures between two lines of progress."""


def main(argv: list[str] | None = None) -> int:
    """Runs the command line and returns the exit status."""
    args = parse(argv)
    cv2.setNumThreads(args.threads or usable_cores())
    try:
        return _sheet(args) if args.sheet else _measure(args, sys.argv[1:] if argv is None else argv)
    except (
        SetError,
        ManifestError,
        LabelError,
        CorrectionError,
        CardError,
        ProviderError,
        ReportError,
        OSError,
    ) as error:
        return refused(PROG, error)


def parse(argv: list[str] | None) -> argparse.Namespace:
    """The checked flags. Ends the program with status 2 for wrong ones."""
    parser = Parser(PROG, "Measures the exported models over photographs made worse.", EPILOG)
    parser.add_argument(
        "--sets", nargs="+", metavar="SET", help="manifests, their folders, or folder names below the data folder"
    )
    parser.add_argument("--split", default="test", help="records of this split (default: test)")
    parser.add_argument("--images", type=_count, default=100, metavar="N", help="pictures, of all sets (default: 100)")
    parser.add_argument(
        "--effects", nargs="+", type=_effect, default=list(CORRUPTIONS), metavar="EFFECT", help="see below"
    )
    parser.add_argument(
        "--severities", nargs="+", type=_severity, default=[1, 3, 5], metavar="N", help="from 1 to 5 (default: 1 3 5)"
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("reports/robustness"),
        metavar="DIR",
        help="where robustness.json, .md, .png and .html go (default: reports/robustness)",
    )
    parser.add_argument("--baseline", type=Path, metavar="FILE", help="an earlier robustness.json to compare with")
    parser.add_argument(
        "--sheet", type=_picture, metavar="FILE", help="measure nothing, draw one picture under all effects into FILE"
    )
    parser.add_argument("--data", metavar="DIR", help="data folder (default: $PLATE_DATA, else data)")
    add_model_flags(parser)
    args = parser.parse_args(argv)
    args.effects, args.severities = list(dict.fromkeys(args.effects)), sorted(set(args.severities))
    return args


def _count(word: str) -> int:
    if not word.isdecimal() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"{word!r} is not a number of pictures")
    return int(word)


def _effect(word: str) -> str:
    if word not in CORRUPTIONS:
        raise argparse.ArgumentTypeError(f"no effect {word!r}; there are {', '.join(CORRUPTIONS)}")
    return word


def _severity(word: str) -> int:
    if not word.isdecimal() or int(word) not in SEVERITIES:
        raise argparse.ArgumentTypeError(f"{word!r} is not a severity from 1 to 5")
    return int(word)


def _picture(word: str) -> Path:
    if Path(word).suffix.lower() not in SUFFIXES:
        raise argparse.ArgumentTypeError(f"{word!r} is not the name of a picture, such as sheet.png")
    return Path(word)


def _measure(args: argparse.Namespace, words: Sequence[str]) -> int:
    sets = _sets(args)
    pictures = choose(sets, args.images)
    conditions = [(effect, severity) for effect in args.effects for severity in args.severities]
    baseline = _baseline(args.baseline, pictures, conditions) if args.baseline else None
    reader = Reader(args.models, args.threads, args.provider, args.min_confidence, canvas=args.canvas)
    args.out.mkdir(parents=True, exist_ok=True)  # what cannot be written is said before minutes of work
    report = _report(args, words, pictures, reader, conditions)
    report = report.model_copy(update={"skipped": (*(f for s in sets for f in s.faulty), *report.skipped)})
    for picture in report.skipped:
        print(f"{picture.image}: {picture.fault}", file=sys.stderr)
    if not report.sets:
        raise SetError("none of the pictures could be read")
    if baseline:
        report = report.model_copy(update={"comparison": compare_runs(str(args.baseline), baseline, report)})
    said = document(report, _first_sheet(pictures, args))
    write(said, report, args.out)
    show(said)
    print(f"{args.out / 'robustness.html'} has it all", file=sys.stderr)
    return 1 if report.skipped else 0


def _sets(args: argparse.Namespace) -> list[EvaluationSet]:
    data = data_folder(args.data)
    return named_sets(args.sets, data, args.split) if args.sets else default_sets(data, args.split)


def _baseline(path: Path, pictures: Sequence[Picture], conditions: Sequence[ConditionKey]) -> Robustness:
    """Reads an earlier run and checks, before minutes of work, that this one can be compared with it. Raises
    ReportError.
    """
    baseline = read_robustness(path)
    plates = (plate for pictures_of, record in pictures for plate in plates_of(pictures_of.name, record))
    common(str(path), baseline, plates, [AS_IT_IS, *conditions])
    return baseline


def _report(
    args: argparse.Namespace,
    words: Sequence[str],
    pictures: Sequence[Picture],
    reader: Reader,
    conditions: Sequence[ConditionKey],
) -> Robustness:
    commit, created = provenance.commit(), datetime.now(UTC).isoformat(timespec="seconds")
    done = run(_told(pictures, len(conditions)), reader, conditions)
    return Robustness(
        command=f"{PROG} {shlex.join(words)}".strip(),
        commit=commit,
        created=created,
        machine=provenance.machine(),
        split=args.split,
        threads=args.threads,
        provider=args.provider,
        detector=MeasuredModel.of(reader.detector),
        ocr=MeasuredModel.of(reader.plate_reader),
        sets=done.sets,
        skipped=tuple(done.skipped),
        plates=tuple(done.plates),
        conditions=conditions_of(done),
        relative=relative_of(done),
    )


def _told(pictures: Sequence[Picture], conditions: int) -> Iterator[Picture]:
    """Yields ``pictures``, and prints on standard error how far they are."""
    for number, picture in enumerate(pictures):
        if number % EVERY == 0:
            there = f"{counted(len(pictures), 'picture')}, {counted(conditions, 'condition')}"
            print(f"{number} of {there}", file=sys.stderr, flush=True)
        yield picture


def _first_sheet(pictures: Sequence[Picture], args: argparse.Namespace) -> Image:
    """Returns the sheet of the first picture that can be read. Raises SetError."""
    for pictures_of, record in pictures:
        try:
            photograph = read_labelled(pictures_of.root / record.image, record)
        except ImageError:
            continue  # whoever reads all pictures names this one
        return sheet(photograph.pixels, in_pixels(record, photograph), args.effects, args.severities)
    raise SetError("none of the pictures could be read")


def _sheet(args: argparse.Namespace) -> int:
    page = _first_sheet(choose(_sets(args), args.images), args)
    args.sheet.parent.mkdir(parents=True, exist_ok=True)
    PillowImage.fromarray(page).save(args.sheet)
    return 0


if __name__ == "__main__":
    run_command(main)
