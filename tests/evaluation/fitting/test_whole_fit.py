"""The fit of wholeness, on log-odds drawn from a known law."""

import numpy as np
import pytest

from src.core.calibration import from_log_odds
from src.evaluation.fitting.whole_fit import NOT_WHOLE, fit_whole


def told(scale: float, shift: float, count: int = 40000) -> tuple[np.ndarray, np.ndarray]:
    """Log-odds of crops of which a tenth is no whole plate, whose probability is that of ``scale`` and ``shift``."""
    rng = np.random.default_rng(0)
    odds = rng.normal(4, 4, count)
    whole = rng.random(count) < from_log_odds(scale * odds + shift)
    return odds[whole], odds[~whole]


def test_the_law_is_found_again_at_the_share_that_is_not_whole() -> None:
    whole, others = told(0.6, -0.5)
    share = len(others) / (len(whole) + len(others))
    fitted = fit_whole({"gate": whole}, {"cut": others})
    moved = np.log((1 - NOT_WHOLE) / NOT_WHOLE) - np.log((1 - share) / share)
    assert fitted.scale == pytest.approx(0.6, rel=0.08)
    assert fitted.shift == pytest.approx(-0.5 + moved, abs=0.25)
    assert fitted.log_loss_after < fitted.log_loss_before
    assert fitted.fitted_on == {"gate": len(whole), "cut": len(others)}


def test_each_kind_counts_alike_however_many_it_has() -> None:
    whole, others = told(0.6, -0.5, 4000)
    once = fit_whole({"gate": whole}, {"cut": others, "wall": others - 6})
    often = fit_whole({"gate": whole}, {"cut": others, "wall": np.tile(others - 6, 50)})
    assert (once.scale, once.shift) == (often.scale, often.shift)


def test_no_network_is_believed_without_end_and_none_backwards() -> None:
    assert fit_whole({"gate": np.full(9, 5.0)}, {"cut": np.full(9, -5.0)}).scale <= 2
    assert fit_whole({"gate": np.full(9, -5.0)}, {"cut": np.full(9, 5.0)}).scale > 0
