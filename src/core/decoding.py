"""From the networks' outputs to detections and readings; numpy only, shared by training and the runtime."""

import numpy as np
import numpy.typing as npt

from src.core.alphabet import Alphabet
from src.core.geometry import Letterbox, nms
from src.core.types import Detection, Reading

Floats = npt.NDArray[np.float32]
BLANK = 0


def decode_detections(
    boxes: Floats, scores: Floats, fit: Letterbox, size: tuple[int, int], confidence: float, iou: float = 0.5
) -> list[Detection]:
    """Raw boxes ``[A, 4]`` (canvas pixels) and scores ``[A]`` of one image to its detections, best first.

    ``size`` is the original (height, width), to which boxes are clipped; what lies outside is dropped.
    """
    likely = scores >= confidence
    boxes, scores = boxes[likely], scores[likely]
    kept = nms(boxes, scores, iou)
    limits = np.array([size[1], size[0]] * 2, np.float32)
    found = np.clip(fit.to_original(boxes[kept]), 0, limits)
    inside = (found[:, 2:] - found[:, :2]).min(-1) >= 1
    return [Detection(b, float(s)) for b, s in zip(found[inside], scores[kept][inside], strict=True)]


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


def ctc_log_likelihood(log_probs: Floats, classes: list[int]) -> float:
    """Log probability of a class sequence summed over all its alignments.

    The forward algorithm of Graves et al., "Connectionist Temporal Classification", ICML 2006.
    """
    extended = np.full(2 * len(classes) + 1, BLANK)
    extended[1::2] = classes
    emission = log_probs[:, extended].astype(np.float64)
    skip = np.zeros(len(extended), bool)  # a blank between two different characters may be left out
    skip[2:] = (extended[2:] != BLANK) & (extended[2:] != extended[:-2])
    alpha = np.full(len(extended), -np.inf)
    alpha[:2] = emission[0, :2]
    for column in emission[1:]:
        one, two = np.roll(alpha, 1), np.roll(alpha, 2)
        one[:1], two[:2] = -np.inf, -np.inf
        alpha = np.logaddexp(np.logaddexp(alpha, one), np.where(skip, two, -np.inf)) + column
    return float(np.logaddexp.reduce(alpha[-2:]))
