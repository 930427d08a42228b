"""Plays clips to a watcher and keeps what it told, when, and by which evidence."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter, process_time

from src.evaluation.video.schema import Speed, Told, TrueBox
from src.runtime.reader import Reader
from src.video.frame import Frame
from src.video.fusion import Observation
from src.video.passage import FrameReading, PassageRecord
from src.video.sources import open_source
from src.video.watcher import Watcher, WatchOptions

NOTHING = Speed(frames=0, video_seconds=0.0, cpu_seconds=0.0, wall_seconds=0.0, searched=0)


@dataclass(frozen=True)
class Answer:
    """A passage as it was told last, what single frames said, and what can be fused again with other parameters."""

    told: Told
    readings: tuple[FrameReading, ...]
    evidence: tuple[Observation, ...]


@dataclass(frozen=True)
class Watched:
    """What a watcher made of one source."""

    answers: tuple[Answer, ...]
    speed: Speed


@dataclass
class _Clock:
    """The time that watching takes, without that of what is noted of it."""

    cpu: float = 0.0
    wall: float = 0.0
    _since: tuple[float, float] = field(default=(0.0, 0.0))

    def start(self) -> None:
        self._since = process_time(), perf_counter()

    def stop(self) -> None:
        self.cpu += process_time() - self._since[0]
        self.wall += perf_counter() - self._since[1]


def watch(frames: Iterable[Frame], source: str, reader: Reader, options: WatchOptions) -> Watched:
    """Shows ``frames`` to a watcher. The time counts that decoding and watching take."""
    watcher = Watcher(reader, source, replace(options, keep_readings=True))
    records: dict[int, PassageRecord] = {}
    evidence: dict[int, list[Observation]] = {}
    said: dict[int, list[tuple[float, str]]] = {}
    clock, shown, last = _Clock(), 0, 0.0
    for frame in _timed(iter(frames), clock):
        clock.start()
        told = watcher.see(frame)
        clock.stop()
        records |= {passage.record.track: passage.record for passage in told}
        shown, last = shown + 1, frame.time
        for track in watcher.tracks:
            evidence[track.number] = track.observations
        for plate in watcher.plates(frame.time):
            if plate.accepted is not False and plate.text:
                said.setdefault(plate.track, []).append((frame.time, plate.text))
    clock.start()
    told = watcher.end()
    clock.stop()
    records |= {passage.record.track: passage.record for passage in told}
    answers = (_answer(record, evidence[track], said.get(track, [])) for track, record in records.items())
    speed = Speed(
        frames=shown,
        video_seconds=last,
        cpu_seconds=clock.cpu,
        wall_seconds=clock.wall,
        searched=watcher.searched,
    )
    return Watched(tuple(answer for answer in answers if answer.told.text), speed)


def watch_file(path: Path, reader: Reader, options: WatchOptions) -> Watched:
    """Shows a video file to a watcher. Raises SourceError."""
    with open_source(str(path)) as source:
        return watch(source, path.name, reader, options)


def added(one: Speed, other: Speed) -> Speed:
    """The sum of two."""
    return Speed(**{name: getattr(one, name) + getattr(other, name) for name in Speed.model_fields})


def _timed(frames: Iterator[Frame], clock: _Clock) -> Iterator[Frame]:
    """Yields ``frames``; the clock runs while one is made."""
    while True:
        clock.start()
        frame = next(frames, None)
        clock.stop()
        if frame is None:
            return
        yield frame


def _answer(record: PassageRecord, evidence: list[Observation], said: list[tuple[float, str]]) -> Answer:
    readings = record.readings or ()
    boxes = {reading.time: reading.box for reading in readings}
    boxes |= {record.first: record.path[0], record.last: record.path[1]}
    told = Told(
        source=record.source,
        track=record.track,
        first=record.first,
        last=record.last,
        text=record.text,
        confidence=record.confidence,
        accepted=bool(record.accepted),
        boxes=tuple(TrueBox(time=time, box=box) for time, box in sorted(boxes.items())),
        answered=next((time for time, text in said if text == record.text), None),
    )
    return Answer(told, readings, tuple(evidence))
