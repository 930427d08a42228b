"""Weather and darkness in training scenes: rain, drops on the lens, snow, fog, wet glare, dusk and night.

Every effect is drawn from noise, by other means than the corruptions of the robustness suite, so that the suite does
not measure what was trained on. Sizes are shares of the canvas. No effect moves a plate or changes padding (114).
"""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from src.core.geometry import FILL
from src.core.types import Image
from src.data.synthesis.layout.plate import pick
from src.data.transforms.scene import Floats

_Effect = Callable[[Floats, np.random.Generator], Floats]
"""Takes and returns RGB in 0..255, float32 [H, W, 3]; it may change its input."""

LEAST_LIGHT = 70.0
"""The grey value that the brighter parts of a picture keep in the dark."""
GREY = np.array([0.299, 0.587, 0.114], np.float32)


def weathered(image: Image, rng: np.random.Generator) -> Image:
    """Adds one kind of weather or darkness to ``image`` [H, W, 3], sometimes two."""
    filled = (image == FILL).all(-1)
    pixels = image.astype(np.float32)
    for effect in pick(rng, KINDS):
        pixels = effect(pixels, rng)
    changed = pixels.clip(0, 255).astype(np.uint8)
    changed[filled] = FILL
    return changed


def rain(image: Floats, rng: np.random.Generator) -> Floats:
    """Draws streaks at two or three distances, all slanted alike, in air that takes away colour and contrast."""
    size = max(image.shape[:2])
    hard = float(rng.uniform(0.3, 1.5))
    image = _dulled(image, 0.25 * hard, rng)
    lean, pale = float(rng.normal(0, 12)), float(rng.uniform(140, 240))
    for far in (0.4, 1.0, 2.0)[: 2 + int(rng.random() < hard / 1.5)]:
        long = size * far * float(rng.uniform(0.03, 0.075))
        drops = _specks(image.shape[:2], hard * float(rng.uniform(0.002, 0.007)) / far, rng)
        streaks = np.asarray(cv2.filter2D(drops, -1, _line(long, 90 + lean)), np.float32)
        if far > 1:
            streaks = _soft(streaks, 0.9)
        share = (streaks * np.float32(long * rng.uniform(0.25, 0.6))).clip(0, 0.75)[..., None]
        image += (pale - image) * share
    return image


def snow(image: Floats, rng: np.random.Generator) -> Floats:
    """Draws drifting flakes at three depths: many small sharp ones, fewer larger ones, some large and out of focus."""
    size = max(image.shape[:2])
    hard = float(rng.uniform(0.2, 1.0))
    image = _dulled(image, 0.3 * hard, rng)
    wind = float(rng.uniform(0, 180))
    for radius, count, soft in ((0.0016, 0.006, 0.5), (0.004, 0.0016, 0.9), (0.011, 0.00022, 2.2)):
        flakes = _specks(image.shape[:2], hard * count * float(rng.uniform(0.4, 1.5)), rng)
        reach = 2 * max(1, round(radius * size)) + 1
        round_ones = cv2.dilate(flakes, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
        drifting = cv2.filter2D(round_ones, -1, _line(reach * float(rng.uniform(0.8, 3)), wind))
        flakes = _soft(np.asarray(drifting, np.float32), soft * size / 320)
        image += (245 - image) * (flakes * np.float32(rng.uniform(0.6, 1.3))).clip(0, 0.95)[..., None]
    return image


def fog(image: Floats, rng: np.random.Generator) -> Floats:
    """Draws haze that grows with the distance, from little at the lower edge to most at a horizon, in uneven banks."""
    height, width = image.shape[:2]
    horizon = float(rng.uniform(0.15, 0.5)) * height
    rows = np.arange(height, dtype=np.float32)
    near = ((rows - horizon) / (height - horizon)).clip(0.06, 1)
    distance = np.repeat((0.06 / near).clip(0, 1)[:, None] ** float(rng.uniform(0.35, 0.8)), width, 1)
    banks = _clouds((height, width), 4, rng) * float(rng.uniform(0.1, 0.5))
    through = np.exp(-float(rng.uniform(0.6, 2.4)) * (distance + banks))[..., None]
    air = np.array(pick(rng, ((205, 210, 215), (180, 184, 190), (225, 225, 222), (150, 155, 165))), np.float32)
    return image * through + air * (1 - through)


def lens_drops(image: Floats, rng: np.random.Generator) -> Floats:
    """Draws drops on the lens or the windscreen; each shows the scene small and upside down, in a shaded rim."""
    size = max(image.shape[:2])
    soft = _soft(image, size * 0.012)
    for _ in range(int(rng.integers(3, 28))):
        radius = size * float(np.exp(rng.uniform(np.log(0.008), np.log(0.05))))
        _drop(image, soft, radius, rng)
    return image


def _drop(image: Floats, soft: Floats, radius: float, rng: np.random.Generator) -> None:
    height, width = image.shape[:2]
    reach = int(np.ceil(radius * 1.4))
    x, y = int(rng.integers(width)), int(rng.integers(height))
    x1, y1, x2, y2 = max(0, x - reach), max(0, y - reach), min(width, x + reach + 1), min(height, y + reach + 1)
    down, across = np.mgrid[y1 - y : y2 - y, x1 - x : x2 - x].astype(np.float32) / np.float32(radius)
    angle = np.arctan2(down, across)
    first, second = rng.uniform(0, 6, 2).astype(np.float32)
    wobble = 1 + 0.12 * np.sin(angle * 2 + first) + 0.06 * np.sin(angle * 3 + second)
    out = np.hypot(across, down) / wobble
    strong = float(rng.uniform(2, 5))  # how much wider than the drop its view of the scene is
    source_x = (x - across * radius * strong).clip(0, width - 1).astype(np.float32)
    source_y = (y - down * radius * strong).clip(0, height - 1).astype(np.float32)
    shown = cv2.remap(soft, source_x, source_y, cv2.INTER_LINEAR)
    light = 1 + 0.25 * (down * float(rng.uniform(0.3, 1))).clip(-1, 1) - 0.35 * (out**4).clip(0, 1)
    share = ((1 - out) * radius / 1.2 + 0.5).clip(0, 1) * float(rng.uniform(0.6, 1.0))
    part = image[y1:y2, x1:x2]
    part += (shown * light[..., None] - part) * share[..., None]


def wet_glare(image: Floats, rng: np.random.Generator) -> Floats:
    """Draws a wet road: the lower half mirrors and smears what is bright above, and light lies on it in patches."""
    height, width = image.shape[:2]
    bright = (image - float(rng.uniform(120, 190))).clip(0, None)
    small = cv2.resize(bright, (width, max(2, height // 4)), interpolation=cv2.INTER_AREA)
    reach = max(3, round(small.shape[0] * float(rng.uniform(0.25, 0.7))))
    smear = cv2.filter2D(small, -1, np.full((reach, 1), 1 / reach, np.float32), anchor=(0, reach - 1))
    smear = cv2.resize(cv2.GaussianBlur(smear, (0, 0), 1.2), (width, height), interpolation=cv2.INTER_LINEAR)
    rows = np.arange(height, dtype=np.float32) / height - float(rng.uniform(0.3, 0.6))
    lower = (rows / 0.3).clip(0, 1)[:, None, None]
    patches = (_clouds((height, width), 7, rng) - 0.45).clip(0, 1)[..., None] * float(rng.uniform(0, 130))
    return image * (1 - 0.25 * lower) + (smear * float(rng.uniform(0.8, 2.2)) + patches) * lower


def sun(image: Floats, rng: np.random.Generator) -> Floats:
    """Draws a low sun or a lamp that shines into the lens: a disc that bleaches its surroundings, rays, and a veil."""
    height, width = image.shape[:2]
    x, y, size = float(rng.uniform(0, width)), float(rng.uniform(-0.1, 0.6)) * height, max(height, width)
    down, across = np.mgrid[:height, :width].astype(np.float32)
    far = np.hypot(across - x, down - y) / size
    glow = np.exp(-far / float(rng.uniform(0.04, 0.14))) * float(rng.uniform(0.7, 1.4))
    rays = np.cos(np.arctan2(down - y, across - x) * int(rng.integers(3, 9)) + float(rng.uniform(0, 6))).clip(0, 1) ** 8
    share = (glow + rays * np.exp(-far / 0.12) * 0.35 + float(rng.uniform(0.02, 0.18))).clip(0, 0.97)[..., None]
    ink = np.array(pick(rng, ((255, 250, 235), (255, 225, 170), (240, 245, 255))), np.float32)
    return image + (ink - image) * share


def dusk(image: Floats, rng: np.random.Generator) -> Floats:
    """Dims the light and tints it blue or orange like the sky, most where it is dark already, and adds sensor grain."""
    gain, curve = float(rng.uniform(0.3, 0.75)), float(rng.uniform(1.1, 1.7))
    cast = np.array(pick(rng, ((0.8, 0.92, 1.2), (0.9, 0.95, 1.1), (1.12, 0.95, 0.8), (1, 1, 1))), np.float32)
    dim = (image / 255).clip(0, 1) ** np.float32(curve) * np.float32(255 * gain) * cast
    return _grained(_lit_enough(dim), float(rng.uniform(1, 6)), rng)


def night(image: Floats, rng: np.random.Generator) -> Floats:
    """Draws darkness with lamps: bright parts bloom, head lamps light the middle, and some lamps glare."""
    height, width = image.shape[:2]
    size = max(height, width)
    grey = (image @ GREY)[..., None]
    bloom = cv2.GaussianBlur((image - 200).clip(0, None), (0, 0), size * float(rng.uniform(0.01, 0.03)))
    down, across = np.mgrid[:height, :width].astype(np.float32)
    x, y = float(rng.uniform(0.25, 0.75)) * width, float(rng.uniform(0.45, 0.9)) * height
    cone = np.exp(-(((across - x) / (0.35 * width)) ** 2) - ((down - y) / (0.3 * height)) ** 2)[..., None]
    ambient, lamp = float(rng.uniform(0.08, 0.35)), float(rng.uniform(0.2, 0.8))
    pale = grey + (image - grey) * np.float32(rng.uniform(0.3, 0.9))
    cast = np.array(pick(rng, ((1, 0.9, 0.7), (0.85, 0.95, 1.1), (1, 1, 1))), np.float32)
    dark = pale * (ambient + lamp * cone) * cast
    lit = _lit_enough(dark) + bloom * float(rng.uniform(1, 4))
    for _ in range(int(rng.integers(0, 5))):
        _lamp(lit, across, down, rng)
    return _grained(lit, float(rng.uniform(2, 12)), rng)


def _lamp(image: Floats, across: Floats, down: Floats, rng: np.random.Generator) -> None:
    """Draws a head lamp, a tail lamp or a street lamp with its halo."""
    height, width = image.shape[:2]
    x, y = float(rng.uniform(0, width)), float(rng.uniform(0.1, 0.8)) * height
    radius = max(height, width) * float(np.exp(rng.uniform(np.log(0.004), np.log(0.02))))
    far = np.hypot(across - x, down - y) / np.float32(radius)
    ink = np.array(pick(rng, ((255, 250, 230), (255, 250, 230), (255, 60, 40), (255, 190, 90))), np.float32)
    image += ((1.2 - far).clip(0, 1) + 0.7 * np.exp(-far / 3))[..., None] * ink


def _lit_enough(image: Floats) -> Floats:
    """Raises the brighter parts of ``image`` to LEAST_LIGHT or more: a darkened night picture would be black."""
    light = float(np.percentile(image[::4, ::4] @ GREY, 95))
    return np.asarray(image * np.float32(max(1.0, LEAST_LIGHT / max(light, 1.0))), np.float32)


def _grained(image: Floats, sigma: float, rng: np.random.Generator) -> Floats:
    """Adds noise of ``sigma`` grey values, a little coarser than a pixel and half of it coloured."""
    coarse = rng.standard_normal((image.shape[0] * 2 // 3, image.shape[1] * 2 // 3, 3), np.float32)
    grain = cv2.resize(coarse, image.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    mean = grain.mean(-1, keepdims=True)
    return np.asarray(image + (mean + (grain - mean) * 0.5) * np.float32(sigma * 1.5), np.float32)


def _dulled(image: Floats, share: float, rng: np.random.Generator) -> Floats:
    """Makes ``image`` paler by ``share`` and less coloured, as under a grey sky."""
    grey = (image @ GREY)[..., None]
    sky = np.float32(rng.uniform(90, 200))
    return np.asarray((image + (grey - image) * np.float32(share)) * np.float32(1 - share) + sky * np.float32(share))


def _soft(image: Floats, sigma: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.float32)


def _specks(size: tuple[int, int], share: float, rng: np.random.Generator) -> Floats:
    """Returns ``[H, W]``: a random ``share`` of all pixels has values of 0.4 to 1, the others are 0."""
    specks = np.zeros(size, np.float32)
    count = max(1, round(share * size[0] * size[1]))
    specks[rng.integers(size[0], size=count), rng.integers(size[1], size=count)] = rng.uniform(0.4, 1, count)
    return specks


def _line(length: float, degrees: float) -> Floats:
    """Returns a kernel that smears ``length`` pixels along the direction ``degrees``, symmetric and with sum 1."""
    side = 2 * int(np.ceil(length / 2)) + 3
    kernel = np.zeros((side, side), np.uint8)
    half = np.array([np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))]) * length / 2
    middle = (side - 1) / 2
    start, end = (tuple(round(float(v) * 16) for v in middle + sign * half) for sign in (-1, 1))
    cv2.line(kernel, start, end, 255, 1, cv2.LINE_AA, 4)
    total: Floats = kernel.astype(np.float32) / kernel.sum()
    return total


def _clouds(size: tuple[int, int], cells: int, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Returns ``[H, W]`` smooth noise in 0..1 with about ``cells`` patches per side."""
    field = rng.random((cells, cells), np.float32)
    return np.asarray(cv2.resize(field, size[::-1], interpolation=cv2.INTER_CUBIC), np.float32).clip(0, 1)


KINDS: tuple[tuple[_Effect, ...], ...] = (
    (rain,), (rain,), (rain, lens_drops), (lens_drops,), (wet_glare, rain), (wet_glare,), (snow,), (snow,), (fog,),
    (fog, snow), (fog, rain), (dusk,), (dusk, rain), (night,), (night,), (wet_glare, night), (night, rain), (sun,),
)  # fmt: skip
