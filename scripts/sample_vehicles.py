"""Drawn cars on a road, for the example scenes: simple shapes, no photograph's licence to mind."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from src.core.types import Image
from src.data.synthesis.layout.plate import Colour, pick

Point = tuple[float, float]

_DARK: Colour = (24, 25, 28)
_GLASS: Colour = (52, 64, 76)
_LAMP_RED: Colour = (178, 22, 28)
_LAMP_WHITE: Colour = (236, 240, 244)


@dataclass(frozen=True)
class Car:
    """A car seen from behind or in front; ``x``, ``y`` is the road under its middle; all in pixels."""

    x: float
    y: float
    width: float
    paint: Colour
    rear: bool

    def at(self, points: Sequence[Point]) -> npt.NDArray[np.float32]:
        """Points in car widths (x to the right, y upwards from the road) to pixels ``[N, 2]``."""
        moved = np.array(points, np.float32) * np.array([1, -1]) * self.width + np.array([self.x, self.y])
        return np.asarray(moved, np.float32)

    def plate_place(self, aspect: float) -> npt.NDArray[np.float32]:
        """Corners ``[4, 2]`` of a plate of ``aspect``, clockwise from its top left."""
        half = 0.145 if aspect > 3.5 else 0.1 if aspect < 2.5 else 0.12
        high = half / aspect
        middle = 0.33 if self.rear else 0.19
        return self.at([(-half, middle + high), (half, middle + high), (half, middle - high), (-half, middle - high)])


def paint_road(image: Image, rng: np.random.Generator) -> None:
    """Sky, a line of houses and trees, asphalt with lane markings."""
    height, width = image.shape[:2]
    horizon = int(height * 0.42)
    sky = pick(
        rng,
        (
            ((96, 150, 215), (214, 228, 240)),
            ((150, 170, 190), (226, 226, 222)),
            ((232, 170, 120), (250, 222, 180)),
        ),
    )
    image[:horizon] = _gradient(sky, horizon)
    image[horizon:] = _gradient(((118, 120, 122), (72, 74, 77)), height - horizon)
    x = -20.0
    while x < width:
        wide, high = float(rng.uniform(0.05, 0.14)) * width, float(rng.uniform(0.06, 0.24)) * height
        shade = pick(
            rng,
            (
                (150, 140, 130),
                (170, 158, 142),
                (128, 132, 140),
                (188, 176, 160),
                (86, 112, 78),
                (74, 100, 70),
            ),
        )
        if shade[1] > max(shade[0], shade[2]):  # a tree
            cv2.ellipse(image, (int(x + wide / 2), horizon), (int(wide / 1.8), int(high)), 0, 180, 360, shade, -1)
        else:
            _house(image, x, horizon, wide, high, shade)
        x += wide * 0.95
    cv2.rectangle(image, (0, horizon - height // 120), (width, horizon + height // 40), (150, 150, 146), -1)
    image[:] = cv2.GaussianBlur(image, (0, 0), height * 0.006)  # the distance is out of focus
    for side in (-1, 0, 1):
        foot, top = width / 2 + side * width * 0.85, width / 2 + side * width * 0.16
        lane = [
            (top - 3, horizon + height * 0.03),
            (top + 3, horizon + height * 0.03),
            (foot + 22, height),
            (foot - 22, height),
        ]
        cv2.fillPoly(image, [np.array(lane, np.int32)], (206, 206, 200), cv2.LINE_AA)


def _house(image: Image, x: float, foot: int, wide: float, high: float, shade: Colour) -> None:
    cv2.rectangle(image, (int(x), int(foot - high)), (int(x + wide), foot), shade, -1)
    pane = tuple(int(c * 0.72) for c in shade)
    step = max(14, int(wide / 5))
    for left in range(int(x) + step // 2, int(x + wide) - step // 2, step):
        for top in range(int(foot - high) + step // 2, foot - step, int(step * 1.4)):
            cv2.rectangle(image, (left, top), (left + step // 2, top + int(step * 0.8)), pane, -1)


def paint_car(image: Image, car: Car) -> None:
    """The car with its shadow, without a plate."""
    _cast_shadow(image, car)
    for side in (-1, 1):  # wheels
        _fill(
            image,
            car.at([(side * 0.45, 0.2), (side * 0.33, 0.2), (side * 0.33, 0.0), (side * 0.45, 0.0)]),
            (20, 20, 21),
            2,
        )
    roof = [(-0.33, 0.72), (0.33, 0.72), (0.42, 0.45), (-0.42, 0.45)]
    body = [(-0.46, 0.5), (0.46, 0.5), (0.5, 0.3), (0.48, 0.1), (-0.48, 0.1), (-0.5, 0.3)]
    _fill(image, car.at(roof), _darker(car.paint, 0.9), 2)
    _shade(image, car.at(body), car.paint)
    _fill(image, car.at([(-0.29, 0.69), (0.29, 0.69), (0.36, 0.49), (-0.36, 0.49)]), _GLASS, 2)
    _fill(image, car.at([(-0.2, 0.685), (-0.05, 0.685), (-0.16, 0.5), (-0.31, 0.5)]), (92, 106, 120), 1)
    for side in (-1, 1):  # mirrors
        _fill(
            image,
            car.at([(side * 0.43, 0.56), (side * 0.52, 0.55), (side * 0.52, 0.49), (side * 0.44, 0.49)]),
            car.paint,
            2,
        )
    (_paint_rear if car.rear else _paint_front)(image, car)


def _cast_shadow(image: Image, car: Car) -> None:
    """A soft ellipse on the road under the car."""
    mask = np.zeros(image.shape[:2], np.uint8)
    axes = (int(car.width * 0.55), int(car.width * 0.05))
    cv2.ellipse(mask, _pixel(car.at([(0, 0.015)])[0]), axes, 0, 0, 360, 200, -1)
    share = cv2.GaussianBlur(mask, (0, 0), car.width * 0.015)[..., None].astype(np.float32) / 255
    image[:] = (image * (1 - share) + 20 * share).astype(np.uint8)


def _paint_rear(image: Image, car: Car) -> None:
    for side in (-1, 1):
        lamp = [(side * 0.47, 0.46), (side * 0.3, 0.44), (side * 0.32, 0.34), (side * 0.485, 0.35)]
        _fill(image, car.at(lamp), _LAMP_RED, 2)
        inner = [(side * 0.46, 0.42), (side * 0.36, 0.41), (side * 0.37, 0.38), (side * 0.47, 0.385)]
        _fill(image, car.at(inner), (232, 120, 110), 1)
    _fill(image, car.at([(-0.2, 0.4), (0.2, 0.4), (0.22, 0.25), (-0.22, 0.25)]), _darker(car.paint, 0.72), 2)
    _fill(image, car.at([(-0.49, 0.22), (0.49, 0.22), (0.47, 0.1), (-0.47, 0.1)]), _DARK, 2)
    for side in (-1, 1):
        _fill(
            image,
            car.at([(side * 0.42, 0.18), (side * 0.3, 0.18), (side * 0.3, 0.155), (side * 0.42, 0.155)]),
            (120, 30, 30),
            1,
        )
    cv2.circle(
        image,
        _pixel(car.at([(0, 0.455)])[0]),
        max(2, int(car.width * 0.017)),
        (205, 208, 212),
        -1,
        cv2.LINE_AA,
    )


def _paint_front(image: Image, car: Car) -> None:
    _fill(image, car.at([(-0.27, 0.42), (0.27, 0.42), (0.22, 0.29), (-0.22, 0.29)]), _DARK, 2)
    for i in range(4):
        y = 0.4 - 0.03 * i
        ends = car.at([(-0.245 + 0.01 * i, y), (0.245 - 0.01 * i, y)])
        cv2.line(
            image,
            _pixel(ends[0]),
            _pixel(ends[1]),
            (112, 116, 120),
            max(1, int(car.width * 0.006)),
            cv2.LINE_AA,
        )
    for side in (-1, 1):
        lamp = [(side * 0.47, 0.43), (side * 0.29, 0.41), (side * 0.31, 0.33), (side * 0.47, 0.36)]
        _fill(image, car.at(lamp), (196, 204, 212), 2)
        cv2.circle(
            image,
            _pixel(car.at([(side * 0.38, 0.383)])[0]),
            int(car.width * 0.03),
            _LAMP_WHITE,
            -1,
            cv2.LINE_AA,
        )
        fog = car.at([(side * 0.38, 0.19)])[0]
        cv2.circle(image, _pixel(fog), int(car.width * 0.022), (214, 214, 205), -1, cv2.LINE_AA)
    _fill(image, car.at([(-0.28, 0.26), (0.28, 0.26), (0.3, 0.12), (-0.3, 0.12)]), (38, 39, 42), 2)
    cv2.circle(
        image,
        _pixel(car.at([(0, 0.365)])[0]),
        max(2, int(car.width * 0.026)),
        (205, 208, 212),
        -1,
        cv2.LINE_AA,
    )


def _gradient(colours: Sequence[Colour], height: int) -> Image:
    column = np.array(colours, np.uint8)[:, None]
    return np.asarray(cv2.resize(column, (1, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _shade(image: Image, outline: npt.NDArray[np.float32], paint: Colour) -> None:
    """Fills with ``paint``, lighter above and darker below."""
    mask = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(mask, [_smooth(outline, 2)], 255, cv2.LINE_AA)
    top, bottom = int(outline[:, 1].min()), int(outline[:, 1].max()) + 1
    column = _gradient((_darker(paint, 1.18), paint, _darker(paint, 0.62)), bottom - top)
    share = mask[top:bottom, :, None].astype(np.float32) / 255
    image[top:bottom] = (image[top:bottom] * (1 - share) + column * share).astype(np.uint8)


def _fill(image: Image, outline: npt.NDArray[np.float32], colour: Colour, rounds: int) -> None:
    cv2.fillPoly(image, [_smooth(outline, rounds)], colour, cv2.LINE_AA)


def _smooth(points: npt.NDArray[np.float32], rounds: int) -> npt.NDArray[np.int32]:
    """Cuts the corners of a closed outline, each time at a sixth of its sides."""
    for _ in range(rounds):
        ahead = np.roll(points, -1, axis=0)
        cut = np.stack([points * 5 / 6 + ahead / 6, points / 6 + ahead * 5 / 6], 1)
        points = np.asarray(cut.reshape(-1, 2), np.float32)
    return np.round(points).astype(np.int32)


def _darker(colour: Colour, factor: float) -> Colour:
    red, green, blue = (int(min(255, c * factor)) for c in colour)
    return red, green, blue


def _pixel(point: npt.NDArray[np.float32]) -> tuple[int, int]:
    return round(float(point[0])), round(float(point[1]))
