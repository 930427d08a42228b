"""Occluders stand in front of a plate and hide a part of it: legs, bars, tow hitches, bicycle racks, blobs, cars.

Each is drawn in a window around the plate and is larger than the plate, so that one sees what it is. The plate's box
and corners stay those of the whole plate.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from src.core.geometry import FILL
from src.core.types import Boxes, Corners, Image
from src.data.copy_paste.photometry import NATIVE_BLUR, Photometry
from src.data.synthesis.layout.plate import Colour, colour, pick
from src.data.transforms.scene import Floats

FINE = 2
"""An occluder is drawn this many times as large and then averaged down."""
AROUND = 5.0
"""The window reaches so far beyond the plate, in heights of its box, because an occluder is larger than the plate."""
HIDDEN = (0.06, 0.5)
"""The range of the hidden share of a plate's area: less teaches nothing, and more leaves its extent unknown."""
SPARED = 0.1
"""At most this share of another plate's area may be hidden with it."""
TRIES = 6

Mask = npt.NDArray[np.uint8]
_CLOTHES: tuple[Colour, ...] = (
    (28, 32, 48), (45, 62, 95), (70, 92, 130), (18, 18, 20), (95, 88, 78), (150, 140, 120), (60, 70, 50), (120, 30, 35),
    (200, 160, 130), (105, 70, 52), (190, 192, 196),
)  # fmt: skip
_METALS: tuple[Colour, ...] = (
    (22, 22, 24), (60, 62, 66), (140, 143, 148), (200, 203, 208), (190, 40, 35), (230, 200, 40), (235, 235, 232),
)  # fmt: skip


@dataclass(frozen=True)
class Stage:
    """A window of ``size`` (height, width) over a plate with corners ``plate`` [4, 2], in which an occluder is drawn.

    ``high`` is the length of the plate's sides. All are in pixels of the enlarged window.
    """

    size: tuple[int, int]
    plate: Corners
    high: float

    def at(self, along: float, down: float) -> Floats:
        """Maps a point of the plate's plane, (0, 0) its top left and (1, 1) its bottom right, to the window [2]."""
        a, b, c, d = self.plate
        point: Floats = (a * (1 - along) + b * along) * (1 - down) + (d * (1 - along) + c * along) * down
        return point


@dataclass(frozen=True)
class Layer:
    """The picture of an occluder: ``paint`` [h, w, 3] where ``mask`` [h, w] is set."""

    paint: Floats
    mask: Mask


def occlude(
    image: Image, index: int, boxes: Boxes, corners: Floats, look: Photometry, rng: np.random.Generator
) -> None:
    """Hides a part of the plate ``index`` of ``boxes`` [M, 4] with ``corners`` [M, 4, 3], in place.

    Nothing happens if TRIES occluders hide too little of it, too much, or too much of another plate.
    """
    box = boxes[index]
    reach = AROUND * (box[3] - box[1])
    x1, y1 = np.maximum(np.floor(box[:2] - reach), 0).astype(int)
    x2, y2 = np.minimum(np.ceil(box[2:] + reach), image.shape[1::-1]).astype(int)
    if x2 - x1 < 4 or y2 - y1 < 4:
        return
    known = corners[index, :, 2].all()
    plate = corners[index, :, :2] if known else _inner(box)
    plate = ((plate - (x1, y1)) * FINE).astype(np.float32)
    high = float(np.linalg.norm(plate[3] - plate[0]) + np.linalg.norm(plate[2] - plate[1])) / 2
    stage = Stage(((y2 - y1) * FINE, (x2 - x1) * FINE), plate, high)
    others = (np.delete(boxes, index, 0) - np.array([x1, y1, x1, y1], np.float32)) * FINE
    window = image[y1:y2, x1:x2]
    for _ in range(TRIES):
        layer = pick(rng, MAKERS)(stage, window, rng)
        if HIDDEN[0] <= _hidden(layer.mask, plate) <= HIDDEN[1] and all(
            _hidden(layer.mask, _inner(other)) <= SPARED for other in others
        ):
            _lay(window, layer, look, rng)
            return


def hide(
    image: Image, plate: Corners, look: Photometry, rng: np.random.Generator, makers: "Sequence[Maker]" = ()
) -> Mask:
    """Draws an occluder over or beside the plate with corners ``plate`` [4, 2], in place; returns what it hides.

    It is made by one of ``makers``, without them by one of MAKERS.

    The result is [H, W] of ``image``, with 255 where the background is hidden. All of the plate or none of it may be
    hidden.
    """
    height, width = image.shape[:2]
    large = (plate * FINE).astype(np.float32)
    high = float(np.linalg.norm(large[3] - large[0]) + np.linalg.norm(large[2] - large[1])) / 2
    layer = pick(rng, makers or MAKERS)(Stage((height * FINE, width * FINE), large, high), image, rng)
    _lay(image, layer, look, rng)
    return np.asarray(cv2.resize(layer.mask, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _inner(box: Boxes) -> Corners:
    x1, y1, x2, y2 = box
    return np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], np.float32)


def _hidden(mask: Mask, plate: Corners) -> float:
    """Returns the share of the quadrilateral ``plate`` [4, 2] that ``mask`` covers; 0 if it lies elsewhere."""
    area = np.zeros_like(mask)
    cv2.fillConvexPoly(area, np.round(plate).astype(np.int32), 255)
    whole = int(np.count_nonzero(area))
    return int(np.count_nonzero(cv2.bitwise_and(area, mask) > 127)) / whole if whole else 0.0


def _lay(window: Image, layer: Layer, look: Photometry, rng: np.random.Generator) -> None:
    """Draws the layer and its shadow onto ``window``, with the light, softness and grain of ``look``."""
    size = window.shape[1::-1]
    paint = cv2.resize(layer.paint, size, interpolation=cv2.INTER_AREA)
    seen = cv2.resize(layer.mask, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    sigma = float(np.sqrt(max(look.blur**2 - NATIVE_BLUR**2, 0)))
    share = np.asarray(cv2.GaussianBlur(seen, (0, 0), sigma) if sigma > 0.1 else seen, np.float32)
    inside = (window != FILL).any(-1)
    share *= inside
    lit = look.toned(np.asarray(paint, np.float32).clip(0, 255).astype(np.uint8))
    lit += rng.standard_normal((*lit.shape[:2], 1), np.float32) * np.float32(look.noise)
    ground = window.astype(np.float32)
    shift = np.array([[1, 0, rng.normal(0, 3)], [0, 1, rng.uniform(0, 3)]], np.float32)
    cast = cv2.GaussianBlur(cv2.warpAffine(share, shift, size), (0, 0), float(rng.uniform(1, 3)))
    ground *= 1 - (cast * inside * np.float32(rng.uniform(0, 0.5)))[..., None]
    window[:] = (ground + (lit - ground) * share[..., None]).clip(0, 255)


def _limb(stage: Stage, points: Floats, widths: Floats, ink: Colour, rng: np.random.Generator) -> Layer:
    """Draws a round body along ``points`` [n, 2], ``widths`` [n] thick, shaded from its lit side to its dark one."""
    mask = np.zeros(stage.size, np.uint8)
    paint = np.full((*stage.size, 3), ink, np.float32)
    steps = np.linspace(0, len(points) - 1, 40)
    path = np.stack([np.interp(steps, np.arange(len(points)), points[:, i]) for i in range(2)], 1)
    thick = np.interp(steps, np.arange(len(points)), widths)
    side = np.diff(path, axis=0, prepend=2 * path[:1] - path[1:2])
    side = np.stack([-side[:, 1], side[:, 0]], 1) / np.linalg.norm(side, axis=1, keepdims=True).clip(1e-3)
    shades = np.linspace(float(rng.uniform(0.5, 0.8)), float(rng.uniform(1.05, 1.4)), 7)
    shades = shades[::-1] if rng.random() < 0.5 else shades
    for i, shade in enumerate(shades):
        near, far = -0.5 + i / len(shades), -0.5 + (i + 1) / len(shades)
        edges = [path + side * (thick * share)[:, None] for share in (near, far)]
        strip = np.round(np.concatenate([edges[0], edges[1][::-1]])).astype(np.int32)
        cv2.fillPoly(paint, [strip], tuple(float(min(255, c * shade)) for c in ink))
        cv2.fillPoly(mask, [strip], 255)
    return Layer(paint, mask)


def leg(stage: Stage, window: Image, rng: np.random.Generator) -> Layer:
    """Draws the leg of a passer-by, or an arm, in cloth or bare, from below the plate to above it."""
    along, wide = float(rng.uniform(-0.05, 1.05)), stage.high * float(rng.uniform(0.5, 1.5))
    lean, knee = float(rng.normal(0, 0.12)), float(rng.normal(0, 0.08))
    points = np.stack([stage.at(along - lean, 7.0), stage.at(along + knee, 0.5), stage.at(along + lean, -6.0)])
    widths = np.array([0.75, 0.9, 1.15], np.float32) * wide
    layer = _limb(stage, points, widths, pick(rng, _CLOTHES), rng)
    folds = cv2.resize(rng.random((9, 5), np.float32), stage.size[::-1], interpolation=cv2.INTER_CUBIC)
    return Layer(layer.paint * (0.8 + 0.4 * folds)[..., None], layer.mask)


def bar(stage: Stage, window: Image, rng: np.random.Generator) -> Layer:
    """Draws a bar, a pole, a cable or a barrier's arm at any angle, sometimes striped."""
    thick = stage.high * float(np.exp(rng.uniform(np.log(0.12), np.log(0.6))))
    along, turn = float(rng.uniform(0.05, 0.95)), float(rng.uniform(0, np.pi))
    middle = stage.at(along, float(rng.uniform(0.2, 0.8)))
    way = np.array([np.cos(turn), np.sin(turn)], np.float32) * stage.high * 12
    points = np.stack([middle - way, middle + way]).astype(np.float32)
    layer = _limb(stage, points, np.full(2, thick, np.float32), pick(rng, _METALS), rng)
    if rng.random() < 0.25:
        rows, columns = np.mgrid[: stage.size[0], : stage.size[1]].astype(np.float32)
        striped = np.sin((columns * np.cos(turn) + rows * np.sin(turn)) / (thick * 0.8)) > 0
        layer.paint[striped] = pick(rng, ((200, 35, 35), (20, 20, 20), (235, 235, 235)))
    return layer


def hitch(stage: Stage, window: Image, rng: np.random.Generator) -> Layer:
    """Draws a tow hitch: a neck that comes from below, with a ball or a cap in front of the plate."""
    along, top = float(rng.uniform(0.25, 0.75)), float(rng.uniform(0.1, 0.75))
    ink, wide = pick(rng, _METALS[:4]), stage.high * float(rng.uniform(0.2, 0.45))
    points = np.stack([stage.at(along + float(rng.normal(0, 0.05)), 2.5), stage.at(along, top)])
    neck = _limb(stage, points, np.array([1.3, 1.0], np.float32) * wide, ink, rng)
    middle = tuple(np.round(stage.at(along, top)).astype(int).tolist())
    radius = max(2, round(wide * float(rng.uniform(0.7, 1.1))))
    for shift, shade in ((0.0, 0.7), (0.15, 1.0), (0.35, 1.35)):
        spot = (middle[0] - round(shift * radius), middle[1] - round(shift * radius))
        ball = tuple(float(min(255, c * shade + shift * 60)) for c in ink)
        cv2.circle(neck.paint, spot, round(radius * (1 - 1.7 * shift)), ball, -1, cv2.LINE_AA)
    cv2.circle(neck.mask, middle, radius, 255, -1, cv2.LINE_AA)
    return neck


def rack(stage: Stage, window: Image, rng: np.random.Generator) -> Layer:
    """Draws a bicycle on its rack: a wheel's rim with spokes, and the tubes that hold it."""
    layer = bar(stage, window, rng)
    mask, paint = layer.mask, layer.paint
    ink = pick(rng, _METALS)
    middle = tuple(
        np.round(stage.at(float(rng.uniform(-0.2, 1.2)), float(rng.uniform(-0.8, 0.6)))).astype(int).tolist()
    )
    radius = max(3, round(stage.high * float(rng.uniform(1.2, 2.6))))
    thick = max(1, round(stage.high * float(rng.uniform(0.08, 0.2))))
    for picture, value in ((paint, tuple(float(c) for c in ink)), (mask, (255.0,))):
        cv2.circle(picture, middle, radius, value, thick, cv2.LINE_AA)
        for angle in np.arange(0, 2 * np.pi, 0.45):
            end = (middle[0] + round(radius * float(np.cos(angle))), middle[1] + round(radius * float(np.sin(angle))))
            cv2.line(picture, middle, end, value, max(1, thick // 5), cv2.LINE_AA)
    return Layer(paint, mask)


def blob(stage: Stage, window: Image, rng: np.random.Generator) -> Layer:
    """Draws a leaf, a rag, a bag, snow or a clod: an irregular patch of one colour with spots."""
    middle = stage.at(float(rng.uniform(-0.05, 1.05)), float(rng.uniform(-0.2, 1.2)))
    angles = np.linspace(0, 2 * np.pi, 25)[:-1]
    wobble = 1 + sum(
        float(rng.normal(0, 0.25 / k)) * np.sin(k * angles + float(rng.uniform(0, 6))) for k in (1, 2, 3, 5)
    )
    radius = stage.high * float(np.exp(rng.uniform(np.log(0.3), np.log(1.3)))) * np.maximum(wobble, 0.25)
    stretch = float(rng.uniform(0.6, 1.6))
    outline = middle + np.stack([np.cos(angles) * radius * stretch, np.sin(angles) * radius], 1)
    mask = np.zeros(stage.size, np.uint8)
    cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], 255, cv2.LINE_AA)
    ink = pick(rng, (colour(rng, 10, 120), colour(rng, 10, 250), (70, 95, 40), (150, 110, 50), (235, 238, 242)))
    spots = cv2.resize(rng.random((8, 8), np.float32), stage.size[::-1], interpolation=cv2.INTER_CUBIC)
    return Layer(np.array(ink, np.float32) * (0.65 + 0.6 * spots)[..., None], mask)


def neighbour(stage: Stage, window: Image, rng: np.random.Generator) -> Layer:
    """Draws a shape in the scene's colours over one end of the plate, such as a car or a wall."""
    end, reach = int(rng.random() < 0.5), float(rng.uniform(0.1, 0.45))
    along = reach if end == 0 else 1 - reach
    lean = float(rng.normal(0, 0.1))
    up, down = float(rng.uniform(-6, -0.6)), 7.0
    top, bottom, far = (
        stage.at(along + lean, up),
        stage.at(along - lean, down),
        stage.at(-4.0 if end == 0 else 5.0, 0.5),
    )
    bulge = stage.at(along + float(rng.normal(0, 0.06)), 0.5)
    mask = np.zeros(stage.size, np.uint8)
    outline = np.stack([top, bulge, bottom, far + (bottom - bulge), far + (top - bulge)])
    cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], 255, cv2.LINE_AA)
    few = cv2.resize(window, (3, 3), interpolation=cv2.INTER_AREA).astype(np.float32)[::-1]
    paint = cv2.resize(few, stage.size[::-1], interpolation=cv2.INTER_LINEAR)
    return Layer(np.asarray(paint, np.float32) * np.float32(rng.uniform(0.5, 1.2)), mask)


def coat(stage: Stage, window: Image, rng: np.random.Generator) -> Layer:
    """Draws a passer-by, much wider than a leg, who stands before one end of the plate."""
    end, hidden = int(rng.random() < 0.5), float(rng.uniform(0.08, 0.5))
    a, b, _, _ = stage.plate
    long = float(np.linalg.norm(b - a))
    wide = long * hidden + stage.high * float(rng.uniform(1.0, 4.0))
    middle = (hidden - wide / long / 2) if end == 0 else (1 - hidden + wide / long / 2)
    lean = float(rng.normal(0, 0.05))
    points = np.stack([stage.at(middle - lean, 7.0), stage.at(middle, 0.5), stage.at(middle + lean, -6.0)])
    widths = np.array([float(rng.uniform(0.9, 1.1)), 1.0, float(rng.uniform(0.9, 1.1))], np.float32) * wide
    layer = _limb(stage, points, widths, pick(rng, _CLOTHES), rng)
    folds = cv2.resize(rng.random((9, 7), np.float32), stage.size[::-1], interpolation=cv2.INTER_CUBIC)
    return Layer(layer.paint * (0.85 + 0.3 * folds)[..., None], layer.mask)


def post(stage: Stage, window: Image, rng: np.random.Generator) -> Layer:
    """Draws an upright post as thick as a character or two."""
    along, thick = float(rng.uniform(0.0, 1.0)), stage.high * float(rng.uniform(0.4, 1.3))
    lean = float(rng.normal(0, 0.03))
    points = np.stack([stage.at(along - lean, 7.0), stage.at(along + lean, -float(rng.uniform(0.5, 6)))])
    return _limb(stage, points, np.full(2, thick, np.float32), pick(rng, (*_METALS, *_CLOTHES)), rng)


Maker = Callable[[Stage, Image, np.random.Generator], Layer]

MAKERS: tuple[Maker, ...] = (leg, leg, bar, bar, hitch, rack, blob, blob, neighbour)
BEFORE_ENDS: tuple[Maker, ...] = (*MAKERS, coat, coat, coat, post, post, post, neighbour)
"""MAKERS, and more of those that hide an end of a plate or a character of it."""
