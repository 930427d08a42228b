from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from src.runtime.reader import Reader
from src.video.frame import Frame
from src.video.passage import PassageRecord
from src.video.watcher import LOST, PARKED, Watcher, WatchOptions, accepted_from
from tests.video.street import BR, DE, RU, across, film


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(Path("exports"), threads=1)


def watched(reader: Reader, frames: Iterable[Frame], **options: object) -> list[PassageRecord]:
    """All that is told, in its order."""
    watcher = Watcher(reader, "street", WatchOptions(**options))
    told = [passage.record for frame in frames for passage in watcher.see(frame)]
    return told + [passage.record for passage in watcher.end()]


def test_a_car_that_passes_is_one_passage(reader: Reader):
    (told,) = watched(reader, film([(RU, across(200, 640, 2.0))], 4.0), keep_readings=True)
    assert (told.text, told.region, told.accepted, told.left) == (RU[2], "RU", True, True)
    assert told.confidence > 0.9
    assert (told.source, told.track) == ("street", 1)
    assert (told.first, told.last) == pytest.approx((0.0, 2.0), abs=0.2)
    assert told.frames >= 20
    assert 2 <= told.agreeing <= told.read <= told.frames
    assert told.readings is not None
    assert len(told.readings) == told.read
    x_first, x_last = told.path[0][0], told.path[1][0]
    assert x_last - x_first == pytest.approx(440, abs=40)
    assert told.first_wall is None


def test_a_passage_is_told_when_the_plate_has_left(reader: Reader):
    watcher = Watcher(reader, "street")
    told = {}
    for frame in film([(RU, across(200, 640, 1.0))], 4.0):
        for passage in watcher.see(frame):
            told[passage.record.text] = frame.time
    assert told[RU[2]] == pytest.approx(1.0 + LOST, abs=0.2)
    assert watcher.end() == []


def test_cars_that_cross_are_two_passages(reader: Reader):
    cars = [(RU, across(200, 640, 2.0, 300)), (DE, across(640, 200, 2.0, 420))]
    told = watched(reader, film(cars, 2.2), keep_readings=True)
    assert sorted(t.text for t in told) == sorted([RU[2], DE[2]])
    for passage in told:
        assert passage.readings is not None
        assert {r.text for r in passage.readings if r.confidence > 0.5} == {passage.text}


def test_a_car_hidden_for_a_second_is_the_same(reader: Reader):
    def behind_a_pole(time: float):
        return None if 0.7 < time < 1.7 else across(200, 640, 3.0)(time)

    (told,) = watched(reader, film([(RU, behind_a_pole)], 3.0))
    assert told.text == RU[2]
    assert told.last - told.first == pytest.approx(3.0, abs=0.2)


def test_the_next_car_at_the_same_place_is_another(reader: Reader):
    cars = [(RU, across(400, 400, 1.0)), (BR, across(400, 400, 1.0, begin=1.5))]
    told = watched(reader, film(cars, 3.0))
    assert [t.text for t in told] == [RU[2], BR[2]]


def test_a_parked_car_is_told_once_and_when_it_leaves(reader: Reader):
    def path(time: float):
        if time < 14:
            return 400, 400
        return across(400, 700, 1.0, begin=14)(time)

    watcher = Watcher(reader, "street")
    told = [(f.time, p.record) for f in film([(RU, path)], 17.0, rate=6.0) for p in watcher.see(f)]
    assert [record.left for _, record in told] == [False, True]
    assert told[0][0] == pytest.approx(PARKED, abs=0.5)
    assert {record.track for _, record in told} == {1}
    assert watcher.searched < 40  # nothing moves, so that nothing need be searched


def test_a_car_in_front_of_a_parked_one_does_not_make_it_leave(reader: Reader):
    def hidden(time: float):
        return None if 12 < time < 16 else (400, 400)

    told = watched(reader, film([(RU, hidden)], 18.0, rate=6.0))
    assert {record.track for record in told} == {1}
    assert [record.left for record in told] == [False, True]


def test_settle_tells_at_once_and_again_when_it_has_left(reader: Reader):
    watcher = Watcher(reader, "street", WatchOptions(settle=0.5))
    told = [(f.time, p.record) for f in film([(RU, across(200, 640, 2.0))], 4.0) for p in watcher.see(f)]
    assert told[0][0] == pytest.approx(0.5, abs=0.1)
    assert (told[0][1].text, told[0][1].left) == (RU[2], False)
    assert (told[-1][1].text, told[-1][1].left) == (RU[2], True)
    assert len(told) <= 3


def test_a_plate_that_one_frame_shows_is_not_accepted(reader: Reader):
    told = watched(reader, film([(RU, across(400, 400, 0.05))], 2.0))
    assert [(t.text, t.accepted, t.frames) for t in told] == [(RU[2], False, 1)]


def test_what_is_outside_of_the_zone_or_too_narrow_is_not_told(reader: Reader):
    left = np.array([[0, 0], [0.4, 0], [0.4, 1], [0, 1]], np.float32)
    cars = [(RU, across(150, 250, 1.0)), (DE, across(550, 650, 1.0))]
    assert [t.text for t in watched(reader, film(cars, 1.2), zone=left)] == [RU[2]]
    assert watched(reader, film(cars, 1.2), min_width=300) == []


def test_no_more_frames_are_searched_than_asked(reader: Reader):
    watcher = Watcher(reader, "street", WatchOptions(rate=5.0))
    for frame in film([(RU, across(200, 640, 2.0))], 2.0, rate=25):
        watcher.see(frame)
    assert 9 <= watcher.searched <= 11


def test_the_best_picture_is_kept_where_it_is_asked_for(reader: Reader):
    watcher = Watcher(reader, "street", WatchOptions(keep_pictures=True))
    for frame in film([(RU, across(200, 640, 1.0))], 1.0):
        watcher.see(frame)
    (passage,) = watcher.end()
    assert passage.image is not None
    again = reader.read(passage.image)
    assert RU[2] in [plate.reading.text for plate in again.plates]
    x1, y1, x2, y2 = passage.record.best.box
    assert 100 < x2 - x1 < 200
    assert 20 < y2 - y1 < 60


def test_a_card_says_from_where_passages_are_accepted(reader: Reader):
    card = reader.plate_reader.card
    assert card.passages is not None
    assert accepted_from(card) == card.passages.accepted_from
    assert card.acceptance is not None
    plain = card.model_copy(update={"passages": None})
    assert accepted_from(plain) == card.acceptance.threshold
    assert accepted_from(plain.model_copy(update={"acceptance": None})) is None


def test_a_parked_car_is_told_once_even_if_its_text_changes(reader: Reader):
    watcher = Watcher(reader, "street")
    told = []
    for frame in film([(RU, across(400, 400, 30.0))], 14.0, rate=6.0):
        told += watcher.see(frame)
        if told and len(told) == 1:
            known = watcher.tracks[0].known
            assert known is not None
            watcher.tracks[0].known = replace(known, reading=replace(known.reading, text="AB123"))
    assert [passage.record.left for passage in told] == [False]


def test_a_plate_that_has_left_keeps_no_picture(reader: Reader):
    watcher = Watcher(reader, "street", WatchOptions(keep_pictures=True))
    for frame in film([(RU, across(200, 400, 0.5))], 2.6):
        watcher.see(frame)
    assert [track.best_image for track in watcher._left] == [None]
