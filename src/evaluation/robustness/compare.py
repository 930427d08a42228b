"""Two robustness reports plate by plate: what changed under which effect, and what of it is more than noise."""

from collections.abc import Iterator, Sequence

from scipy.stats import false_discovery_control

from src.evaluation.compare import SIGNIFICANCE, mcnemar
from src.evaluation.figures import interval
from src.evaluation.robustness.run import AS_IT_IS, FIGURES, ConditionKey, Counts, counts, right_and_counted
from src.evaluation.robustness.schema import Change, Comparison, FigureName, MeanChange, Plate, Robustness
from src.evaluation.schema import ReportError

Marks = dict[ConditionKey, str]


def compare(baseline: str, before: Robustness, after: Robustness) -> Comparison:
    """Over the plates (of the same text) and conditions that both reports have. Raises ReportError for none."""
    known = set(before.plates)
    plates = [plate for plate in after.plates if plate in known]
    old, new = _marks(before, plates), _marks(after, plates)
    common = [condition for condition in new if condition in old]
    if not plates or common == [AS_IT_IS]:
        raise ReportError(f"{baseline}: no {'effect' if plates else 'plate'} in common with this run")
    old, new = ({condition: side[condition] for condition in common} for side in (old, new))
    sides = [counts(plates, list(side.values())) for side in (old, new)]
    means = [_mean_change(name, sides[0][name], sides[1][name]) for name in FIGURES]
    changes = [change for name in FIGURES for change in _changes(name, plates, old, new)]
    return Comparison(
        baseline=baseline,
        commit=before.commit,
        created=before.created,
        means=tuple(mean for mean in means if mean),
        changes=tuple(_judged(changes)),
    )


def _marks(report: Robustness, plates: Sequence[Plate]) -> Marks:
    """A letter for each of ``plates`` per condition."""
    place = {plate: number for number, plate in enumerate(report.plates)}
    return {(c.effect, c.severity): "".join(c.marks[place[plate]] for plate in plates) for c in report.conditions}


def _mean_change(figure: FigureName, before: Counts, after: Counts) -> MeanChange | None:
    """None where one side has no such figure."""
    rows = range(1, len(before.right))
    if before.relative(rows) is None or after.relative(rows) is None:
        return None
    low, high = interval(after.resampled_means(rows) - before.resampled_means(rows))
    ends = {"before": before.mean(rows), "after": after.mean(rows), "low": low, "high": high}
    return MeanChange(figure=figure, **ends, beyond_noise=not low <= 0 <= high)


def _changes(figure: FigureName, plates: Sequence[Plate], before: Marks, after: Marks) -> Iterator[Change]:
    """A row per condition, not judged yet; a plate counts where both runs have it in the frame."""
    was, counted_before = right_and_counted(figure, plates, list(before.values()))
    now, counted_after = right_and_counted(figure, plates, list(after.values()))
    for row, (effect, severity) in enumerate(after):
        both = counted_before[row] & counted_after[row]
        old, new = was[row, both], now[row, both]
        if len(old):
            yield Change(
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


def _judged(changes: Sequence[Change]) -> Iterator[Change]:
    """Of 86 rows, four would be under 0.05 by chance alone: what is judged is the false discovery rate."""
    adjusted = false_discovery_control([change.p for change in changes])
    for change, p in zip(changes, adjusted, strict=True):
        yield change.model_copy(update={"beyond_noise": bool(p < SIGNIFICANCE)})
