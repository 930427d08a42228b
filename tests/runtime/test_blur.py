import numpy as np
import pytest

from src.core.geometry import box_to_corners
from src.core.image import read_image
from src.core.types import Image
from src.runtime.blur import hide, hide_found, hiding
from src.runtime.reader import Reader

BOX = np.array([345, 380, 493, 418], np.float32)


@pytest.fixture(scope="module")
def street() -> Image:
    return read_image("data/samples/00-ru.jpg")


def test_a_hidden_plate_is_neither_read_nor_found(street: Image) -> None:
    reader = Reader("exports", threads=1)
    found = hiding(reader.detector).detect(street)
    assert found
    assert reader.read(street).plates
    assert reader.read(hide_found(street, found)).plates == ()


def test_nothing_of_the_plate_is_left_and_the_rest_is_as_it_was(street: Image) -> None:
    hidden = hide(street, [box_to_corners(BOX)])
    inside = np.s_[380:418, 345:493]
    assert street[inside].std() > 40
    assert np.abs(np.diff(hidden[inside].astype(int), axis=1)).max() < 12  # no edge of a character
    painted = street.copy()
    painted[inside] = 255 - painted[inside]
    assert np.array_equal(hidden, hide(painted, [box_to_corners(BOX)]))  # its pixels are not even mixed
    assert np.array_equal(hidden[:300], street[:300])
    assert np.array_equal(hidden[:, :200], street[:, :200])


def test_a_plate_at_the_edge_and_one_that_fills_the_picture_are_hidden(street: Image) -> None:
    edge = hide(street, [box_to_corners(np.array([-40, 570, 120, 640], np.float32))])
    assert edge[575:, :110].std() < street[575:, :110].std() + 5
    part = street[380:418, 345:493]
    whole = hide(part, [box_to_corners(np.array([0, 0, 148, 38], np.float32))])
    assert whole.std() < 2
    assert np.array_equal(hide(street, []), street)


def test_plates_of_which_the_detector_is_hardly_sure_are_hidden_too() -> None:
    reader = Reader("exports", threads=1, min_confidence=0.9)
    assert hiding(reader.detector).min_confidence == 0.1
    assert hiding(Reader("exports", threads=1, min_confidence=0.05).detector).min_confidence == 0.05
