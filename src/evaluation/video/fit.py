"""Fits how dependent neighbouring frames are, and how sure their sum is, on passages whose texts are known.

For each dependence all passages are fused anew. Then Platt's scale and shift of the least log loss are found on a grid,
with his targets a little inside of 0 and 1 ("Probabilistic outputs for support vector machines", 1999): without them a
few passages that are all right would ask for any certainty. What was told of no vehicle counts as wrong.
"""

import pickle
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from src.core.calibration import PassageCalibration, to_log_odds
from src.core.files import replacing
from src.evaluation.fitting.unseen import PROMISED
from src.evaluation.metrics.calibration import calibration_error
from src.evaluation.video.schema import Half
from src.runtime.plate_reader import PlateReader
from src.video.fusion import UNFITTED, Observation, frames_agree, fuse

DEPENDENCES = (0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
SCALES = np.geomspace(1 / 8, 2, 81)
SHIFTS = np.linspace(-3, 3, 121)
INVENTED = "invented"

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Evidence:
    """What the frames of one told passage say, and the text of its vehicle; None where there is none."""

    kind: str
    half: Half | None
    truth: str | None
    observations: tuple[Observation, ...]


@dataclass(frozen=True)
class Fit:
    """A calibration, and what it does to the passages of the other half: log losses, calibration errors, right texts
    before and after.
    """

    calibration: PassageCalibration
    losses: tuple[float, float]
    errors: tuple[float, float]
    right: tuple[int, int]
    passages: int


def keep(evidence: Sequence[Evidence], path: Path) -> None:
    """Writes evidence, from which ``kept`` fits again without a video."""
    with replacing(path) as unfinished:
        unfinished.write_bytes(pickle.dumps(list(evidence)))


def kept(path: Path) -> list[Evidence]:
    """Reads what ``keep`` wrote: a file of one's own, as reading a pickle runs what is in it. Raises OSError."""
    evidence: list[Evidence] = pickle.loads(path.read_bytes())
    return evidence


def fit(evidence: Sequence[Evidence], reader: PlateReader) -> Fit:
    """Fits on the half ``fit``, which must not be empty, and looks at the half ``measure``."""
    fitted_on = [e for e in evidence if e.half == "fit" and e.observations]
    held_out = [e for e in evidence if e.half == "measure" and e.observations]
    before = reader.card.passages or UNFITTED
    found = []
    for dependence in DEPENDENCES:
        odds, right = _fused(fitted_on, reader, dependence)
        aims = _targets(right)
        losses = np.array([[log_loss(scale * odds + shift, aims) for shift in SHIFTS] for scale in SCALES])
        best = np.unravel_index(int(losses.argmin()), losses.shape)
        found.append((float(losses[best]), dependence, float(SCALES[best[0]]), float(SHIFTS[best[1]])))
    after, dependence, scale, shift = min(found)
    odds, right = _fused(fitted_on, reader, before.dependence)
    plain = PassageCalibration(
        dependence=dependence, scale=scale, shift=shift, fitted_on={}, log_loss_before=0.0, log_loss_after=0.0
    )
    kinds = Counter(e.kind if e.truth is not None else INVENTED for e in fitted_on)
    calibration = PassageCalibration(
        dependence=dependence,
        scale=round(scale, 4),
        shift=round(shift, 4),
        accepted_from=_accepted_from(fitted_on, reader, plain),
        fitted_on=dict(sorted(kinds.items())),
        log_loss_before=round(log_loss(odds, _targets(right)), 4),
        log_loss_after=round(after, 4),
    )
    measured = [_measured(held_out, reader, which) for which in (before, calibration)]
    losses_, errors, rights = zip(*measured, strict=True)
    return Fit(calibration, losses_, errors, rights, len(held_out))


def _accepted_from(evidence: Sequence[Evidence], reader: PlateReader, calibration: PassageCalibration) -> float | None:
    """The lowest confidence from which PROMISED of the passages whose frames agree are right, None for none."""
    readings = [(fuse(e.observations, reader, calibration).reading, e) for e in evidence]
    agreed = [(r.confidence, r.text == e.truth) for r, e in readings if frames_agree(e.observations, r.text)]
    kept_promise = []
    for threshold in {confidence for confidence, _ in agreed}:
        accepted = [is_right for confidence, is_right in agreed if confidence >= threshold]
        if sum(accepted) >= PROMISED * len(accepted):
            kept_promise.append(threshold)
    return round(min(kept_promise), 4) if kept_promise else None


def log_loss(odds: Floats, right: Floats) -> float:
    """Mean negative log-likelihood in nats of ``right`` [N], from 0 to 1, by log-odds [N]."""
    return float((right * np.logaddexp(0, -odds) + (1 - right) * np.logaddexp(0, odds)).mean())


def _targets(right: Floats) -> Floats:
    """Platt's: what is right counts as (R + 1) / (R + 2), what is wrong as 1 / (W + 2), where R and W are how many."""
    of_right = right.sum()
    return np.where(right > 0, (of_right + 1) / (of_right + 2), 1 / (len(right) - of_right + 2))


def _fused(evidence: Sequence[Evidence], reader: PlateReader, dependence: float) -> tuple[Floats, Floats]:
    """The log-odds of each passage as its frames are multiplied with this dependence, and whether its text is right."""
    plain = UNFITTED.model_copy(update={"dependence": dependence, "scale": 1.0, "shift": 0.0})
    readings = [fuse(e.observations, reader, plain).reading for e in evidence]
    right = [reading.text == e.truth for reading, e in zip(readings, evidence, strict=True)]
    return to_log_odds([reading.confidence for reading in readings]), np.array(right, np.float64)


def _measured(
    evidence: Sequence[Evidence], reader: PlateReader, calibration: PassageCalibration
) -> tuple[float, float, int]:
    """The log loss, the calibration error and the number of right texts; zeros where there is no passage."""
    if not evidence:
        return 0.0, 0.0, 0
    odds, right = _fused(evidence, reader, calibration.dependence)
    odds = calibration.scale * odds + calibration.shift
    order = np.argsort(odds, kind="stable")
    confidence = 1 / (1 + np.exp(-odds))
    return log_loss(odds, right), calibration_error(confidence[order], right[order]), int(right.sum())
