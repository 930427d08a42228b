"""One plate that is followed through a video, and what is known of it by now."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from src.core.result import PLACES, rounded
from src.core.types import Boxes, Image, Reading
from src.runtime.plate_reader import PlateReader
from src.video.fusion import Fused, Observation, frames_agree, fuse
from src.video.passage import BestView, Box, FrameReading, Passage, PassageRecord
from src.video.tracking import Motion

MOST_KEPT = 40
"""So many sights of a plate are fused, the best ones: a parked car would have thousands."""
MOST_TEXTS = 100
"""So many different texts are counted."""
TIME_PLACES = 3
"""Seconds are told to the millisecond."""


@dataclass
class Track:
    """A plate from its first sight on. Times are in seconds of the source, boxes in pixels of the frame."""

    number: int
    motion: Motion
    first: float
    first_box: Boxes
    first_wall: datetime | None
    last: float
    last_box: Boxes
    last_wall: datetime | None
    sure: float
    """The best confidence of the detector."""
    frames: int = 1
    in_view: bool = True
    """Whether the frame that was searched last shows it."""
    still_since: float = 0.0
    """The time from which on it has not moved."""
    observations: list[Observation] = field(default_factory=list)
    read: int = 0
    votes: Counter[str] = field(default_factory=Counter)
    known: Fused | None = None
    """What all sights say together."""
    readings: list[FrameReading] | None = None
    """What each frame alone said, where that is asked for."""
    best: Observation | None = None
    best_image: Image | None = None
    told: PassageRecord | None = None
    """What was told of it last."""

    def see(self, box: Boxes, confidence: float, time: float, wall: datetime | None, moved: float) -> None:
        """Takes in that it is at ``box``; it stands still where it moves by less than ``moved`` of its width."""
        before = self.motion.box(self.motion.time)
        if float(abs(box - before).max()) > moved * self.motion.width:
            self.still_since = time
        self.motion.move(box, time)
        self.last, self.last_box, self.last_wall = time, box, wall
        self.sure, self.frames, self.in_view = max(self.sure, confidence), self.frames + 1, True

    def rest(self, time: float, wall: datetime | None) -> None:
        """Takes in that nothing has moved in the picture that shows it."""
        self.motion.rest(time)
        self.last, self.last_wall = time, wall

    def take(self, observation: Observation, image: Image | None, reader: PlateReader) -> None:
        """Takes in what a frame says; ``image`` is kept where the plate was never seen better."""
        self.observations.append(observation)
        if len(self.observations) > MOST_KEPT:
            self.observations.remove(min(self.observations, key=lambda o: o.quality))
        self.read += 1
        self.votes[observation.reading.text] += 1
        if len(self.votes) > MOST_TEXTS:
            del self.votes[min(self.votes, key=self.votes.__getitem__)]
        if self.readings is not None:
            self.readings.append(_frame_reading(observation))
        if self.best is None or observation.quality > self.best.quality:
            self.best, self.best_image = observation, image
        self.known = fuse(self.observations, reader)

    @property
    def reading(self) -> Reading | None:
        """The reading of all sights together; None where the plate was never read."""
        return self.known.reading if self.known else None

    def accepted(self, abstain: float | None) -> bool | None:
        """Tells whether the text may be accepted: it is as sure as ``abstain`` asks, and several frames agree."""
        if abstain is None:
            return None
        reading = self.reading
        return (
            reading is not None
            and round(reading.confidence, PLACES) >= abstain
            and frames_agree(self.observations, reading.text)
        )

    def passage(self, source: str, abstain: float | None, left: bool) -> Passage:
        """Returns the passage as it is known by now."""
        reading = self.reading or Reading("", 0.0, ())
        best = self.best
        record = PassageRecord(
            source=source,
            track=self.number,
            first=_seconds(self.first),
            last=_seconds(self.last),
            first_wall=self.first_wall,
            last_wall=self.last_wall,
            left=left,
            frames=self.frames,
            read=self.read,
            agreeing=self.votes[reading.text] if self.reading else 0,
            text=reading.text,
            confidence=round(reading.confidence, PLACES),
            accepted=self.accepted(abstain),
            format=reading.format,
            region=reading.region,
            region_confidence=None if reading.region_confidence is None else round(reading.region_confidence, PLACES),
            candidates=reading.candidates and tuple(map(rounded, reading.candidates)),
            best=BestView(
                time=_seconds(best.time if best else self.first), box=_box(best.box if best else self.first_box)
            ),
            path=(_box(self.first_box), _box(self.last_box)),
            readings=None if self.readings is None else tuple(self.readings),
        )
        self.told = record
        return Passage(record, self.best_image)


def _frame_reading(observation: Observation) -> FrameReading:
    reading = observation.reading
    return FrameReading(
        time=_seconds(observation.time),
        box=_box(observation.box),
        text=reading.text,
        confidence=round(reading.confidence, PLACES),
    )


def _seconds(time: float) -> float:
    return round(time, TIME_PLACES)


def _box(box: Boxes) -> Box:
    x1, y1, x2, y2 = (round(float(v), 2) for v in box)
    return x1, y1, x2, y2
