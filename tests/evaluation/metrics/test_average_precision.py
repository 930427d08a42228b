"""Average precision by hand, and its resamples against the library's own account of the repeated images."""

import numpy as np
import pytest

from src.core.types import Boxes
from src.evaluation.metrics import average_precision as module
from src.evaluation.metrics.average_precision import ImageDetections, average_precision
from src.evaluation.metrics.figures import resample_weights

PLATE, FAR = np.array([[0, 0, 100, 20]], np.float32), np.array([[0, 100, 100, 120]], np.float32)
NONE = np.zeros((0, 4), np.float32)


def image(boxes: Boxes, scores: list[float], true: Boxes, ignore: Boxes = NONE) -> ImageDetections:
    return ImageDetections(boxes, np.array(scores, np.float32), true, ignore)


def drawn(count: int = 12) -> list[ImageDetections]:
    """Images with two plates each, boxes near them and boxes that are nowhere, the latter less sure."""
    rng = np.random.default_rng(0)
    images = []
    for _ in range(count):
        true = np.concatenate([PLATE, FAR]) + rng.uniform(0, 50, (2, 1)).astype(np.float32)
        near = (true + rng.normal(0, 2, (2, 4))).astype(np.float32)
        away = (PLATE + rng.uniform(200, 400, (3, 1))).astype(np.float32)
        scores = [*rng.uniform(0.3, 1, 2), *rng.uniform(0, 0.7, 3)]
        images.append(image(np.concatenate([near, away]), scores, true))
    return images


def test_by_hand() -> None:
    """Surest first: hit, nothing there, hit, and one plate of three is missed.

    Recall 0, 0.01, ... 0.33 has precision 1 (34 points), 0.34 to 0.66 has 2/3 (33 points), the rest none.
    """
    images = [
        image(np.concatenate([PLATE, FAR + 500]), [0.9, 0.8], np.concatenate([PLATE, FAR])),
        image(FAR, [0.7], FAR),
    ]
    found = average_precision(images)
    assert found is not None
    assert found.ap50.value == pytest.approx((34 + 33 * 2 / 3) / 101)
    assert found.ap.value == pytest.approx(found.ap50.value)  # both hits are perfect at every overlap
    assert found.ap50.n == 3


def test_a_loose_box_counts_at_small_overlaps_alone() -> None:
    loose = PLATE + np.array([[0, 0, 0, 6.5]], np.float32)  # overlap 20 / 26.5 = 0.755: right up to 0.75
    found = average_precision([image(loose, [0.9], PLATE)])
    assert found is not None
    assert (found.ap50.value, found.ap.value) == (1, pytest.approx(6 / 10))


def test_what_lies_over_an_ignored_plate_is_neither_right_nor_wrong() -> None:
    boxes = np.concatenate([PLATE, FAR])
    wrong, ignored = (average_precision([image(boxes, [0.5, 0.9], PLATE, over)]) for over in (NONE, FAR))
    assert wrong is not None
    assert ignored is not None
    assert (wrong.ap50.value, ignored.ap50.value) == (pytest.approx(0.5), 1)


def test_without_a_true_plate_there_is_none_and_without_a_box_it_is_0() -> None:
    assert average_precision([image(PLATE, [0.5], NONE)]) is None
    assert average_precision([]) is None
    nothing = average_precision([image(NONE, [], PLATE), image(NONE, [], FAR)])
    assert nothing is not None
    assert (nothing.ap50.value, nothing.ap.value) == (0, 0)


def test_weights_of_one_give_the_librarys_own_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "resample_weights", lambda images, _: np.ones((1, images)))
    monkeypatch.setattr(module, "RESAMPLES", 1)
    found = average_precision(drawn())
    assert found is not None
    for figure in found:
        assert figure.low == figure.high == figure.value
        assert 0.2 < figure.value < 0.95


def test_a_resample_is_the_average_precision_of_the_images_as_often_as_they_are_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    images = drawn()
    weights = resample_weights(len(images))[:1]
    repeated = average_precision([i for i, times in zip(images, weights[0], strict=True) for _ in range(int(times))])
    monkeypatch.setattr(module, "resample_weights", lambda *_: weights)
    monkeypatch.setattr(module, "RESAMPLES", 1)
    resampled = average_precision(images)
    assert resampled is not None
    assert repeated is not None
    assert [f.low for f in resampled] == pytest.approx([f.value for f in repeated])
    assert resampled.ap50.low != resampled.ap50.value


def test_the_interval_holds_the_value_and_narrows_with_more_images() -> None:
    few, many = average_precision(drawn(12)), average_precision(drawn(96))
    assert few is not None
    assert many is not None
    for figures in (few, many):
        assert figures.ap.low < figures.ap.value < figures.ap.high
    assert many.ap.high - many.ap.low < 0.6 * (few.ap.high - few.ap.low)
