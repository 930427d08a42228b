"""Calibrated confidences, by hand."""

import warnings

import numpy as np
import pytest
from pydantic import ValidationError

from src.core.calibration import EPSILON, Calibration, WholeCalibration, from_log_odds, to_log_odds


def calibration(scale: float) -> Calibration:
    return Calibration(scale=scale, fitted_on={"gate": 2}, ece_before=0.1, ece_held_out=0.05)


def test_odds_are_raised_to_the_power_of_the_scale() -> None:
    """0.8 are odds of 4 to 1: squared 16 to 1, their root 2 to 1."""
    assert calibration(2).apply(0.8) == pytest.approx(16 / 17)
    assert calibration(0.5).apply(0.8) == pytest.approx(2 / 3)
    np.testing.assert_allclose(calibration(1).apply([0.1, 0.5, 0.97]), [0.1, 0.5, 0.97])


def test_the_order_stays_and_the_ends_are_finite() -> None:
    confidences = np.array([0, 1e-9, 1e-4, 0.3, 0.5, 0.999, 1 - 1e-9, 1])
    for scale in (0.25, 1.0, 4.0, 1e3):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            after = calibration(scale).apply(confidences)
        assert (np.diff(after) >= 0).all()
        assert after[0] >= 0
        assert after[-1] <= 1
    assert calibration(1).apply(1.0) == pytest.approx(1 - EPSILON, abs=1e-12)


def test_the_shape_is_the_callers() -> None:
    assert calibration(2).apply(np.full((2, 3), 0.5)).shape == (2, 3)


def test_log_odds_and_back() -> None:
    assert to_log_odds(0.75) == pytest.approx(np.log(3))
    np.testing.assert_allclose(from_log_odds(np.array([-1e4, 0.0, np.log(3), 1e4])), [0, 0.5, 0.75, 1])


@pytest.mark.parametrize("scale", [0, -1, float("nan"), float("inf")])
def test_a_scale_that_would_turn_the_order_is_refused(scale: float) -> None:
    with pytest.raises(ValidationError, match="scale"):
        calibration(scale)


def wholeness(scale: float) -> WholeCalibration:
    return WholeCalibration(scale=scale, shift=-1.0, fitted_on={"gate": 2}, log_loss_before=0.1, log_loss_after=0.05)


def test_wholeness_is_scaled_and_shifted_and_keeps_its_order() -> None:
    """Log-odds of 4 become 1, which are odds of e to 1."""
    assert wholeness(0.5).apply(4.0) == pytest.approx(np.e / (1 + np.e))
    assert (np.diff(wholeness(0.5).apply([-1e4, -3.0, 0.0, 2.0, 9.0, 30.0])) > 0).all()
    with pytest.raises(ValidationError, match="scale"):
        wholeness(-1)
