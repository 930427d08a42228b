"""Which told passage is of which vehicle, and what became of every vehicle.

A told passage belongs to the vehicle on whose plate most of its boxes lie. The one with the most boxes is the
vehicle's answer, further ones are doubles; one whose boxes lie on no plate is invented.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Levenshtein

from src.core.geometry import iou_matrix
from src.core.metrics import FOUND_IOU
from src.evaluation.video.schema import ClipResult, Invention, Outcome, Told, TruePassage

SAME_TIME = 0.021
"""Seconds between a box that was told and a true one of the same frame, at most: half a frame and some rounding."""
ENDS = 3
"""So many boxes at its start, and at its end, say which vehicle a track is of there."""
ALIKE = 0.5
"""Texts that differ in at most this share of the true one's characters are of one plate, where no box is known."""


@dataclass(frozen=True)
class Scored:
    """What a system made of one clip."""

    outcomes: tuple[Outcome, ...]
    inventions: tuple[Invention, ...]


def score(truths: Sequence[TruePassage], told: Sequence[Told]) -> Scored:
    """Scores one rendered clip, which has at least one true passage."""
    owners = [_owners(passage, truths) for passage in told]
    of: dict[int, list[Told]] = {number: [] for number in range(len(truths))}
    votes: dict[int, int] = {}
    inventions = []
    for passage, owned in zip(told, owners, strict=True):
        if not owned:
            inventions.append(_invention(passage, truths[0]))
            continue
        owner, count = Counter(owned).most_common(1)[0]
        of[owner].append(passage)
        votes[id(passage)] = count
    exchanged = Counter(owned[0] for owned in owners if _exchanged(owned))
    outcomes = []
    for number, truth in enumerate(truths):
        answers = sorted(of[number], key=lambda p: (-votes[id(p)], p.first))
        outcomes.append(_outcome(truth, answers, exchanged[number]))
    return Scored(tuple(outcomes), tuple(inventions))


def score_clip(clip: str, truths: Sequence[str], told: Sequence[Told]) -> ClipResult:
    """Scores a real clip, of which the texts alone are known: each is matched to the told one that is most alike."""
    distances = np.array([[Levenshtein.distance(t.text, truth) for truth in truths] for t in told], float)
    distances = distances.reshape(len(told), len(truths))
    limits = np.array([ALIKE * len(truth) for truth in truths])
    left = np.where(distances <= limits, distances, np.inf)
    right = wrong = 0
    matched = set()
    while left.size and np.isfinite(left.min()):
        t, k = np.unravel_index(int(left.argmin()), left.shape)
        right, wrong = (right + 1, wrong) if distances[t, k] == 0 else (right, wrong + 1)
        matched.add(int(t))
        left[t, :] = left[:, k] = np.inf
    rest = [n for n in range(len(told)) if n not in matched]
    doubled = [n for n in rest if (distances[n] <= limits).any()]
    invented = [told[n] for n in rest if n not in doubled]
    return ClipResult(
        clip=clip,
        truths=tuple(truths),
        told=tuple(told),
        right=right,
        wrong=wrong,
        missed=len(truths) - right - wrong,
        invented=len(invented),
        invented_accepted=sum(passage.accepted for passage in invented),
        doubled=len(doubled),
    )


def _owners(passage: Told, truths: Sequence[TruePassage]) -> list[int]:
    """Returns the vehicle on whose plate each box lies, in the order of time; boxes on none are left out."""
    owners = []
    for seen in passage.boxes:
        there = [
            (number, box.box)
            for number, truth in enumerate(truths)
            for box in truth.boxes
            if abs(box.time - seen.time) < SAME_TIME
        ]
        if there:
            boxes = np.array([box for _, box in there], np.float32)
            overlaps = iou_matrix(np.array(seen.box, np.float32), boxes)[0]
            if overlaps.max() > FOUND_IOU:
                owners.append(there[int(overlaps.argmax())][0])
    return owners


def _exchanged(owners: Sequence[int]) -> bool:
    """Tells whether a track is of another vehicle at its end than at its start."""
    ends = min(ENDS, len(owners) // 2)
    if not ends:
        return False
    first, last = (Counter(part).most_common(1)[0][0] for part in (owners[:ends], owners[-ends:]))
    return first != last


def _outcome(truth: TruePassage, answers: Sequence[Told], exchanged: int) -> Outcome:
    best, doubles = answers[0] if answers else None, answers[1:]
    right = best is not None and best.text == truth.text
    wait = None
    if best is not None and right and best.accepted and best.answered is not None:
        wait = max(0.0, best.answered - truth.first)
    return Outcome(
        source=truth.source,
        number=truth.number,
        kind=truth.kind,
        group=truth.group,
        half=truth.half,
        picture=truth.picture,
        lines=truth.lines,
        truth=truth.text,
        text=None if best is None else best.text,
        confidence=0.0 if best is None else best.confidence,
        accepted=best is not None and best.accepted,
        doubles=len(doubles),
        doubles_accepted=sum(passage.accepted for passage in doubles),
        exchanged=exchanged,
        wait=wait,
    )


def _invention(passage: Told, of_clip: TruePassage) -> Invention:
    return Invention(
        source=passage.source,
        kind=of_clip.kind,
        half=of_clip.half,
        track=passage.track,
        text=passage.text,
        confidence=passage.confidence,
        accepted=passage.accepted,
    )
