"""What befalls synthetic plates: each effect does what it is named for, and whole groups can be left out."""

import shutil
from pathlib import Path

import matplotlib
import numpy as np
import pytest

from src.core.formats.registry import REGISTRY
from src.core.geometry import CROP_SIZE
from src.core.types import Image
from src.data.synthesis import GROUPS, CropSynthesiser
from src.data.synthesis.capture import camera, light
from src.data.synthesis.capture.effects import IN_CROP, ON_PLATE, Effect, kept, spoiled
from src.data.synthesis.capture.pose import Shot, bent
from src.data.synthesis.drawing import surface
from src.data.synthesis.drawing.draw import Sheet

FONT = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans-Bold.ttf"
SHOT_EFFECTS = [pytest.param(e, id=f"{e.group}{i}") for i, e in enumerate(IN_CROP)]
SHEET_EFFECTS = [pytest.param(e, id=f"{e.group}{i}") for i, e in enumerate(ON_PLATE)]


def shot(colour: tuple[int, int, int] = (230, 230, 228), ink: tuple[int, int, int] = (20, 20, 20)) -> Shot:
    """A plate of one colour with a bar of ``ink`` in its middle, on a dark grey vehicle."""
    image, plate = np.full((32, 128, 3), 60, np.uint8), np.zeros((32, 128), np.uint8)
    image[6:26, 10:118], plate[6:26, 10:118] = colour, 255
    image[10:22, 60:68] = ink
    corners = np.array([[10, 6], [118, 6], [118, 26], [10, 26]], np.float32)
    return Shot(image, plate, corners, np.array([[60, 10, 68, 22]], np.float32))


def sheet() -> Sheet:
    image, ink = np.full((64, 256, 3), 230, np.uint8), np.zeros((64, 256), np.uint8)
    image[16:48, 100:130], ink[16:48, 100:130] = 20, 255
    return Sheet(image, ink, np.array([[100, 16, 130, 48]], np.float32))


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("registry")
    shutil.copy(REGISTRY / "ru.yaml", folder)
    return folder


def test_motion_spreads_what_moves_around_where_it_stands() -> None:
    """Its box stays right: the weight of what is dark stays in its middle."""
    image = np.full((32, 128, 3), 255, np.uint8)
    image[10:22, 60:68] = 0
    for seed in range(60):
        dark = 255.0 - camera.motion(image, np.random.default_rng(seed))[..., 0]
        middle = np.average(np.mgrid[:32, :128].reshape(2, -1), axis=1, weights=dark.ravel())
        assert middle == pytest.approx((15.5, 63.5), abs=0.05), seed


def test_what_is_left_out_never_happens(registry: Path) -> None:
    rng = np.random.default_rng(0)
    for group in GROUPS:
        synthesise = CropSynthesiser([FONT], without=[group], registry=[registry])
        assert synthesise(rng).image.shape == (*CROP_SIZE, 3)
    assert {e.group for e in kept(IN_CROP, ["blur", "sun"])} == {e.group for e in IN_CROP} - {"blur", "sun"}


def test_the_same_plates_are_drawn_without_effects(registry: Path) -> None:
    """An ablation compares like with like: a seed's text does not hang on the effects."""
    every, none = (CropSynthesiser([FONT], without=w, registry=[registry]) for w in ((), GROUPS))
    for seed in range(20):
        a, b = every(np.random.default_rng(seed)), none(np.random.default_rng(seed))
        assert (a.text, a.type) == (b.text, b.type)
    tilts = [
        [abs(np.subtract(*s(np.random.default_rng(seed)).corners[:2, 1])) for seed in range(20)] for s in (every, none)
    ]
    assert np.median(tilts[0]) > 0.3
    assert np.median(tilts[1]) < 0.01  # seen straight on, but for the detector's error in some corners


def test_odds_are_shares() -> None:
    effects = (Effect("a", 0.5, lambda x, rng: x + 1), Effect("b", 0.1, lambda x, rng: x + 100))
    rng = np.random.default_rng(1)
    total = sum(spoiled(0, effects, 0.5, rng) for _ in range(4000))
    assert total == pytest.approx(4000 * (0.25 * 1 + 0.05 * 100), rel=0.15)


@pytest.mark.parametrize("effect", SHOT_EFFECTS)
def test_effects_on_crops_change_the_picture_and_nothing_of_the_original(effect: Effect[Shot]) -> None:
    before = shot()
    changed = 0
    for seed in range(5):
        after = effect.apply(before, np.random.default_rng(seed))
        assert (after.image.shape, after.image.dtype) == ((32, 128, 3), np.uint8)
        changed += bool((after.image != before.image).any())
    assert changed >= 3
    np.testing.assert_array_equal(before.image, shot().image)


@pytest.mark.parametrize("effect", SHEET_EFFECTS)
def test_effects_on_plates_change_the_picture_and_nothing_of_the_original(effect: Effect[Sheet]) -> None:
    before = sheet()
    after = effect.apply(before, np.random.default_rng(2))
    assert (after.image != before.image).any()
    np.testing.assert_array_equal(before.image, sheet().image)
    np.testing.assert_array_equal(after.ink, before.ink)


def test_raised_characters_are_lit_on_one_side() -> None:
    image = surface.embossed(sheet(), np.random.default_rng(0)).image.astype(int).mean(-1)
    above, below = image[8:16, 105:125].mean(), image[48:56, 105:125].mean()
    assert abs(above - below) > 1  # light comes from above, whichever the side
    assert image[4, 10] == 230


def test_paint_comes_off_characters_only() -> None:
    changed = (surface.rubbed(sheet(), np.random.default_rng(3)).image != sheet().image).any(-1)
    assert changed[16:48, 100:130].any()
    changed[16:48, 100:130] = False
    assert not changed.any()


def test_at_night_the_plate_outshines_the_vehicle() -> None:
    for seed in range(10):
        before, after = shot(), light.night(shot(), np.random.default_rng(seed))
        assert _contrast(after.image) > 1.5 * _contrast(before.image)


def _contrast(image: Image) -> float:
    return float(image[8:24, 14:56].mean() / max(1.0, image[0:4].mean()))


def test_infrared_has_no_colours_and_pales_coloured_characters() -> None:
    rng = (np.random.default_rng(seed) for seed in range(100))
    red, black = (
        light.infrared(shot(ink=ink), r) for ink, r in zip([(190, 28, 38), (20, 20, 20)], _equal(), strict=True)
    )
    assert red.image[16, 64].max() > black.image[16, 64].max() + 30
    spread = [np.ptp(light.infrared(shot((200, 40, 40)), r).image[16, 30].astype(int)) for r in rng]
    assert 0.7 < np.mean(np.array(spread) <= 1) < 0.95  # the others are in shades of green


def _equal() -> tuple[np.random.Generator, np.random.Generator]:
    return np.random.default_rng(4), np.random.default_rng(4)


def test_a_bent_plate_takes_its_boxes_along() -> None:
    for seed in range(10):
        after = bent(shot(), np.random.default_rng(seed))
        ((x1, y1, x2, y2),) = after.chars
        dark = np.argwhere(after.image[..., 0] < 40)
        assert dark.mean(0)[::-1] + 0.5 == pytest.approx([(x1 + x2) / 2, (y1 + y2) / 2], abs=0.6)
