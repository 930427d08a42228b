"""``python -m src.evaluate``: what the exported models find and read right, over labelled pictures.

Exit status: 0 done, 1 some picture was skipped (the figures leave it out), 2 wrong usage.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
import shlex
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import cv2

from src.core.card import CardError
from src.core.cli import Parser, counted, refused, run_command
from src.core.cores import usable_cores
from src.data.annotations.corrections import CorrectionError
from src.data.annotations.labels import LabelError
from src.data.annotations.manifest import ManifestError
from src.data.synthesis import FontError
from src.evaluation.accuracy import provenance
from src.evaluation.accuracy.comparison import Comparison
from src.evaluation.accuracy.predictions import PredictionError, read_predictions
from src.evaluation.accuracy.run import EvaluatedSystem, evaluate_set, gather
from src.evaluation.accuracy.schema import MeasuredModel, Report, read_report
from src.evaluation.accuracy.stored import ReportError
from src.evaluation.accuracy.system_result import OURS, System
from src.evaluation.accuracy.systems import Ours, OursByCountry, Predicted
from src.evaluation.datasets.drawn import drawn_set
from src.evaluation.datasets.hard import hard_sets
from src.evaluation.datasets.hard.provinces import NAME as PROVINCES
from src.evaluation.datasets.hard.provinces import province_set
from src.evaluation.datasets.hard.typefaces import NAME as TYPEFACES
from src.evaluation.datasets.hard.typefaces import typeface_set
from src.evaluation.datasets.hard.vanity import NAME as VANITY
from src.evaluation.datasets.hard.vanity import vanity_set
from src.evaluation.datasets.sets import HARD, EvaluationSet, SetError, data_folder, default_sets, named_sets
from src.evaluation.datasets.synthetic import SYNTHETIC
from src.evaluation.metrics.acceptance import acceptance_report
from src.evaluation.metrics.average_precision import AP_FLOOR
from src.evaluation.metrics.calibration import calibration_report
from src.evaluation.metrics.errors import error_report
from src.evaluation.metrics.significance import compare_reports
from src.evaluation.report.accuracy.content import document
from src.evaluation.report.accuracy.gallery import galleries
from src.evaluation.report.accuracy.summary import main_plates
from src.evaluation.report.terminal import show
from src.evaluation.report.write import write
from src.runtime.command import add_model_flags
from src.runtime.detector import Detector
from src.runtime.reader import Reader
from src.runtime.session import ProviderError

PROG = "python -m src.evaluate"
EPILOG = """\
sets without --sets:
  --split test (the default)  every benchmarks/*/manifest.jsonl below the data folder
  --split val                 scenes (boxes only), ocr (crops, by source), more/scenes and more/ocr (by source), the
                              labels in data/labels, plates drawn in typefaces that no training sees (make fonts),
                              what is hard, made of photographs: hard/close-up, turned, half-hidden (a drawn person,
                              bar or hitch), cut (by the picture's edge) and no-plate (regions, overlays, signs,
                              pages, dealer plates), and drawn Chinese plates of all provinces in a face that no
                              training sees: hard/provinces, and drawn plates with words of the owner's choice:
                              hard/vanity, and plates in ten further faces that no training sees: hard/typefaces
  neither there               the rendered samples in data/samples

your own pictures: gate/manifest.jsonl, an object per line, paths relative to it, boxes in pixels (x1, y1, x2, y2)
  {"image": "1.jpg", "plates": [{"box": [411, 300, 530, 331], "text": "AB123CD"}], "ignore": [[20, 300, 60, 315]]}
  {"image": "2.jpg", "plates": []}
  {"image": "crop.jpg", "text": "AB123CD"}
Every plate of a photograph has its box; text may be null where it cannot be read; "ignore" are plates that count
neither way. "text" beside "image" makes the picture a crop of one plate. Texts are upper case without separators.
  python -m src.data.check gate/manifest.jsonl
  python -m src.evaluate --sets gate --split all
  python -m src.evaluate --sets gate --split all --baseline reports/latest/report.json --out reports/after
  python -m src.infer gate --format jsonl > ours.jsonl     # what --predictions takes, of any system:
  {"image": "gate/1.jpg", "plates": [{"box": [410, 301, 531, 330], "text": "AB123CD", "confidence": 0.97}]}

Three flows are kept apart: the detector alone (found: overlap over 0.3; precision, boxes too many per image, AP50 and
AP50-95), the OCR alone on true boxes and crops, and the whole path (read: exactly right; by the published texts; with
O=0 and I=1; character error rate). Intervals are 95 %, by bootstrap over images. For average precision a predicted
plate needs "detection_confidence", and all boxes down to 0.001 belong into the file.
Exit status: 0 done, 1 some picture was skipped (named, and left out of the figures), 2 wrong usage."""

FAULTS = (SetError, ManifestError, LabelError, CorrectionError, CardError, ProviderError, PredictionError, ReportError)
SKIPPED_SHOWN = 20
"""Skipped pictures that are named on the terminal; the report names all."""


def main(argv: list[str] | None = None) -> int:
    """Runs the command line and returns the exit status."""
    args = parse(argv)
    cv2.setNumThreads(args.threads or usable_cores())
    try:
        baseline = read_report(args.baseline) if args.baseline else None
        sets = _sets(args)
        peers = _peers(args.predictions, sets)
        countries = None if args.formats == "off" else ()
        reader = Reader(args.models, args.threads, args.provider, args.min_confidence, countries, canvas=args.canvas)
        sweep = Detector(Path(args.models) / "detector", args.threads, args.provider, AP_FLOOR, args.canvas)
        args.out.mkdir(parents=True, exist_ok=True)  # what cannot be written is said before minutes of work
        sets += [*_drawn(args), *_hard(args)]
        ours = OursByCountry if args.formats == "given" else Ours
        systems = _measure(sets, [ours(reader, sweep), *peers])
        words = sys.argv[1:] if argv is None else argv
        comparison = compare_reports(args.baseline, baseline, systems) if baseline else None
        built = _report(args, f"{PROG} {shlex.join(words)}".strip(), reader, systems, comparison)
        folders = {pictures.name: pictures.root for pictures in sets}
        said = document(built, galleries(built.ours.outcomes, folders))
        write(said, built, args.out)
    except (*FAULTS, OSError) as error:
        return refused(PROG, error)
    show(said)
    status = _name_skipped(systems)
    print(f"{args.out / 'report.html'} has it all", file=sys.stderr)
    return status


def parse(argv: list[str] | None) -> argparse.Namespace:
    """The checked flags. Ends the program with status 2 for wrong ones."""
    parser = Parser(PROG, "Measures the exported models, and other systems' predictions, on labelled pictures.", EPILOG)
    parser.add_argument(
        "--sets", nargs="+", metavar="SET", help="manifests, their folders, or folder names below the data folder"
    )
    parser.add_argument("--split", default="test", help="records of this split, or all (default: test)")
    parser.add_argument("--data", metavar="DIR", help="data folder (default: $PLATE_DATA, else data)")
    parser.add_argument(
        "--predictions",
        action="append",
        default=[],
        metavar="[NAME=]FILE",
        help="JSON Lines of another system, scored beside the models; may be repeated",
    )
    parser.add_argument("--baseline", type=Path, metavar="FILE", help="report.json of an earlier run to compare with")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("reports/latest"),
        metavar="DIR",
        help="where report.json, .md, .html and the plots go (default: reports/latest)",
    )
    parser.add_argument(
        "--synthetic", type=count, default=600, metavar="N", help="drawn plates with --split val (default: 600)"
    )
    parser.add_argument("--fonts", type=Path, default=Path(".fonts"), metavar="DIR", help="default: .fonts")
    parser.add_argument(
        "--formats",
        choices=("off", "inferred", "given"),
        default="inferred",
        help="read without plate formats, with those of all countries (the default), or with those of the countries "
        "that the plates of a picture are labelled with",
    )
    add_model_flags(parser)
    return parser.parse_args(argv)


def count(word: str) -> int:
    """A whole number from 0."""
    if not word.isdecimal():
        raise argparse.ArgumentTypeError(f"{word!r} is not a number")
    return int(word)


def _sets(args: argparse.Namespace) -> list[EvaluationSet]:
    data = data_folder(args.data)
    return named_sets(args.sets, data, args.split) if args.sets else default_sets(data, args.split)


def _drawn(args: argparse.Namespace) -> list[EvaluationSet]:
    """Returns plates in held-out typefaces, part of the default sets of ``val``; if some are missing, that is
    printed.
    """
    if args.sets or args.split != "val" or not args.synthetic:
        return []
    drawn = []
    makers = ((drawn_set, SYNTHETIC), (province_set, PROVINCES), (vanity_set, VANITY), (typeface_set, TYPEFACES))
    for make, name in makers:
        try:
            drawn.append(make(args.out / name, args.fonts, args.synthetic))
        except FontError as error:
            print(f"no drawn plates: {error}", file=sys.stderr)
    return drawn


def _hard(args: argparse.Namespace) -> list[EvaluationSet]:
    """Returns the hard sets, made of the photographs of ``val``; they are part of its default sets."""
    if args.sets or args.split != "val":
        return []
    return list(hard_sets(args.out / HARD.rstrip("/"), data_folder(args.data)))


def _peers(words: Sequence[str], sets: Sequence[EvaluationSet]) -> list[EvaluatedSystem]:
    """Returns the systems that ``--predictions`` names. Raises PredictionError."""
    known = {(pictures.root / record.image).resolve() for pictures in sets for record in pictures.records}
    peers: dict[str, EvaluatedSystem] = {}
    for word in words:
        name, file = word.split("=", 1) if "=" in word else (Path(word).stem, word)
        if name in peers or name == OURS:
            raise PredictionError(f"--predictions {word}: another system is called {name!r}; NAME=FILE names it")
        peers[name] = Predicted(name, Path(file), read_predictions(Path(file), known))
    return list(peers.values())


def _measure(sets: Sequence[EvaluationSet], systems: Sequence[EvaluatedSystem]) -> list[System]:
    runs = []
    for pictures in sets:
        print(f"{pictures.name}: {counted(len(pictures.records), 'picture')}", file=sys.stderr, flush=True)
        runs.append(evaluate_set(pictures, systems))
    return [gather(who, [of_set[i] for of_set in runs]) for i, who in enumerate(systems)]


def _report(
    args: argparse.Namespace, command: str, reader: Reader, systems: Sequence[System], comparison: Comparison | None
) -> Report:
    ours = [outcome for outcome in systems[0].outcomes if not outcome.set.startswith(HARD)]
    readings = [outcome for outcome in main_plates(ours) if outcome.source != SYNTHETIC]
    calibration = calibration_report(ours)
    return Report(
        command=command,
        commit=provenance.commit(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=provenance.machine(),
        split=args.split,
        threads=args.threads,
        provider=args.provider,
        detector=MeasuredModel.of(reader.detector),
        ocr=MeasuredModel.of(reader.plate_reader),
        systems=tuple(systems),
        calibration=calibration,
        acceptance=acceptance_report(systems[0], calibration),
        errors=error_report(readings) if readings else None,
        comparison=comparison,
    )


def _name_skipped(systems: Sequence[System]) -> int:
    """Names the pictures that were left out, and returns the exit status."""
    lines = list(dict.fromkeys(f"{s.image}: {s.fault}" for system in systems for s in system.skipped))
    for line in lines[:SKIPPED_SHOWN]:
        print(line, file=sys.stderr)
    if len(lines) > SKIPPED_SHOWN:
        more = counted(len(lines) - SKIPPED_SHOWN, "more skipped picture")
        print(f"and {more}, all of them in the report", file=sys.stderr)
    return 1 if lines else 0


if __name__ == "__main__":
    run_command(main)
