"""Two robustness reports plate by plate: what changed under which effect, and what of it is more than noise."""

from collections.abc import Iterable, Iterator, Sequence

from scipy.stats import false_discovery_control

from src.evaluation.accuracy.stored import ReportError
from src.evaluation.metrics.figures import interval
from src.evaluation.metrics.significance import SIGNIFICANCE, mcnemar
from src.evaluation.robustness.run import AS_IT_IS, FIGURES, ConditionCounts, ConditionKey, counts, right_and_counted
from src.evaluation.robustness.schema import (
    ConditionChange,
    FigureName,
    MeanChange,
    PlateOfPicture,
    Robustness,
    RobustnessComparison,
)

Marks = dict[ConditionKey, str]


def compare_runs(baseline: str, before: Robustness, after: Robustness) -> RobustnessComparison:
    """Over the plates (of the same text) and conditions that both reports have. Raises ReportError for none."""
    plates, conditions = common(baseline, before, after.plates, _conditions(after))
    old, new = (_marks(side, plates, conditions) for side in (before, after))
    sides = [counts(plates, list(side.values())) for side in (old, new)]
    means = [_mean_change(name, sides[0][name], sides[1][name]) for name in FIGURES]
    changes = [change for name in FIGURES for change in _changes(name, plates, old, new)]
    return RobustnessComparison(
        baseline=baseline,
        commit=before.commit,
        created=before.created,
        means=tuple(mean for mean in means if mean),
        changes=tuple(_judged(changes)),
    )


def common(
    baseline: str, before: Robustness, plates: Iterable[PlateOfPicture], conditions: Iterable[ConditionKey]
) -> tuple[list[PlateOfPicture], list[ConditionKey]]:
    """Those of a run's ``plates`` and ``conditions`` that ``before`` has too. Raises ReportError for none."""
    known_plates, known_conditions = set(before.plates), set(_conditions(before))
    shared = [plate for plate in plates if plate in known_plates]
    both = [condition for condition in conditions if condition in known_conditions]
    if not shared or set(both) <= {AS_IT_IS}:
        raise ReportError(f"{baseline}: no {'effect' if shared else 'plate'} in common with this run")
    return shared, both


def _conditions(report: Robustness) -> list[ConditionKey]:
    return [(condition.effect, condition.severity) for condition in report.conditions]


def _marks(report: Robustness, plates: Sequence[PlateOfPicture], conditions: Sequence[ConditionKey]) -> Marks:
    """A letter for each of ``plates`` per condition."""
    place = {plate: number for number, plate in enumerate(report.plates)}
    rows = dict(zip(_conditions(report), (c.marks for c in report.conditions), strict=True))
    return {condition: "".join(rows[condition][place[plate]] for plate in plates) for condition in conditions}


def _mean_change(figure: FigureName, before: ConditionCounts, after: ConditionCounts) -> MeanChange | None:
    """None where one side has no such figure."""
    rows = range(1, len(before.right))
    if before.relative(rows) is None or after.relative(rows) is None:
        return None
    low, high = interval(after.resampled_means(rows) - before.resampled_means(rows))
    ends = {"before": before.mean(rows), "after": after.mean(rows), "low": low, "high": high}
    return MeanChange(figure=figure, **ends, beyond_noise=not low <= 0 <= high)


def _changes(
    figure: FigureName, plates: Sequence[PlateOfPicture], before: Marks, after: Marks
) -> Iterator[ConditionChange]:
    """A row per condition, not judged yet; a plate counts where both runs have it in the frame."""
    was, counted_before = right_and_counted(figure, plates, list(before.values()))
    now, counted_after = right_and_counted(figure, plates, list(after.values()))
    for row, (effect, severity) in enumerate(after):
        both = counted_before[row] & counted_after[row]
        old, new = was[row, both], now[row, both]
        if len(old):
            yield ConditionChange(
                effect=effect,
                severity=severity,
                figure=figure,
                plates=len(old),
                before=float(old.mean()),
                after=float(new.mean()),
                gained=int((new & ~old).sum()),
                lost=int((old & ~new).sum()),
                p=mcnemar(old, new),
                beyond_noise=False,
            )


def _judged(changes: Sequence[ConditionChange]) -> Iterator[ConditionChange]:
    """Of 86 rows, four would be under 0.05 by chance alone: what is judged is the false discovery rate."""
    adjusted = false_discovery_control([change.p for change in changes])
    for change, p in zip(changes, adjusted, strict=True):
        yield change.model_copy(update={"beyond_noise": bool(p < SIGNIFICANCE)})
