"""Sources that a model has never seen: what its confidence is worth there, and from which on its readings are right."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import ceil
from pathlib import Path

import numpy as np
import numpy.typing as npt

from src.core.acceptance import Acceptance, Share
from src.core.card import ModelCard
from src.evaluation.accuracy.plate_result import Figure
from src.evaluation.datasets.sets import ALL, EvaluationSet, SetError, default_sets
from src.evaluation.fitting.leave_one_out import pooled
from src.evaluation.metrics.calibration import Readings, selective_risk
from src.evaluation.metrics.figures import interval, ratio

PROMISED = 0.98
"""The share of accepted readings that is to be right."""
PLACES = 4
"""Of a threshold, rounded up."""
RESAMPLES = 2000
_BACKGROUNDS = ("pasted_", "swapped_")
"""Prefixes of the sources of photographs with pastes in a card; those of older models have ``swapped_``."""
_SEED = 0

Floats = npt.NDArray[np.float64]


def known_sources(card: ModelCard) -> frozenset[str]:
    """The sources of all photographs that the model or the weights that it began with have seen, by its card."""
    trainings = [card.trained_on, *(start.trained_on for start in card.started_from)]
    names = {name for training in trainings for name in training}
    for prefix in _BACKGROUNDS:
        names = {name.removeprefix(prefix) for name in names}
    return frozenset(names)


def unseen_sets(data: Path, card: ModelCard) -> list[EvaluationSet]:
    """The photographs below ``data``, of every split, of sources that the model has not seen.

    Raises SetError where there are none, ManifestError, LabelError and CorrectionError.
    """
    known = known_sources(card)
    sets = [replace(s, records=tuple(r for r in s.records if r.source not in known)) for s in default_sets(data, ALL)]
    if not (left := [s for s in sets if s.records]):
        raise SetError(f"{data}: model {card.name!r} has seen all sources: {', '.join(sorted(known))}")
    return left


def acceptance(sources: Mapping[str, Readings], read_by: str, promised: float = PROMISED) -> Acceptance | None:
    """The lowest threshold from which ``promised`` of all readings together are right; None where there is none.

    Each resample keeps the threshold: the intervals are those of what it does, not of where it lies.
    """
    everything = pooled(list(sources.values()))
    if (threshold := lowest_threshold(everything, promised)) is None:
        return None
    right, kept = accepted(everything, threshold)
    low, high = interval(_across(list(sources.values()), threshold))
    return Acceptance(
        threshold=threshold,
        promised=promised,
        right=right,
        right_elsewhere=Share(value=right.value, low=min(low, right.value), high=max(high, right.value)),
        kept=kept,
        measured_on={source: len(readings) for source, readings in sources.items()},
        read_by=read_by,
    )


def lowest_threshold(readings: Readings, promised: float) -> float | None:
    """The lowest confidence, rounded up to PLACES, from which ``promised`` of ``readings`` are right."""
    order = np.argsort(readings.confidence, kind="stable")
    confidence, right = readings.confidence[order], readings.right[order]
    precise = np.flatnonzero(selective_risk(confidence, right)[1] <= 1 - promised)
    for at in precise:
        threshold = min(ceil(confidence[at] * 10**PLACES) / 10**PLACES, 1.0)
        kept = right[confidence >= threshold]  # rounded up, it may lose some that were right
        if len(kept) and kept.mean() >= promised:
            return float(threshold)
    return None


def accepted(readings: Readings, threshold: float) -> tuple[Share, Share]:
    """The share right of the readings from ``threshold`` on, and the share of all that these are, with intervals.

    Nothing is right where nothing is accepted.
    """
    photograph = np.unique(readings.image, return_inverse=True)[1]
    taken = (readings.confidence >= threshold).astype(np.float64)
    all_of, taken_of, right_of = (
        np.bincount(photograph, each).astype(np.float64) for each in (taken**0, taken, taken * readings.right)
    )
    return _share(ratio(right_of, taken_of)), _share(ratio(taken_of, all_of))


def _share(figure: Figure | None) -> Share:
    return Share(value=0, low=0, high=0) if figure is None else Share(**figure.model_dump(exclude={"n"}))


def _across(sources: Sequence[Readings], threshold: float) -> Floats:
    """The share right of what is accepted in each resample of sources, and of photographs within each, ``[N]``.

    NaN where nothing is accepted.
    """
    rng = np.random.default_rng(_SEED)
    drawn = rng.multinomial(len(sources), np.full(len(sources), 1 / len(sources)), RESAMPLES)
    above, below = np.zeros((2, RESAMPLES))
    for readings, times in zip(sources, drawn.T, strict=True):
        photograph = np.unique(readings.image, return_inverse=True)[1]
        taken = (readings.confidence >= threshold).astype(np.float64)
        taken_of, right_of = np.bincount(photograph, taken), np.bincount(photograph, taken * readings.right)
        count = len(taken_of)
        # a source drawn twice gives twice as many photographs, drawn anew
        for resample in np.flatnonzero(times):
            weights = rng.multinomial(count * times[resample], np.full(count, 1 / count))
            above[resample] += weights @ right_of
            below[resample] += weights @ taken_of
    with np.errstate(invalid="ignore"):
        return np.asarray(above / below, np.float64)
