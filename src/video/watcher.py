"""Watches a video: frames go in, and one passage comes out for each vehicle whose plate was in view.

Work is spent where it counts. A frame without motion is not searched, others at most ``WatchOptions.rate`` times a
second. A plate is read when it comes, when it can be seen better than before, and again and again only while the text
is not sure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from rapidfuzz.distance import Levenshtein

from src.core.card import ModelCard
from src.core.types import Boxes, Detection, Image
from src.runtime.plate_reader import PlateReader
from src.runtime.reader import Reader, read_within
from src.video.frame import Frame
from src.video.fusion import AGREEING, Observation
from src.video.motion import MotionGate, Polygon, inside
from src.video.passage import Passage
from src.video.track import Track
from src.video.tracking import Likeness, Motion, associate, same_text

LOST = 1.5
"""A plate that is out of sight for so many seconds has left."""
PARKED = 10.0
"""A plate that has not moved for so many seconds is parked: it is told, and once more when it leaves."""
LOST_PARKED = 60.0
"""A parked vehicle has left when its plate is out of sight for so long: another vehicle may stand in front of it."""
HIDDEN = 0.4
"""A plate that was out of sight for so many seconds is taken for the same one only if its text does not contradict."""
STILL = 0.2
"""A plate moves where its box does by this share of its width; less is the detector's own unrest."""
BETTER = 1.1
"""A plate is read again where it can be seen so many times as well as ever before."""
AGAIN, SURE_AGAIN = 0.15, 1.0
"""It is also read again after so many seconds, while its text is not sure and when it is."""
FIRST_READINGS = 3
"""So many of its first sights are always read, and searched for also where nothing moves."""
SURE_ONCE = 0.9
"""A plate that only one frame shows is told only where its text is so sure."""
LEAST_FOUND = 0.15
"""Boxes of which the detector is so sure are followed: a video shows them again. What is never surer is told only where
its text is.
"""
SURE_TEXT = 0.5
"""A text that is so sure is told although the detector never was, or no two frames alone say it."""
AT_EDGE = 0.05
"""A plate at the edge of the picture counts this share of what it shows: some of it may lie outside."""
EDGE = 2
"""A box that ends within so many pixels of the edge of the picture is at it."""
PART = 5
"""A plate that so few frames show is none of its own if its text is much like one that was there at the time: it was a
part of that, or was far away.
"""
REMEMBERED = 5.0
"""So many seconds after it was seen last the text of a plate that has left is known, for the pieces of it."""
MUCH_LIKE = 0.6
"""Texts are much like each other with this similarity (of Levenshtein's distance)."""


@dataclass(frozen=True)
class WatchOptions:
    """What is watched for, and what is told."""

    zone: Polygon | None = None
    """Only plates whose centre lies within count; shares of the picture's width and height. None: everywhere."""
    min_width: float = 0.0
    """Plates that are narrower, in pixels of the frame, do not count."""
    rate: float = 12.0
    """At most so many frames a second are searched."""
    abstain: float | None = None
    """The confidence from which on a text may be accepted; None means that of the reader's card."""
    settle: float | None = None
    """After so many seconds a passage is told although its plate is still in view; None: only when it has left."""
    keep_readings: bool = False
    keep_pictures: bool = False


@dataclass(frozen=True)
class TrackedPlate:
    """A plate that is in view, as it is known by now."""

    track: int
    box: Boxes
    text: str
    confidence: float
    accepted: bool | None


def accepted_from(card: ModelCard) -> float | None:
    """Returns the confidence from which on a reader's passages may be accepted; None where nobody has measured it."""
    if card.passages is not None and card.passages.accepted_from is not None:
        return card.passages.accepted_from
    return None if card.acceptance is None else card.acceptance.threshold


class Watcher:
    """Watches one source. Frames must come in the order of their times."""

    def __init__(self, reader: Reader, source: str, options: WatchOptions | None = None) -> None:
        """``source`` is the name that passages carry."""
        self.options = options or WatchOptions()
        self.source = source
        self.searched = 0
        """How many frames the detector has seen."""
        detector = reader.detector.for_video()
        self._least_sure = detector.min_confidence
        self._detector = detector.above(min(detector.min_confidence, LEAST_FOUND))
        self._reader = reader.plate_reader
        self._abstain = self.options.abstain if self.options.abstain is not None else accepted_from(self._reader.card)
        self._threshold = self._reader.card.confidence_threshold or 0.0
        self._gate = MotionGate(self.options.zone)
        self._tracks: list[Track] = []
        self._left: list[Track] = []
        self._count = 0
        self._due = -np.inf

    def see(self, frame: Frame) -> list[Passage]:
        """Takes in a frame, and returns the passages that are told because of it."""
        if frame.time < self._due:
            return []
        self._due = max(self._due + 1 / self.options.rate, frame.time + 0.5 / self.options.rate)
        moved = self._gate.moved(frame)  # asked first, as it remembers what it was shown
        if moved or any(track.in_view and track.frames < FIRST_READINGS for track in self._tracks):
            self._search(frame)
        else:
            for track in self._tracks:
                if track.in_view:
                    track.rest(frame.time, frame.wall)
        return self._tell(frame.time)

    def end(self) -> list[Passage]:
        """Returns the passages of all plates that are left at the end of the source."""
        passages = [passage for track in self._tracks for passage in self._leave(track)]
        self._tracks = []
        return passages

    @property
    def tracks(self) -> Sequence[Track]:
        """The plates that are followed now, also those that are out of sight for a while."""
        return self._tracks

    def plates(self, time: float) -> list[TrackedPlate]:
        """Returns the plates that are in view, and where they are expected at ``time``."""
        plates = []
        for track in self._tracks:
            if track.in_view:
                reading = track.reading
                text, confidence = ("", 0.0) if reading is None else (reading.text, reading.confidence)
                accepted = track.accepted(self._abstain)
                plates.append(TrackedPlate(track.number, track.motion.box(time), text, confidence, accepted))
        return plates

    def _search(self, frame: Frame) -> None:
        self.searched += 1
        sights = _Sights(frame, self._wanted(frame), self._reader)
        known = list(self._tracks)
        continued = associate(
            [track.motion for track in known],
            sights.boxes,
            frame.time,
            lambda i, j: _likeness(known[i], sights.read(j)),
            lambda i: frame.time - known[i].last > HIDDEN,
        )
        for track in known:
            track.in_view = False
        for j, number in enumerate(continued):
            detection = sights.detections[j]
            if number is None:
                track = self._begin(detection, frame)
            else:
                track = known[number]
                track.see(detection.box, detection.confidence, frame.time, frame.wall, STILL)
            if sights.is_read(j) or self._wants(track, sights.quality(j), frame.time):
                image = frame.image if self.options.keep_pictures else None
                track.take(sights.read(j), image, self._reader)

    def _wanted(self, frame: Frame) -> list[Detection]:
        """Returns the plates of ``frame`` that are wide enough and lie in the zone."""
        zone, found = self.options.zone, []
        for detection in self._detector.detect(frame.image):
            x1, y1, x2, y2 = (float(v) for v in detection.box)
            x, y = (x1 + x2) / 2 / frame.width, (y1 + y2) / 2 / frame.height
            if x2 - x1 >= self.options.min_width and (zone is None or inside(zone, x, y)):
                found.append(detection)
        return found

    def _begin(self, detection: Detection, frame: Frame) -> Track:
        self._count += 1
        box, time, wall = detection.box, frame.time, frame.wall
        track = Track(
            self._count, Motion.at(box, time), time, box, wall, time, box, wall, detection.confidence, still_since=time
        )
        track.readings = [] if self.options.keep_readings else None
        self._tracks.append(track)
        return track

    def _wants(self, track: Track, quality: float, time: float) -> bool:
        """Tells whether a plate is worth another reading."""
        if track.read < FIRST_READINGS or track.best is None or track.reading is None:
            return True
        if quality > BETTER * track.best.quality:
            return True
        sure = bool(track.accepted(self._abstain)) and track.reading.confidence > 0.99
        return time - track.observations[-1].time >= (SURE_AGAIN if sure else AGAIN)

    def _tell(self, time: float) -> list[Passage]:
        """Returns the passages that are due by now; tracks that have left are forgotten."""
        told, kept = [], []
        for track in self._tracks:
            parked = track.last - track.still_since >= PARKED
            if time - track.last > (LOST_PARKED if parked else LOST):
                told += self._leave(track)
                track.best_image = None  # only its text is asked for from now on
                self._left.append(track)
                continue
            kept.append(track)
            settled = self.options.settle is not None and time - track.first >= self.options.settle
            due = (parked and track.told is None) or (settled and self._is_news(track))
            if due and self._is_plate(track):
                told.append(track.passage(self.source, self._abstain, left=False))
        self._tracks = kept
        self._left = [track for track in self._left if time - track.last <= REMEMBERED]
        return told

    def _leave(self, track: Track) -> list[Passage]:
        """Returns the passage of a plate that has left. What was never a plate is not told."""
        if track.told is None and not self._is_plate(track):
            return []
        return [track.passage(self.source, self._abstain, left=True)]

    def _is_plate(self, track: Track) -> bool:
        known = track.known
        if known is None or not known.reading.text or known.unfitted < self._threshold or self._is_part(track):
            return False
        if track.frames == 1 and known.unfitted < SURE_ONCE:
            return False
        seen = track.sure >= self._least_sure and track.votes[known.reading.text] >= AGREEING
        return seen or known.unfitted >= SURE_TEXT

    def _is_part(self, track: Track) -> bool:
        """Tells whether ``track`` is a short piece of a plate that was in view shortly before or after."""
        text = track.reading.text if track.reading else ""
        if track.frames > PART or track.accepted(self._abstain):
            return False
        near = (t for t in (*self._tracks, *self._left) if t.first - LOST < track.last and track.first < t.last + LOST)
        longer = [t.reading.text for t in near if t.reading is not None and t.frames > track.frames]
        return any(text in other or Levenshtein.normalized_similarity(text, other) >= MUCH_LIKE for other in longer)

    def _is_news(self, track: Track) -> bool:
        """Tells whether ``track`` has another text than was told last, or has become sure enough since."""
        if track.told is None or track.reading is None:
            return True
        return track.told.text != track.reading.text or bool(track.accepted(self._abstain) and not track.told.accepted)


class _Sights:
    """The plates of one frame; each is cut out and read when somebody first asks for it."""

    def __init__(self, frame: Frame, detections: Sequence[Detection], reader: PlateReader) -> None:
        self.detections = detections
        self.boxes: Boxes = np.array([d.box for d in detections], np.float32).reshape(-1, 4)
        self._frame, self._reader = frame, reader
        self._crops: dict[int, Image] = {}
        self._read: dict[int, Observation] = {}

    def quality(self, j: int) -> float:
        """Returns how well a plate can be seen: its width in pixels, times how sharp it is (0 to 1).

        At the edge of the picture it is seen less well.
        """
        crop = self._crop(j)
        grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
        contrast, edges = float(grey.std()), float(cv2.Laplacian(grey, cv2.CV_32F).std())
        x1, y1, x2, y2 = (float(v) for v in self.boxes[j])
        at_edge = min(x1, y1) < EDGE or x2 > self._frame.width - EDGE or y2 > self._frame.height - EDGE
        return (AT_EDGE if at_edge else 1.0) * (x2 - x1) * edges / (edges + contrast + 8)

    def is_read(self, j: int) -> bool:
        """Tells whether somebody has asked for the reading of a plate already."""
        return j in self._read

    def read(self, j: int) -> Observation:
        """Returns what this frame says of a plate."""
        if j not in self._read:
            outputs = self._reader.infer(self._crop(j)[None])
            texts = self._reader.spell(outputs["log_probs"][0])
            (reading,) = self._reader.decode(outputs, [texts])
            regions = outputs["regions"][0] if self._reader.card.regions else None
            place = self._frame.time, self.boxes[j], self.quality(j)
            self._read[j] = Observation(*place, tuple(texts), regions, reading)
        return self._read[j]

    def _crop(self, j: int) -> Image:
        if j not in self._crops:
            self._crops[j] = self._reader.crop(self._frame.image, read_within(self.detections[j]))
        return self._crops[j]


def _likeness(track: Track, observation: Observation) -> Likeness | None:
    return None if track.known is None else same_text(track.known, observation)
