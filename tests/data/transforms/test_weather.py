"""Weather changes a picture by its seed alone, moves nothing, leaves the fill and plates that can still be seen."""

import numpy as np
import pytest

from src.data.transforms import weather
from src.data.transforms.augment import SceneAugment

EFFECTS = dict.fromkeys(effect for kind in weather.KINDS for effect in kind)


def street() -> np.ndarray:
    """A grey street of 200 x 160 with a bright plate on a dark car, on a canvas of 224 that is filled elsewhere."""
    image = np.full((224, 224, 3), 114, np.uint8)
    image[20:180, 10:210] = np.linspace(190, 70, 160).astype(np.uint8)[:, None, None] + np.array([0, 5, 12], np.uint8)
    image[90:150, 70:150] = (60, 30, 30)
    image[120:132, 90:130] = 235
    return image


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda e: e.__name__)
def test_an_effect_is_fixed_by_its_seed_spares_the_fill_and_shows_the_plate(effect, monkeypatch) -> None:
    monkeypatch.setattr(weather, "KINDS", ((effect,),))
    scene, contrasts = street(), []
    filled = (scene == 114).all(-1)
    for seed in range(20):
        after = weather.weathered(scene, np.random.default_rng(seed))
        assert (after == weather.weathered(scene, np.random.default_rng(seed))).all()
        assert (after[filled] == 114).all()
        assert (after != scene).any()
        grey = after.astype(float).mean(-1)
        contrasts.append(grey[120:132, 90:130].mean() - grey[134:146, 90:130].mean())
    assert (scene == street()).all()
    assert min(contrasts) > 4
    assert np.median(contrasts) > 25


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda e: e.__name__)
def test_no_weather_moves_a_plate(effect, monkeypatch) -> None:
    """The middle of what differs most from the car stays where it is, in the mean."""
    monkeypatch.setattr(weather, "KINDS", ((effect,),))
    middles = []
    for seed in range(20):
        grey = weather.weathered(street(), np.random.default_rng(seed)).astype(float).mean(-1)[105:147, 75:145]
        bright = grey > (np.percentile(grey, 10) + np.percentile(grey, 90)) / 2
        middles.append(np.argwhere(bright).mean(0) if bright.any() else (20.5, 34.5))
    assert np.median(middles, 0) == pytest.approx((20.5, 34.5), abs=1.5)


def test_rain_and_snow_are_bright_on_dark_and_fog_takes_what_is_far() -> None:
    dark = np.full((160, 160, 3), 30, np.float32)
    for effect in (weather.rain, weather.snow):
        wet = effect(dark.copy(), np.random.default_rng(1)).max(-1)
        assert np.percentile(wet, 99.5) > np.median(wet) + 20
    checks = np.kron(np.indices((20, 20)).sum(0) % 2, np.ones((8, 8))).astype(np.float32)
    far_and_near = np.repeat(checks[..., None] * 200, 3, 2)
    for seed in range(10):
        foggy = weather.fog(far_and_near.copy(), np.random.default_rng(seed)).mean(-1)
        assert foggy[136:].std() > foggy[24:48].std() + 3


def test_a_picture_taken_at_night_is_not_made_black() -> None:
    night = np.full((128, 128, 3), 14, np.uint8)
    night[60:72, 40:88] = 60
    for seed in range(40):
        after = weather.weathered(night, np.random.default_rng(seed)).astype(float)
        assert np.percentile(after, 99) > 40


def test_the_share_of_scenes_in_weather(monkeypatch) -> None:
    seen = []
    monkeypatch.setattr("src.data.transforms.augment.weathered", lambda image, rng: seen.append(1) or image)
    for share in (0.0, 0.3, 1.0):
        seen.clear()
        augment = SceneAugment(weather=share)
        for seed in range(100):
            augment.light(street()[:32, :32], np.random.default_rng(seed))
            augment.reencode(street()[:32, :32], np.random.default_rng(seed))
        assert len(seen) / 200 == pytest.approx(share, abs=0.1)
