"""A large picture in which nothing was found is looked at once more, and no other one."""

from pathlib import Path

import numpy as np
import pytest

from src.core.types import Image
from src.runtime.detector import Detector
from tests.conftest import BLUE, RED, widen_canvases

SMALL = (slice(100, 108), slice(204, 214))
"""Rows and columns of a plate that no pixel of a canvas of 96 shows alone, but one of a canvas of 224 does."""


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
    assert sizes == [(64, 96), (160, 224)]
    assert found.box.tolist() == pytest.approx([204, 100, 214, 108], abs=4)


def test_one_look_is_enough_where_a_plate_was_found_or_the_picture_is_small(looks: tuple[Detector, list]) -> None:
    detector, sizes = looks
    near = picture()
    near[100:200, 100:300] = BLUE
    near[SMALL] = RED
    assert len(detector.detect(near)) == 1
    assert detector.detect(picture(width=287, height=191)) == []
    assert len(sizes) == 2


def test_frames_of_a_video_may_go_without(models: Path, looks: tuple[Detector, list]) -> None:
    _, sizes = looks
    detector = Detector(models / "detector", threads=1, second_look=False)
    image = picture()
    image[SMALL] = RED
    assert detector.detect(image) == []
    assert sizes == [(64, 96)]


def test_a_network_of_one_canvas_looks_once(models: Path) -> None:
    assert Detector(models / "detector", threads=1).detect(picture()) == []
