"""A scale that was put into the data is found again, and no source is calibrated by itself."""

from dataclasses import replace

import numpy as np
import pytest

from src.core.calibration import from_log_odds, to_log_odds
from src.evaluation.fitting.leave_one_out import fit_scale, leave_one_out, log_loss, mean_of_sources, pooled, scaled
from src.evaluation.metrics.calibration import Readings


def source(scale: float, count: int = 4000, seed: int = 0) -> Readings:
    """Readings that would be calibrated with their log-odds multiplied by ``scale``."""
    rng = np.random.default_rng(seed)
    confidence = from_log_odds(rng.normal(1.0, 1.5, count))
    right = rng.random(count) < from_log_odds(scale * to_log_odds(confidence))
    return Readings(confidence, right.astype(float), np.array([f"{seed}-{i}" for i in range(count)]))


def test_log_loss_by_hand() -> None:
    readings = Readings(np.array([0.8, 0.25]), np.array([1.0, 0.0]), np.array(["a", "b"]))
    assert log_loss(readings) == pytest.approx(-(np.log(0.8) + np.log(0.75)) / 2)
    certain = Readings(np.array([1.0]), np.array([0.0]), np.array(["a"]))
    assert 13 < log_loss(certain) < 14  # wrong for certain costs much, not everything


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
def test_the_true_scale_is_found(scale: float) -> None:
    readings = source(scale)
    assert fit_scale([readings]) == pytest.approx(scale, rel=0.1)
    assert fit_scale([readings], mean_of_sources) == pytest.approx(scale, rel=0.1)


def test_the_source_that_fares_worst_decides() -> None:
    """Three that want to be surer and one that is right as it is: the mean follows the three, and harms the one."""
    sources = [source(2, seed=1), source(2, seed=2), source(2, seed=3), source(1, seed=4)]
    cautious, mean = fit_scale(sources), fit_scale(sources, mean_of_sources)
    assert mean > 1.4
    assert cautious < 1.15
    assert all(log_loss(scaled(readings, cautious)) <= log_loss(readings) for readings in sources)
    assert log_loss(scaled(sources[3], mean)) > log_loss(sources[3])


def test_a_source_has_no_say_in_its_own_calibration() -> None:
    sources = {"a": source(2, seed=1), "b": source(2, seed=2), "c": source(2, seed=3)}
    held_out = leave_one_out(sources)
    assert [h.source for h in held_out] == ["a", "b", "c"]
    spoiled = sources | {"a": replace(sources["a"], right=1 - sources["a"].right)}
    again = leave_one_out(spoiled)
    assert again[0].scale == held_out[0].scale
    assert again[1].scale < held_out[1].scale


def test_held_out_readings_are_calibrated_by_the_scale() -> None:
    first = leave_one_out({"a": source(2, seed=1), "b": source(2, seed=2)})[0]
    odds, after = to_log_odds(first.before.confidence), to_log_odds(first.after.confidence)
    np.testing.assert_allclose(after, first.scale * odds, atol=1e-6)
    np.testing.assert_array_equal(first.after.right, first.before.right)
    assert first.excess == pytest.approx(log_loss(first.after) - log_loss(first.before))
    assert first.excess < 0


def test_every_source_counts_the_same() -> None:
    """Ten times the readings do not outvote the other source."""
    exact, few, many = source(1, 1000, seed=5), source(3, 1000, seed=6), source(3, 10_000, seed=7)
    balanced = fit_scale([exact, few], mean_of_sources)
    assert fit_scale([exact, many], mean_of_sources) == pytest.approx(balanced, rel=0.1)
    assert fit_scale([pooled([exact, many])], mean_of_sources) > 1.3 * balanced
    assert len(pooled([exact, many])) == 11_000
