"""What is measured of a plate, on pictures whose measures are known."""

import cv2
import numpy as np
import pytest

from src.core.image import Photograph
from src.core.types import Image
from src.evaluation.datasets.appearance import appearance

BOX = (20.0, 10.0, 84.0, 42.0)


def scene(plate: int, size: tuple[int, int] = (60, 120)) -> Image:
    image = np.full((*size, 3), 10, np.uint8)
    image[10:42, 20:84] = plate
    return image


def photograph(image: Image, factor: int = 1) -> Photograph:
    """A file whose pixels are averaged over ``factor`` x ``factor``."""
    return Photograph(image, image.shape[1] * factor, image.shape[0] * factor, factor, "image/png")


def test_width_and_brightness_are_those_of_the_box_alone() -> None:
    seen = appearance(photograph(scene(200)), BOX)
    assert (seen.width, seen.tilt) == (64, None)
    assert seen.brightness == pytest.approx(200)
    assert seen.sharpness == 0


def test_brightness_weighs_green_most() -> None:
    """The weights of Rec. 601, which a swapped channel order would turn round."""
    image = scene(0)
    image[10:42, 20:84] = (255, 0, 0)
    assert appearance(photograph(image), BOX).brightness == pytest.approx(0.299 * 255, abs=0.5)


def test_sharpness_of_stripes() -> None:
    """Columns in turn 0 and 100: the Laplacian is 200 on the dark and -200 on the light ones."""
    image = scene(0)
    image[10:42, 20:84:2] = 100
    assert appearance(photograph(image), BOX).sharpness == pytest.approx(200, rel=0.02)


def test_a_blurred_or_a_small_plate_is_less_sharp() -> None:
    rng = np.random.default_rng(0)
    image = rng.integers(0, 255, (60, 120, 3)).astype(np.uint8)
    sharp = appearance(photograph(image), BOX).sharpness
    assert appearance(photograph(cv2.GaussianBlur(image, (0, 0), 1.5)), BOX).sharpness < sharp / 2
    assert appearance(photograph(image), (20, 10, 36, 18)).sharpness < sharp / 2


@pytest.mark.parametrize(("right_end", "degrees"), [((84, 10), 0), ((84, 74), 45), ((84, -54), -45)])
def test_tilt_is_that_of_the_top_edge(right_end: tuple[float, float], degrees: float) -> None:
    corners = ((20.0, 10.0), right_end, (84.0, 90.0), (20.0, 42.0))
    assert appearance(photograph(scene(200)), BOX, corners).tilt == pytest.approx(degrees)


def test_of_a_picture_that_was_reduced_the_width_is_the_files_and_the_rest_as_it_was_decoded() -> None:
    box = tuple(4 * side for side in BOX)
    seen = appearance(photograph(scene(200), 4), box)
    assert seen.width == 256
    assert seen.brightness == pytest.approx(200)
