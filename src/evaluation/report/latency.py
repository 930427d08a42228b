"""The document of a run of ``python -m src.benchmark``."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import get_args

from src.core.cli import counted
from src.evaluation.latency.schema import (
    BatchRow,
    Benchmark,
    FreshRow,
    ModelRow,
    Peer,
    PictureRow,
    Quantiles,
    Stage,
    VideoRow,
)
from src.evaluation.report.document import Cell, DataTable, Document, Plot, Section
from src.evaluation.report.latency_plot import STAGE_NAMES, overview, thread_words
from src.evaluation.report.provenance import provenance
from src.evaluation.report.wording import listed

QUANTILES = "The median, and with it the 95 % and the 99 % quantile"


def document(report: Benchmark, before: Benchmark | None = None) -> Document:
    """What ``report`` says, and how it compares with a run ``before``."""
    words = "Stages, batches and the comparison with the peer; the tables below hold the same figures"
    sections = [
        Section("Milliseconds", [Plot("benchmark.png", "Medians", words, partial(overview, report)), *_tables(report)])
    ]
    if before:
        sections.append(Section("Since the baseline", [beside(report, before)]))
    return Document(
        name="benchmark",
        title="Benchmark",
        headline="Milliseconds of the exported models on one machine",
        summary=["Only ratios within one run are fair."],
        sections=[*sections, provenance(report, _further(report))],
    )


def _further(report: Benchmark) -> dict[str, str]:
    stated = {
        "sets": ", ".join(report.sets),
        "versions": listed(report.versions),
        "load when it began": f"{report.load:.2f}",
        "models": listed({model.name: model.sha256 for model in report.models}),
    }
    return stated | ({"peer": listed({report.peer.name: "one thread", **report.peer.weights})} if report.peer else {})


def times(ms: Quantiles) -> Cell:
    """``31.2 (33.0 / 40.1)``: the median, the 95 % and the 99 % quantile."""
    return Cell(f"{ms.median:.1f}", f"{ms.p95:.1f} / {ms.p99:.1f}")


def _tables(report: Benchmark) -> list[DataTable]:
    """The comparison with the peer first where there is one."""
    compared = [_peer(report.peer, report.machine)] if report.peer else []
    by_threads = groupby(report.pictures, lambda row: row.threads)
    pictures = [_pictures(threads, list(rows)) for threads, rows in by_threads]
    further = [_batches(report.batches), _fresh(report.fresh), _models(report.models, report.matmul_gflop_per_s)]
    videos = [_videos(report.videos, report.peer.name if report.peer else "")] if report.videos else []
    return [*compared, *videos, *pictures, *further]


def _peer(peer: Peer, machine: Mapping[str, str | int | None]) -> DataTable:
    processor = f"{machine.get('processor')} with {machine.get('features') or 'unknown features'}"
    rows: tuple[tuple[Cell | str, ...], ...] = tuple(
        (
            row.set,
            str(row.ratio.n),
            times(row.ours),
            times(row.peer),
            Cell(f"{row.ratio.value:.2f}", f"{row.ratio.low:.2f} to {row.ratio.high:.2f}"),
            *(f"{value:.2f}" for value in (row.detect, row.read, row.rest)),
        )
        for row in peer.rows
    )
    return DataTable(
        f"Beside {peer.name}, one thread each, on {processor}",
        ("set", "pictures", "ours, ms", f"{peer.name}, ms", "ratio of medians", "detect", "read", "rest"),
        rows,
        f"{QUANTILES}, from the same pixels to texts, picture by picture in turns; decoding the file counts for "
        "neither. Ratio with its 95 % interval (bootstrap over pictures). Detect and read (both onnxruntime) and the "
        "rest: our medians by the peer's whole.",
    )


def _videos(rows: Sequence[VideoRow], peer: str) -> DataTable:
    beside = (f"{peer} frame by frame, ms", "ratio") if any(row.ratio is not None for row in rows) else ()
    note = (
        "From the file to its passages, decoding included; the median run, by the number of frames. A video that is "
        "watched as fast as it plays has 1 in times real time."
    )
    return DataTable(
        f"Video, {rows[0].width} x {rows[0].height}, {' then '.join(rows[0].providers)}",
        ("clip", "threads", "frames", "searched", "ms per frame", "times real time", *beside),
        tuple((*_video(row), *(_beside_video(row) if beside else ())) for row in rows),
        f"{note} {peer} reads frames alone, on one thread, and its decoding does not count." if beside else note,
    )


def _video(row: VideoRow) -> tuple[str, ...]:
    counts = str(row.frames), str(row.searched)
    return row.clip, thread_words(row.threads), *counts, f"{row.per_frame.median:.1f}", f"{row.times_real_time:.1f}"


def _beside_video(row: VideoRow) -> tuple[Cell | str, Cell | str]:
    if row.peer_per_frame is None or row.ratio is None:
        return "", ""
    return times(row.peer_per_frame), f"{row.ratio:.2f}"


def _pictures(threads: int, rows: Sequence[PictureRow]) -> DataTable:
    stages = [stage for stage in get_args(Stage) if any(stage in row.stages for row in rows)]
    spent = [(STAGE_NAMES[s], *(times(row.stages[s]) if s in row.stages else "" for row in rows)) for s in stages]
    further = [
        ("share outside onnxruntime", *(f"{row.outside:.1%}" for row in rows)),
        ("first run, in all", *(f"{row.warm_up[0]:.1f}" for row in rows)),
        ("plates per picture", *(f"{row.plates:.2f}" for row in rows)),
        ("pictures x repeats", *(f"{row.pictures} x {row.stages['total'].n // row.pictures}" for row in rows)),
    ]
    return DataTable(
        f"Pictures, {thread_words(threads)}, {_ran_on(rows[0])}",
        ("stage", *(f"{row.megapixels:g} MP, ms" for row in rows)),
        (*spent, *further),
        f"{QUANTILES}; warm-up runs are left out. The share is of the time from pixels to texts. The pictures "
        "are resized copies: an enlarged one holds less detail than a camera's, so that its file decodes faster.",
    )


def _batches(rows: Sequence[BatchRow]) -> DataTable:
    return DataTable(
        f"Reader by number of plates, {_ran_on(rows[0])}",
        ("plates", "threads", "read (onnxruntime), ms", "in all, ms", "in all per plate, ms"),
        tuple(
            (
                str(row.plates),
                thread_words(row.threads),
                times(row.read),
                times(row.total),
                f"{row.total.median / row.plates:.2f}",
            )
            for row in rows
        ),
        f"{QUANTILES} of {rows[0].total.n} batches. In all: with stacking the crops and decoding the texts.",
    )


def _fresh(rows: Sequence[FreshRow]) -> DataTable:
    return DataTable(
        "A fresh process",
        ("picture", "start to first result, ms", "peak memory, MiB"),
        tuple((f"{row.megapixels:g} MP", f"{row.start.median:.0f}", f"{row.peak_mib:.0f}") for row in rows),
        f"python -m src.infer for one picture: the median of {rows[0].start.n} starts, and the most resident memory "
        "that any of them held. The files were in the system's cache.",
    )


def _models(rows: Sequence[ModelRow], rate: float) -> DataTable:
    return DataTable(
        "Models, one thread",
        ("model", "MiB", "GFLOP", "ms", "GFLOP/s", "of the machine's rate"),
        tuple(
            (
                row.name,
                f"{row.mib:.1f}",
                f"{row.gflop:.3f}",
                f"{row.ms:.1f}",
                f"{row.gflop_per_s:.1f}",
                f"{row.share:.0%}",
            )
            for row in rows
        ),
        f"Work for one input: 2 x multiply-accumulates of Conv, MatMul and Gemm. The machine's rate is that of one "
        f"float32 matrix multiplication, {rate:.0f} GFLOP/s.",
    )


def beside(now: Benchmark, before: Benchmark) -> DataTable:
    """Medians of two runs and their ratio, for what both of them measured."""
    then = dict(_medians(before))
    rows = tuple(
        (name, f"{then[name]:.2f}", f"{value:.2f}", f"{value / then[name]:.2f}")
        for name, value in _medians(now)
        if name in then
    )
    return DataTable(
        f"Beside the run of {before.created}, commit {before.commit[:12]}",
        ("what", "then", "now", "ratio"),
        rows,
        "Only ratios within one run on the same machine are fair: between two runs the load, the clock rate or the "
        f"machine may differ ({before.machine.get('processor')} then, {now.machine.get('processor')} now).",
    )


def _medians(report: Benchmark) -> Iterable[tuple[str, float]]:
    """What two runs can be compared by, named; milliseconds, but for the ratios to a peer."""
    for pictures in report.pictures:
        for stage, spent in pictures.stages.items():
            yield f"{pictures.megapixels:g} MP, {thread_words(pictures.threads)}: {STAGE_NAMES[stage]}", spent.median
    for batch in report.batches:
        yield f"{counted(batch.plates, 'plate')}, {thread_words(batch.threads)}", batch.total.median
    for fresh in report.fresh:
        yield f"{fresh.megapixels:g} MP: fresh process", fresh.start.median
    for row in report.peer.rows if report.peer else ():
        yield f"{row.set}: ratio to {report.peer.name if report.peer else ''}", row.ratio.value


def _ran_on(row: PictureRow | BatchRow) -> str:
    return f"{' then '.join(row.providers)} ({row.device})"
