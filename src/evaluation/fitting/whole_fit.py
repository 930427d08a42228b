"""Fits the probability that a crop shows the whole of a plate, on whole plates and on what is cut, covered or none."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from src.core.calibration import WholeCalibration

Floats = npt.NDArray[np.float64]
SCALES: Floats = np.geomspace(1 / 8, 2, 81)
"""A network that tells all of its examples apart would ask for any scale, and promise too much for others."""
SHIFTS: Floats = np.linspace(-6, 6, 121)
NOT_WHOLE = 0.1
"""Which share of what a detector hands on is no whole plate, as far as anybody knows: each tenth.

In the fit whole plates count together for the rest of it, however many there are; so do the sources among them, each
alike, and the kinds of what is not whole.
"""


def fit_whole(whole: Mapping[str, Floats], others: Mapping[str, Floats]) -> WholeCalibration:
    """The scale and the shift of the least log loss, from the network's log-odds ``[N]`` by source and by kind."""
    losses = np.array([[_loss(scale, shift, whole, others) for shift in SHIFTS] for scale in SCALES])
    best = np.unravel_index(losses.argmin(), losses.shape)
    return WholeCalibration(
        scale=round(float(SCALES[best[0]]), 4),
        shift=round(float(SHIFTS[best[1]]), 4),
        fitted_on={name: len(odds) for name, odds in (*whole.items(), *others.items())},
        log_loss_before=round(_loss(1.0, 0.0, whole, others), 4),
        log_loss_after=round(float(losses[best]), 4),
    )


def _loss(scale: float, shift: float, whole: Mapping[str, Floats], others: Mapping[str, Floats]) -> float:
    """Mean negative log-likelihood, in nats."""
    right, wrong = (
        np.mean([np.logaddexp(0, sign * (scale * odds + shift)).mean() for odds in group.values()])
        for sign, group in ((-1, whole), (1, others))
    )
    return float((1 - NOT_WHOLE) * right + NOT_WHOLE * wrong)
