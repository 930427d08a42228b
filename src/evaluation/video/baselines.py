"""What simpler ways make of the same frames: the best single reading, and the most frequent text."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from rapidfuzz.distance import Levenshtein

from src.core.geometry import iou_matrix
from src.evaluation.video.schema import Told, TrueBox
from src.evaluation.video.watched import Answer
from src.runtime.reader import ReadsImages
from src.video.frame import Frame
from src.video.passage import FrameReading

EVERY = 2
"""The peer reads every second frame."""
OVERLAP = 0.2
"""The least overlap (IoU) of two boxes of one plate, in two frames that the peer reads one after the other."""
APART = 1.0
"""Seconds for which a vehicle may be out of sight."""
ALIKE = 1
"""Texts of one plate differ in so many characters at most, where its box has moved on."""


def best_reading(answer: Answer) -> Told:
    """The answer with the text of the frame that was read with the highest confidence."""
    return _with(answer.told, max(answer.readings, key=lambda reading: reading.confidence, default=None))


def majority(answer: Answer) -> Told:
    """The answer with the text that most of its frames are read as; of several, the one that is surest in sum."""
    return _with(answer.told, _most_frequent(answer.readings))


def _with(told: Told, reading: FrameReading | None) -> Told:
    if reading is None:
        return told
    return told.model_copy(
        update={"text": reading.text, "confidence": reading.confidence, "accepted": False, "answered": None}
    )


def _most_frequent(readings: Sequence[FrameReading]) -> FrameReading | None:
    """The surest reading of the most frequent text that is not empty."""
    said = [reading for reading in readings if reading.text]
    if not said:
        return None
    votes = Counter(reading.text for reading in said)
    sums: Counter[str] = Counter()
    for reading in said:
        sums[reading.text] += reading.confidence  # type: ignore[assignment]  # a Counter adds floats too
    text = max(votes, key=lambda text: (votes[text], sums[text]))
    return max((reading for reading in said if reading.text == text), key=lambda reading: reading.confidence)


def peer_passages(frames: Sequence[Frame], source: str, peer: ReadsImages) -> list[Told]:
    """What a reader of single pictures tells of a clip: the majority of each group of its readings.

    Readings are of one vehicle where their boxes overlap from frame to frame, or where their texts are alike; so a
    user of such a reader would group them.
    """
    groups: list[list[FrameReading]] = []
    for frame in frames[::EVERY]:
        free = [group for group in groups if frame.time - group[-1].time <= APART]
        for plate in peer.read(frame.image).plates:
            x1, y1, x2, y2 = (float(side) for side in plate.box)
            text, confidence = plate.reading.text, min(1.0, max(0.0, plate.reading.confidence))
            reading = FrameReading(time=frame.time, box=(x1, y1, x2, y2), text=text, confidence=confidence)
            own = max(free, key=lambda group: _likeness(group[-1], reading), default=None)
            if own is not None and _likeness(own[-1], reading) > 0:
                own.append(reading)
                free.remove(own)
            else:
                groups.append([reading])
    told = (_of_group(number, group, source) for number, group in enumerate(groups, 1))
    return [passage for passage in told if passage.text]


def _likeness(before: FrameReading, after: FrameReading) -> float:
    """0 where they are not of one plate."""
    overlap = float(iou_matrix(np.array(before.box, np.float32), np.array(after.box, np.float32))[0, 0])
    alike = bool(after.text) and Levenshtein.distance(before.text, after.text) <= ALIKE
    return 1 + overlap if alike else overlap if overlap >= OVERLAP else 0.0


def _of_group(number: int, group: Sequence[FrameReading], source: str) -> Told:
    chosen = _most_frequent(group)
    return Told(
        source=source,
        track=number,
        first=group[0].time,
        last=group[-1].time,
        text=chosen.text if chosen else "",
        confidence=chosen.confidence if chosen else 0.0,
        accepted=False,
        boxes=tuple(TrueBox(time=reading.time, box=reading.box) for reading in group),
    )
