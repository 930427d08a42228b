"""Whether a reader may take the place of another one: it is better where it was to learn, and nowhere worse."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from src.core.calibration import EPSILON
from src.evaluation.accuracy.comparison import FlowComparison
from src.evaluation.accuracy.plate_result import ScoredPlate
from src.evaluation.accuracy.system_result import System
from src.evaluation.metrics.figures import interval, resampled_ratios
from src.evaluation.metrics.significance import compare_systems

JUDGED = ("ocr", "path")
"""The flows that count: the reader on true boxes, and the whole path."""
LEARNT = "ocr"
"""The flow in which it has to be better on what it was to learn: the detector is the same."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one figure of one set."""

    what: str
    plates: int
    before: float
    after: float
    better: bool
    """Better beyond noise."""
    worse: bool
    """Worse beyond noise."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that was compared, and why the newer reader is not promoted; it is where there is no reason."""

    changes: tuple[Change, ...]
    against: tuple[str, ...]

    @property
    def is_better(self) -> bool:
        return not self.against


def judge(before: System, after: System, held_out: str) -> Verdict:
    """Compares two readers on the same pictures; ``held_out`` is the set of the corrected ones.

    The newer one is better if it reads more of ``held_out`` right, beyond noise (McNemar's test), and if no set is read
    worse beyond noise, ``held_out`` among them. Its confidences have to hold as well: their log loss over all sets,
    ``held_out`` left out, as what was corrected there is no sample of what is read, is not worse beyond noise.
    """
    flows, _ = compare_systems([before], [after])
    changes = [change for flow in flows if flow.flow in JUDGED for change in _read(flow)]
    learnt = next((change for change in changes if change.what == f"{held_out}, {LEARNT}, read"), None)
    if (confidence := _confidence(before.outcomes, after.outcomes, held_out)) is not None:
        changes.append(confidence)
    against = [f"{change.what}: worse beyond noise" for change in changes if change.worse]
    if learnt is None:
        against.append(f"{held_out}: there is nothing to judge by")
    elif not learnt.better:
        against.append(f"{learnt.what}: not better beyond noise")
    return Verdict(tuple(changes), tuple(against))


def _read(flow: FlowComparison) -> Iterable[Change]:
    for difference in flow.differences:
        if difference.figure == "read":
            is_more = bool(difference.beyond_noise)
            yield Change(
                f"{flow.set}, {flow.flow}, read",
                flow.plates,
                difference.before,
                difference.after,
                better=is_more and difference.better,
                worse=is_more and not difference.better,
            )


def _confidence(before: Sequence[ScoredPlate], after: Sequence[ScoredPlate], held_out: str) -> Change | None:
    """The mean log loss of the confidences on true boxes, by the paired bootstrap over plates; lower is better."""
    old, new = (_by_plate(side, held_out) for side in (before, after))
    common = [key for key in old if key in new]
    if not common:
        return None
    losses = [np.array([_log_loss(side[key]) for key in common]) for side in (old, new)]
    ones = np.ones(len(common))
    low, high = interval(resampled_ratios(losses[1] - losses[0], ones))
    means = [float(loss.mean()) for loss in losses]
    return Change("confidence, log loss", len(common), means[0], means[1], better=high < 0, worse=low > 0)


def _by_plate(outcomes: Sequence[ScoredPlate], held_out: str) -> dict[Hashable, ScoredPlate]:
    return {
        (outcome.set, outcome.image, outcome.plate): outcome
        for outcome in outcomes
        if outcome.flow == LEARNT and outcome.truth is not None and outcome.set != held_out
    }


def _log_loss(outcome: ScoredPlate) -> float:
    confidence = min(max(outcome.confidence, EPSILON), 1 - EPSILON)
    return float(-np.log(confidence if outcome.exact else 1 - confidence))
