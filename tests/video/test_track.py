import numpy as np
import pytest

from src.runtime.plate_reader import PlateReader
from src.video.track import MOST_KEPT, MOST_TEXTS, Track
from src.video.tracking import Motion
from tests.video.observations import seen


@pytest.fixture(scope="module")
def reader() -> PlateReader:
    return PlateReader("exports/ocr", threads=1, countries=None)


@pytest.fixture
def track() -> Track:
    box = np.array([0, 0, 100, 20], np.float32)
    return Track(1, Motion.at(box, 0.0), 0.0, box, None, 0.0, box, None, 0.9)


def test_the_best_sights_are_kept_and_all_are_counted(track: Track, reader: PlateReader):
    for number in range(2 * MOST_KEPT):
        track.take(seen({"AB123C": 0.9}, 200 * number, quality=1 + number), None, reader)
    assert len(track.observations) == MOST_KEPT
    assert min(o.quality for o in track.observations) == 1 + MOST_KEPT
    assert track.passage("here", 0.9, left=True).record.read == 2 * MOST_KEPT
    assert track.passage("here", 0.9, left=True).record.agreeing == 2 * MOST_KEPT


def test_memory_does_not_grow_with_what_is_misread(track: Track, reader: PlateReader):
    for number in range(2 * MOST_TEXTS):
        track.take(seen({f"{number:06d}": 0.3, "AB123C": 0.3}, 200 * number), None, reader)
    assert len(track.votes) <= MOST_TEXTS


def test_a_text_is_accepted_when_it_is_sure_and_several_frames_agree(track: Track, reader: PlateReader):
    track.take(seen({"AB123C": 0.999}), None, reader)
    assert track.reading is not None
    assert track.reading.confidence > 0.9
    assert track.accepted(0.9) is False  # one frame alone
    track.take(seen({"AB123C": 0.999}, 200), None, reader)
    assert track.accepted(0.9) is True
    assert track.accepted(0.99999) is False
    assert track.accepted(None) is None


def test_frames_that_disagree_are_not_accepted(track: Track, reader: PlateReader):
    for number in range(2):
        track.take(seen({"AB123C": 0.999}, 200 * number), None, reader)
    for number in range(5):
        track.take(seen({f"XY{number}9Z": 0.6, "AB123C": 0.39}, 500 + 200 * number), None, reader)
    assert track.reading is not None
    assert track.reading.text == "AB123C"
    assert track.accepted(0.5) is False


def test_the_best_view_is_the_sharpest_and_widest(track: Track, reader: PlateReader):
    pictures = [np.full((2, 2, 3), n, np.uint8) for n in range(3)]
    for number, quality in enumerate((50.0, 80.0, 60.0)):
        track.take(seen({"AB123C": 0.9}, 200 * number, quality), pictures[number], reader)
    passage = track.passage("here", None, left=False)
    assert passage.image is pictures[1]
    assert passage.record.best.box[0] == 200
    assert passage.record.accepted is None


def test_a_plate_that_was_never_read_has_no_text(track: Track):
    record = track.passage("here", 0.9, left=True).record
    assert (record.text, record.confidence, record.read, record.agreeing) == ("", 0.0, 0, 0)
