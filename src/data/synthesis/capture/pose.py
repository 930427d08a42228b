"""Warps a flat plate into the crop that a reader sees: pose on the vehicle, the detector's inexact box, one warp.

The crop is that of ``core.geometry.crop_plate``: the plate's box, a little wider, stretched to one size.
"""

from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from src.core.geometry import TILTED, box_to_corners, corners_to_box, tilt, widen
from src.core.types import Boxes, Image
from src.data.synthesis.drawing.draw import Flat
from src.data.synthesis.layout.plate import Colour, pick

SUPERSAMPLE = 2
"""The warp goes to twice the crop's size and is then averaged down: bilinear sampling alone would alias."""
STRENGTHS = (0.15, 0.4, 0.7, 1.0, 1.3)
"""Plates are turned from the camera by one of these, each equally likely; 0 is straight on."""
BY_CORNERS = 0.6
"""This share of the plates tilted by TILTED degrees or more is cut out by their corners, as a detector gives them to
the runtime; the others are cut out by the box, for detectors without corners."""

Matrix = npt.NDArray[np.float32]

_PLASTIC: tuple[Colour, ...] = ((14, 14, 15), (22, 22, 24), (32, 33, 36), (48, 49, 52), (66, 67, 70))
_PAINTS: tuple[Colour, ...] = (
    *_PLASTIC, *_PLASTIC, (20, 20, 22), (35, 36, 40), (60, 62, 66), (90, 92, 96), (120, 122, 126), (150, 152, 156),
    (170, 172, 175), (195, 196, 198), (215, 216, 218), (235, 235, 235), (240, 240, 240), (100, 20, 24), (130, 30, 32),
    (25, 45, 100), (40, 60, 90), (30, 60, 45), (160, 135, 50), (90, 70, 50), (150, 175, 195),
)  # fmt: skip
"""Colours behind plates: bumpers of bare plastic are as frequent as paint."""


@dataclass(frozen=True)
class Pose:
    """A pose: ``matrix`` maps pixels of the flat plate to the crop, ``corners`` [4, 2] are the plate's in the crop."""

    matrix: Matrix
    corners: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Shot:
    """A crop: ``image`` RGB, ``plate`` [H, W] (255 where the plate is), its ``corners`` [4, 2] and ``chars`` [N, 4].

    Corners and boxes are in pixels of the crop, and may lie outside it.
    """

    image: Image
    plate: npt.NDArray[np.uint8]
    corners: npt.NDArray[np.float32]
    chars: Boxes


def random_pose(rng: np.random.Generator, plate: Boxes, size: tuple[int, int], strength: float) -> Pose:
    """Chooses how the plate in the box ``plate`` of a flat image lies in a crop of ``size``; see STRENGTHS."""
    quad = _seen(rng, float((plate[2] - plate[0]) / (plate[3] - plate[1])), strength)
    by_corners = rng.random() < (BY_CORNERS if abs(tilt(quad)) >= TILTED else 0.1)
    target = _loose_corners(rng, quad) if by_corners else box_to_corners(_loose_box(rng, corners_to_box(quad)))
    crop = box_to_corners(np.array([0, 0, size[1], size[0]], np.float32))
    corners = box_to_corners(plate)
    cut = cv2.getPerspectiveTransform(target.astype(np.float32), crop)
    matrix = cut @ cv2.getPerspectiveTransform(corners, quad.astype(np.float32))
    return Pose(matrix.astype(np.float32), transform(matrix, corners))


def _seen(rng: np.random.Generator, aspect: float, strength: float) -> Matrix:
    """Returns corners of a plate of height 1 from a random viewpoint: sheared, tilted, in perspective."""
    half = aspect / 2 * float(rng.uniform(0.72, 1.08))
    quad = np.array([[-half, -0.5], [half, -0.5], [half, 0.5], [-half, 0.5]], np.float32)
    quad[:, 0] += quad[:, 1] * float(rng.normal(0, 0.14)) * strength
    quad[:, 1] *= 1 + quad[:, 0] / half * float(rng.normal(0, 0.06)) * strength
    quad += rng.normal(0, 0.012 * strength, (4, 2)).astype(np.float32)
    angle = np.deg2rad(float(rng.normal(0, 6)) * strength)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]], np.float32)
    turned: Matrix = quad @ turn
    return turned


def _loose_box(rng: np.random.Generator, box: Boxes) -> Boxes:
    """Changes ``box`` as a detector draws it, with the crop's margin: the looseness of its sides is correlated.

    Of the shipped detector's sides on ``val`` eight in ten lie 0 to 22 % of the plate's height outside, the margin
    included, with a correlation of 0.35. Boxes that cut off half a character are left out.
    """
    margins = (0.09 + rng.normal(0, 0.05) + rng.normal(0, 0.07, 4)).clip(-0.09, 0.36)
    loose: Boxes = (box + np.array([-1, -1, 1, 1]) * margins * (box[3] - box[1])).astype(np.float32)
    return loose


def _loose_corners(rng: np.random.Generator, quad: Matrix) -> Matrix:
    """Changes corners as a detector draws them.

    On 65 tilted plates of ``val`` the corners, margin included, lie about 5 % of the height outside at the sides and 15
    to 20 % above and below. They scatter by 15 %, of which half is drawn here.
    """
    wide, high = (max(0.0, float(m)) for m in rng.normal((0.06, 0.12), (0.05, 0.07)))
    outwards = np.array([[-wide, -high], [wide, -high], [wide, high], [-wide, high]], np.float32)
    loose: Matrix = quad + outwards + rng.normal(0, 0.045, (4, 2)).astype(np.float32)
    return loose


def transform(matrix: npt.NDArray[Any], points: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Maps points ``[N, 2]`` by a 3 x 3 matrix."""
    mapped = cv2.perspectiveTransform(points.reshape(1, -1, 2).astype(np.float64), matrix.astype(np.float64))
    return np.asarray(mapped, np.float32).reshape(-1, 2)


def transform_boxes(matrix: Matrix, boxes: Boxes, size: tuple[int, int]) -> Boxes:
    """Maps ``boxes`` and returns the boxes ``[N, 4]`` around the results, cut at the edges of a crop of ``size``."""
    corners = transform(matrix, box_to_corners(boxes).reshape(-1, 2)).reshape(-1, 4, 2)
    limits = np.array([size[1], size[0], size[1], size[0]], np.float32)
    return corners_to_box(corners).clip(0, limits)


def lay(flat: Flat, where: Pose, size: tuple[int, int], rng: np.random.Generator) -> Shot:
    """Makes the crop: the plate, perhaps with its holder, on a piece of vehicle."""
    corners = where.corners
    scene = vehicle(rng, size, float(corners[0, 1] - corners[1, 1]) / max(1.0, float(corners[1, 0] - corners[0, 0])))
    if rng.random() < 0.3:
        _recess(scene, corners, rng)
    if rng.random() < 0.3:
        _cast_shadow(scene, corners, rng)
    # point p of the plate's pixel grid has the coordinates p + 0.5, and the reverse in the crop
    centre = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    back = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])
    # pixels outside the plate are black, so that the colours are premultiplied by their opacity
    opaque = cv2.bitwise_and(flat.image, flat.image, mask=flat.alpha)
    rgba, fine = _shrunk(np.asarray(cv2.merge([opaque, flat.alpha]), np.uint8), flat, where)
    matrix = back @ np.diag([SUPERSAMPLE, SUPERSAMPLE, 1.0]) @ where.matrix.astype(np.float64) @ fine @ centre
    large = (size[1] * SUPERSAMPLE, size[0] * SUPERSAMPLE)
    warped = cv2.warpPerspective(rgba, matrix, large, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    small = np.asarray(cv2.resize(warped, size[::-1], interpolation=cv2.INTER_AREA), np.uint8)
    plate = small[..., 3]
    behind = (scene * (255 - plate[..., None].astype(np.uint16)) + 127) // 255
    image = np.asarray(cv2.add(behind.astype(np.uint8), np.ascontiguousarray(small[..., :3])), np.uint8)
    boxes = corners_to_box(transform(where.matrix, box_to_corners(flat.chars).reshape(-1, 2)).reshape(-1, 4, 2))
    return Shot(image, plate, corners, boxes)


def _shrunk(rgba: Image, flat: Flat, where: Pose) -> tuple[Image, npt.NDArray[np.float64]]:
    """Shrinks ``rgba`` to its final resolution, because warps that shrink alias; also returns the matrix back."""
    sides = np.linalg.norm(where.corners - np.roll(where.corners, -1, 0), axis=1)  # top, right, bottom, left
    seen = np.array([sides[0] + sides[2], sides[1] + sides[3]]) / 2 * SUPERSAMPLE
    scale = np.minimum(1, seen / (flat.plate[2:] - flat.plate[:2]))
    if scale.min() > 0.85:
        return rgba, np.eye(3)
    height, width = rgba.shape[:2]
    size = (max(2, round(width * float(scale[0]))), max(2, round(height * float(scale[1]))))
    small = np.asarray(cv2.resize(rgba, size, interpolation=cv2.INTER_AREA), np.uint8)
    return small, np.diag([width / size[0], height / size[1], 1.0])


def bent(shot: Shot, rng: np.random.Generator) -> Shot:
    """Bends the plate along a curved bumper: its middle is higher or lower than its ends."""
    height, width = shot.plate.shape
    bow = height * float(rng.uniform(0.04, 0.13)) * (1 if rng.random() < 0.7 else -1)

    def drop(x: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        return np.asarray(bow * ((2 * x / width - 1) ** 2 - 1 / 3), np.float32)

    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    rows -= drop(columns + 0.5)
    image, plate = (
        np.asarray(cv2.remap(a, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)
        for a in (shot.image, shot.plate)
    )
    corners, chars = shot.corners.copy(), shot.chars.copy()
    corners[:, 1] += drop(corners[:, 0])
    chars[:, [1, 3]] += drop((chars[:, :1] + chars[:, 2:3]) / 2)
    return replace(shot, image=image, plate=plate, corners=corners, chars=chars)


def vehicle(rng: np.random.Generator, size: tuple[int, int], slope: float) -> Image:
    """Draws paint, bumper and grille around a plate: a smoothly varying colour with a few edges along it."""
    height, width = size
    paint = np.array(pick(rng, _PAINTS), np.float32)
    small = paint + rng.normal(0, 12, (3, 4, 1)) + np.linspace(-1, 1, 3)[:, None, None] * rng.normal(0, 25)
    scene = np.asarray(cv2.resize(small.clip(0, 255).astype(np.uint8), (width, height)), np.uint8)
    for _ in range(int(rng.random() * 4)):
        y = float(rng.uniform(-0.1, 1.1)) * height
        tint = int(rng.normal(0, 60))
        colour = tuple(int(max(0, min(255, c + tint))) for c in paint)
        rise = slope * width * float(rng.uniform(0.6, 1.4))
        ends = ((-2, round(y + rise / 2)), (width + 2, round(y - rise / 2)))
        cv2.line(scene, *ends, colour, 1 + int(rng.random() * height * 0.25), cv2.LINE_AA)
    return scene


def _recess(scene: Image, corners: Matrix, rng: np.random.Generator) -> None:
    """Draws the hollow or the board that the plate is fixed to: its edges, upright ones too, run beside the plate."""
    height = float(np.linalg.norm(corners[3] - corners[0]))
    tint = float(rng.normal(-20, 40))
    shade = tuple(int(max(0, min(255, c + tint))) for c in scene[0, 0])
    around = widen(corners, float(rng.uniform(0.03, 0.25))) + rng.normal(0, 0.02 * height, 2)
    cv2.fillPoly(scene, [np.round(around).astype(np.int32)], shade, cv2.LINE_AA)


def _cast_shadow(scene: Image, corners: Matrix, rng: np.random.Generator) -> None:
    """Draws the plate's shadow on the vehicle, a little below and beside it."""
    drop = np.array([float(rng.uniform(-2, 2)), float(rng.uniform(1, 5))])
    darker = tuple(int(c) for c in scene[0, 0] // 3)
    cv2.fillPoly(scene, [np.round(corners + drop).astype(np.int32)], darker, cv2.LINE_AA)
