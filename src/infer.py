"""``python -m src.infer PATH...``: finds and reads the plates of photographs.

Exit status: 0 all read, 1 some picture failed (the others are still printed), 2 wrong usage.
"""

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
from PIL import Image as PillowImage
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from src.core.card import CardError
from src.core.image import ImageError
from src.core.types import Image
from src.runtime.command import USAGE, Parser, add_model_flags, probability
from src.runtime.draw import AnnotatedFolder, annotate, annotate_crop
from src.runtime.output import WRITERS, Writer, describe, describe_error, is_accepted
from src.runtime.reader import CropReader, ImageResult, Reader, read_file
from src.runtime.session import ProviderError
from src.runtime.sources import Source, expand

PROG = "python -m src.infer"
FEW = 4
"""No progress bar for so few pictures."""

EPILOG = """\
formats:
  text   a table for people, a row per plate; the default on a terminal
  jsonl  one JSON object per picture; the default where the output is piped or kept in a file
  json   the same objects as one array
  csv    a row per plate; a picture without plates, or with an error, has one row too

A picture that fails gives one line on standard error, and an error object in the JSON formats.
Exit status: 0 all read, 1 some picture failed, 2 wrong usage (options, models, providers)."""


def main(argv: list[str] | None = None) -> int:
    """Runs the command line and returns the exit status; a closed pipe and Ctrl-C end it quietly."""
    args = parse(argv)
    for stream in (sys.stdout, sys.stderr):
        # file names may hold bytes that are no UTF-8: backslashreplace turns those into JSON's own escapes
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    try:
        return run(args)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        for stream in (sys.stdout, sys.stderr):  # or Python complains about them while it ends
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return 141


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
    parser.add_argument("--save", type=Path, metavar="DIR", help="write annotated pictures into DIR")
    parser.add_argument("--crops", action="store_true", help="each picture is a plate already cut out")
    parser.add_argument("--abstain", type=probability, metavar="P", help="mark readings below P as not accepted")
    add_model_flags(parser)
    args = parser.parse_args(argv)
    if args.crops and args.min_confidence is not None:
        parser.error("--min-confidence: with --crops nothing is detected")
    return args


def run(args: argparse.Namespace) -> int:
    """Reads everything that the flags name; see the module for the exit status."""
    sources = expand(args.paths, sys.stdin.buffer)
    if not sources:
        return _fault("standard input", "names no picture", USAGE)
    if args.threads:
        cv2.setNumThreads(args.threads)
    try:
        reader = _open(args)
        saved = AnnotatedFolder(args.save, [s.path for s in sources]) if args.save else None
    except (CardError, ProviderError) as error:
        return _fault(PROG, str(error), USAGE)
    except OSError as error:
        return _fault(str(args.save), f"--save: {error.strerror}", USAGE)
    with _progress(sources) as shown:
        writer = WRITERS[args.format or ("text" if sys.stdout.isatty() else "jsonl")](sys.stdout)
        try:
            return max(_read_one(source, reader, writer, saved, args) for source in shown)
        finally:
            writer.close()


def _open(args: argparse.Namespace) -> Reader | CropReader:
    if args.crops:
        return CropReader(args.models, args.threads, args.provider)
    return Reader(args.models, args.threads, args.provider, args.min_confidence)


def _read_one(
    source: Source,
    reader: Reader | CropReader,
    writer: Writer,
    saved: AnnotatedFolder | None,
    args: argparse.Namespace,
) -> int:
    if source.fault is not None:
        writer.write(describe_error(source.path, "no_image", source.fault))
        return _fault(source.path, source.fault)
    try:
        image, result = read_file(reader, source.path)
    except ImageError as error:
        writer.write(describe_error(source.path, "unreadable", str(error)))
        return _fault(source.path, str(error))
    writer.write(describe(source.path, result, args.abstain))
    try:
        if saved:
            saved.save(source.path, _annotated(image, result, args))
    except OSError as error:
        return _fault(source.path, f"annotated picture not saved: {error.strerror or error}")
    return 0


def _annotated(image: Image, result: ImageResult, args: argparse.Namespace) -> PillowImage.Image:
    accepted = [is_accepted(plate, args.abstain) is not False for plate in result.plates]
    if args.crops:
        return annotate_crop(image, result.plates[0], accepted[0])
    return annotate(image, result.plates, accepted)


@contextmanager
def _progress(sources: list[Source]) -> Iterator[Iterable[Source]]:
    """``sources`` with a bar on standard error, where that is a terminal and they are more than a few."""
    if len(sources) <= FEW or not sys.stderr.isatty():
        yield sources
        return
    columns = (TextColumn("reading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # redirect_stdout lifts printed rows above the bar; piped output must not be redirected to the terminal
    with Progress(
        *columns,
        console=Console(file=sys.stderr, markup=False, highlight=False, emoji=False),
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    ) as progress:
        yield progress.track(sources)


def _fault(name: str, message: str, status: int = 1) -> int:
    print(f"{name}: {message}", file=sys.stderr, flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
