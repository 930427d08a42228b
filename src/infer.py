"""``python -m src.infer PATH...``: finds and reads the plates of photographs.

Exit status: 0 all read, 1 some picture failed (the others are still printed), 2 wrong usage.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path

import cv2
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from src.core.card import CardError
from src.core.cli import USAGE, Parser, abandon, run_command, speak_utf8
from src.core.formats.reader import CountryError
from src.runtime.command import add_country_flags, add_model_flags, add_triton_flag, choose_format, probability
from src.runtime.draw import PictureFolder
from src.runtime.output import WRITERS, TextStream
from src.runtime.picture import Outcome, PictureReader
from src.runtime.pipeline import in_order, share_out
from src.runtime.reader import CropReader, Reader
from src.runtime.resume import RESUMABLE, Earlier, ResumeError, begin, naming, output_stream, resume
from src.runtime.session import ProviderError
from src.runtime.sources import Sources, expand, left_out
from src.runtime.triton import TritonError

PROG = "python -m src.infer"
BY_SUFFIX = {"": "jsonl", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".csv": "csv", ".txt": "text"}
"""The format of a file of results by the suffix of its name, where no other format is asked for."""
FEW = 4
"""For so few pictures there is no progress bar."""

EPILOG = """\
formats:
  text   a table for people, a row per plate; the default on a terminal
  jsonl  one JSON object per picture; the default where the output is piped, or kept in a file named .jsonl, .ndjson
  json   the same objects as one array; the default for a file named .json
  csv    a row per plate, and one for a picture without plates or with an error; the default for a file named .csv
A file of any other name needs --format.

A picture that fails gives one line on standard error, and an error object in the JSON formats. A JPEG whose
last bytes are missing is read where hardly anything of its picture is, and marked as truncated.
What a folder has beside pictures is counted and named in one line on standard error.
Photographs with 3328 pixels or more on their longer side are decoded, and saved, at a half, a quarter or
an eighth of their size; what is printed is in pixels of the file.
A Triton server that fails ends the run, with status 1.
Exit status: 0 all read, 1 some picture failed, 2 wrong usage (options, models, providers, servers)."""


def main(argv: list[str] | None = None) -> int:
    """Runs the command line and returns the exit status."""
    args = parse(argv)
    speak_utf8()
    return run(args)


def parse(argv: list[str] | None) -> argparse.Namespace:
    """The checked flags. Ends the program with status 2 for wrong ones."""
    parser = Parser(PROG, "Finds and reads the number plates of photographs.", EPILOG)
    parser.add_argument(
        "paths",
        nargs="+",
        metavar="PATH",
        help="picture, folder (searched to any depth, hidden files left out), pattern ('in/**/*.jpg'), "
        "or - for a list on standard input",
    )
    parser.add_argument("--format", choices=WRITERS, help="see below")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="write the results into FILE; one that has any is not touched"
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on with the FILE of an interrupted run: read what it lacks"
    )
    parser.add_argument(
        "--save", type=Path, metavar="DIR", help="write annotated pictures into DIR, in the folders of their inputs"
    )
    parser.add_argument(
        "--blur", type=Path, metavar="DIR", help="write pictures with their plates made unreadable into DIR, likewise"
    )
    parser.add_argument("--crops", action="store_true", help="each picture is a plate already cut out")
    parser.add_argument("--abstain", type=probability, metavar="P", help="mark readings below P as not accepted")
    add_country_flags(parser)
    add_model_flags(parser)
    add_triton_flag(parser)
    args = parser.parse_args(argv)
    detecting = {"--min-confidence": args.min_confidence, "--canvas": args.canvas, "--blur": args.blur}
    for flag, value in detecting.items():
        if args.crops and value is not None:
            parser.error(f"{flag}: with --crops nothing is detected")
    if args.save is not None and args.blur is not None and args.save.resolve() == args.blur.resolve():
        parser.error(f"--blur {args.blur}: --save writes pictures of the same names there")
    if args.triton is not None and args.provider != "cpu":
        parser.error("--provider: with --triton the server has its own")
    choose_format(parser, args, BY_SUFFIX, "results")
    return args


def run(args: argparse.Namespace) -> int:
    """Reads everything that the flags name; see the module for the exit status."""
    sources = expand(args.paths, sys.stdin.buffer if sys.stdin else BytesIO())
    if not sources.pictures:
        return _fault("standard input", "names no picture", USAGE)
    try:
        earlier = _earlier(args)
        left = [source for source in sources.pictures if source.path not in earlier.images]
        workers, threads = share_out(args.threads, len(left))
        saved, blurred = _folder("--save", args.save, sources), _folder("--blur", args.blur, sources)
        work = PictureReader(_open(args, threads), args.abstain, saved, blurred)
        output = output_stream(args.output)
    except (CardError, CountryError, ProviderError, ResumeError, TritonError) as error:
        return _fault(PROG, str(error), USAGE)
    cv2.setNumThreads(threads)
    if sources.others:
        print(left_out(sources.others), file=sys.stderr)
    with output as stream, closing(in_order(work, left, workers)) as outcomes:
        return _print(outcomes, len(left), stream, args) or int(earlier.failed)


def _earlier(args: argparse.Namespace) -> Earlier:
    """Returns what the file of results has already. Raises ResumeError."""
    if args.output is None:
        return Earlier()
    with naming("--output"):
        return resume(args.output) if args.resume else begin(args.output, args.format == RESUMABLE)


def _folder(flag: str, folder: Path | None, sources: Sources) -> PictureFolder | None:
    """Returns where pictures go; all sources have a part in their names, those of an earlier run too."""
    if folder is None:
        return None
    with naming(flag):
        return PictureFolder(folder, [s.path for s in sources.pictures if s.fault is None], sources.top)


def _open(args: argparse.Namespace, threads: int) -> Reader | CropReader:
    if args.crops:
        return CropReader(args.models, threads, args.provider, args.countries, args.triton)
    return Reader(args.models, threads, args.provider, args.min_confidence, args.countries, args.triton, args.canvas)


def _print(outcomes: Iterable[Outcome], total: int, stream: TextStream, args: argparse.Namespace) -> int:
    """Prints every outcome as it comes; returns 1 where one had a fault, or where the output takes no more."""
    status = 0
    try:
        with _progress(outcomes, total) as shown, closing(WRITERS[args.format](stream)) as writer:
            for outcome in shown:
                writer.write(outcome.record)
                if outcome.fault is not None:
                    status = _fault(outcome.record.image, outcome.fault)
    except TritonError as error:  # it is no fault of a picture, and the rest would have it too; --resume can go on
        return _fault(PROG, str(error))
    except BrokenPipeError:
        raise
    except OSError as error:
        if args.output is None:
            abandon(sys.stdout)
        return _fault(str(args.output or "standard output"), f"cannot be written ({error.strerror})")
    return status


@contextmanager
def _progress(outcomes: Iterable[Outcome], total: int) -> Iterator[Iterable[Outcome]]:
    """Yields ``outcomes`` with a bar on standard error, where that is a terminal and they are more than a few."""
    if total <= FEW or not sys.stderr.isatty():
        yield outcomes
        return
    columns = (TextColumn("reading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # redirect_stdout lifts printed rows above the bar; piped output must not be redirected to the terminal
    with Progress(
        *columns,
        console=Console(file=sys.stderr, markup=False, highlight=False, emoji=False),
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    ) as progress:
        yield progress.track(outcomes, total)


def _fault(name: str, message: str, status: int = 1) -> int:
    print(f"{name}: {message}", file=sys.stderr, flush=True)
    return status


if __name__ == "__main__":
    run_command(main)
