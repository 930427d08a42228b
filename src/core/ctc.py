"""From the networks' outputs to detections and readings; numpy only, shared by training and the runtime."""

import math

import numpy as np
import numpy.typing as npt

from src.core.alphabet import Alphabet
from src.core.geometry import Letterbox, form_plates, nms
from src.core.types import Corners, Detection, Reading

Floats = npt.NDArray[np.float32]
BLANK = 0
RESCALED = 8
"""Columns after which the forward algorithm's probabilities are made to sum to 1, before they vanish."""


def decode_detections(
    boxes: Floats,
    scores: Floats,
    corners: Floats | None,
    fit: Letterbox,
    size: tuple[int, int],
    confidence: float,
    iou: float = 0.5,
) -> list[Detection]:
    """Raw boxes ``[A, 4]``, scores ``[A]`` and corners ``[A, 4, 2]`` of one image to its detections, best first.

    Boxes and corners are in canvas pixels; ``corners`` is None where the model has none. ``size`` is the original
    (height, width), to which boxes are clipped; what lies outside is dropped. Corners are not clipped, so that a plate
    cut by the edge keeps its shape; a detection whose corners form no plate that fits its box goes without.
    """
    likely = np.flatnonzero(scores >= confidence)
    kept = likely[nms(boxes[likely], scores[likely], iou)]
    limits = np.array([size[1], size[0]] * 2, np.float32)
    found = np.clip(fit.to_original(boxes[kept]), 0, limits)
    inside = (found[:, 2:] - found[:, :2]).min(-1) >= 1
    found, kept = found[inside], kept[inside]
    quads = _sound_corners(boxes[kept], corners[kept], fit) if corners is not None else [None] * len(kept)
    return [Detection(b, float(s), c) for b, s, c in zip(found, scores[kept], quads, strict=True)]


def _sound_corners(boxes: Floats, corners: Floats, fit: Letterbox) -> list[Corners | None]:
    mapped = fit.to_original(corners.reshape(-1, 8)).reshape(-1, 4, 2)
    return [quad if sound else None for quad, sound in zip(mapped, form_plates(corners, boxes), strict=True)]


def ctc_decode(log_probs: Floats, alphabet: Alphabet) -> Reading:
    """Best-path text of ``log_probs [T, C]``; its forward-algorithm likelihood is the confidence.

    A character's own confidence is the highest probability among the columns that voted for it.
    """
    best = log_probs.argmax(-1)
    starts = np.flatnonzero((best != BLANK) & (np.concatenate([[-1], best[:-1]]) != best))
    classes = best[starts]
    peaks = []
    for start in starts:
        end = start
        while end < len(best) and best[end] == best[start]:
            end += 1
        peaks.append(float(np.exp(log_probs[start:end, best[start]].max())))
    likelihood = float(np.exp(ctc_log_likelihood(log_probs, classes.tolist())))
    return Reading(alphabet.decode(classes.tolist()), min(likelihood, 1.0), tuple(min(p, 1.0) for p in peaks))


def slot_decode(log_probs: Floats, alphabet: Alphabet) -> Reading:
    """Text of ``log_probs [slots, C]``, a character per slot up to the first end (class 0).

    Its confidence is the product of the slots, the end included where there is one.
    """
    best = log_probs.argmax(-1)
    ends = np.flatnonzero(best == BLANK)
    length = int(ends[0]) if len(ends) else len(best)
    peaks = np.exp(log_probs.max(-1).astype(np.float64))
    characters = tuple(min(float(p), 1.0) for p in peaks[:length])
    return Reading(alphabet.decode(best[:length].tolist()), min(float(peaks[: length + 1].prod()), 1.0), characters)


def ctc_log_likelihood(log_probs: Floats, classes: list[int]) -> float:
    """Log probability of a class sequence summed over all its alignments.

    The forward algorithm of Graves et al., "Connectionist Temporal Classification", ICML 2006.
    """
    extended = np.full(2 * len(classes) + 1, BLANK)
    extended[1::2] = classes
    emission = np.exp(log_probs[:, extended].astype(np.float64))
    onward = np.eye(len(extended)) + np.eye(len(extended), k=1)
    skips = 2 + np.flatnonzero((extended[2:] != BLANK) & (extended[2:] != extended[:-2]))
    onward[skips - 2, skips] = 1  # a blank between two different characters may be left out
    states = np.zeros(len(extended))
    states[:2] = emission[0, :2]
    scale = 0.0
    for start in range(1, len(emission), RESCALED):
        for column in emission[start : start + RESCALED]:
            states = states @ onward * column
        if not (total := float(states.sum())):
            return -np.inf
        states /= total
        scale += math.log(total)
    with np.errstate(divide="ignore"):
        return float(scale + np.log(states[-2:].sum()))
