"""Detections and readings from raw outputs; CTC against the sum over every alignment."""

import itertools

import numpy as np
import pytest

from src.core.alphabet import Alphabet
from src.core.ctc import BLANK, ctc_decode, ctc_log_likelihood, decode_detections
from src.core.geometry import Letterbox, box_to_corners

ALPHABET = Alphabet("AB")


def columns(*probabilities: tuple[float, float, float]) -> np.ndarray:
    """Log probabilities ``[T, 3]`` of blank, A and B."""
    return np.log(np.array(probabilities, np.float32))


def collapse(path: tuple[int, ...]) -> list[int]:
    return [c for c, _ in itertools.groupby(path) if c != BLANK]


@pytest.mark.parametrize("text", ["", "A", "AB", "AA", "ABA", "BBA"])
def test_likelihood_is_the_sum_over_every_alignment(text: str) -> None:
    probabilities = np.random.default_rng(3).dirichlet([1, 1, 1], 5)
    classes = ALPHABET.encode(text)
    total = sum(
        np.prod([probabilities[t, c] for t, c in enumerate(path)])
        for path in itertools.product(range(3), repeat=5)
        if collapse(path) == classes
    )
    likelihood = ctc_log_likelihood(np.log(probabilities).astype(np.float32), classes)
    assert np.exp(likelihood) == pytest.approx(total, rel=1e-5)


def test_likelihoods_of_all_texts_sum_to_one() -> None:
    log_probs = np.log(np.random.default_rng(4).dirichlet([1, 1, 1], 3)).astype(np.float32)
    texts = {tuple(collapse(path)) for path in itertools.product(range(3), repeat=3)}
    assert sum(np.exp(ctc_log_likelihood(log_probs, list(t))) for t in texts) == pytest.approx(1, rel=1e-5)


def test_a_text_longer_than_the_columns_is_impossible() -> None:
    assert ctc_log_likelihood(columns((0.1, 0.8, 0.1)), [1, 2]) == -np.inf


def test_repeats_merge_unless_a_blank_stands_between() -> None:
    a, b, blank = (0.1, 0.8, 0.1), (0.1, 0.1, 0.8), (0.8, 0.1, 0.1)
    assert ctc_decode(columns(a, a, b), ALPHABET).text == "AB"
    assert ctc_decode(columns(a, blank, a, b), ALPHABET).text == "AAB"
    assert ctc_decode(columns(blank, blank), ALPHABET).text == ""


def test_confidence_is_the_likelihood_and_not_the_best_path() -> None:
    reading = ctc_decode(columns((0.2, 0.6, 0.2), (0.4, 0.5, 0.1)), ALPHABET)
    # A = AA + A- + -A = 0.6 * 0.5 + 0.6 * 0.4 + 0.2 * 0.5
    assert reading.text == "A"
    assert reading.confidence == pytest.approx(0.64, rel=1e-5)
    assert reading.char_confidences == pytest.approx((0.6,), rel=1e-5)


def test_each_character_has_the_peak_of_its_own_run() -> None:
    log_probs = columns((0.1, 0.6, 0.3), (0.05, 0.9, 0.05), (0.7, 0.2, 0.1), (0.2, 0.1, 0.7))
    assert ctc_decode(log_probs, ALPHABET).char_confidences == pytest.approx((0.9, 0.7), rel=1e-5)


def test_confidence_of_a_certain_reading_is_at_most_one() -> None:
    certain = np.array([[-100, 1e-7, -100]] * 3, np.float32)  # rounding: a log probability above zero
    reading = ctc_decode(certain, ALPHABET)
    assert reading.confidence == 1.0
    assert reading.char_confidences == (1.0,)


def test_an_empty_text_has_the_probability_of_blanks() -> None:
    reading = ctc_decode(columns((0.8, 0.1, 0.1), (0.9, 0.05, 0.05)), ALPHABET)
    assert (reading.text, reading.char_confidences) == ("", ())
    assert reading.confidence == pytest.approx(0.72, rel=1e-5)


def test_detections_come_back_in_original_pixels_best_first_and_clipped() -> None:
    boxes = np.array([[10, 20, 30, 30], [90, 20, 120, 30], [11, 20, 31, 30]], np.float32)
    scores = np.array([0.6, 0.9, 0.5], np.float32)  # the last overlaps the first
    found = decode_detections(boxes, scores, None, Letterbox(0.5, 0, 10), (160, 200), confidence=0.4)
    assert [d.confidence for d in found] == pytest.approx([0.9, 0.6])
    np.testing.assert_allclose([d.box for d in found], [[180, 20, 200, 40], [20, 20, 60, 40]])


def test_what_is_unsure_or_outside_the_image_is_dropped() -> None:
    boxes = np.array([[0, 0, 10, 5], [0, 12, 10, 20]], np.float32)  # the first lies in the letterbox's margin
    fit = Letterbox(1.0, 0, 10)
    assert decode_detections(boxes[:1], np.ones(1, np.float32), None, fit, (50, 50), 0.5) == []
    assert decode_detections(boxes[1:], np.full(1, 0.49, np.float32), None, fit, (50, 50), 0.5) == []
    assert len(decode_detections(boxes[1:], np.full(1, 0.5, np.float32), None, fit, (50, 50), 0.5)) == 1


def test_corners_come_back_in_original_pixels_with_their_own_box() -> None:
    boxes = np.array([[10, 20, 30, 30], [40, 20, 60, 30], [41, 20, 61, 30], [80, 20, 110, 30]], np.float32)
    scores = np.array([0.6, 0.9, 0.8, 0.7], np.float32)  # the third overlaps the second, the last is cut by the edge
    corners = box_to_corners(boxes)
    corners[1, 0] += [2, 1]
    corners[0] = corners[0][::-1]  # the wrong way round: no plate
    found = decode_detections(boxes, scores, corners, Letterbox(0.5, 0, 10), (160, 200), confidence=0.4)
    assert [d.corners is None for d in found] == [False, False, True]
    np.testing.assert_allclose(found[0].corners, [[84, 22], [120, 20], [120, 40], [80, 40]])
    np.testing.assert_allclose(found[1].box, [160, 20, 200, 40])
    np.testing.assert_allclose(found[1].corners, [[160, 20], [220, 20], [220, 40], [160, 40]])


def test_nothing_found_needs_no_corners() -> None:
    nothing = np.zeros((3, 4), np.float32), np.zeros(3, np.float32), np.zeros((3, 4, 2), np.float32)
    assert decode_detections(*nothing, Letterbox(1.0, 0, 0), (10, 10), 0.5) == []
