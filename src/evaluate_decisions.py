"""``python -m src.evaluate_decisions``: how many residents a list turns away, and how many strangers it lets in.

Exit status: 0 done, 1 some picture was skipped (the figures leave it out), 2 wrong usage.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
import shlex
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import cv2

from src.core.card import CardError
from src.core.cli import Parser, counted, refused, run_command
from src.core.cores import usable_cores
from src.core.matching import ALLOW_FROM, DENY_FROM, GAIN, SHARE, UNSURE_FROM
from src.data.annotations.corrections import CorrectionError
from src.data.annotations.labels import LabelError
from src.data.annotations.manifest import ManifestError
from src.evaluation.accuracy import provenance
from src.evaluation.accuracy.schema import MeasuredModel
from src.evaluation.accuracy.system_result import Skipped
from src.evaluation.datasets.sets import SetError, data_folder, default_sets
from src.evaluation.decisions.readings import ReadingsError, ReadPlate, keep, kept, read_plates
from src.evaluation.decisions.resample import THRESHOLDS, by_size, calibration, denied, errors, gains
from src.evaluation.decisions.schema import Decisions
from src.evaluation.report.decisions import USUAL, document
from src.evaluation.report.terminal import show
from src.evaluation.report.write import write
from src.runtime.command import add_model_flags
from src.runtime.reader import Reader
from src.runtime.session import ProviderError

PROG = "python -m src.evaluate_decisions"
SPLITS = {"val": "val", "test": "benchmarks"}
"""The splits, and what the report calls them. Whatever is chosen is chosen on the first."""
EPILOG = """\
Real readings of the exported models meet lists that are drawn anew: of 10, 100, 1,000 and 10,000 vehicles, half of them
in fleets with consecutive numbers. Each plate comes as a resident and as a stranger, and on purpose as a stranger whose
number is missing in a fleet, or who differs from a listed plate in one look-alike. The thresholds and the gain are
chosen on val; the benchmarks are reported alone.

The readings take minutes and are kept beside the report, under the digests of both models; a second run reads them
again. --anew reads the pictures again, as after a change of the code.
Exit status: 0 done, 1 some picture was skipped (named, and left out of the figures), 2 wrong usage."""
EVERY = 100
"""The plates between two lines of progress."""


def main(argv: list[str] | None = None) -> int:
    """Runs the command line and returns the exit status."""
    args = parse(argv)
    cv2.setNumThreads(args.threads or usable_cores())
    try:
        reader = Reader(args.models, args.threads, args.provider, args.min_confidence, canvas=args.canvas)
        args.out.mkdir(parents=True, exist_ok=True)  # what cannot be written is said before minutes of work
        plates, skipped = _readings(args, reader)
        report = _report(args, sys.argv[1:] if argv is None else argv, reader, plates, skipped)
        said = document(report)
        write(said, report, args.out)
    except (
        SetError,
        ManifestError,
        LabelError,
        CorrectionError,
        CardError,
        ProviderError,
        ReadingsError,
        OSError,
    ) as error:
        return refused(PROG, error)
    show(said)
    for picture in skipped:
        print(f"{picture.image}: {picture.fault}", file=sys.stderr)
    print(f"{args.out / 'decisions.html'} has it all", file=sys.stderr)
    return 1 if skipped else 0


def parse(argv: list[str] | None) -> argparse.Namespace:
    """The checked flags. Ends the program with status 2 for wrong ones."""
    parser = Parser(PROG, "Measures what lists of vehicles make of the models' readings.", EPILOG)
    parser.add_argument("--data", metavar="DIR", help="data folder (default: $PLATE_DATA, else data)")
    parser.add_argument("--anew", action="store_true", help="read all pictures, whether their readings are kept or not")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("reports/decisions"),
        metavar="DIR",
        help="where decisions.json, .md and .html and the readings go (default: reports/decisions)",
    )
    add_model_flags(parser)
    return parser.parse_args(argv)


def _readings(args: argparse.Namespace, reader: Reader) -> tuple[list[ReadPlate], list[Skipped]]:
    """Returns the readings, kept ones where there are some, and the pictures that were skipped."""
    file = args.out / f"readings-{reader.detector.card.sha256[:12]}-{reader.plate_reader.card.sha256[:12]}.jsonl"
    if file.is_file() and not args.anew:
        print(f"{file}: readings of an earlier run", file=sys.stderr)
        return kept(file), []
    plates, skipped, data = list[ReadPlate](), list[Skipped](), data_folder(args.data)
    for split, name in SPLITS.items():
        for read in read_plates(reader, default_sets(data, split), name):
            if isinstance(read, Skipped):
                skipped.append(read)
                continue
            plates.append(read)
            if len(plates) % EVERY == 0:
                print(f"{counted(len(plates), 'plate')}, {read.set}", file=sys.stderr, flush=True)
    if not skipped:
        keep(file, plates)
    return plates, skipped


def _report(
    args: argparse.Namespace,
    words: Sequence[str],
    reader: Reader,
    plates: Sequence[ReadPlate],
    skipped: Sequence[Skipped],
) -> Decisions:
    by_split = {name: [plate for plate in plates if plate.split == name] for name in SPLITS.values()}
    by_split = {name: some for name, some in by_split.items() if any(p.candidates is not None for p in some)}
    if not by_split:
        raise SetError("no plate with a known text was found")
    faced = {name: by_size(some) for name, some in by_split.items()}
    cases = [(name, size, some) for name, sizes in faced.items() for size, some in sizes.items()]
    return Decisions(
        command=f"{PROG} {shlex.join(words)}".strip(),
        commit=provenance.commit(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=provenance.machine(),
        split=", ".join(SPLITS),
        threads=args.threads,
        provider=args.provider,
        detector=MeasuredModel.of(reader.detector),
        ocr=MeasuredModel.of(reader.plate_reader),
        plates=dict(Counter(plate.split for plate in plates if plate.candidates is not None)),
        missed=dict(Counter(plate.split for plate in plates if plate.candidates is None)),
        skipped=tuple(skipped),
        allow_from=ALLOW_FROM,
        deny_from=DENY_FROM,
        unsure_from=UNSURE_FROM,
        share=SHARE,
        gain=GAIN,
        by_size=tuple(errors(some, name, size, ALLOW_FROM, UNSURE_FROM) for name, size, some in cases),
        by_threshold=tuple(
            errors(sizes[USUAL], name, USUAL, least, min(UNSURE_FROM, least or 0))
            for name, sizes in faced.items()
            for least in (None, *THRESHOLDS)
        ),
        denied=tuple(denied(some, name, size, DENY_FROM, UNSURE_FROM) for name, size, some in cases),
        calibration=tuple(row for name, some in by_split.items() for row in calibration(some, name)),
        gains=tuple(gains(next(iter(by_split.values())), USUAL)),
    )


if __name__ == "__main__":
    run_command(main)
