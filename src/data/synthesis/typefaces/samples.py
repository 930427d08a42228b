"""Cuts characters out of photographed plates with known texts: finds each, and makes its ink upright.

The reader tells roughly where a character is: a forced alignment gives it columns of the reader's output (Viterbi over
the states of CTC, Graves et al. 2006). The strokes tell exactly: a character is the connected piece of ink there, if it
is as high as the others of its plate.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from src.core.geometry import crop_matrix, crop_plate, widen
from src.core.types import Image
from src.data.loaders.real_crops import RealCrop

Floats = npt.NDArray[np.float32]
Attention = Callable[[Image, str], Floats | None]
"""Maps a crop of a plate and its text to the middle of each character, from 0 to 1 of the width; None if unknown."""

HEIGHT = 96
"""The height of a character in its picture, without the MARGIN around it."""
MARGIN = 12
_ZOOM = 4
_LEAST_HEIGHT = 8
"""A character with fewer source pixels of height is too small to show its shape."""
_TOLERANCE = 0.14
"""A character's height may differ from the median of its plate by this share."""
_TURNS = 2
"""A plate is levelled and measured this many times."""


@dataclass(frozen=True)
class GlyphSample:
    """One photographed character: ``ink`` float32 [HEIGHT + 2 MARGIN, w] is 1 where it is inked.

    ``aspect`` is its width divided by its height. ``sharpness`` grows with the steepness of its edges.
    """

    char: str
    ink: Floats
    aspect: float
    sharpness: float


def forced_columns(log_probs: Floats, classes: Sequence[int]) -> Floats | None:
    """Returns the middle of each class's columns, 0 to 1, on the best path of ``log_probs [2 T, C]`` for ``classes``.

    The reader writes T columns of the upper half of a crop and then T of the lower one; a text of one line may stand in
    either. Returns None if there are too few columns. Class 0 is the blank.
    """
    states = [0]
    for each in classes:
        states += [each, 0]
    emitted = log_probs[:, states].astype(np.float64)
    count, width = len(log_probs), len(states)
    may_skip = np.array([i > 2 and states[i] != 0 and states[i] != states[i - 2] for i in range(width)])
    score = np.full(width, -np.inf)
    score[:2] = emitted[0, :2]
    back = np.zeros((count, width), np.int64)
    for t in range(1, count):
        one, two = np.r_[-np.inf, score[:-1]], np.r_[-np.inf, -np.inf, score[:-2]]
        options = np.stack([score, one, np.where(may_skip, two, -np.inf)])
        back[t] = options.argmax(0)
        score = options.max(0) + emitted[t]
    state = width - 1 if score[-1] >= score[-2] else width - 2
    if not np.isfinite(score[state]):
        return None
    path = np.zeros(count, np.int64)
    for t in range(count - 1, -1, -1):
        path[t] = state
        state -= back[t, state]
    middles = []
    for i in range(len(classes)):
        columns = np.flatnonzero(path == 2 * i + 1)
        weights = np.exp(emitted[columns, 2 * i + 1])
        middles.append((float((columns % (count // 2) * weights).sum() / weights.sum()) + 0.5) / (count // 2))
    return np.array(middles, np.float32)


def glyph_samples(crop: RealCrop, attention: Attention, size: tuple[int, int]) -> list[GlyphSample]:
    """Cuts out the characters of a plate of one line that stand clear; ``size`` is the reader's (height, width)."""
    corners = widen(crop.corners, crop.margin)
    middles = attention(crop_plate(crop.image, corners, size, margin=0.0), crop.text)
    if middles is None:
        return []
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    high, wide = (round(float(side) * _ZOOM) for side in ((sides[1] + sides[3]) / 2, (sides[0] + sides[2]) / 2))
    if not 8 * _ZOOM <= high < wide <= 4000:
        return []
    matrix = crop_matrix(corners, (high, wide), margin=0.0)
    grey = cv2.cvtColor(crop.image, cv2.COLOR_RGB2GRAY)
    straight = cv2.warpPerspective(grey, matrix, (wide, high), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    plate = np.asarray(straight, np.float32)
    for _ in range(_TURNS):
        found, signed = _pieces(plate, middles)
        slope = _slope(found)
        if abs(slope) < 0.004:
            break
        shear = np.array([[1, 0, 0], [-slope, 1, slope * wide / 2]])
        plate = np.asarray(
            cv2.warpAffine(plate, shear, (wide, high), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE),
            np.float32,
        )
    else:
        found, signed = _pieces(plate, middles)
    if len(found) < max(3, 0.5 * len(crop.text)):
        return []
    samples = (_sample(crop.text[i], signed, box) for i, box in sorted(found.items()))
    return [sample for sample in samples if sample is not None]


_Box = tuple[int, int, int, int]


def _pieces(plate: Floats, middles: Floats) -> tuple[dict[int, _Box], Floats]:
    """Returns the boxes x1, y1, x2, y2 of the characters found, by their place, and ``plate`` with light ink.

    Ink is what is lighter, or darker, than its surroundings; the choice that gives more characters is used.
    """
    both = [(_matched(signed, middles), signed) for signed in (plate, 255 - plate)]
    return max(both, key=lambda option: len(option[0]))


def _matched(signed: Floats, middles: Floats) -> dict[int, _Box]:
    high, wide = signed.shape
    block = max(3, round(0.45 * high)) | 1
    around = cv2.blur(signed, (2 * block + 1, block))
    spread = max(4.0, 0.12 * float(np.subtract(*np.percentile(signed, (95, 5)))))
    ink = (signed > around + spread).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=4)
    at = middles * wide
    pitch = float(np.median(np.diff(at))) if len(at) > 1 else float(wide)
    found: dict[int, _Box] = {}
    for x, y, w, h, _ in stats[1:].tolist():
        if h < _LEAST_HEIGHT * _ZOOM or not 0.12 < w / h < 1.2 or y <= 1 or y + h >= high - 1 or w > 1.6 * pitch:
            continue
        within = np.flatnonzero((at > x - 0.15 * pitch) & (at < x + w + 0.15 * pitch))
        if len(within) != 1:
            nearest = np.abs(at - (x + w / 2)).argmin()
            if not len(within) or abs(at[nearest] - (x + w / 2)) > 0.3 * pitch:
                continue
            within = np.array([nearest])
        place = int(within[0])
        if place not in found or h > found[place][3] - found[place][1]:
            found[place] = (x, y, x + w, y + h)
    if not found:
        return {}
    heights = {i: box[3] - box[1] for i, box in found.items()}
    usual = float(np.median(list(heights.values())))
    return {i: box for i, box in found.items() if abs(heights[i] / usual - 1) < _TOLERANCE}


def _slope(found: dict[int, _Box]) -> float:
    """Returns the slope of the line through the middles of the characters; 0 if there are too few."""
    if len(found) < 3:
        return 0.0
    boxes = np.array(list(found.values()), np.float64)
    return float(np.polyfit((boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2, 1)[0])


def _sample(char: str, signed: Floats, box: _Box) -> GlyphSample | None:
    """Cuts out the character within ``box``; returns None if its surroundings are cut off or it has no contrast."""
    x1, y1, x2, y2 = box
    pad = round((y2 - y1) * MARGIN / HEIGHT)
    if x1 < pad or y1 < pad or x2 + pad > signed.shape[1] or y2 + pad > signed.shape[0]:
        return None
    cut = signed[y1 - pad : y2 + pad, x1 - pad : x2 + pad]
    inner = signed[y1:y2, x1:x2]
    ground = float(np.percentile(inner, 8)) if x2 - x1 > 0.3 * (y2 - y1) else float(np.percentile(cut, 15))
    full = float(np.percentile(inner, 92))
    if full - ground < 25:
        return None
    scale = HEIGHT / (y2 - y1)
    width = max(8, round((x2 - x1) * scale)) + 2 * MARGIN
    resized = cv2.resize(cut, (width, HEIGHT + 2 * MARGIN), interpolation=cv2.INTER_LINEAR)
    picture = np.asarray(np.clip((resized - ground) / (full - ground), 0, 1), np.float32)
    steep = np.abs(np.diff(picture, axis=1))
    sharpness = float(np.percentile(steep, 95))
    return GlyphSample(char, picture, (x2 - x1) / (y2 - y1), sharpness)
