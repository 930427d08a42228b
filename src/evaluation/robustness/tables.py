"""The rows of a robustness report, as they are written in Markdown, on the page and on the terminal."""

from collections.abc import Sequence
from dataclasses import dataclass

from src.evaluation.accuracy.plate_result import Figure
from src.evaluation.report.wording import NONE, counted, interval, p_value, percent, value
from src.evaluation.robustness.schema import CLEAN, Change, Comparison, Condition, MeanChange, Relative, Robustness


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as text."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure and what it is."""

    value: str
    meaning: str


def headline(report: Robustness) -> list[Headline]:
    """What is to be remembered: the mean figures, and the clean ones that they refer to."""
    clean, every = report.conditions[0], report.relative[0]
    meanings = {
        "of what is read on the clean pictures, on average": every.read,
        "of what is found on the clean pictures, on average": every.found,
        "read exactly right on the clean pictures": clean.read,
        "found on the clean pictures": clean.found,
    }
    return [
        Headline(value(figure), f"{meaning} ({interval(figure)})" if figure else meaning)
        for meaning, figure in meanings.items()
    ]


def tables(report: Robustness) -> list[Table]:
    """The figures of all effects and, where there is a baseline, what changed since."""
    return [_figures(report), *([_changes(report.comparison)] if report.comparison else [])]


def _figures(report: Robustness) -> Table:
    conditions = {(c.effect, c.severity): c for c in report.conditions}
    severities = sorted({severity for _, severity in conditions if severity})
    header = [
        "effect",
        *(f"read {s}" for s in severities),
        "read / clean",
        *(f"found {s}" for s in severities),
        "found / clean",
    ]
    blank = [""] * len(severities)
    clean, every = report.conditions[0], report.relative[0]
    rows = [
        [CLEAN, value(clean.read), *blank, value(clean.found), *blank],
        *(_row(relative, [conditions[relative.effect, s] for s in severities]) for relative in report.relative[1:]),
        ["mean", *blank, _with_interval(every.read), *blank, _with_interval(every.found)],
    ]
    pictures = counted(sum(report.sets.values()), "picture")
    plates, texts = len(report.plates), sum(plate.text is not None for plate in report.plates)
    note = (
        f"Whole path over {pictures} with {counted(plates, 'plate')}, {texts} of them with a known "
        "text. Read: exactly right; found: an overlap over 0.3; plates that leave the frame do not count. "
        "The columns “/ clean”: mean over the severities by the figure of the same pictures as they are, with its "
        "95 % interval (bootstrap over pictures)."
    )
    return Table("Effects and severities", header, rows, note)


def _row(relative: Relative, conditions: Sequence[Condition]) -> list[str]:
    read, found = ([value(getattr(c, name)) for c in conditions] for name in ("read", "found"))
    return [relative.effect, *read, _with_interval(relative.read), *found, _with_interval(relative.found)]


def _with_interval(figure: Figure | None) -> str:
    return NONE if figure is None else f"{value(figure)} ({interval(figure)})"


def _changes(comparison: Comparison) -> Table:
    rows = [_mean_row(mean) for mean in comparison.means]
    changed = [change for change in comparison.changes if change.gained or change.lost]
    rows += [_change_row(change) for change in sorted(changed, key=lambda c: (not c.beyond_noise, c.p))]
    note = (
        f"Against {comparison.baseline} of {comparison.created}, commit {comparison.commit}, over the plates that "
        "both have; conditions under which no plate changed are left out. Beyond noise: of the mean, a 95 % interval "
        "of the difference without 0 (paired bootstrap over pictures); of one condition, the exact McNemar test at a "
        "false discovery rate of 5 % over all conditions."
    )
    header = ["figure", "before", "after", "gained", "lost", "certainty", "verdict"]
    return Table("Since the baseline", header, rows, note)


def _mean_row(mean: MeanChange) -> list[str]:
    certainty = f"{100 * mean.low:+.1f} to {100 * mean.high:+.1f} points"
    verdict = _verdict(mean.before, mean.after, mean.beyond_noise)
    return [f"{mean.figure}, mean by clean", percent(mean.before), percent(mean.after), "", "", certainty, verdict]


def _change_row(change: Change) -> list[str]:
    name = f"{change.figure}, {change.effect}" + (f" {change.severity}" if change.severity else "")
    counts = [str(change.gained), str(change.lost), p_value(change.p)]
    verdict = _verdict(change.before, change.after, change.beyond_noise)
    return [name, percent(change.before), percent(change.after), *counts, verdict]


def _verdict(before: float, after: float, beyond_noise: bool) -> str:
    if not beyond_noise:
        return "within noise"
    return "better" if after > before else "worse"
