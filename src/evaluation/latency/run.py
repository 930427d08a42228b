"""Runs a whole benchmark: stages, batches, fresh processes, models, and the peer where there is one."""

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
import PIL

from src.core.card import load_card
from src.core.cli import counted
from src.core.cores import usable_cores
from src.evaluation.accuracy import provenance
from src.evaluation.datasets.sets import EvaluationSet
from src.evaluation.latency.flops import count_flops, matmul_gflop_per_s
from src.evaluation.latency.peer import FastAlpr, time_in_turns
from src.evaluation.latency.process import run_fresh
from src.evaluation.latency.schema import (
    BatchRow,
    Benchmark,
    BenchmarkError,
    FreshRow,
    ModelRow,
    Peer,
    PictureRow,
    Quantiles,
    VideoRow,
)
from src.evaluation.latency.stopwatch import Stopwatch, crops_of, scaled, time_batches, time_pictures
from src.evaluation.latency.video import time_video
from src.runtime.reader import Reader

BATCHES = (1, 4, 16, 32)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is timed, and how often."""

    models: Path
    provider: str
    threads: int  # beside one; 0 means all cores
    min_confidence: float | None
    canvas: int | None
    megapixels: Sequence[float]
    images: int
    repeats: int
    starts: int
    clip: Path | None

    def open(self, threads: int) -> Reader:
        """The reader, and OpenCV, with that many threads. Raises CardError or ProviderError."""
        cv2.setNumThreads(threads or usable_cores())  # to OpenCV 0 means none
        return Reader(self.models, threads, self.provider, self.min_confidence, canvas=self.canvas)

    def command(self, path: Path) -> list[str]:
        """What an operator would call for one picture."""
        words = ["--models", str(self.models.resolve()), "--provider", self.provider, "--threads", str(self.threads)]
        words += [] if self.min_confidence is None else ["--min-confidence", str(self.min_confidence)]
        words += [] if self.canvas is None else ["--canvas", str(self.canvas)]
        return [sys.executable, "-m", "src.infer", str(path), "--format", "jsonl", *words]


def run(plan: Plan, sets: Sequence[EvaluationSet], peer: FastAlpr | None, command: str) -> Benchmark:
    """Everything, one after the other, with a line on standard error for each part.

    Raises BenchmarkError, CardError or ProviderError.
    """
    load, rate = os.getloadavg()[0], matmul_gflop_per_s()
    scenes = [pictures for pictures in sets if pictures.kind == "scenes"]
    paths = chosen(scenes, plan.images)
    with TemporaryDirectory() as folder:
        files = {megapixels: scaled(paths, megapixels, Path(folder)) for megapixels in plan.megapixels}
        pictures, batches = _stages(plan, paths, files)
        fresh = tuple(_fresh(plan, megapixels, copies[0]) for megapixels, copies in files.items())
    rate = max(rate, matmul_gflop_per_s())  # what else runs can only have slowed it down
    return Benchmark(
        command=command,
        commit=provenance.commit(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=provenance.machine(),
        versions={"numpy": np.__version__, "opencv": cv2.__version__, "pillow": PIL.__version__},
        load=load,
        sets=tuple(s.name for s in scenes),
        matmul_gflop_per_s=rate,
        models=(
            _model(plan.models / "detector", pictures[0].stages["detect"].median, rate, plan.canvas),
            _model(plan.models / "ocr", batches[0].read.median, rate),
        ),
        pictures=tuple(pictures),
        batches=tuple(batches),
        fresh=fresh,
        videos=_videos(plan, peer),
        peer=_peer(plan, scenes, peer) if peer else None,
    )


def chosen(scenes: Sequence[EvaluationSet], count: int) -> list[Path]:
    """At most ``count`` pictures, evenly spaced over the sets. Raises BenchmarkError where there is none."""
    paths = [pictures.root / record.image for pictures in scenes for record in pictures.records]
    if not paths:
        raise BenchmarkError("no scenes in the sets: crops alone have no path to time")
    return [paths[i] for i in np.linspace(0, len(paths) - 1, min(count, len(paths))).round().astype(int)]


def _stages(
    plan: Plan, paths: Sequence[Path], files: Mapping[float, Sequence[Path]]
) -> tuple[list[PictureRow], list[BatchRow]]:
    """With one thread, then with as many as planned."""
    pictures: list[PictureRow] = []
    batches: list[BatchRow] = []
    for threads in dict.fromkeys((1, plan.threads)):
        reader = plan.open(threads)
        crops = crops_of(reader, paths)
        watch = Stopwatch(reader)
        for megapixels, copies in files.items():
            _say(f"{counted(len(copies), 'picture')} of {megapixels:g} megapixels, --threads {threads}")
            pictures.append(time_pictures(watch, copies, megapixels, threads, plan.repeats))
        _say(f"batches of plates, --threads {threads}")
        batches += time_batches(watch, crops, BATCHES, threads, plan.repeats * len(paths))
    return pictures, batches


def _fresh(plan: Plan, megapixels: float, path: Path) -> FreshRow:
    """Raises BenchmarkError where a process fails."""
    _say(f"fresh processes, {megapixels:g} megapixels")
    command = plan.command(path)
    runs = [run_fresh(command) for _ in range(plan.starts)]
    for ended in runs:
        if ended.status:
            raise BenchmarkError(f"{shlex.join(command)}: status {ended.status}: {ended.errors.strip()}")
    start = Quantiles.of([ended.ms for ended in runs])
    return FreshRow(megapixels=megapixels, start=start, peak_mib=max(ended.peak_mib for ended in runs))


def _model(folder: Path, ms: float, rate: float, canvas: int | None = None) -> ModelRow:
    """``ms`` is what one thread takes for one input; ``rate`` the machine's GFLOP/s."""
    card, file = load_card(folder), folder / "model.onnx"
    gflop = count_flops(file, (canvas, canvas) if canvas else card.input_size) / 1e9  # on the largest canvas
    speed = gflop / ms * 1e3
    return ModelRow(
        name=card.name,
        task=card.task,
        sha256=card.sha256,
        mib=file.stat().st_size / 2**20,
        gflop=gflop,
        ms=ms,
        gflop_per_s=speed,
        share=speed / rate,
    )


def _videos(plan: Plan, peer: FastAlpr | None) -> tuple[VideoRow, ...]:
    """With as many threads as planned, and with one, beside the peer where there is one."""
    if plan.clip is None:
        return ()
    rows = []
    for threads in dict.fromkeys((plan.threads, 1)):
        _say(f"{plan.clip}, --threads {threads}")
        other = peer if threads == 1 else None
        rows.append(time_video(plan.clip, plan.open(threads), threads, plan.repeats, other))
    return tuple(rows)


def _peer(plan: Plan, scenes: Sequence[EvaluationSet], peer: FastAlpr) -> Peer:
    """One thread each: with more, the idle threads of one would still spin while the other works."""
    watch = Stopwatch(plan.open(1))
    rows = []
    for pictures in scenes:
        _say(f"{pictures.name} beside {peer.name}, {counted(len(pictures.records), 'picture')}")
        rows.append(time_in_turns(pictures, watch, peer))
    return Peer(name=peer.name, weights=peer.weights, rows=tuple(rows))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
