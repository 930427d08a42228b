"""The flags that several plain command lines have: those that open models, and where results go."""

import argparse
import re
import sys
from collections.abc import Mapping

from src.core.limits import LEAST_SIDE
from src.runtime.resume import RESUMABLE


def add_model_flags(parser: argparse.ArgumentParser) -> None:
    """Adds ``--models``, ``--min-confidence``, ``--canvas``, ``--threads`` and ``--provider``."""
    parser.add_argument(
        "--models",
        default="exports",
        metavar="DIR",
        help="folder with detector/ and ocr/, each a model.onnx and its card.json (default: exports)",
    )
    parser.add_argument(
        "--min-confidence",
        type=probability,
        metavar="P",
        help="leave out detections below P (default: as the model's card says)",
    )
    parser.add_argument(
        "--canvas",
        type=canvas_side,
        metavar="PIXELS",
        help=f"longer side of pictures for the detector, up to {LEAST_SIDE} (default: as its card says); a larger one "
        "finds plates farther away, and takes longer by its area",
    )
    parser.add_argument(
        "--threads", type=thread_count, default=0, metavar="N", help="CPU threads (default: 0, all usable cores)"
    )
    parser.add_argument(
        "--provider",
        default="cpu",
        metavar="NAME",
        help="onnxruntime execution provider: cpu, cuda, openvino, coreml, dml, ... (default: cpu); one that "
        "is not available is an error",
    )


def choose_format(
    parser: argparse.ArgumentParser, args: argparse.Namespace, by_suffix: Mapping[str, str], what: str
) -> None:
    """Sets ``args.format``, where nobody named one, by the suffix of ``args.output``.

    Without a file it is ``text`` on a terminal and ``jsonl`` elsewhere. Ends the program with status 2 for a file of
    another suffix, and for ``args.resume`` without a file in JSON Lines. ``what`` is written, such as results.
    """
    if args.format is None and args.output is not None and args.output.suffix.lower() not in by_suffix:
        names = ", ".join(suffix for suffix in by_suffix if suffix)
        parser.error(f"--output {args.output}: {what} are written as {names}; --format says as which of them")
    if args.format is None:
        on_terminal = "text" if sys.stdout.isatty() else RESUMABLE
        args.format = on_terminal if args.output is None else by_suffix[args.output.suffix.lower()]
    if args.resume and (args.output is None or args.format != RESUMABLE):
        parser.error(f"--resume: needs --output FILE in the format {RESUMABLE}")


def add_triton_flag(parser: argparse.ArgumentParser) -> None:
    """Adds ``--triton``."""
    parser.add_argument(
        "--triton",
        metavar="URL",
        help="Triton server that runs the models instead, grpc://host:8001 or http://host:8000; the cards are still "
        "those of --models, and --threads is how many pictures are on their way at once",
    )


def add_country_flags(parser: argparse.ArgumentParser) -> None:
    """Adds ``--countries`` and ``--no-formats``. Both set ``countries``: () means any country, None means no
    formats.
    """
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument(
        "--countries",
        type=country_codes,
        default=(),
        metavar="CODES",
        help="countries that the plates are of, ISO 3166 alpha-2, such as RU,BY: their formats count (default: any); "
        "the plate of another country is not rewritten",
    )
    choice.add_argument(
        "--no-formats",
        dest="countries",
        action="store_const",
        const=None,
        help="read without the plate formats of countries",
    )


def country_codes(word: str) -> tuple[str, ...]:
    """Returns the codes of a list with commas, in upper case."""
    codes = tuple(code.strip().upper() for code in word.split(","))
    if not all(re.fullmatch("[A-Z]{2}", code) for code in codes):
        raise argparse.ArgumentTypeError(f"{word!r} is not a list of country codes such as RU,BY")
    return codes


def probability(word: str) -> float:
    """Returns a number from 0 to 1."""
    try:
        value = float(word)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{word!r} is not a probability from 0 to 1")
    return value


def canvas_side(word: str) -> int:
    """Returns a whole number of pixels, up to LEAST_SIDE."""
    if not word.isdecimal() or not 1 <= int(word) <= LEAST_SIDE:
        raise argparse.ArgumentTypeError(f"{word!r} is not a number of pixels from 1 to {LEAST_SIDE}")
    return int(word)


def thread_count(word: str) -> int:
    """Returns a whole number; 0 means all cores."""
    if not word.isdecimal() or int(word) > 1024:
        raise argparse.ArgumentTypeError(f"{word!r} is not a number of threads")
    return int(word)
