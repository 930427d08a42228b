"""fast-alpr over labelled scenes, as the JSON Lines of ``python -m src.infer``:

    python -m scripts.run_peer --peer WEIGHTS > fast-alpr.jsonl
    python -m src.evaluate --predictions fast-alpr=fast-alpr.jsonl

``WEIGHTS`` is a folder with the peer's ``yolo*.onnx``, ``cct*.onnx`` and ``cct*.yaml``; its packages are those of
``pip install '.[evaluate,peer]'``. Exit status: 0 all read, 1 some picture failed, 2 wrong usage.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
import sys
from pathlib import Path

from src.core.cli import USAGE, Parser, run_command
from src.core.image import ImageError
from src.core.result import ErrorRecord
from src.data.annotations.labels import LabelError
from src.data.annotations.manifest import ManifestError
from src.evaluation.datasets.sets import SetError, data_folder, default_sets, named_sets
from src.evaluation.latency.peer import FastAlpr, PeerError
from src.runtime.command import thread_count
from src.runtime.output import JsonLines, describe
from src.runtime.reader import read_file

PROG = "python -m scripts.run_peer"


def main(argv: list[str] | None = None) -> int:
    """Prints an object per picture of the sets, one that cannot be read as an error."""
    args = parse(argv)
    try:
        data = data_folder(args.data)
        sets = named_sets(args.sets, data, args.split) if args.sets else default_sets(data, args.split)
        peer = FastAlpr(args.peer, args.threads)
    except (SetError, ManifestError, LabelError, PeerError) as error:
        print(f"{PROG}: {error}", file=sys.stderr)
        return USAGE
    paths = [s.root / record.image for s in sets if s.kind == "scenes" for record in s.records]
    return max((_read(peer, path) for path in paths), default=0)


def _read(peer: FastAlpr, path: Path) -> int:
    lines = JsonLines(sys.stdout)
    try:
        _, result = read_file(peer, path)
    except ImageError as error:
        lines.write(ErrorRecord.of(str(path), "unreadable", str(error)))
        print(f"{path}: {error}", file=sys.stderr)
        return 1
    lines.write(describe(str(path), result, None))
    return 0


def parse(argv: list[str] | None) -> argparse.Namespace:
    """The checked flags. Ends the program with status 2 for wrong ones."""
    parser = Parser(PROG, "Runs fast-alpr over labelled scenes.")
    parser.add_argument("--peer", type=Path, required=True, metavar="WEIGHTS", help="folder with the peer's weights")
    parser.add_argument("--sets", nargs="+", metavar="SET", help="default: the benchmarks below the data folder")
    parser.add_argument("--split", default="test", help="records of this split (default: test)")
    parser.add_argument("--data", metavar="DIR", help="data folder (default: $PLATE_DATA, else data)")
    parser.add_argument("--threads", type=thread_count, default=1, metavar="N", help="CPU threads (default: 1)")
    return parser.parse_args(argv)


if __name__ == "__main__":
    run_command(main)
