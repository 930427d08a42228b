"""The best single reading, the majority, and readings of single pictures that are put into groups."""

import numpy as np

from src.core.types import Image, Reading
from src.evaluation.video.baselines import best_reading, majority, peer_passages
from src.evaluation.video.watched import Answer
from src.runtime.reader import ImageResult, PlateResult, Timings
from src.video.frame import Frame
from src.video.passage import FrameReading
from tests.evaluation.video.stage import told


def readings(*said: tuple[str, float]) -> tuple[FrameReading, ...]:
    return tuple(FrameReading(time=n / 10, box=(0, 0, 9, 9), text=t, confidence=c) for n, (t, c) in enumerate(said))


def test_the_surest_frame_and_the_most_frequent_text() -> None:
    said = readings(("AB1", 0.9), ("AB3", 0.4), ("", 0.99), ("AB3", 0.45), ("AB2", 0.5), ("AB2", 0.6))
    answer = Answer(told(answered=0.5), said, ())
    best, most = best_reading(answer), majority(answer)
    assert (best.text, best.confidence) == ("", 0.99)
    assert (most.text, most.confidence) == ("AB2", 0.6)  # as often as AB3, and surer
    assert not best.accepted
    assert best.answered is None
    assert best.boxes == answer.told.boxes


def test_without_readings_the_answer_stays() -> None:
    answer = Answer(told(), (), ())
    assert best_reading(answer) == majority(answer) == answer.told


class FakePeer:
    """Reads in every picture what its upper left pixel counts: (x, text) of each plate."""

    def __init__(self, *frames: list[tuple[float, str]]) -> None:
        self.frames, self.seen = frames, 0

    def read(self, image: Image) -> ImageResult:
        plates = tuple(
            PlateResult(np.array([x, 0, x + 100, 20], np.float32), None, 0.9, Reading(text, 0.8, ()))
            for x, text in self.frames[self.seen]
        )
        self.seen += 1
        return ImageResult(64, 64, plates, Timings(None, None, 1, 1))


def film(frames: int, apart: float = 0.04) -> list[Frame]:
    return [Frame.of(np.zeros((64, 64, 3), np.uint8), n, n * apart) for n in range(frames)]


def test_the_peer_sees_every_second_frame_and_its_readings_are_grouped() -> None:
    peer = FakePeer(
        [(0, "AB1234"), (400, "XY99")],
        [(30, "AB1284"), (430, "")],
        [(300, "AB1234"), (460, "XY99")],  # far from where it was, but of the same text
    )
    one, two = peer_passages(film(6), "clip", peer)
    assert peer.seen == 3
    assert (one.text, two.text) == ("AB1234", "XY99")
    assert [box.box[0] for box in one.boxes] == [0, 30, 300]
    assert (two.first, two.last) == (0.0, 0.16)


def test_another_text_elsewhere_or_much_later_is_another_vehicle() -> None:
    peer = FakePeer([(0, "AB1234")], [(300, "XY9999")])
    assert [passage.text for passage in peer_passages(film(4), "clip", peer)] == ["AB1234", "XY9999"]
    peer = FakePeer([(0, "AB1234")], [(0, "AB1234")])
    assert len(peer_passages(film(4, apart=0.6), "clip", peer)) == 2


def test_a_plate_that_is_never_read_is_no_passage() -> None:
    assert peer_passages(film(2), "clip", FakePeer([(0, "")])) == []
