"""Two runs plate by plate: what changed, and which differences are more than noise."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

from src.evaluation.accuracy.comparison import Change, Comparison, Difference, FlowComparison, FlowName
from src.evaluation.accuracy.plate_result import Flow, ScoredImage, ScoredPlate
from src.evaluation.accuracy.schema import Report
from src.evaluation.accuracy.system_result import SetFigures, System
from src.evaluation.metrics.figures import (
    DETECTION,
    LOCALISATION,
    READING,
    DetectionFigures,
    Parts,
    interval,
    resampled_ratios,
    sums,
)

SIGNIFICANCE = 0.05
OF_FOUND = ("covered", "overlap", "corners")
"""Figures of the plates that were found, which need not be the same in both runs."""
Case = TypeVar("Case", ScoredPlate, ScoredImage)


@dataclass(frozen=True, slots=True)
class Paired(Generic[Case]):
    """Cases that both runs have, in one order, and those that only one has."""

    before: list[Case]
    after: list[Case]
    only_before: list[Case]
    only_after: list[Case]


def compare_reports(path: Path, baseline: Report, systems: Sequence[System]) -> Comparison:
    """This run's ``systems`` beside those of the report ``baseline``, which lies at ``path``."""
    flows, lonely = compare_systems(baseline.systems, systems)
    stated = {"baseline": str(path), "commit": baseline.commit, "created": baseline.created}
    return Comparison(**stated, flows=tuple(flows), not_compared=tuple(lonely))


def compare_systems(before: Sequence[System], after: Sequence[System]) -> tuple[list[FlowComparison], list[str]]:
    """Every flow of every set of every system that both runs have, and the names of what only one run has."""
    old, new = _sets(before), _sets(after)
    flows = [flow for name in new if name in old for flow in _compare_set(*name, old[name], new[name])]
    return flows, [f"{system}: {pictures}" for system, pictures in sorted(old.keys() ^ new.keys())]


def mcnemar(before: npt.NDArray[np.bool_], after: npt.NDArray[np.bool_]) -> float:
    """Two-sided p that plates ``[N]`` right before and after differ by chance alone.

    McNemar, "Note on the sampling error of the difference between correlated proportions or percentages",
    Psychometrika 1947, in its exact form: of the plates that changed, either direction is equally likely.
    """
    gained, lost = int((after & ~before).sum()), int((before & ~after).sum())
    return float(binomtest(gained, gained + lost).pvalue) if gained + lost else 1.0


@dataclass(frozen=True, slots=True)
class _Set:
    """One system's rows of one set."""

    figures: SetFigures
    outcomes: list[ScoredPlate]
    images: list[ScoredImage]

    def of_flow(self, flow: Flow) -> list[ScoredPlate]:
        return [outcome for outcome in self.outcomes if outcome.flow == flow]


def _sets(systems: Sequence[System]) -> dict[tuple[str, str], _Set]:
    return {
        (system.name, figures.name): _Set(
            figures,
            [o for o in system.outcomes if o.set == figures.name],
            [i for i in system.images if i.set == figures.name],
        )
        for system in systems
        for figures in system.sets
    }


def _compare_set(system: str, pictures: str, before: _Set, after: _Set) -> Iterator[FlowComparison]:
    path = _pair(before.of_flow("path"), after.of_flow("path"), _plate)
    ocr = _pair(before.of_flow("ocr"), after.of_flow("ocr"), _plate)
    images = _pair(before.images, after.images, lambda image: (image.image, image.plates))
    if images.before:
        differences = [_by_plate("found", path, lambda o: (o.found, 1))]
        differences += [_by_image(name, images, DETECTION[name]) for name in ("precision", "extra")]
        differences += [_by_plate(name, path, LOCALISATION[name]) for name in LOCALISATION if name not in OF_FOUND]
        differences += [_by_image(name, path, LOCALISATION[name]) for name in OF_FOUND]
        if not (images.only_before or images.only_after):
            differences += _average_precisions(before.figures.detector, after.figures.detector)
        yield _flow((system, pictures, "detector"), path, differences, lambda o: o.found)
    if _has_texts(path):
        yield _flow((system, pictures, "path"), path, _reading_differences(path), lambda o: o.exact)
    if _has_texts(ocr):
        yield _flow((system, pictures, "ocr"), ocr, _reading_differences(ocr), lambda o: o.exact)


def _has_texts(plates: Paired[ScoredPlate]) -> bool:
    return any(outcome.truth is not None for outcome in plates.before)


def _pair(before: Sequence[Case], after: Sequence[Case], key: Callable[[Case], Hashable]) -> Paired[Case]:
    old, new = {key(case): case for case in before}, {key(case): case for case in after}
    common = [k for k in old if k in new]
    return Paired(
        [old[k] for k in common],
        [new[k] for k in common],
        [case for k, case in old.items() if k not in new],
        [case for k, case in new.items() if k not in old],
    )


def _plate(outcome: ScoredPlate) -> Hashable:
    """The same plate, labelled the same: a text that was corrected since makes it another one."""
    return outcome.image, outcome.plate, outcome.box, outcome.truth, outcome.published_text


def _reading_differences(plates: Paired[ScoredPlate]) -> list[Difference | None]:
    named = all(any(o.read_region for o in side) for side in (plates.before, plates.after))
    by_plate = [name for name in READING if name != "cer" and (name != "region" or named)]
    return [_by_plate(name, plates, READING[name]) for name in by_plate] + [_by_image("cer", plates, READING["cer"])]


def _by_plate(figure: str, plates: Paired[ScoredPlate], parts: Callable[[ScoredPlate], Parts]) -> Difference | None:
    """A rate of plates, by McNemar's test; None where no plate counts."""
    sides = [np.array([parts(o) for o in side], float).reshape(-1, 2) for side in (plates.before, plates.after)]
    before, after = (side[side[:, 1] > 0, 0].astype(bool) for side in sides)
    if not len(before):
        return None
    p = mcnemar(before, after)
    rates = {"before": float(before.mean()), "after": float(after.mean())}
    return Difference(figure=figure, **rates, test="McNemar", p=p, beyond_noise=p < SIGNIFICANCE)


def _by_image(figure: str, cases: Paired[Case], parts: Callable[[Case], Parts]) -> Difference | None:
    """A ratio of sums over images, by the paired bootstrap: both runs get the same resamples."""
    before, after = sums(cases.before, parts), sums(cases.after, parts)
    if not (before[1].sum() and after[1].sum()):
        return None
    low, high = interval(resampled_ratios(*after) - resampled_ratios(*before))
    ratios = {"before": before[0].sum() / before[1].sum(), "after": after[0].sum() / after[1].sum()}
    noise = low <= 0 <= high
    return Difference(figure=figure, **ratios, test="paired bootstrap", low=low, high=high, beyond_noise=not noise)


def _average_precisions(before: DetectionFigures | None, after: DetectionFigures | None) -> list[Difference | None]:
    pairs = [(name, getattr(before, name, None), getattr(after, name, None)) for name in ("ap50", "ap")]
    return [
        Difference(figure=name, before=old.value, after=new.value, test=None, beyond_noise=None)
        for name, old, new in pairs
        if old and new
    ]


def _flow(
    where: tuple[str, str, FlowName],
    plates: Paired[ScoredPlate],
    differences: Sequence[Difference | None],
    is_right: Callable[[ScoredPlate], bool],
) -> FlowComparison:
    system, pictures, flow = where
    changed = [
        (old, new) for old, new in zip(plates.before, plates.after, strict=True) if is_right(old) != is_right(new)
    ]
    return FlowComparison(
        system=system,
        set=pictures,
        flow=flow,
        plates=len(plates.before),
        differences=tuple(d for d in differences if d is not None),
        became_right=tuple(_change(old, new) for old, new in changed if is_right(new)),
        became_wrong=tuple(_change(old, new) for old, new in changed if is_right(old)),
        only_before=tuple(f"{o.image}#{o.plate}" for o in plates.only_before),
        only_after=tuple(f"{o.image}#{o.plate}" for o in plates.only_after),
    )


def _change(old: ScoredPlate, new: ScoredPlate) -> Change:
    before, after = (o.text if o.found else None for o in (old, new))
    return Change(image=new.image, plate=new.plate, truth=new.truth, before=before, after=after)
