"""A large picture without a plate, and one that a plate fills, are looked at once more, and no other one."""

from pathlib import Path

import numpy as np
import pytest

from src.core.types import Detection, Image
from src.runtime.detector import Detector, joined
from tests.conftest import BLUE, RED, widen_canvases

SMALL = (slice(100, 108), slice(204, 214))
"""Rows and columns of a plate that no pixel of a canvas of 96 shows alone, but one of a canvas of 256 does."""


@pytest.fixture
def looks(models: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Detector, list[tuple[int, ...]]]:
    """A detector for canvases of up to 96 pixels, and the sizes of the canvases that it was shown."""
    widen_canvases(models)
    sizes: list[tuple[int, ...]] = []
    infer_batch = Detector.infer_batch
    monkeypatch.setattr(Detector, "infer_batch", lambda self, b: sizes.append(b.shape[1:3]) or infer_batch(self, b))
    return Detector(models / "detector", threads=1), sizes


def picture(width: int = 768, height: int = 512) -> Image:
    return np.full((height, width, 3), 128, np.uint8)


def test_a_far_plate_is_found_at_the_second_look(looks: tuple[Detector, list]) -> None:
    detector, sizes = looks
    image = picture()
    image[SMALL] = RED
    (found,) = detector.detect(image)
    assert sizes == [(64, 96), (192, 256)]
    assert found.box.tolist() == pytest.approx([204, 100, 214, 108], abs=4)


def test_one_look_is_enough_where_a_plate_was_found_or_the_picture_is_small(looks: tuple[Detector, list]) -> None:
    detector, sizes = looks
    near = picture()
    near[100:200, 100:400] = BLUE
    near[SMALL] = RED
    assert len(detector.detect(near)) == 1
    assert detector.detect(picture(width=287, height=191)) == []
    assert len(sizes) == 2


def test_a_plate_that_fills_the_picture_is_looked_at_on_a_smaller_canvas(looks: tuple[Detector, list]) -> None:
    detector, sizes = looks
    image = picture()
    image[100:300, 100:420] = RED
    (found,) = detector.detect(image)
    assert sizes == [(64, 96), (64, 64)]
    assert found.box.tolist() == pytest.approx([100, 100, 420, 300], abs=13)


def test_the_second_look_replaces_what_it_meets_and_keeps_the_rest() -> None:
    image = picture(400, 300)

    def seen(x1: float, x2: float, confidence: float) -> Detection:
        return Detection(np.array([x1, 100, x2, 150], np.float32), confidence, None)

    wide, half, apart = seen(20, 200, 0.9), seen(30, 100, 0.8), seen(300, 340, 0.5)
    whole = seen(10, 230, 0.7)
    assert joined(image, [wide, half, apart], [whole]) == [whole, apart]
    assert joined(image, [wide, half, apart], []) == [wide, half, apart]
    assert joined(image, [apart], [whole, seen(250, 290, 0.6)])[-1] == apart


def test_frames_of_a_video_may_go_without(models: Path, looks: tuple[Detector, list]) -> None:
    _, sizes = looks
    detector = Detector(models / "detector", threads=1, second_look=False)
    image = picture()
    image[SMALL] = RED
    assert detector.detect(image) == []
    assert sizes == [(64, 96)]


def test_a_network_of_one_canvas_looks_once(models: Path) -> None:
    assert Detector(models / "detector", threads=1).detect(picture()) == []


def test_a_frame_of_a_video_lies_on_a_larger_canvas_and_is_never_searched_for_what_is_far(
    looks: tuple[Detector, list], models: Path
) -> None:
    detector, sizes = looks
    frames = detector.for_video()
    assert frames.detect(picture()) == []
    assert sizes == [(96, 128)]
    assert detector.largest == (96, 96)
    own = Detector(models / "detector", threads=1, canvas=64).for_video()
    assert own.detect(picture()) == []
    assert sizes[1:] == [(64, 64)]


def test_a_plate_that_fills_a_frame_is_looked_at_again(looks: tuple[Detector, list]) -> None:
    detector, sizes = looks
    image = picture()
    image[100:300, 100:600] = BLUE
    assert len(detector.for_video().detect(image)) == 1
    assert sizes == [(96, 128), (64, 64)]
