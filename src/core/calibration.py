"""Turns a reader's own confidence into the probability that its text is right."""

import numpy as np
import numpy.typing as npt
from pydantic import Field

from src.core.schema import Closed

EPSILON = 1e-6
"""No confidence is nearer to 0 or 1 than this; the sixth place is the last that is printed."""


class Calibration(Closed):
    """Multiplies the log-odds of a confidence by ``scale``: above 1 it moves away from one half, below 1 towards it.

    This is the method of Platt, "Probabilistic outputs for support vector machines", 1999, without his bias. It is also
    temperature scaling (Guo et al., "On calibration of modern neural networks", ICML 2017) of the two classes right and
    wrong, with a temperature of 1 / ``scale``. It keeps the order of readings.
    """

    scale: float = Field(gt=0)
    fitted_on: dict[str, int] = Field(description="source -> number of readings")
    ece_before: float = Field(description="expected calibration error of all readings as the network gives them")
    ece_held_out: float = Field(description="the same, each source calibrated on the others alone")
    read_by: str | None = Field(
        default=None, description="sha256 of the network whose readings these are; None: of the one that it is for"
    )

    def apply(self, confidence: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Returns the calibrated probability of each confidence, in an array of the same shape."""
        return from_log_odds(self.scale * to_log_odds(confidence))


class WholeCalibration(Closed):
    """Turns a network's log-odds that a crop shows the whole of a plate into the probability that it does.

    It has Platt's two parameters: the result's log-odds are ``scale`` times the log-odds, plus ``shift``. More log-odds
    never mean a lower probability.
    """

    scale: float = Field(gt=0)
    shift: float
    fitted_on: dict[str, int] = Field(description="source of whole plates, or kind of what is none -> number of crops")
    log_loss_before: float = Field(description="of the network's own probability, in nats")
    log_loss_after: float

    def apply(self, log_odds: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Returns the probability for each of the log-odds, in an array of the same shape."""
        return from_log_odds(self.scale * np.asarray(log_odds, np.float64) + self.shift)


class PassageCalibration(Closed):
    """How the readings of a plate in many frames are weighed and how sure their sum is (see ``video.fusion``).

    The confidence's log-odds are multiplied by ``scale`` and then ``shift`` is added.
    """

    dependence: float = Field(ge=0, le=1, description="1: more frames say no more than one; 0: all are independent")
    scale: float = Field(gt=0)
    shift: float
    accepted_from: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="the lowest confidence from which 98 % of those passages are right whose frames agree; None: as "
        "of photographs",
    )
    fitted_on: dict[str, int] = Field(description="kind of passage -> number of passages")
    log_loss_before: float = Field(description="of the plain product of probabilities, in nats")
    log_loss_after: float

    def apply(self, confidence: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Returns the calibrated probability of each confidence, in an array of the same shape."""
        return from_log_odds(self.scale * to_log_odds(confidence) + self.shift)


def to_log_odds(probability: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Returns log(p / (1 - p)). It is finite for 0 and 1 too, which count as EPSILON and 1 - EPSILON."""
    p = np.clip(np.asarray(probability, np.float64), EPSILON, 1 - EPSILON)
    return np.asarray(np.log(p) - np.log1p(-p), np.float64)


def from_log_odds(log_odds: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Returns the probability of each of the log-odds, without overflow however large they are."""
    return np.asarray(np.exp(-np.logaddexp(0, -log_odds)), np.float64)
