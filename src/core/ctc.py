"""Decoding turns the networks' outputs into detections and readings.

Training and runtime share it; it needs numpy alone.
"""

import math

import numpy as np
import numpy.typing as npt

from src.core.alphabet import Alphabet
from src.core.geometry import Letterbox, form_plates, nms
from src.core.types import Corners, Detection, Reading

Floats = npt.NDArray[np.float32]
BLANK = 0
NO_LABEL = -100
"""The label of what nobody knows, such as the character in a column of an unmarked crop; the losses leave it out."""
RESCALED = 8
"""The forward algorithm scales its probabilities to a sum of 1 after so many steps, before they become too small."""


def decode_detections(
    boxes: Floats,
    scores: Floats,
    corners: Floats | None,
    fit: Letterbox,
    size: tuple[int, int],
    confidence: float,
    iou: float = 0.5,
) -> list[Detection]:
    """Turns raw boxes ``[A, 4]``, scores ``[A]`` and corners ``[A, 4, 2]`` of one image into detections, best first.

    Boxes and corners are in pixels of the canvas; ``corners`` is None where the model predicts none. ``size`` is the
    (height, width) of the original image: boxes are clipped to it, and a box that lies outside is dropped. Corners are
    not clipped, so that a plate at the edge keeps its shape. A detection has no corners where they form no
    quadrilateral that fits its box.
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
    """Reads the best path of ``log_probs [steps, classes]``; class 0 is the blank.

    The confidence is the likelihood of the text over all its alignments (see ``ctc_log_likelihood``). The confidence of
    a character is the highest probability among the steps whose best class it is.
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


def ctc_log_likelihood(log_probs: Floats, classes: list[int]) -> float:
    """Returns the log-probability of ``classes``, summed over all their alignments to ``log_probs [steps, classes]``.

    This is the forward algorithm of Graves et al., "Connectionist Temporal Classification", ICML 2006.
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
        for step in emission[start : start + RESCALED]:
            states = states @ onward * step
        if not (total := float(states.sum())):
            return -np.inf
        states /= total
        scale += math.log(total)
    with np.errstate(divide="ignore"):
        return float(scale + np.log(states[-2:].sum()))
