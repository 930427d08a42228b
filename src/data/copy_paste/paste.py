"""Paints objects into a canvas and out of it. All functions here except ``clear`` change ``image`` in place."""

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from src.core.geometry import box_to_corners
from src.core.types import Boxes, Corners, Image
from src.data.copy_paste.photometry import NATIVE_BLUR, Floats, Photometry
from src.data.synthesis.capture.pose import transform
from src.data.synthesis.drawing.draw import Flat
from src.data.transforms.scene import Scene

FINE = 2
"""The warp goes to this many times the size and is then averaged down: bilinear sampling alone would alias."""
SURROUND = 0.14
"""A box is painted over up to this far beyond its sides, in heights of the box, and two pixels more."""

SMEAR = 0.2
"""An edge's pixels are averaged over this share of it before they are drawn inwards: single ones would leave
streaks."""


def clear(scene: Scene, rng: np.random.Generator) -> Scene:
    """Paints over the ignore boxes of ``scene`` like the body around them, and removes them.

    Then no loss has to ignore anything. Grey or blurred boxes would be negatives that look like far plates and stand
    where plates stand. Painted ones look like a car without a plate, and plates are pasted onto the same kind of
    ground. Plates that reach into an ignore box stay as they are.
    """
    if not len(scene.ignore):
        return scene
    image = np.ascontiguousarray(scene.image).copy()
    for box in scene.ignore:
        wipe(image, box, rng)
    for x1, y1, x2, y2 in _pixels(scene.boxes, image.shape[:2]):
        image[y1:y2, x1:x2] = scene.image[y1:y2, x1:x2]
    return replace(scene, image=image, ignore=scene.ignore[:0])


def wipe(image: Image, box: Boxes, rng: np.random.Generator) -> None:
    """Paints over ``box`` [4] and a little around it with the mean of the four edges, weighted by nearness."""
    pad = SURROUND * (box[3] - box[1]) + 2
    ((x1, y1, x2, y2),) = _pixels(box[None] + pad * np.array([-1, -1, 1, 1], np.float32), image.shape[:2])
    if x2 <= x1 or y2 <= y1:
        return
    height, width = y2 - y1, x2 - x1
    around = image[max(y1 - 3, 0) : y2 + 3, max(x1 - 3, 0) : x2 + 3]
    total, weights = np.zeros((height, width, 3), np.float32), np.zeros((height, width, 1), np.float32)
    down, along = np.arange(1, height + 1, dtype=np.float32)[:, None, None], np.arange(1, width + 1, dtype=np.float32)
    for edge, distance in (
        (image[max(y1 - 2, 0) : y1, x1:x2].mean(0, keepdims=True) if y1 else None, down),
        (image[y2 : y2 + 2, x1:x2].mean(0, keepdims=True) if y2 < image.shape[0] else None, down[::-1]),
        (image[y1:y2, max(x1 - 2, 0) : x1].mean(1, keepdims=True) if x1 else None, along[None, :, None]),
        (image[y1:y2, x2 : x2 + 2].mean(1, keepdims=True) if x2 < image.shape[1] else None, along[None, ::-1, None]),
    ):
        if edge is not None:
            reach = max(5, round(max(edge.shape[:2]) * SMEAR))
            kernel = (reach, 1) if edge.shape[0] == 1 else (1, reach)
            edge = cv2.blur(edge.astype(np.float32), kernel).reshape(edge.shape)
            total += edge / distance**2
            weights += 1 / distance**2
    if not weights.any():  # the box is the whole picture
        total, weights = np.full_like(total, around.mean()), np.ones_like(weights)
    grain = rng.standard_normal((height, width, 1), np.float32) * float(rng.uniform(0.5, 3))
    image[y1:y2, x1:x2] = (total / weights + grain).clip(0, 255)


def paste(image: Image, flat: Flat, corners: Corners, look: Photometry, rng: np.random.Generator) -> None:
    """Draws ``flat`` onto ``image`` so that its plate comes to ``corners`` [4, 2], with its holder around that.

    Light, colour, blur and noise are about those of ``look``; the edge is as soft as the rest.
    """
    matrix = np.asarray(cv2.getPerspectiveTransform(box_to_corners(flat.plate), corners.astype(np.float32)), np.float64)
    whole = box_to_corners(np.array([0, 0, flat.image.shape[1], flat.image.shape[0]], np.float32))
    outline = transform(matrix, whole)
    pad = 3 * look.blur + 3
    box = np.array([*outline.min(0) - pad, *outline.max(0) + pad], np.float32)
    ((x1, y1, x2, y2),) = _pixels(box[None], image.shape[:2])
    if x2 <= x1 or y2 <= y1:
        return
    colour, alpha = _warped(flat, matrix, (x1, y1, x2, y2), look.blur)
    ground = image[y1:y2, x1:x2].astype(np.float32)
    if rng.random() < 0.5:
        ground *= 1 - _shadow(alpha, rng)
    lit = _light(look, rng).toned(colour) * _gradient(alpha.shape, rng)
    lit += rng.standard_normal((*alpha.shape, 1), np.float32) * np.float32(look.noise)
    image[y1:y2, x1:x2] = (ground + (lit - ground) * alpha[..., None]).clip(0, 255)


def _warped(
    flat: Flat, matrix: npt.NDArray[np.float64], window: tuple[int, int, int, int], blur: float
) -> tuple[Image, Floats]:
    """Returns the blurred colour [h, w, 3] and opacity in 0..1 [h, w] of ``flat`` in ``window`` of the canvas."""
    x1, y1, x2, y2 = window
    # point p of the flat's pixel grid has the coordinates p + 0.5, and the reverse in the window
    centre = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    into = np.array([[FINE, 0, -FINE * x1 - 0.5], [0, FINE, -FINE * y1 - 0.5], [0, 0, 1]])
    through = into @ matrix @ centre
    large, size = ((x2 - x1) * FINE, (y2 - y1) * FINE), (x2 - x1, y2 - y1)
    colour = cv2.warpPerspective(flat.image, through, large, borderMode=cv2.BORDER_REPLICATE)
    alpha = cv2.warpPerspective(flat.alpha, through, large)
    colour, alpha = (cv2.resize(a, size, interpolation=cv2.INTER_AREA) for a in (colour, alpha))
    sigma = float(np.sqrt(max(blur**2 - NATIVE_BLUR**2, 0)))
    if sigma > 0.1:
        colour, alpha = (cv2.GaussianBlur(a, (0, 0), sigma) for a in (colour, alpha))
    return np.asarray(colour, np.uint8), (alpha / 255).astype(np.float32)


def _shadow(alpha: Floats, rng: np.random.Generator) -> Floats:
    """Returns how much a thin object darkens the body, [h, w, 1], below it and a little to one side."""
    shift = np.array([[1, 0, rng.uniform(-1.5, 1.5)], [0, 1, rng.uniform(0.3, 2)]], np.float32)
    cast = cv2.GaussianBlur(cv2.warpAffine(alpha, shift, alpha.shape[::-1]), (0, 0), float(rng.uniform(0.7, 1.6)))
    shadow: Floats = (cast * np.float32(rng.uniform(0.1, 0.5)))[..., None]
    return shadow


def _light(look: Photometry, rng: np.random.Generator) -> Photometry:
    """Varies ``look`` a little: no two objects in a picture are lit exactly alike."""
    span = look.bright - look.dark
    dark = look.dark + span * float(rng.uniform(-0.02, 0.12))
    bright = look.bright + span * float(rng.uniform(-0.2, 0.04))
    blur_free = look.cast * (1 + rng.normal(0, 0.015, 3)).astype(np.float32)
    return replace(look, dark=max(0.0, dark), bright=min(255.0, bright), cast=blur_free)


def _gradient(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Returns a gain [h, w, 1] that changes a little from one side to the other, and from top to bottom."""
    down = np.linspace(-1, 1, shape[0], dtype=np.float32)[:, None] * np.float32(rng.normal(0, 0.06))
    along = np.linspace(-1, 1, shape[1], dtype=np.float32)[None] * np.float32(rng.normal(0, 0.06))
    gain: Floats = (1 + down + along)[..., None]
    return gain


def cut(image: Image, box: Boxes) -> Image:
    """Returns a view of the pixels that ``box`` [4] touches, at least one."""
    ((x1, y1, x2, y2),) = _pixels(box[None], image.shape[:2])
    x1, y1 = min(x1, image.shape[1] - 1), min(y1, image.shape[0] - 1)
    return image[y1 : max(y2, y1 + 1), x1 : max(x2, x1 + 1)]


def _pixels(boxes: Boxes, size: tuple[int, int]) -> list[tuple[int, int, int, int]]:
    """Returns the whole pixels that ``boxes`` [N, 4] touch, cut at a picture of ``size`` (height, width)."""
    limits = np.array([size[1], size[0]] * 2)
    whole = np.concatenate([np.floor(boxes[:, :2]), np.ceil(boxes[:, 2:])], 1).clip(0, limits).astype(int)
    return [(x1, y1, x2, y2) for x1, y1, x2, y2 in whole.tolist()]
