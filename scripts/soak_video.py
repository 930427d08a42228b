"""Watches a live video for an hour: memory must not grow.

    python -m scripts.soak_video
    python -m scripts.soak_video --minutes 5

A process of its own plays a clip again and again, as an endless MPEG-TS stream over HTTP whose timestamps go on, and
breaks off each connection after two minutes. Here the stream is watched as by ``src.watch``. Exit status: 0 memory is
flat and pictures came all the time, 1 they are not, 2 wrong usage.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
import multiprocessing
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from threading import Timer
from time import monotonic, sleep

import av

from scripts.load.server import resident
from src.core.card import CardError
from src.core.cli import FAILED, USAGE, Parser, run_command
from src.runtime.reader import Reader
from src.video.sources import LiveSource, SourceError, open_camera
from src.video.watcher import Watcher

PROG = "python -m scripts.soak_video"
CLIP = Path("data/samples/passing.mp4")
CUT_S = 120.0
"""So long a connection lasts."""
GROWTH = 16.0
"""MiB between the second quarter of the time and the last that would be a leak."""
SILENCE_S = 30.0
"""Between two pictures; a longer silence is a fault."""


@dataclass
class Soak:
    """What was seen."""

    frames: int = 0
    passages: int = 0
    reconnects: int = 0
    longest_silence: float = 0.0
    memory: tuple[float, ...] = ()
    """MiB of this process, every second."""

    @property
    def quarters(self) -> tuple[float, float]:
        """The median of the memory in the second quarter of the time, and in the last."""
        length = max(1, len(self.memory) // 4)
        return median(self.memory[length : 2 * length]), median(self.memory[-length:])

    @property
    def fault(self) -> str | None:
        """What is not as promised."""
        early, late = self.quarters
        if late - early > GROWTH:
            return f"memory grew from {early:.0f} to {late:.0f} MiB"
        if self.longest_silence > SILENCE_S:
            return f"no pictures for {self.longest_silence:.0f} s"
        return None


def main(argv: list[str] | None = None) -> int:
    """Watches and reports."""
    args = _parse(argv)
    try:
        with _camera(args.clip) as address, open_camera(address) as source:
            source.require()
            soak = _watch(source, Watcher(Reader(args.models, threads=1), source.name), 60 * args.minutes)
    except (CardError, SourceError) as error:
        print(f"{PROG}: {error}", file=sys.stderr)
        return USAGE
    early, late = soak.quarters
    print(
        f"{soak.frames:,} frames, {soak.passages:,} passages, {soak.reconnects:,} reconnects, longest silence "
        f"{soak.longest_silence:.1f} s, memory {early:.1f} MiB in the second quarter and {late:.1f} MiB in the last"
    )
    if soak.fault:
        print(f"{PROG}: {soak.fault}", file=sys.stderr)
        return FAILED
    return 0


def _parse(argv: list[str] | None) -> argparse.Namespace:
    parser = Parser(PROG, "Watches a live video: memory must not grow.")
    parser.add_argument("--minutes", type=float, default=60, metavar="N", help="how long (default: 60)")
    parser.add_argument("--clip", type=Path, default=CLIP, metavar="FILE", help=f"H.264 in MP4 (default: {CLIP})")
    parser.add_argument("--models", type=Path, default=Path("exports"), metavar="DIR", help="default: exports")
    args = parser.parse_args(argv)
    if not 0.1 <= args.minutes < float("inf"):
        parser.error("--minutes: must be a tenth at least")
    if not args.clip.is_file():
        parser.error(f"--clip {args.clip}: no such file")
    return args


def _watch(source: LiveSource, watcher: Watcher, seconds: float) -> Soak:
    soak, begun = Soak(), monotonic()
    last, measured, said = begun, begun, begun
    end = Timer(seconds, source.close)  # also where no pictures come any more
    end.daemon = True
    end.start()
    for frame in source:
        soak.passages += sum(passage.record.left for passage in watcher.see(frame))
        soak.frames += 1
        now = monotonic()
        soak.longest_silence, last = max(soak.longest_silence, now - last), now
        if now - measured >= 1:
            measured = now
            soak.memory += (resident(os.getpid()),)
        if now - said >= 60:
            said = now
            _say(source, soak, (now - begun) / 60)
    soak.longest_silence = max(soak.longest_silence, monotonic() - last)
    soak.reconnects = source.state().reconnects
    return soak


def _say(source: LiveSource, soak: Soak, minutes: float) -> None:
    state = source.state()
    print(
        f"{minutes:.0f} min: {state.frames_per_second:.1f} frames a second come, {soak.frames:,} were watched, "
        f"{state.behind:.2f} s behind, {state.reconnects} reconnects, {soak.passages} passages, "
        f"{soak.memory[-1]:.0f} MiB" + (f", {state.error}" if state.error else ""),
        flush=True,
    )


@contextmanager
def _camera(clip: Path) -> Iterator[str]:
    """The address of a camera, in a process of its own, that plays ``clip`` within the block."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(clip, theirs), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}/live.ts"
    finally:
        process.kill()
        process.join()


def _serve(clip: Path, connection: Connection) -> None:
    class Request(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "video/mp2t")
            self.end_headers()
            with suppress(OSError, av.error.FFmpegError):  # the watcher has gone
                _play(clip, self)

        def log_message(self, *_: object) -> None:
            """Keeps quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Request)
    connection.send(server.server_port)
    server.serve_forever()


def _play(clip: Path, request: BaseHTTPRequestHandler) -> None:
    """Sends the clip again and again, at its own speed, until the connection is old enough."""
    begun, passed = monotonic(), 0.0
    with av.open(request.wfile, "w", format="mpegts", options={"flush_packets": "1"}) as sent:
        out = None
        while passed < CUT_S:
            with av.open(str(clip)) as file:
                stream = file.streams.video[0]
                assert stream.time_base is not None
                out = out or sent.add_stream_from_template(stream)
                for packet in file.demux(stream):
                    if packet.dts is None or packet.pts is None:
                        continue
                    due = passed + float(packet.dts * stream.time_base)
                    sleep(max(0.0, begun + due - monotonic()))
                    shift = round(passed / stream.time_base)
                    packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, out
                    sent.mux(packet)
                passed += (file.duration or 0) / av.time_base


if __name__ == "__main__":
    run_command(main)
