"""Averages many photographs of one character to its usual shape, without noise, dirt and odd angles."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from src.data.synthesis.typefaces.samples import HEIGHT, MARGIN, Floats, GlyphSample

FEWEST = 5
"""A character with fewer samples counts as unknown."""
MOST = 120
"""At most so many samples are used, the sharpest."""
_ALIKE = 0.72
"""A sample that correlates less with the mean of the others shows another character, or hardly any."""
_ROUNDS = 3
_SHARPEN = 0.8
_NEIGHBOURS = 6
"""In so many pixels of the margin, from its outer end, neighbouring characters and the border may stand."""


@dataclass(frozen=True)
class MeanGlyph:
    """The ``ink`` float32 [HEIGHT + 2 MARGIN, w] of one character, its ``aspect``, and the number of its ``samples``.

    ``alike`` is the mean of the samples' correlations with the ink.
    """

    char: str
    ink: Floats
    aspect: float
    samples: int
    alike: float


def average(samples: Sequence[GlyphSample]) -> MeanGlyph | None:
    """Returns the median of the samples of one character, weighted by sharpness; None unless FEWEST of them agree."""
    kept = sorted(samples, key=lambda s: -s.sharpness)[:MOST]
    for _ in range(_ROUNDS):
        if len(kept) < FEWEST:
            return None
        weights = np.array([s.sharpness for s in kept], np.float32)
        aspect = _weighted_median(np.array([[s.aspect] for s in kept], np.float32), weights)[0]
        width = max(8, round(aspect * HEIGHT)) + 2 * MARGIN
        stack = np.stack([cv2.resize(s.ink, (width, HEIGHT + 2 * MARGIN)) for s in kept])
        flat = np.asarray(stack.reshape(len(kept), -1), np.float32)
        middle = _weighted_median(flat, weights).reshape(stack.shape[1:])
        alike = np.array([_correlation(each, middle) for each in stack])
        shapely = np.abs(np.log([s.aspect / aspect for s in kept])) < 0.3
        good = (alike > _ALIKE) & shapely
        if good.all():
            break
        kept = [s for s, fine in zip(kept, good, strict=True) if fine]
    soft = cv2.GaussianBlur(middle, (0, 0), HEIGHT / 24)
    sharp = np.asarray(np.clip(middle + _SHARPEN * (middle - soft), 0, 1), np.float32)
    sharp[:, :_NEIGHBOURS] = sharp[:, -_NEIGHBOURS:] = sharp[:_NEIGHBOURS] = sharp[-_NEIGHBOURS:] = 0
    return MeanGlyph(kept[0].char, sharp, float(aspect), len(kept), float(alike.mean()))


def _weighted_median(values: Floats, weights: Floats) -> Floats:
    """Returns the weighted median of each column of ``values [n, m]``: half of the weight lies below it."""
    order = values.argsort(0)
    share = np.cumsum(weights[order], axis=0)
    at = (share >= weights.sum() / 2).argmax(0)
    return np.asarray(np.take_along_axis(values, np.take_along_axis(order, at[None], 0), 0)[0], np.float32)


def _correlation(a: Floats, b: Floats) -> float:
    a, b = a - a.mean(), b - b.mean()
    return float((a * b).sum() / max(1e-6, float(np.sqrt((a * a).sum() * (b * b).sum()))))
