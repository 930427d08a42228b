"""``python -m src.benchmark``: where the exported models spend their time, and what they need.

Exit status: 0 done, 2 wrong usage, or a picture that cannot be read.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from src.core.card import CardError
from src.core.cli import Parser, refused, run_command
from src.data.annotations.corrections import CorrectionError
from src.data.annotations.labels import LabelError
from src.data.annotations.manifest import ManifestError
from src.evaluation.datasets.sets import SetError, data_folder, default_sets, named_sets
from src.evaluation.latency.peer import FastAlpr, PeerError
from src.evaluation.latency.run import Plan, run
from src.evaluation.latency.schema import BenchmarkError, read_benchmark
from src.evaluation.report.latency import document
from src.evaluation.report.terminal import show
from src.evaluation.report.write import write
from src.runtime.command import add_model_flags
from src.runtime.session import ProviderError

PROG = "python -m src.benchmark"
CLIP = Path("data/samples/passing.mp4")
EPILOG = """\
Measured: the milliseconds of every stage on pictures of several sizes, with one thread and with --threads;
the reader by number of plates; a video from its file to its passages; a fresh process from its start to its
first result, and its peak memory; the models' operations by this machine's matrix-multiply rate. With --peer
also fast-alpr, one thread, picture by picture in turns. Let nothing else run meanwhile, and compare ratios within
one run only.
Exit status: 0 done, 2 wrong usage, or a picture that cannot be read."""

Number = TypeVar("Number", int, float)


def main(argv: list[str] | None = None) -> int:
    """Runs the command line and returns the exit status."""
    args = parse(argv)
    command = f"{PROG} {shlex.join(sys.argv[1:] if argv is None else argv)}".strip()
    try:
        before = read_benchmark(args.baseline) if args.baseline else None
        data = data_folder(args.data)
        sets = named_sets(args.sets, data, args.split) if args.sets else default_sets(data, args.split)
        peer = FastAlpr(args.peer) if args.peer else None
        args.out.mkdir(parents=True, exist_ok=True)  # faults of the folder come before minutes of work
        report = run(_plan(args), sets, peer, command)
        said = document(report, before)
        write(said, report, args.out)
    except (
        BenchmarkError,
        SetError,
        ManifestError,
        LabelError,
        CorrectionError,
        CardError,
        ProviderError,
        PeerError,
        OSError,
    ) as error:
        return refused(PROG, error)
    show(said)
    print(f"{args.out / 'benchmark.html'} has it all", file=sys.stderr)
    return 0


def _plan(args: argparse.Namespace) -> Plan:
    names = ("provider", "threads", "min_confidence", "canvas", "megapixels", "images", "repeats", "starts", "clip")
    return Plan(models=Path(args.models), **{name: getattr(args, name) for name in names})


def parse(argv: list[str] | None) -> argparse.Namespace:
    """The checked flags. Ends the program with status 2 for wrong ones."""
    parser = Parser(PROG, "Times the exported models.", EPILOG)
    parser.add_argument(
        "--sets",
        nargs="+",
        metavar="SET",
        help="scenes to read: manifests, their folders, or folder names below the data folder (default: its "
        "benchmarks, else the rendered samples)",
    )
    parser.add_argument("--split", default="test", help="records of this split (default: test)")
    parser.add_argument("--data", metavar="DIR", help="data folder (default: $PLATE_DATA, else data)")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("reports/benchmark"),
        metavar="DIR",
        help="where benchmark.json, .md, .png and .html go (default: reports/benchmark)",
    )
    parser.add_argument(
        "--peer", type=Path, metavar="DIR", help="folder with fast-alpr's yolo*.onnx, cct*.onnx and cct*.yaml"
    )
    parser.add_argument(
        "--clip",
        type=Path,
        default=CLIP,
        metavar="VIDEO",
        help=f"video that is watched, brought to 1280 x 720 (default: {CLIP})",
    )
    parser.add_argument(
        "--baseline", type=Path, metavar="FILE", help="benchmark.json of an earlier run to compare with"
    )
    parser.add_argument(
        "--megapixels",
        nargs="+",
        type=_over_zero(float, 100),
        default=[0.3, 2.0, 12.0],
        metavar="MP",
        help="sizes that pictures are brought to (default: 0.3 2 12)",
    )
    for name, count, what in (
        ("images", 20, "pictures of each size"),
        ("repeats", 5, "runs over them"),
        ("starts", 5, "processes a size"),
    ):
        parser.add_argument(
            f"--{name}",
            type=_over_zero(int, 10_000),
            default=count,
            metavar="N",
            help=f"{what} (default: {count})",
        )
    add_model_flags(parser)
    return parser.parse_args(argv)


def _over_zero(kind: Callable[[str], Number], most: Number) -> Callable[[str], Number]:
    def number(word: str) -> Number:
        try:
            value = kind(word)
        except ValueError:
            value = kind("0")
        if not 0 < value <= most:
            raise argparse.ArgumentTypeError(f"{word!r} is not a number over 0, of at most {most}")
        return value

    return number


if __name__ == "__main__":
    run_command(main)
