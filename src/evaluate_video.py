"""``python -m src.evaluate_video``: what becomes of vehicles that pass, in rendered passages and in real clips.

Exit status: 0 done, 1 some picture or clip could not be read, 2 wrong usage.
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
from PIL import Image as PillowImage

from src.core.card import CardError, write_card
from src.core.cli import FAILED, Parser, refused, run_command
from src.core.image import SUFFIXES, ImageError
from src.data.annotations.corrections import CorrectionError
from src.data.annotations.labels import LabelError
from src.data.annotations.manifest import ManifestError
from src.data.synthesis import FontError
from src.evaluation.accuracy import provenance
from src.evaluation.accuracy.schema import MeasuredModel
from src.evaluation.datasets.sets import SetError, data_folder
from src.evaluation.latency.peer import FastAlpr, PeerError
from src.evaluation.report.terminal import show
from src.evaluation.report.video import document
from src.evaluation.report.write import write
from src.evaluation.video.clip import Clip
from src.evaluation.video.figures import calibration, of_half, passage_figures, system_figures
from src.evaluation.video.fit import Evidence, fit, keep, kept
from src.evaluation.video.kinds import KINDS, clip_of, clips
from src.evaluation.video.run import Results, play, play_real
from src.evaluation.video.schema import OURS, Half, Invention, Outcome, SystemFigures, VideoReport
from src.evaluation.video.sheet import sheet
from src.evaluation.video.vehicles import Stock, stocks
from src.runtime.command import add_model_flags
from src.runtime.reader import Reader
from src.runtime.session import ProviderError
from src.video.sources import SourceError
from src.video.watcher import WatchOptions

PROG = "python -m src.evaluate_video"
EVIDENCE = "evidence.pickle"
HALVES: tuple[Half, Half] = ("fit", "measure")
EPILOG = f"""\
kinds: {", ".join(KINDS)}.
Passages are rendered from photographs of val: vehicles whose plates are known, in frames of 1280 x 720, encoded as
H.264 and decoded again. Even seeds are the half for fitting, odd ones the half that is measured; the halves share no
picture. Beside the passages as they are told stand, on the same frames, the best single reading and the majority of all
readings of each track, and with --peer the majority of fast-alpr's readings.
--fit fits on the half for fitting how dependent neighbouring frames are and how sure their sum is, and writes that into
the reader's card; with --evidence FILE from what an earlier run kept in its folder, without a video.
Exit status: 0 done, 1 some picture or clip could not be read, 2 wrong usage."""


def main(argv: list[str] | None = None) -> int:
    """Runs the command line and returns the exit status."""
    args = parse(argv)
    cv2.setNumThreads(args.threads or 1)
    try:
        if args.fit and args.evidence:
            return _fit(args, kept(args.evidence))
        stock = stocks(data_folder(args.data), args.fonts)
        if args.sheet:
            return _sheet(args, stock)
        return _measure(args, stock, sys.argv[1:] if argv is None else argv)
    except (ImageError, SourceError) as error:
        return refused(PROG, error, FAILED)
    except (
        SetError,
        ManifestError,
        LabelError,
        CorrectionError,
        CardError,
        FontError,
        ProviderError,
        PeerError,
        OSError,
    ) as error:
        return refused(PROG, error)


def parse(argv: list[str] | None) -> argparse.Namespace:
    """The checked flags. Ends the program with status 2 for wrong ones."""
    parser = Parser(PROG, "Measures passages of vehicles in videos.", EPILOG)
    parser.add_argument("--passages", type=_count, default=500, metavar="N", help="rendered ones (default: 500)")
    parser.add_argument(
        "--kinds", nargs="+", choices=list(KINDS), default=list(KINDS), metavar="KIND", help="see below"
    )
    parser.add_argument("--data", metavar="DIR", help="data folder (default: $PLATE_DATA, else data)")
    parser.add_argument(
        "--fonts", type=Path, default=Path(".fonts"), metavar="DIR", help="typefaces of drawn plates (default: .fonts)"
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("reports/video"),
        metavar="DIR",
        help=f"where video.json, .md, .html, plots and {EVIDENCE} go (default: reports/video)",
    )
    parser.add_argument(
        "--rate", type=float, default=WatchOptions().rate, metavar="N", help="frames a second that are searched at most"
    )
    parser.add_argument("--no-clips", action="store_true", help="leave out the real clips")
    parser.add_argument(
        "--peer", type=Path, metavar="DIR", help="folder with fast-alpr's yolo*.onnx, cct*.onnx and cct*.yaml"
    )
    parser.add_argument(
        "--peer-passages", type=_count, default=100, metavar="N", help="rendered ones that the peer sees (default: 100)"
    )
    parser.add_argument("--fit", action="store_true", help="fit the reader's passages, and write its card")
    parser.add_argument("--evidence", type=Path, metavar="FILE", help=f"with --fit: the {EVIDENCE} of an earlier run")
    parser.add_argument(
        "--sheet", type=_picture, metavar="FILE", help="measure nothing, draw a clip of every kind into FILE"
    )
    add_model_flags(parser)
    args = parser.parse_args(argv)
    if args.evidence and not args.fit:
        parser.error("--evidence goes with --fit")
    args.kinds = tuple(dict.fromkeys(args.kinds))
    return args


def _count(word: str) -> int:
    if not word.isdecimal() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"{word!r} is not a number of passages")
    return int(word)


def _picture(word: str) -> Path:
    if Path(word).suffix.lower() not in SUFFIXES:
        raise argparse.ArgumentTypeError(f"{word!r} is not the name of a picture, such as sheet.png")
    return Path(word)


def _reader(args: argparse.Namespace) -> Reader:
    return Reader(args.models, args.threads, args.provider, args.min_confidence, canvas=args.canvas)


def _measure(args: argparse.Namespace, stock: dict[Half, Stock], words: Sequence[str]) -> int:
    reader, options = _reader(args), WatchOptions(rate=args.rate)
    peer = FastAlpr(args.peer, args.threads or 1) if args.peer else None
    name = peer.name if peer else ""
    args.out.mkdir(parents=True, exist_ok=True)  # what cannot be written is said before minutes of work
    commit, created = provenance.commit(), datetime.now(UTC).isoformat(timespec="seconds")
    progress = _Progress(args.passages)
    results = play(
        clips(stock, args.passages, args.kinds), reader, options, peer, name, args.peer_passages, progress.told
    )
    keep(results.evidence, args.out / EVIDENCE)
    if args.fit:
        return _fit(args, results.evidence)
    real = {} if args.no_clips else play_real(data_folder(args.data), reader, options, peer, name)
    report = VideoReport(
        command=f"{PROG} {shlex.join(words)}".strip(),
        commit=commit,
        created=created,
        machine=provenance.machine(),
        split="val",
        threads=args.threads,
        provider=args.provider,
        detector=MeasuredModel.of(reader.detector),
        ocr=MeasuredModel.of(reader.plate_reader),
        passages=len(results.outcomes[OURS]),
        halves=dict(Counter(outcome.half or "" for outcome in results.outcomes[OURS])),
        still={half: passage_figures(of_half(half, results.still)[0], []).right for half in HALVES},
        systems=tuple(_systems(results, name)),
        calibration={half: calibration(half, *_half(results, OURS, half)) for half in HALVES},
        outcomes=tuple(results.outcomes[OURS]),
        inventions=tuple(results.inventions[OURS]),
        speed=results.speed,
        clips=real,
    )
    said = document(report, sheet(_examples(stock, args.kinds)))
    write(said, report, args.out)
    show(said)
    print(f"{args.out / 'video.html'} has it all", file=sys.stderr)
    return 0


def _half(results: Results, system: str, half: Half) -> tuple[list[Outcome], list[Invention]]:
    return of_half(half, [*results.outcomes[system], *results.inventions[system]])


def _systems(results: Results, peer: str) -> list[SystemFigures]:
    """Every system over each half; ours also over the passages that the peer saw."""
    found = []
    for half in HALVES:
        for system in results.outcomes:
            if system != peer:
                outcomes, inventions = _half(results, system, half)
                if outcomes:
                    found.append(system_figures(system, half, outcomes, inventions))
    if peer and peer in results.outcomes:
        seen = {outcome.source for outcome in results.outcomes[peer]}
        for system in (OURS, peer):
            outcomes = [o for o in results.outcomes[system] if o.source in seen]
            inventions = [i for i in results.inventions[system] if i.source in seen]
            found.append(system_figures(system, "what the peer saw", outcomes, inventions))
    return found


class _Progress:
    """Prints on standard error how far the clips are."""

    def __init__(self, passages: int) -> None:
        self._passages, self._shown, self._right = passages, 0, 0

    def told(self, clip: Clip, outcomes: Sequence[Outcome]) -> None:
        self._shown, self._right = self._shown + len(outcomes), self._right + sum(o.right for o in outcomes)
        print(
            f"{self._shown} of {self._passages} passages, {self._right} right: {clip.name}", file=sys.stderr, flush=True
        )


def _examples(stock: dict[Half, Stock], kinds: Sequence[str]) -> list[Clip]:
    """A clip of every kind, of the half for fitting."""
    return [clip_of(kind, 2 * number, "fit", stock["fit"]) for number, kind in enumerate(kinds)]


def _sheet(args: argparse.Namespace, stock: dict[Half, Stock]) -> int:
    args.sheet.parent.mkdir(parents=True, exist_ok=True)
    PillowImage.fromarray(sheet(_examples(stock, args.kinds))).save(args.sheet)
    return 0


def _fit(args: argparse.Namespace, evidence: Sequence[Evidence]) -> int:
    reader = _reader(args).plate_reader
    if not any(e.half == "fit" and e.observations for e in evidence):
        raise SetError("no passage of the half for fitting was told")
    fitted = fit(evidence, reader)
    write_card(reader.card.model_copy(update={"passages": fitted.calibration}), Path(args.models) / "ocr")
    print(fitted.calibration.model_dump_json(indent=2))
    for name, (before, after) in (("log loss", fitted.losses), ("calibration error", fitted.errors)):
        print(f"{name} of the {fitted.passages} passages that are measured: {before:.4f} before, {after:.4f} after")
    print(f"right: {fitted.right[0]} before, {fitted.right[1]} after")
    return 0


if __name__ == "__main__":
    run_command(main)
