"""Fits a calibration that is to hold for a source nobody has seen, and tests it on each source in turn.

Every source stands in for an unseen one: it is calibrated by a scale that was fitted on all the others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from src.core.calibration import from_log_odds, to_log_odds
from src.evaluation.metrics.calibration import Readings

Floats = npt.NDArray[np.float64]
SCALES: Floats = np.geomspace(1 / 4, 4, 1001)
"""The scales that are tried, 0.3 % apart; 1, which leaves confidences as they are, stands in the middle."""

Rule = Callable[[Floats], Floats]
"""From the excess ``[sources, scales]`` to what is minimised, ``[scales]``."""


def worst_source(excess: Floats) -> Floats:
    """No source may lose for the gain of others: what is minimised is the largest excess.

    After group DRO (Sagawa et al., "Distributionally robust neural networks", ICLR 2020), with each source held
    against its own log loss before, as some are harder than others whatever their calibration.
    """
    return np.asarray(excess.max(0), np.float64)


def mean_of_sources(excess: Floats) -> Floats:
    """Each source counts the same, however many readings it has."""
    return np.asarray(excess.mean(0), np.float64)


RULES: Mapping[str, Rule] = {"worst source": worst_source, "mean of sources": mean_of_sources}


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A source as the network reads it, and calibrated by ``scale``, which the other sources gave."""

    source: str
    scale: float
    before: Readings
    after: Readings

    @property
    def excess(self) -> float:
        """Log loss after minus before: below zero where calibrating helped."""
        return log_loss(self.after) - log_loss(self.before)


def leave_one_out(sources: Mapping[str, Readings], rule: Rule = worst_source) -> list[HeldOut]:
    """Each of at least two sources, calibrated on the others."""
    held_out = []
    for source, readings in sources.items():
        scale = fit_scale([others for name, others in sources.items() if name != source], rule)
        held_out.append(HeldOut(source, scale, readings, scaled(readings, scale)))
    return held_out


def fit_scale(sources: Sequence[Readings], rule: Rule = worst_source) -> float:
    """The scale among SCALES that ``rule`` prefers, by the log loss of each source beyond that before."""
    excess = np.array([_log_losses(readings) - log_loss(readings) for readings in sources])
    return float(SCALES[rule(excess).argmin()])


def scaled(readings: Readings, scale: float) -> Readings:
    """``readings`` with their log-odds multiplied."""
    return replace(readings, confidence=from_log_odds(scale * to_log_odds(readings.confidence)))


def log_loss(readings: Readings) -> float:
    """Mean negative log-likelihood, in nats, of what became of the readings."""
    return float(_log_losses(readings, np.ones(1))[0])


def _log_losses(readings: Readings, scales: Floats = SCALES) -> Floats:
    odds = scales[:, None] * to_log_odds(readings.confidence)
    return np.asarray((np.logaddexp(0, odds) - readings.right * odds).mean(1), np.float64)


def pooled(readings: Sequence[Readings]) -> Readings:
    """All of them together."""
    return Readings(
        np.concatenate([r.confidence for r in readings]),
        np.concatenate([r.right for r in readings]),
        np.concatenate([r.image for r in readings]),
    )
