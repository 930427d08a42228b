"""The picture of a benchmark: the stages, the batches, and the peer where there is one."""

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas

from src.evaluation.latency.schema import Benchmark, Peer, Stage
from src.evaluation.report.style import Theme

STAGE_NAMES: dict[Stage, str] = {
    "decode": "decode the file",
    "resize": "resize",
    "detect": "detect (onnxruntime)",
    "postprocess": "post-process",
    "crop": "crop",
    "read": "read (onnxruntime)",
    "decode_text": "decode the text",
    "from_pixels": "from pixels to texts",
    "total": "in all",
}
STACKED: tuple[Stage, ...] = ("decode", "resize", "detect", "postprocess", "crop", "read", "decode_text")


def overview(report: Benchmark, theme: Theme) -> Canvas:
    """The panels of a run below each other."""
    heights = [0.32 * len(report.pictures) + 1.1, 2.3]
    heights += [0.32 * len(report.peer.rows) + 1.0] if report.peer else []
    canvas = Canvas(figsize=(6.4, sum(heights)), layout="constrained")
    FigureCanvasAgg(canvas)
    panels = canvas.subplots(len(heights), 1, height_ratios=heights)
    _stages(panels[0], report, theme)
    _batches(panels[1], report, theme)
    if report.peer:
        _peer(panels[2], report.peer, theme)
    return canvas


def _stages(axes: Axes, report: Benchmark, theme: Theme) -> None:
    names = [f"{row.megapixels:g} MP, {thread_words(row.threads)}" for row in report.pictures]
    left = [0.0] * len(names)
    for stage, colour in zip(STACKED, (theme.line, *theme.series, theme.faint), strict=True):
        ms = [row.stages[stage].median if stage in row.stages else 0.0 for row in report.pictures]
        axes.barh(names, ms, left=left, height=0.62, color=colour, label=STAGE_NAMES[stage])
        left = [before + spent for before, spent in zip(left, ms, strict=True)]
    for name, end in zip(names, left, strict=True):
        axes.annotate(f"{end:.0f}", (end, name), (3, 0), textcoords="offset points", va="center")
    _list(axes, theme, "median milliseconds of each stage, added up")
    axes.legend(ncols=4, loc="lower center", bbox_to_anchor=(0.4, 1), handlelength=1, columnspacing=1, fontsize=7.5)


def _batches(axes: Axes, report: Benchmark, theme: Theme) -> None:
    for k, threads in enumerate(dict.fromkeys(row.threads for row in report.batches)):
        rows = [row for row in report.batches if row.threads == threads]
        plates, ms = [row.plates for row in rows], [row.total.median / row.plates for row in rows]
        colour, marker = theme.look(k)
        axes.plot(plates, ms, color=colour, marker=marker, markersize=5, label=thread_words(threads))
    axes.set_xscale("log", base=2)
    axes.set_xticks([row.plates for row in report.batches], [str(row.plates) for row in report.batches])
    axes.minorticks_off()
    axes.set_ylim(bottom=0)
    axes.set_xlabel("plates read in one batch")
    axes.set_ylabel("ms per plate")
    axes.legend()


def _peer(axes: Axes, peer: Peer, theme: Theme) -> None:
    names, left = [row.set for row in peer.rows], [0.0] * len(peer.rows)
    for part, colour in (("detect", theme.series[1]), ("read", theme.series[4]), ("rest", theme.faint)):
        shares = [getattr(row, part) for row in peer.rows]
        axes.barh(names, shares, left=left, height=0.62, color=colour, label=part)
        left = [before + share for before, share in zip(left, shares, strict=True)]
    for row in peer.rows:
        ends = [[row.ratio.value - row.ratio.low], [row.ratio.high - row.ratio.value]]
        axes.errorbar(row.ratio.value, row.set, xerr=ends, color=theme.ink, marker="o", markersize=4, linewidth=1)
    axes.axvline(1, color=theme.ink, linewidth=1, linestyle=(0, (4, 3)))
    axes.set_xlim(0, 1.1 * max(1.0, *(row.ratio.high for row in peer.rows)))
    _list(axes, theme, f"our median time; {peer.name} takes 1")
    axes.legend(ncols=3, loc="lower center", bbox_to_anchor=(0.4, 1), handlelength=1, columnspacing=1, fontsize=7.5)


def _list(axes: Axes, theme: Theme, label: str) -> None:
    """Bars from top to bottom, as a list is read."""
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.tick_params("y", labelcolor=theme.ink)
    axes.set_xlabel(label)


def thread_words(threads: int) -> str:
    """``one thread``, ``4 threads``, ``all threads``."""
    return {0: "all threads", 1: "one thread"}.get(threads, f"{threads} threads")
