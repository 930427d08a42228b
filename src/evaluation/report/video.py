"""The document of a run of ``python -m src.evaluate_video``."""

from collections.abc import Iterator, Sequence
from functools import partial

from src.core.cli import counted
from src.core.types import Image
from src.evaluation.accuracy.plate_result import Figure
from src.evaluation.metrics.calibration import CalibrationGroup
from src.evaluation.report.accuracy.plots import reliability
from src.evaluation.report.document import (
    Block,
    Card,
    Cell,
    ContactSheet,
    DataTable,
    Document,
    Paragraph,
    Plot,
    Section,
)
from src.evaluation.report.provenance import provenance, session
from src.evaluation.report.wording import NONE, cell, interval, value
from src.evaluation.video.schema import (
    OURS,
    ClipResult,
    Outcome,
    PassageFigures,
    Speed,
    SystemFigures,
    VideoReport,
)

SHEET_WORDS = "A clip of every kind, after compression; green boxes are where the plate counts as legible"
COLUMNS = (
    "passages",
    "right",
    "accepted",
    "right of accepted",
    "missed",
    "doubled",
    "invented",
    "too many, accepted",
    "exchanged",
    "seconds to the answer",
)
NOTE = (
    "A passage is a vehicle that passes. Right: the whole text, exactly. Doubled: told more than once. Invented: told "
    "where no vehicle with a plate is, by passages. Too many, accepted: doubles and inventions that were told as sure "
    "enough. Exchanged: a track that begins on one vehicle and ends on another. Seconds from the first legible frame "
    "to the right and accepted text, on average. In small print 95 % intervals: bootstrap over the photographs and "
    "crops that the vehicles were made of; over clips where clips are counted."
)


def document(report: VideoReport, sheet: Image) -> Document:
    """What ``report`` says; ``sheet`` shows frames of some clips."""
    ours = [system for system in report.systems if system.name == OURS]
    headline = f"{value(ours[-1].all.right)} of {ours[-1].all.passages} passages read exactly right" if ours else NONE
    return Document(
        name="video",
        title="Video",
        headline=headline,
        summary=list(_summary(report)),
        sections=[
            Section("Passages", list(_passages(report))),
            *([Section("Real clips", [_clips(report)])] if report.clips else []),
            Section("Passages that went wrong", [_wrong(report)], detail=True),
            Section("What the clips look like", [ContactSheet(SHEET_WORDS, sheet)], detail=True),
            provenance(report, {"passages": str(report.passages), **session(report)}),
        ],
    )


def _summary(report: VideoReport) -> Iterator[str]:
    yield (
        "Passages are photographs of val that move in frames of 1280 x 720, encoded as H.264 and decoded again; half "
        "of the seeds are for fitting, the other half is measured."
    )
    if report.clips:
        yield "Real clips were never fitted on."


def _passages(report: VideoReport) -> Iterator[Block]:
    for system in report.systems:
        if system.name == OURS and system.of == "measure":
            yield from _cards(system, report)
    yield DataTable(
        "Systems on the same frames",
        ("system", "half", *COLUMNS),
        [[system.name, system.of, *_cells(system.all)] for system in report.systems],
        NOTE,
        words=2,
    )
    for system in report.systems:
        if system.name == OURS:
            yield DataTable(
                f"By kind, {system.of}",
                ("kind", *COLUMNS),
                [[kind, *_cells(figures)] for kind, figures in system.kinds.items()],
                folded=system.of != "measure",
            )
            yield DataTable(
                f"By the vehicles' origin and the lines of their plates, {system.of}",
                ("origin", *COLUMNS),
                [[group, *_cells(figures)] for group, figures in (*system.groups.items(), *system.lines.items())],
                "photograph: as it was taken; pasted: a photographed plate on another vehicle; drawn: in typefaces "
                "that no training sees.",
                folded=system.of != "measure",
            )
    measured = {half: group for half, group in report.calibration.items() if group is not None}
    if measured:
        words = "how often passages of like confidence are right, by half"
        yield Plot("video-reliability.png", "Confidence and truth", words, partial(reliability, measured))
        yield _calibration(measured)
    yield Paragraph(facts={f"right as a still picture, {half}": value(figure) for half, figure in report.still.items()})
    if report.speed and report.speed.frames:
        yield Paragraph(facts=_speed(report.speed))


def _cards(system: SystemFigures, report: VideoReport) -> Iterator[Card]:
    figures = system.all
    meanings = {
        "of the passages are told exactly right": figures.right,
        "doubled or invented, as sure as is asked": figures.spurious_accepted,
        "of the tracks change from one vehicle to another": figures.exchanged,
        "of the accepted passages are right": figures.accepted_right,
    }
    for meaning, figure in meanings.items():
        yield Card(value(figure), f"{meaning} ({interval(figure)})" if figure else meaning)
    group = report.calibration.get("measure")
    if group is not None:
        yield Card(f"{group.ece.value:.3f}", "calibration error of their confidences")


def _cells(figures: PassageFigures) -> list[Cell | str]:
    shares = (
        figures.right,
        figures.accepted,
        figures.accepted_right,
        figures.missed,
        figures.doubled,
        figures.invented,
        figures.spurious_accepted,
        figures.exchanged,
    )
    return [str(figures.passages), *(cell(share) for share in shares), _seconds(figures.wait)]


def _seconds(figure: Figure | None) -> Cell | str:
    return NONE if figure is None else Cell(f"{figure.value:.2f}", f"{figure.low:.2f}–{figure.high:.2f}")


def _calibration(groups: dict[str, CalibrationGroup]) -> DataTable:
    rows: list[list[Cell | str]] = [
        [
            half,
            str(group.n),
            f"{group.confidence:.3f}",
            cell(group.read),
            Cell(f"{group.ece.value:.3f}", f"{group.ece.low:.3f}–{group.ece.high:.3f}"),
            f"{group.brier.value:.3f}",
        ]
        for half, group in groups.items()
    ]
    return DataTable(
        "Confidence of passages",
        ("half", "told", "mean confidence", "right", "calibration error", "Brier"),
        rows,
        "Of all that was told; what is invented is wrong. Calibration error: ten bins of as many passages each.",
    )


def _speed(speed: Speed) -> dict[str, str]:
    return {
        "frames": f"{speed.frames:,} of {speed.video_seconds:.0f} s, {speed.searched / speed.frames:.0%} searched",
        "frames per second of processor time": f"{speed.frames / max(speed.cpu_seconds, 1e-9):.1f}",
        "frames per second of the clock": f"{speed.frames / max(speed.wall_seconds, 1e-9):.1f}",
    }


def _clips(report: VideoReport) -> DataTable:
    rows: list[list[Cell | str]] = []
    for system, clips in report.clips.items():
        sums = {name: sum(getattr(clip, name) for clip in clips) for name in _COUNTS}
        rows.append([system, str(sum(len(clip.truths) for clip in clips)), *map(str, sums.values()), _faults(clips)])
    return DataTable(
        f"{counted(len(next(iter(report.clips.values()))), 'clip')} of real cameras",
        ("system", "plates", "right", "wrong", "missed", "doubled", "invented", "of them accepted", "what went wrong"),
        rows,
        "So few plates make no percentages. Their boxes are not known: texts are matched to those that are most alike.",
        texts=1,
    )


_COUNTS = ("right", "wrong", "missed", "doubled", "invented", "invented_accepted")


def _faults(clips: Sequence[ClipResult]) -> Cell:
    faults = [
        f"{clip.clip}: {', '.join(told.text for told in clip.told) or 'nothing'} for {', '.join(clip.truths)}"
        for clip in clips
        if clip.wrong or clip.missed or clip.doubled or clip.invented
    ]
    return Cell("; ".join(faults), mark="code")


def _wrong(report: VideoReport) -> DataTable:
    wrong = [outcome for outcome in report.outcomes if not outcome.right or outcome.doubles or outcome.exchanged]
    rows: list[list[Cell | str]] = [_fault(outcome) for outcome in wrong]
    rows += [
        [i.source, i.half or NONE, "invented", "accepted" if i.accepted else "", f"{i.confidence:.3f}", NONE, i.text]
        for i in report.inventions
    ]
    return DataTable(
        "Passages of ours",
        ("clip", "half", "what", "accepted", "confidence", "true", "told"),
        rows,
        words=4,
        texts=2,
        folded=True,
    )


def _fault(outcome: Outcome) -> list[Cell | str]:
    what = [
        "missed" if outcome.text is None else "" if outcome.right else "wrong",
        f"told {outcome.doubles + 1} times" if outcome.doubles else "",
        "exchanged" if outcome.exchanged else "",
    ]
    return [
        outcome.source,
        outcome.half or NONE,
        ", ".join(filter(None, what)),
        "accepted" if outcome.accepted else "",
        f"{outcome.confidence:.3f}",
        Cell(outcome.truth, mark="code"),
        Cell(outcome.text or NONE, mark="code"),
    ]
