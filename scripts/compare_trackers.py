"""Our tracks beside those of Roboflow's ``trackers`` on the same boxes: ``python -m scripts.compare_trackers``.

It is a comparison alone. The packages ``trackers`` and ``supervision`` bring OpenCV with windows and much else, so
that no extra of this project names them: install them elsewhere (``pip install --target DIR --no-deps trackers
supervision pyDeprecate defusedxml``) and put that folder on PYTHONPATH.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from src.core.cli import USAGE, run_command
from src.core.geometry import iou_matrix
from src.core.types import Boxes, Detection
from src.evaluation.datasets.sets import data_folder
from src.evaluation.video.clip import truth
from src.evaluation.video.encode import decode, encode
from src.evaluation.video.kinds import clips
from src.evaluation.video.render import render
from src.evaluation.video.schema import TruePassage
from src.evaluation.video.vehicles import stocks
from src.runtime.reader import Reader
from src.video.watcher import LEAST_FOUND, LOST, Watcher, WatchOptions

OURS = "ours"
SAME_TIME = 0.021
"""A box is compared with the true one of at most so many seconds before or after: half a frame."""
SAME_PLATE = 0.3
SIGHTS = 2
"""A track is one of a vehicle from so many boxes on."""
Sight = tuple[float, int, Boxes]
"""Time, track, box."""


def main(argv: list[str] | None = None) -> int:
    """Runs the command line and returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m scripts.compare_trackers", description=__doc__)
    parser.add_argument("--passages", type=int, default=120, metavar="N", help="rendered vehicles (default: 120)")
    parser.add_argument("--fonts", type=Path, default=Path(".fonts"), metavar="DIR")
    args = parser.parse_args(argv)
    if lacking := [name for name in ("trackers", "supervision") if find_spec(name) is None]:
        print(f"python -m scripts.compare_trackers: needs {' and '.join(lacking)}, see --help", file=sys.stderr)
        return USAGE
    cv2.setNumThreads(1)
    reader, options = Reader("exports", threads=1), WatchOptions()
    detector = reader.detector.for_video().above(LEAST_FOUND)
    makers = _trackers(options.rate, reader.detector.min_confidence)
    scores: dict[str, Counter[str]] = defaultdict(Counter)
    for clip in clips(stocks(data_folder(None), args.fonts), args.passages):
        watcher, others = Watcher(reader, clip.name, options), {name: make() for name, make in makers.items()}
        sights: dict[str, list[Sight]] = defaultdict(list)
        for frame in decode(encode(render(clip), clip.conditions.quality)):
            before = watcher.searched
            watcher.see(frame)
            if watcher.searched == before:
                continue
            sights[OURS] += [(frame.time, t.number, t.last_box) for t in watcher.tracks if t.in_view]
            found = detector.detect(frame.image)
            for name, tracker in others.items():
                sights[name] += [(frame.time, *seen) for seen in _followed(tracker, found)]
        for name in (OURS, *makers):
            scores[name] += _score(truth(clip), sights[name])
    print(f"{'':10} vehicles  one track  several  none  exchanged")
    for name, score in scores.items():
        figures = (score[key] for key in ("vehicles", "one", "several", "none", "exchanged"))
        print("{:10} {:8} {:10} {:8} {:5} {:10}".format(name, *figures))
    return 0


def _trackers(rate: float, sure: float) -> dict[str, Callable[[], Any]]:
    """Returns what makes each tracker, for ``rate`` frames a second and a detector with the threshold ``sure``."""
    import trackers

    common = {"lost_track_buffer": round(LOST * rate), "frame_rate": rate}
    at_once = {"minimum_consecutive_frames": 1}
    byte = {"track_activation_threshold": sure, "high_conf_det_threshold": sure}
    return {
        "ByteTrack": lambda: trackers.ByteTrackTracker(**common, **at_once, **byte),
        "OC-SORT": lambda: trackers.OCSORTTracker(
            **common, **at_once, minimum_iou_threshold=0.1, high_conf_det_threshold=sure
        ),
        "SORT": lambda: trackers.SORTTracker(**common, **at_once),
        "C-BIoU": lambda: trackers.CBIoUTracker(**common),
    }


def _followed(tracker: Any, found: Sequence[Detection]) -> list[tuple[int, Boxes]]:
    """Shows ``found`` to a tracker, and returns the track and the box of each that it follows."""
    import supervision

    boxes = np.array([d.box for d in found], np.float64).reshape(-1, 4)
    sure = np.array([d.confidence for d in found], np.float64)
    seen = tracker.update(supervision.Detections(xyxy=boxes, confidence=sure, class_id=np.zeros(len(found), int)))
    if seen.tracker_id is None:
        return []
    pairs = zip(seen.tracker_id.tolist(), seen.xyxy.astype(np.float32), strict=True)
    return [(track, box) for track, box in pairs if track >= 0]


def _score(vehicles: Sequence[TruePassage], sights: Sequence[Sight]) -> Counter[str]:
    """Counts the vehicles that have one track, several or none, and the tracks that go over from one to another."""
    tracks = [Counter[int]() for _ in vehicles]
    for time, track, box in sights:
        for vehicle, seen in zip(vehicles, tracks, strict=True):
            true = [b.box for b in vehicle.boxes if abs(b.time - time) < SAME_TIME][:1]
            if true and iou_matrix(box[None], np.array(true, np.float32))[0, 0] > SAME_PLATE:
                seen[track] += 1
    of_vehicle = [{track for track, count in seen.items() if count >= SIGHTS} for seen in tracks]
    shared = Counter(track for found in of_vehicle for track in found)
    return Counter(
        vehicles=len(vehicles),
        one=sum(len(found) == 1 for found in of_vehicle),
        several=sum(len(found) > 1 for found in of_vehicle),
        none=sum(not found for found in of_vehicle),
        exchanged=sum(count > 1 for count in shared.values()),
    )


if __name__ == "__main__":
    run_command(main)
