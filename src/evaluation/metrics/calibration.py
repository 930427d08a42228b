"""Whether a confidence is the probability that it claims to be, and what abstaining by it buys."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from src.core.schema import Closed
from src.evaluation.accuracy.plate_result import Figure, ScoredPlate
from src.evaluation.datasets.synthetic import SYNTHETIC
from src.evaluation.metrics.figures import interval, resample_weights

BINS = 10
PRECISION = 0.99
CURVE_POINTS = 100

Floats = npt.NDArray[np.float64]


class ReliabilityBin(Closed):
    """A tenth of the readings, those of like confidence."""

    confidence: float  # mean
    right: float  # share that is exactly right
    n: int


class RiskPoint(Closed):
    """What is left, and how much of it is wrong, when readings below ``threshold`` are refused."""

    threshold: float
    coverage: float  # share of readings kept
    risk: float  # share of those that is wrong


class PreciseThreshold(Closed):
    """The lowest threshold that leaves PRECISION of the readings kept exactly right.

    Both intervals choose the threshold anew in each resample; where none is precise enough, it counts as a
    threshold of 1 that keeps nothing.
    """

    threshold: Figure
    coverage: Figure


class CalibrationGroup(Closed):
    """The confidence of one group of readings. A reading is right when its text is exactly the true one."""

    name: str
    n: int
    read: Figure  # share that is right
    confidence: float  # mean
    ece: Figure  # expected calibration error, BINS bins of equal mass
    brier: Figure  # mean square of confidence minus outcome
    aurc: Figure  # area under the risk-coverage curve
    bins: tuple[ReliabilityBin, ...]  # least sure first
    risk_coverage: tuple[RiskPoint, ...]  # surest first, at most CURVE_POINTS
    precise: PreciseThreshold | None  # None: no threshold reaches PRECISION


class CalibrationReport(Closed):
    """All readings together, photographs and drawn crops apart, and each source by itself."""

    pooled: CalibrationGroup
    real: CalibrationGroup | None
    synthetic: CalibrationGroup | None  # typefaces that no training sees
    sources: tuple[CalibrationGroup, ...]  # of photographs, in the order of their first reading


@dataclass(frozen=True, slots=True)
class Readings:
    """Readings with known truth, each array ``[N]``."""

    confidence: Floats
    right: Floats  # 1 where the text is exactly right, else 0
    image: npt.NDArray[np.str_]

    @classmethod
    def of(cls, outcomes: Sequence[ScoredPlate]) -> "Readings":
        """The readings of outcomes."""
        return cls(
            np.array([o.confidence for o in outcomes], np.float64),
            np.array([o.exact for o in outcomes], np.float64),
            np.array([f"{o.set} {o.image}" for o in outcomes], np.str_),
        )

    def __len__(self) -> int:
        return len(self.confidence)


def calibration_report(outcomes: Iterable[ScoredPlate]) -> CalibrationReport | None:
    """How well confidence foretells whether a text is right; None where no text with known truth was read.

    A plate that was missed has no reading. One that was read in both flows counts once, in the whole path.
    """
    read = _one_each(outcomes)
    if not read:
        return None
    real = [o for o in read if o.source != SYNTHETIC]
    drawn = [o for o in read if o.source == SYNTHETIC]
    sources = dict.fromkeys(o.source for o in real)
    return CalibrationReport(
        pooled=measure("pooled", Readings.of(read)),
        real=measure("real", Readings.of(real)) if real else None,
        synthetic=measure(SYNTHETIC, Readings.of(drawn)) if drawn else None,
        sources=tuple(measure(s, Readings.of([o for o in real if o.source == s])) for s in sources),
    )


def _one_each(outcomes: Iterable[ScoredPlate]) -> list[ScoredPlate]:
    chosen: dict[tuple[str, str, int], ScoredPlate] = {}
    for outcome in outcomes:
        key = outcome.set, outcome.image, outcome.plate
        if outcome.truth is not None and (outcome.flow == "path" or key not in chosen):
            chosen[key] = outcome
    return [outcome for outcome in chosen.values() if outcome.found]


def measure(name: str, readings: Readings) -> CalibrationGroup:
    """The figures of at least one reading, their intervals by bootstrap over images.

    As a mean of absolute values, the calibration error of few readings is too large, and its interval more so.
    """
    order = _ascending(readings)
    confidence, right = readings.confidence[order], readings.right[order]
    kept, risk = selective_risk(confidence, right)
    figures = _figures(confidence, right, np.unique(readings.image[order], return_inverse=True)[1])
    threshold, coverage = figures.pop("threshold"), figures.pop("coverage")
    return CalibrationGroup(
        name=name,
        n=len(readings),
        confidence=float(confidence.mean()),
        **figures,
        bins=_bins(confidence, right),
        risk_coverage=_curve(confidence, kept, risk),
        precise=PreciseThreshold(threshold=threshold, coverage=coverage) if coverage.value else None,
    )


def point_figures(readings: Readings) -> dict[str, float]:
    """``read``, ``ece``, ``brier``, ``aurc``, and ``threshold`` and ``coverage`` of PRECISION, without intervals."""
    order = _ascending(readings)
    return _statistics(readings.confidence[order], readings.right[order])


def calibration_error(confidence: Floats, right: Floats) -> float:
    """Mean gap between confidence and share of right readings, over BINS bins of as many readings each.

    Naeini et al., "Obtaining well calibrated probabilities using Bayesian binning", AAAI 2015, with equal mass.
    ``confidence [N]`` ascends; readings of one confidence count as equally right, however they are ordered.
    """
    gaps = np.array_split(confidence - _share_among_equals(confidence, right), BINS)
    return float(sum(abs(gap.sum()) for gap in gaps) / len(confidence))


def selective_risk(confidence: Floats, right: Floats) -> tuple[npt.NDArray[np.int64], Floats]:
    """With each reading's confidence as threshold, how many readings are kept ``[N]``, and the share of wrong ones.

    Geifman and El-Yaniv, "Selective classification for deep neural networks", NeurIPS 2017. ``confidence`` ascends;
    a threshold keeps all readings of its own confidence.
    """
    first = np.searchsorted(confidence, confidence)
    kept = len(confidence) - first
    return kept, (1 - right)[::-1].cumsum()[kept - 1] / kept


def _ascending(readings: Readings) -> npt.NDArray[np.int64]:
    return np.argsort(readings.confidence, kind="stable")


def _share_among_equals(confidence: Floats, right: Floats) -> Floats:
    group = np.unique(confidence, return_inverse=True)[1]
    shares: Floats = (np.bincount(group, right) / np.bincount(group))[group]
    return shares


def _figures(confidence: Floats, right: Floats, image: npt.NDArray[np.int64]) -> dict[str, Figure]:
    """By name; ``image [N]`` numbers the pictures from 0."""
    values = _statistics(confidence, right)
    resampled = []
    for weights in resample_weights(int(image.max()) + 1):
        drawn = np.repeat(np.arange(len(image)), weights[image].astype(int))
        resampled.append(_statistics(confidence[drawn], right[drawn]))
    figures = {}
    for name, value in values.items():
        low, high = interval(np.array([statistics[name] for statistics in resampled]))
        # resampling adds gaps of its own, so that the interval of a small calibration error may miss it
        figures[name] = Figure(value=value, low=min(low, value), high=max(high, value), n=len(right))
    return figures


def _statistics(confidence: Floats, right: Floats) -> dict[str, float]:
    kept, risk = selective_risk(confidence, right)
    precise = np.flatnonzero(risk <= 1 - PRECISION)
    lowest = precise[0] if precise.size else None
    return {
        "read": float(right.mean()),
        "ece": calibration_error(confidence, right),
        "brier": float(((confidence - right) ** 2).mean()),
        "aurc": float(risk.mean()),
        "threshold": 1.0 if lowest is None else float(confidence[lowest]),
        "coverage": 0.0 if lowest is None else float(kept[lowest] / len(right)),
    }


def _bins(confidence: Floats, right: Floats) -> tuple[ReliabilityBin, ...]:
    shares = _share_among_equals(confidence, right)
    pairs = zip(np.array_split(confidence, BINS), np.array_split(shares, BINS), strict=True)
    return tuple(ReliabilityBin(confidence=c.mean(), right=r.mean(), n=len(c)) for c, r in pairs if len(c))


def _curve(confidence: Floats, kept: npt.NDArray[np.int64], risk: Floats) -> tuple[RiskPoint, ...]:
    """A point for each threshold, thinned evenly where they are many; the last one keeps everything."""
    distinct = np.unique(kept, return_index=True)[1]
    chosen = distinct[np.unique(np.linspace(0, len(distinct) - 1, CURVE_POINTS).round().astype(int))]
    return tuple(RiskPoint(threshold=confidence[i], coverage=kept[i] / len(kept), risk=risk[i]) for i in chosen)
