"""``python -m src.watch SOURCE...``: one answer for each vehicle that passes, in videos and before cameras.

Exit status: 0 all watched, 1 some source failed (the others are still watched), 2 wrong usage.
"""

if __name__ == "__main__":  # before the imports that take seconds
    import sys
    from importlib.util import find_spec

    from src.core.cli import begin_command
    from src.video.address import hide_password

    begin_command()
    if lacking := [name for name in ("av", "rapidfuzz", "scipy", "setproctitle") if find_spec(name) is None]:
        print(f"python -m src.watch: needs {', '.join(lacking)}: pip install '.[video]' brings it", file=sys.stderr)
        raise SystemExit(2)
    from setproctitle import setproctitle

    setproctitle(" ".join(["python -m src.watch", *map(hide_password, sys.argv[1:])]))

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from src.core.card import CardError
from src.core.cli import USAGE, Parser, abandon, run_command, speak_utf8
from src.core.cores import usable_cores
from src.core.formats.reader import CountryError
from src.runtime.command import add_country_flags, add_model_flags, choose_format, probability
from src.runtime.reader import Reader
from src.runtime.resume import RESUMABLE, ResumeError, begin, naming, output_stream
from src.runtime.session import ProviderError
from src.video.address import SourceError, hide_password
from src.video.desk import Desk, Sink, watch_live
from src.video.live import LiveSource
from src.video.motion import Polygon
from src.video.output import WRITERS
from src.video.recorder import AnnotatedVideo, BlurredVideo, PassageFolder
from src.video.resume import Watched, resume
from src.video.source import VideoSource
from src.video.sources import open_source
from src.video.watcher import Watcher, WatchOptions
from src.video.writer import VideoWriteError

PROG = "python -m src.watch"
BY_SUFFIX = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".txt": "text"}
"""The format of a file of passages by the suffix of its name, where no other format is asked for."""
RATE = 12.0

EPILOG = """\
sources:
  a video file; a folder of pictures, taken in the order of their names; rtsp://..., http(s)://... (MJPEG, MPEG-TS,
  HLS); the number of a camera of this machine, such as 0. A live source is watched until Ctrl-C, and connected
  again whenever it fails. - stands for the lines of standard input.

formats:
  text   a table for people, a row per passage; the default on a terminal
  jsonl  one JSON object per passage, and one that says how each source ended; the default where the output is
         piped, or kept in a file named .jsonl, .ndjson
  csv    a row per passage; the default for a file named .csv

A passage is told when its plate has left: it was out of sight for 1.5 seconds. A vehicle that does not move for
ten seconds is parked: it is told then, and once more when it leaves. What is told again has the same source and
track, and the last one counts.
Without --threads the networks have half of the cores, as decoding needs the others.
A passage is accepted where it is as sure as the reader's card or --abstain asks, and several frames agree.
Exit status: 0 all watched, 1 some source failed, 2 wrong usage (options, models, addresses)."""


def main(argv: list[str] | None = None) -> int:
    """Runs the command line and returns the exit status."""
    args = parse(argv)
    speak_utf8()
    return run(args)


def parse(argv: list[str] | None) -> argparse.Namespace:
    """The checked flags. Ends the program with status 2 for wrong ones."""
    parser = Parser(PROG, "Watches videos and cameras: one answer for each vehicle that passes.", EPILOG)
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="see below")
    parser.add_argument("--format", choices=WRITERS, help="see below")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="write the passages into FILE; one that has any is not touched"
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on with the FILE of an interrupted run: watch the files it lacks"
    )
    parser.add_argument("--save", type=Path, metavar="DIR", help="write the best picture of each passage into DIR")
    parser.add_argument("--video", type=Path, metavar="MP4", help="write the video with its plates marked")
    parser.add_argument("--blur", type=Path, metavar="MP4", help="write the video with its plates made unreadable")
    parser.add_argument(
        "--zone",
        type=polygon,
        metavar="POLYGON",
        help="only plates whose centre lies within, as corners in shares of the picture: '0,0.4 1,0.4 1,1 0,1'",
    )
    parser.add_argument("--min-width", type=pixels, default=0.0, metavar="PX", help="leave out narrower plates")
    parser.add_argument(
        "--fps", type=rate, default=RATE, metavar="N", help=f"search at most N frames a second (default: {RATE:g})"
    )
    parser.add_argument(
        "--settle", type=rate, metavar="SECONDS", help="tell a passage after SECONDS, and again if it changes"
    )
    parser.add_argument("--abstain", type=probability, metavar="P", help="accept no passage below P")
    parser.add_argument("--readings", action="store_true", help="add what each frame alone says (jsonl)")
    add_country_flags(parser)
    add_model_flags(parser)
    args = parser.parse_args(argv)
    if len(args.sources) > 1 and (flag := "--video" if args.video else "--blur" if args.blur else None):
        parser.error(f"{flag}: one video is written, so give one source")
    choose_format(parser, args, BY_SUFFIX, "passages")
    if args.readings and args.format != "jsonl":
        parser.error("--readings: needs the format jsonl")
    return args


def polygon(word: str) -> Polygon:
    """Returns the corners ``[K, 2]`` of ``x,y x,y x,y ...``."""
    fault = argparse.ArgumentTypeError(f"{word!r} is no polygon such as '0,0.4 1,0.4 1,1 0,1' (shares from 0 to 1)")
    try:
        corners = np.array([[float(v) for v in corner.split(",")] for corner in word.split()], np.float32)
    except ValueError:
        raise fault from None
    sound = corners.ndim == 2 and corners.shape[1] == 2 and len(corners) >= 3
    if not (sound and corners.min() >= 0 and corners.max() <= 1 and cv2.contourArea(corners) > 0):
        raise fault
    return corners


def pixels(word: str) -> float:
    """Returns a number of pixels."""
    return _number(word, "a number of pixels", 0, 1e5)


def rate(word: str) -> float:
    """Returns a number above zero."""
    return _number(word, "a number above 0", 1e-3, 1e4)


def _number(word: str, what: str, least: float, most: float) -> float:
    try:
        value = float(word)
    except ValueError:
        value = np.nan
    if not least <= value <= most:
        raise argparse.ArgumentTypeError(f"{word!r} is not {what}")
    return value


def run(args: argparse.Namespace) -> int:
    """Watches everything that the flags name; see the module for the exit status."""
    try:
        done = _done(args)
        threads = args.threads or max(1, usable_cores() // 2)
        models = (args.models, threads, args.provider, args.min_confidence, args.countries)
        reader = Reader(*models, canvas=args.canvas)
        folder = _folder(args)
        output = output_stream(args.output)
    except (CardError, CountryError, ProviderError, ResumeError) as error:
        return _fault(PROG, str(error), USAGE)
    cv2.setNumThreads(threads)
    words = [word for word in _named(args.sources) if hide_password(word) not in done.sources]
    with output as stream:
        try:
            desk = Desk(WRITERS[args.format](stream).write, folder)
            _watch_all(words, reader, desk, args)
        except BrokenPipeError:
            raise
        except OSError as error:
            if args.output is None:
                abandon(sys.stdout)
            return _fault(str(args.output or "standard output"), f"cannot be written ({error.strerror})")
    return desk.status or int(done.failed)


def _named(words: Sequence[str]) -> Iterator[str]:
    """Yields the sources that ``words`` name; ``-`` stands for the lines of standard input."""
    for word in words:
        if word == "-":
            yield from (line.strip() for line in sys.stdin if line.strip())
        else:
            yield word


def _watch_all(words: Sequence[str], reader: Reader, desk: Desk, args: argparse.Namespace) -> None:
    """Watches files one after the other, and then live sources all at once, until Ctrl-C or SIGTERM.

    Raises OSError where the output takes no more.
    """
    with ExitStack() as opened:
        live: list[LiveSource] = []
        for word in words:
            try:
                source = opened.enter_context(open_source(word))
            except SourceError as error:
                desk.not_opened(hide_password(word), str(error))
                continue
            if isinstance(source, LiveSource):
                live.append(source)
                continue
            watcher = _watcher(args, source, reader)
            with source, _progress(source) as shown, _written(args, reader, watcher, desk) as sinks:
                desk.watch(source, watcher, [*sinks, shown])
        watchers = [_watcher(args, source, reader) for source in live]
        if live:
            # a video is written of one source alone, so that the first one is the only one
            with _written(args, reader, watchers[0], desk) as sinks:
                watch_live([(*pair, sinks) for pair in zip(live, watchers, strict=True)], desk)


def _watcher(args: argparse.Namespace, source: VideoSource, reader: Reader) -> Watcher:
    options = WatchOptions(
        zone=args.zone,
        min_width=args.min_width,
        rate=args.fps,
        abstain=args.abstain,
        settle=args.settle,
        keep_readings=args.readings,
        keep_pictures=args.save is not None,
    )
    return Watcher(reader, source.name, options)


@contextmanager
def _written(args: argparse.Namespace, reader: Reader, watcher: Watcher, desk: Desk) -> Iterator[list[Sink]]:
    """Yields what writes the videos that the flags ask for, which are complete after the block.

    A video that cannot be completed is a fault of the ``desk``.
    """
    sinks: list[Sink] = []
    try:
        with ExitStack() as opened:
            if args.video is not None:
                annotated = opened.enter_context(AnnotatedVideo(args.video))
                sinks.append(lambda frame: annotated.add(frame, watcher.plates(frame.time)))
            if args.blur is not None:
                sinks.append(opened.enter_context(BlurredVideo(args.blur, reader.detector)).add)
            yield sinks
    except VideoWriteError as error:
        desk.fault(str(error))


@contextmanager
def _progress(source: VideoSource) -> Iterator[Sink]:
    """Yields what shows a bar with the time left on standard error, where that is a terminal."""
    if not sys.stderr.isatty() or source.duration is None:
        yield lambda frame: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeRemainingColumn(),
    )
    console = Console(file=sys.stderr, markup=False, highlight=False, emoji=False)
    with Progress(*columns, console=console, transient=True, redirect_stdout=sys.stdout.isatty()) as progress:
        task = progress.add_task(Path(source.name).name, total=source.duration)
        yield lambda frame: progress.update(task, completed=frame.time)


def _done(args: argparse.Namespace) -> Watched:
    """Returns what the file of results has already. Raises ResumeError."""
    if args.output is None:
        return Watched()
    with naming("--output"):
        if args.resume:
            return resume(args.output)
        begin(args.output, args.format == RESUMABLE)
        return Watched()


def _folder(args: argparse.Namespace) -> PassageFolder | None:
    if args.save is None:
        return None
    with naming("--save"):
        return PassageFolder(args.save)


def _fault(name: str, message: str, status: int = 1) -> int:
    print(f"{name}: {message}", file=sys.stderr, flush=True)
    return status


if __name__ == "__main__":
    run_command(main)
