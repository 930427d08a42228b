"""Fits how much the plate formats of a reader count, on plates with a known text."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from src.core.formats.compiled import LEAST_UNLISTED, FormatParameters
from src.core.formats.decoding import Posterior
from src.core.formats.evidence import Evidence
from src.core.formats.reader import FormatReader
from src.core.regions import is_right_region
from src.evaluation.fitting.raw_readings import Seen

GRIDS = {
    "unlisted": (LEAST_UNLISTED, 0.1, 0.2, 0.3, 0.5),
    "weight": (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1.0),
    "spelling": (0.1, 0.2, 0.3, 0.5, 0.7, 1.0),
    "region": (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0),
}
"""The values that are tried of each parameter."""
LEAST = 1e-4
"""What a text or country counts as having that is none of the reader's candidates."""


@dataclass(frozen=True, slots=True)
class Weighable:
    """A plate whose evidence is gathered once and weighed many times."""

    seen: Seen
    evidence: Evidence
    is_right: npt.NDArray[np.float64]  # [countries], 1 for the true one; for all of Europe where only that is known


def weighable(reader: FormatReader, plates: Sequence[Seen]) -> list[Weighable]:
    """The evidence of all ``plates``."""
    right = {
        region: np.array([is_right_region(country, region) for country in reader.countries], np.float64)
        for region in {plate.region or "" for plate in plates}
    }
    return [Weighable(plate, reader.gather(plate.log_probs), right[plate.region or ""]) for plate in plates]


def fit_parameters(reader: FormatReader, plates: Sequence[Weighable]) -> FormatParameters:
    """The parameters among GRIDS of the least loss, one after the other until none of them changes."""
    values = FormatParameters().model_dump(include=set(GRIDS))
    told = {name: grid for name, grid in GRIDS.items() if name != "region" or plates[0].seen.regions is not None}
    losses: dict[FormatParameters, float] = {}
    before: dict[str, float] = {}
    while before != values:
        before = dict(values)
        for name, grid in told.items():
            tried = [FormatParameters(**values | {name: value}) for value in grid]
            losses |= {p: loss(reader, plates, p) for p in tried if p not in losses}
            values[name] = getattr(min(tried, key=losses.__getitem__), name)
    return FormatParameters(**values)


def readings(
    reader: FormatReader, plates: Sequence[Weighable], parameters: FormatParameters
) -> list[tuple[str, float]]:
    """Texts and their probabilities, not calibrated."""
    found = []
    for plate in plates:
        posterior = reader.posterior(plate.evidence, plate.seen.regions, parameters)
        found.append((reader.best_text(plate.evidence, posterior), min(float(posterior.of_text[posterior.best]), 1.0)))
    return found


def loss(reader: FormatReader, plates: Sequence[Weighable], parameters: FormatParameters) -> float:
    """Mean negative log-probability, in nats, of the true texts and, where the network tells countries, of those.

    Each source counts the same, however many plates it has.
    """
    by_source: dict[str, list[float]] = {}
    for plate in plates:
        posterior = reader.posterior(plate.evidence, plate.seen.regions, parameters)
        by_source.setdefault(plate.seen.source, []).append(_loss(reader, plate, posterior))
    return float(np.mean([np.mean(losses) for losses in by_source.values()]))


def _loss(reader: FormatReader, plate: Weighable, posterior: Posterior) -> float:
    # the same characters alone can be the true text in another order
    numbers = [n for n, text in enumerate(posterior.texts) if sorted(text) == sorted(plate.seen.text)]
    right = [n for n in numbers if reader.registered(plate.evidence, posterior, n) == plate.seen.text]
    of_text = max((posterior.of_text[n] for n in right), default=0.0)
    total = -float(np.log(max(of_text, LEAST)))
    if plate.seen.regions is None or not plate.is_right.any():
        return total
    return total - float(np.log(max(posterior.joint.sum(0) @ plate.is_right, LEAST)))
