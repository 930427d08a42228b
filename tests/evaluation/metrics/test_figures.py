"""Figures by hand, and their intervals against scipy and the binomial distribution."""

import numpy as np
import pytest
from scipy.stats import binom, bootstrap

from src.evaluation.accuracy.plate_result import Figure
from src.evaluation.metrics.figures import RESAMPLES, detection_figures, ratio, reading_figures, resample_weights
from tests.evaluation.rows import outcome, scene


def value(figure: Figure | None) -> tuple[float, int]:
    assert figure is not None
    return figure.value, figure.n


def test_reading_by_hand() -> None:
    figures = reading_figures(
        [
            outcome("A01", "A01", published_text="AO1"),  # read, not as published
            outcome("AO1", "A01", published_text="AO1", image="b.jpg"),  # one edit, as published, merged
            outcome("XYZ", "XYZW", image="c.jpg"),  # one edit of four
            outcome(None, "B2", image="c.jpg", plate=1),  # missed: two edits
            outcome("Q", None, image="d.jpg"),  # nobody knows
        ]
    )
    assert value(figures.read) == (1 / 4, 4)
    assert value(figures.read_published) == (1 / 4, 4)
    assert value(figures.read_merged) == (2 / 4, 4)
    assert value(figures.cer) == (4 / 12, 12)
    assert figures.region is None


def test_a_region_is_right_of_all_plates_whose_region_is_known() -> None:
    outcomes = [
        outcome("A", region="DE", read_region="DE"),
        outcome("A", region="DE", read_region="AT"),
        outcome("A", region="EU", read_region="PL"),
        outcome(None, region="DE"),
        outcome("A", read_region="DE"),
    ]
    assert value(reading_figures(outcomes).region) == (2 / 4, 4)
    assert reading_figures([outcome("A", read_region="DE")]).region is None


def test_detection_by_hand() -> None:
    figures = detection_figures([scene("a", plates=3, found=2, extra=1), scene("b", plates=1), scene("c", 0, 0, 2)])
    assert value(figures.found) == (3 / 4, 4)
    assert value(figures.precision) == (3 / 6, 6)
    assert value(figures.extra) == (3 / 3, 3)
    assert figures.ap50 is None


def test_detection_by_width_and_corners_by_hand() -> None:
    plates = [
        outcome("A", box=(0, 0, 20, 9), plate=0),
        outcome(None, box=(0, 0, 23.9, 9), plate=1),
        outcome("A", box=(10, 0, 34, 9), plate=2, corner_error=0.02),
        outcome("A", box=(0, 0, 96, 9), plate=3, corner_error=0.04),
    ]
    figures = detection_figures([scene()], plates)
    assert value(figures.found_to_24) == (1 / 2, 2)
    assert value(figures.found_to_48) == (1, 1)
    assert figures.found_to_96 is None
    assert value(figures.found_from_96) == (1, 1)
    assert value(figures.corners) == (0.03, 2)


def test_covered_and_overlap_are_of_the_plates_found() -> None:
    plates = [
        outcome("A", plate=0, covered=True, iou=0.9),
        outcome("A", plate=1, covered=False, iou=0.5),
        outcome(None, plate=2),
    ]
    figures = detection_figures([scene()], plates)
    assert value(figures.covered) == (1 / 2, 2)
    assert value(figures.overlap) == (pytest.approx(0.7), 2)
    assert detection_figures([scene()], [outcome(None)]).covered is None


def test_sums_are_divided_once() -> None:
    """One image of one plate read, one of three plates missed: a quarter, and not the mean of 1 and 0."""
    missed = [outcome(None, "A", image="b", plate=n) for n in range(3)]
    assert value(reading_figures([outcome("A", "A", image="a"), *missed]).read) == (1 / 4, 4)


def test_nothing_counted_is_no_figure() -> None:
    assert reading_figures([]).read is None
    assert reading_figures([outcome("A", None)]).cer is None
    assert detection_figures([scene(plates=0, found=0)]).precision is None


def test_the_interval_is_scipys_percentile_bootstrap() -> None:
    rng = np.random.default_rng(7)
    below = rng.integers(1, 5, 150).astype(float)
    above = rng.binomial(below.astype(int), 0.8).astype(float)
    figure = ratio(above, below)
    theirs = bootstrap(
        (above, below),
        lambda a, b, axis: a.sum(axis) / b.sum(axis),
        paired=True,
        vectorized=True,
        method="percentile",
        n_resamples=20_000,
        rng=1,
    ).confidence_interval
    assert figure is not None
    assert (figure.low, figure.high) == pytest.approx((theirs.low, theirs.high), abs=0.005)


def test_of_independent_plates_the_interval_is_the_binomial_one() -> None:
    right = np.array([1.0] * 180 + [0.0] * 20)
    figure = ratio(right, np.ones(200))
    assert figure is not None
    expected = binom.ppf([0.025, 0.975], 200, 0.9) / 200
    assert (figure.low, figure.high) == pytest.approx(tuple(expected), abs=0.006)


def test_plates_of_one_image_count_as_one_draw() -> None:
    """Ten plates an image, all alike: the interval is that of 20 images, and not of 200 plates."""
    images = np.array([10.0] * 18 + [0.0] * 2)
    figure = ratio(images, np.full(20, 10.0))
    assert figure is not None
    assert (figure.low, figure.high) == pytest.approx(tuple(binom.ppf([0.025, 0.975], 20, 0.9) / 20), abs=0.051)
    assert figure.high - figure.low > 0.2


def test_resamples_draw_as_many_images_as_there_are_and_are_always_the_same() -> None:
    weights = resample_weights(30)
    assert weights.shape == (RESAMPLES, 30)
    assert (weights.sum(1) == 30).all()
    assert weights.std() == pytest.approx(np.sqrt(29 / 30), rel=0.02)
    resample_weights.cache_clear()
    np.testing.assert_array_equal(resample_weights(30), weights)
