"""When live pictures were due, what is left out to catch up, and when a picture stands still."""

from fractions import Fraction

import numpy as np
import pytest
from av.video.frame import VideoFrame

from src.video.live import _skip
from src.video.liveness import Clock, Stillness
from tests.video.clips import numbered


def stamped(seconds: float | None) -> VideoFrame:
    picture = VideoFrame(16, 16, "yuv420p")
    if seconds is not None:
        picture.pts, picture.time_base = round(seconds * 90_000), Fraction(1, 90_000)
    return picture


def dues(clock: Clock, stamps: list[float], arrivals: list[float]) -> list[float]:
    return [clock.due(stamped(stamp), arrival) for stamp, arrival in zip(stamps, arrivals, strict=True)]


def test_times_are_even_though_the_network_is_not() -> None:
    stamps = [900 + n / 25 for n in range(50)]
    delays = np.random.default_rng(0).uniform(0, 0.3, 50)
    delays[0] = 0
    arrivals = [5000 + n / 25 + delay for n, delay in enumerate(delays)]
    found = dues(Clock(timed=True, in_pieces=False), stamps, arrivals)
    assert np.diff(found) == pytest.approx(np.full(49, 1 / 25), abs=0.002)
    assert (np.array(arrivals) - found >= 0).all()


def test_a_burst_at_the_beginning_does_not_count_as_delay() -> None:
    clock = Clock(timed=True, in_pieces=False)
    burst = dues(clock, [0, 1, 2, 3], [100, 100.01, 100.02, 100.03])
    assert burst == pytest.approx([100, 100.01, 100.02, 100.03])
    assert clock.due(stamped(4), 101.03) == pytest.approx(101.03)
    assert clock.due(stamped(5), 104.03) == pytest.approx(102.03, abs=0.01)  # two seconds late


def test_a_clock_that_goes_wrong_is_followed() -> None:
    clock = Clock(timed=True, in_pieces=False)
    arrivals = [100 + second * 1.0005 for second in range(3600)]
    found = dues(clock, list(range(3600)), arrivals)
    assert np.abs(np.array(arrivals) - found).max() < 0.01


@pytest.mark.parametrize("jump", [-50.0, 3600.0])
def test_other_timestamps_begin_anew(jump: float) -> None:
    clock = Clock(timed=True, in_pieces=False)
    clock.due(stamped(100), 7)
    assert clock.due(stamped(100 + jump), 7.04) == pytest.approx(7.04)


def test_pieces_are_shown_at_the_speed_of_their_pictures() -> None:
    clock = Clock(timed=True, in_pieces=True)
    assert dues(clock, [0, 1, 2], [100, 100.1, 100.2]) == pytest.approx([100, 101, 102])
    assert clock.due(stamped(3), 105) == pytest.approx(105)  # the piece came late, and so do all that follow
    assert clock.due(stamped(4), 105.1) == pytest.approx(106)
    assert clock.due(stamped(40), 106) == pytest.approx(106)  # pieces were left out


def test_without_timestamps_pictures_are_due_when_they_come() -> None:
    assert dues(Clock(timed=False, in_pieces=False), [0, 10], [5, 5.5]) == [5, 5.5]
    assert Clock(timed=True, in_pieces=False).due(stamped(None), 3) == 3


def test_what_is_late_is_left_out_up_to_a_key_picture() -> None:
    assert _skip("DEFAULT", 0.5, key=False) == "DEFAULT"
    assert _skip("DEFAULT", 1.5, key=False) == "NONREF"
    assert _skip("NONREF", 0.5, key=False) == "NONREF"
    assert _skip("NONREF", 0.1, key=False) == "DEFAULT"
    assert _skip("NONREF", 5.0, key=False) == "NONKEY"
    assert _skip("NONKEY", 0.1, key=False) == "NONKEY"
    assert _skip("NONKEY", 1.5, key=True) == "NONKEY"
    assert _skip("NONKEY", 0.1, key=True) == "DEFAULT"


def picture(number: int) -> VideoFrame:
    return VideoFrame.from_ndarray(numbered(number), format="rgb24").reformat(format="yuv420p")


def test_the_same_picture_is_told_after_a_while_and_ever_more_rarely() -> None:
    stillness = Stillness(10)
    stillness.begin(0)
    told = {now: stood for now in range(100) if (stood := stillness.look(picture(1), now))}
    assert told == {10: 10, 20: 20, 40: 40, 80: 80}  # counted from the first picture: nobody connects again here
    assert stillness.still


def test_a_picture_that_changes_is_not_still() -> None:
    stillness = Stillness(10)
    stillness.begin(0)
    assert not any(stillness.look(picture(now % 2), now) for now in range(100))
    assert any(stillness.look(picture(1), now) for now in range(100, 120))
    assert stillness.look(picture(2), 121) is None
    assert not stillness.still


def test_a_new_connection_has_its_time_but_not_its_picture() -> None:
    stillness = Stillness(10)
    stillness.begin(0)
    assert [now for now in range(12) if stillness.look(picture(1), now)] == [10]
    stillness.begin(12)
    assert stillness.look(picture(1), 12) is None
    assert stillness.still
    assert [now for now in range(13, 40) if stillness.look(picture(1), now)] == [32]


def test_what_lies_beside_the_picture_does_not_count() -> None:
    stillness = Stillness(1)
    stillness.begin(0)
    for now, fill in enumerate((0, 255, 7)):
        wide = VideoFrame(100, 20, "gray")
        plane = wide.planes[0]
        assert plane.line_size > 100
        rows = np.full((20, plane.line_size), fill, np.uint8)
        rows[:, :100] = 50
        plane.update(rows.tobytes())
        stood = stillness.look(wide, now)
    assert stood == 2
