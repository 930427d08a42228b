import numpy as np
import pytest

from src.core.types import Image
from src.video.frame import Frame
from src.video.motion import MotionGate, inside

ZONE = np.array([[0, 0.5], [1, 0.5], [1, 1], [0, 1]], np.float32)


@pytest.fixture
def street() -> Image:
    return np.random.default_rng(1).integers(60, 160, (360, 640, 3)).astype(np.uint8)


def noisy(image: Image, seed: int) -> Image:
    noise = np.random.default_rng(seed).normal(0, 8, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def with_car(image: Image, x: int, y: int) -> Image:
    changed = image.copy()
    changed[y : y + 80, x : x + 120] = 230
    return changed


def test_the_first_frame_is_searched_and_noise_alone_is_no_motion(street: Image):
    gate = MotionGate()
    assert gate.moved(Frame.of(noisy(street, 1), 0, 0.0))
    assert not any(gate.moved(Frame.of(noisy(street, n), n, n / 12)) for n in range(2, 20))


def test_a_car_is_a_motion(street: Image):
    gate = MotionGate()
    gate.moved(Frame.of(street, 0, 0.0))
    assert gate.moved(Frame.of(with_car(street, 300, 200), 1, 0.1))
    assert not gate.moved(Frame.of(with_car(street, 300, 200), 2, 0.2))
    assert gate.moved(Frame.of(street, 3, 0.3))


def test_what_moves_outside_of_the_zone_does_not_count(street: Image):
    gate = MotionGate(ZONE)
    gate.moved(Frame.of(street, 0, 0.0))
    assert not gate.moved(Frame.of(with_car(street, 300, 20), 1, 0.1))
    assert gate.moved(Frame.of(with_car(street, 300, 250), 2, 0.2))


def test_slow_changes_add_up(street: Image):
    gate = MotionGate()
    gate.moved(Frame.of(street, 0, 0.0))
    moved = [gate.moved(Frame.of((street + n).astype(np.uint8), n, n / 12)) for n in range(1, 30)]
    assert 1 <= sum(moved) <= 3


def test_another_size_is_a_motion(street: Image):
    gate = MotionGate()
    gate.moved(Frame.of(street, 0, 0.0))
    assert gate.moved(Frame.of(street[:180], 1, 0.1))


def test_a_zone_has_its_edge():
    assert inside(ZONE, 0.5, 0.5)
    assert inside(ZONE, 0.5, 0.9)
    assert not inside(ZONE, 0.5, 0.4)
