"""Corners are written only where the views of a plate agree, and always span the labelled box."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scripts.estimate_corners import corners_of, estimated, fitted
from src.core.geometry import corners_to_box
from src.core.types import Detection
from src.data.annotations.manifest import PlateLabel, Record

QUAD = np.array([[100, 60], [160, 80], [156, 100], [96, 80]], np.float32)
"""A white plate that leans, on a black picture."""


class Outline:
    """Finds the white quadrilateral by its extreme points, each ``off`` pixels beside where it is."""

    def __init__(self, off: float = 0.0) -> None:
        self.off, self.calls = off, 0

    def detect(self, image: np.ndarray) -> list[Detection]:
        self.calls += 1
        ys, xs = np.nonzero(image[..., 0] > 127)
        if not len(xs):
            return []
        points = np.stack([xs, ys], -1) + 0.5
        ways = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])  # top left, top right, bottom right, bottom left
        tall = np.array([0.4, 1.0])
        corners = np.stack([points[(points @ (way * tall)).argmax()] for way in ways]).astype(np.float32)
        corners += self.off * (-1) ** self.calls
        return [Detection(corners_to_box(corners), 0.9, corners)]


def picture() -> np.ndarray:
    import cv2

    image = np.zeros((160, 240, 3), np.uint8)
    cv2.fillConvexPoly(image, QUAD.astype(np.int32), (255, 255, 255))
    return image


def test_views_that_agree_give_the_corners_of_a_leaning_plate() -> None:
    box = corners_to_box(QUAD)
    corners = corners_of(picture(), box, Outline())
    assert corners is not None
    assert np.abs(corners - QUAD).max() < 6  # an upright quadrilateral in the same box would be 20 off
    assert corners_to_box(corners).tolist() == pytest.approx(box.tolist(), abs=1e-3)


def test_views_that_disagree_give_none() -> None:
    assert corners_of(picture(), corners_to_box(QUAD), Outline(off=30)) is None
    assert corners_of(np.zeros((160, 240, 3), np.uint8), corners_to_box(QUAD), Outline()) is None


def test_corners_are_fitted_into_the_labelled_box() -> None:
    box = np.array([10, 20, 110, 60], np.float32)
    assert corners_to_box(fitted(QUAD, box)).tolist() == pytest.approx(box.tolist(), abs=1e-3)


def test_a_record_gives_the_plates_that_have_only_a_box(tmp_path: Path) -> None:
    Image.fromarray(picture()).save(tmp_path / "a.png")
    box = tuple(map(float, corners_to_box(QUAD)))
    known = PlateLabel(box=(1, 2, 30, 20), corners=((1, 2), (30, 2), (30, 20), (1, 20)))
    line = estimated(Record(image=str(tmp_path / "a.png"), plates=(PlateLabel(box=box), known)), "scenes", Outline())
    assert line is not None
    assert [plate["box"] for plate in line["plates"]] == [list(box)]
    assert estimated(Record(image=str(tmp_path / "a.png"), plates=(known,)), "scenes", Outline()) is None
