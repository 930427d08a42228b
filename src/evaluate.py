"""``python -m src.evaluate``: what the exported models read right, over labelled pictures.

Exit status: 0 done, 1 some picture could not be read (the figures leave it out), 2 wrong usage.
"""

import argparse
import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2

from src.core.card import CardError, ModelCard
from src.data.labels import LabelError
from src.data.manifest import ManifestError
from src.evaluation import provenance, report
from src.evaluation.run import AP_FLOOR, Row, average_precision, evaluate_plates, evaluate_scenes
from src.evaluation.sets import EvaluationSet, SetError, default_sets, named_sets
from src.runtime.command import USAGE, Parser, add_model_flags
from src.runtime.detector import Detector
from src.runtime.reader import Reader
from src.runtime.session import ProviderError

PROG = "python -m src.evaluate"
EPILOG = """\
sets without --sets:
  --split test (the default)  every benchmarks/*/manifest.jsonl below the data folder
  --split val                 scenes (boxes only), ocr (crops, by source) and the labels in data/labels
  neither there               the rendered samples in data/samples
Figures: read (exactly right, of the known texts), by the published texts, with O=0 and I=1 merged, found
(overlap over 0.3), character error rate, boxes too many per image; median milliseconds without decoding."""


def main(argv: list[str] | None = None) -> int:
    """Runs the command line and returns the exit status."""
    args = parse(argv)
    if args.threads:
        cv2.setNumThreads(args.threads)
    try:
        data = _data_folder(args.data or os.environ.get("PLATE_DATA"))
        sets = named_sets(args.sets, data, args.split) if args.sets else default_sets(data, args.split)
        reader = Reader(args.models, args.threads, args.provider, args.min_confidence)
        args.out.mkdir(parents=True, exist_ok=True)  # what cannot be written is said before minutes of work
        rows = [row for pictures in sets for row in _evaluate(pictures, reader, args)]
    except (SetError, ManifestError, LabelError, CardError, ProviderError) as error:
        print(f"{PROG}: {error}", file=sys.stderr)
        return USAGE
    except OSError as error:
        print(f"{PROG}: {error.filename}: {error.strerror}", file=sys.stderr)
        return USAGE
    built = report.build(rows, _provenance(args, sys.argv[1:] if argv is None else argv, reader))
    report.write(built, args.out)
    report.show(built)
    failures = [failure for row in rows for failure in row.failures]
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


def parse(argv: list[str] | None) -> argparse.Namespace:
    """The checked flags. Ends the program with status 2 for wrong ones."""
    parser = Parser(PROG, "Evaluates the exported models over labelled pictures.", EPILOG)
    parser.add_argument(
        "--sets",
        nargs="+",
        metavar="SET",
        help="manifests, their folders, or folder names below the data folder",
    )
    parser.add_argument("--split", default="test", help="records of this split (default: test)")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("reports/latest"),
        metavar="DIR",
        help="where report.json and report.md go (default: reports/latest)",
    )
    parser.add_argument("--data", metavar="DIR", help="data folder (default: $PLATE_DATA, else data)")
    add_model_flags(parser)
    return parser.parse_args(argv)


def _data_folder(stated: str | None) -> Path:
    """``stated``, or ``data``. Raises SetError: a misspelt folder must not end in the rendered samples."""
    if stated and not Path(stated).is_dir():
        raise SetError(f"{stated}: no such data folder")
    return Path(stated or "data")


def _evaluate(pictures: EvaluationSet, reader: Reader, args: argparse.Namespace) -> Iterator[Row]:
    print(f"{pictures.name}: {len(pictures.records)} pictures", file=sys.stderr, flush=True)
    if pictures.kind == "plates":
        yield evaluate_plates(pictures, reader.plate_reader)
        return
    rows = evaluate_scenes(pictures, reader)
    if len(rows) == 1:  # without texts the set is there for the detector
        detector = Detector(Path(args.models) / "detector", args.threads, args.provider, AP_FLOOR)
        rows[0].ap50 = average_precision(pictures, detector)
    yield from rows


def _provenance(args: argparse.Namespace, words: Sequence[str], reader: Reader) -> dict[str, Any]:
    return {
        "command": f"{PROG} {shlex.join(words)}".strip(),
        "commit": provenance.commit(),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "split": args.split,
        "threads": args.threads,
        "provider": args.provider,
        "detector": _model(reader.detector.card),
        "ocr": _model(reader.plate_reader.card),
        "min_confidence": reader.detector.min_confidence,
        "machine": provenance.machine(),
    }


def _model(card: ModelCard) -> dict[str, Any]:
    size = "x".join(map(str, card.input_size))
    return {"name": card.name, "input": size, "commit": card.commit, "sha256": card.sha256}


if __name__ == "__main__":
    sys.exit(main())
