"""Every effect does something, the same thing every time, and more of it at every severity."""

import random
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from src.core.image import read_image
from src.core.types import Image
from src.data.annotations.manifest import PlateLabel, Record, read_manifest
from src.evaluation.robustness.corruptions import CORRUPTIONS, MarkedPicture
from src.evaluation.robustness.distort import SEVERITIES, distort

SAMPLES = Path("data/samples")
DRAWN = sorted(set(CORRUPTIONS) - {"defocus-blur", "jpeg", "low-resolution"})
"""Those with something random in them."""


@cache
def sample(width: int) -> tuple[Image, Record]:
    """A rendered photograph of ``width`` pixels with its one plate."""
    record = next(r for r in read_manifest(SAMPLES / "manifest.jsonl") if len(r.plates or ()) == 1)
    image = read_image(SAMPLES / record.image)
    scale = width / image.shape[1]
    plate = PlateLabel(box=tuple(scale * v for v in record.plates[0].box), text=record.plates[0].text)
    resized = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(resized, np.uint8), Record(image=record.image, plates=(plate,))


def change(effect: str, severity: int, width: int) -> float:
    """The mean distance from the clean picture, in grey levels."""
    image, record = sample(width)
    return float(cv2.absdiff(distort(image, record, effect, severity).image, image).mean())


@pytest.mark.parametrize("effect", CORRUPTIONS)
def test_an_effect_changes_a_copy_of_the_pixels(effect: str) -> None:
    image, record = sample(320)
    clean = image.copy()
    changed = distort(image, record, effect, 1).image
    assert (changed.shape, changed.dtype) == (image.shape, np.uint8)
    assert (changed != image).any()
    assert (image == clean).all()


@pytest.mark.parametrize("effect", CORRUPTIONS)
def test_the_same_picture_gets_the_same_pixels_whatever_the_global_state(effect: str) -> None:
    image, record = sample(320)
    first = distort(image, record, effect, 3).image
    np.random.seed(7), random.seed(7), cv2.setRNGSeed(7)
    assert (distort(image, record, effect, 3).image == first).all()


@pytest.mark.parametrize("effect", DRAWN)
def test_another_picture_gets_another_draw(effect: str) -> None:
    image, record = sample(320)
    names = [record.model_copy(update={"image": f"{n}.jpg"}) for n in range(4)]
    drawn = {distort(image, named, effect, 3).image.tobytes() for named in names}
    assert len(drawn) > 1


@pytest.mark.parametrize("effect", CORRUPTIONS)
@pytest.mark.parametrize("width", [320, 800])
def test_a_higher_severity_is_further_from_clean(effect: str, width: int) -> None:
    distances = [change(effect, severity, width) for severity in SEVERITIES]
    assert distances == sorted(set(distances))


@pytest.mark.parametrize("effect", sorted(set(CORRUPTIONS) - {"jpeg", "low-resolution"}))
def test_small_and_large_pictures_get_equally_bad(effect: str) -> None:
    assert 0.6 < change(effect, 5, 1280) / change(effect, 5, 400) < 1.6


@pytest.mark.parametrize("effect", ["occlusion", "dirt"])
@pytest.mark.parametrize(("severity", "share"), [(1, 0.1), (3, 0.2), (5, 0.3)])
def test_occlusion_and_dirt_cover_that_share_of_the_plate_and_nothing_else(
    effect: str, severity: int, share: float
) -> None:
    image = np.full((400, 600, 3), 200, np.uint8)
    record = Record(image="a.jpg", plates=(PlateLabel(box=(100, 200, 400, 260)),))
    covered = (distort(image, record, effect, severity).image != 200).any(-1)
    plate = np.zeros_like(covered)
    plate[200:260, 100:400] = True
    middle = (distort(image, record, effect, severity).image < 140).any(-1)  # half covered or more
    assert not covered[~plate].any()
    assert middle.sum() / (300 * 60) == pytest.approx(share, abs=0.02)


def test_channels_are_not_swapped() -> None:
    """Mud is brown: more red than blue."""
    image = np.full((100, 300, 3), 255, np.uint8)
    record = Record(image="a.jpg", plates=(PlateLabel(box=(0, 0, 300, 100)),))
    changed = distort(image, record, "dirt", 5).image
    darkest = changed[changed.sum(-1) == changed.sum(-1).min()][0]
    assert darkest[0] > darkest[1] > darkest[2]


def test_a_disc_and_a_line_are_what_a_point_becomes() -> None:
    image = np.zeros((65, 640, 3), np.uint8)
    image[32, 320] = 255
    scene = MarkedPicture(image, np.zeros((0, 4, 2), np.float32), np.zeros((0, 4, 2), np.float32))
    for effect, area in (("defocus-blur", np.pi * 6**2), ("motion-blur", 12)):
        level = 6 if effect == "defocus-blur" else 12
        point = CORRUPTIONS[effect].change(scene, level, np.random.default_rng(0)).image[..., 0]
        assert point.max() == pytest.approx(255 / area, rel=0.12)
        y, x = np.nonzero(point)
        assert np.hypot(x - 320, y - 32).max() == pytest.approx(6, abs=1.5)
