"""What is kept of the watching of a clip."""

from pathlib import Path

import pytest

from src.evaluation.video.run import play, play_real
from src.evaluation.video.schema import OURS
from src.evaluation.video.watched import NOTHING, added, watch
from src.runtime.reader import Reader
from src.video.watcher import WatchOptions
from tests.evaluation.video.stage import clip
from tests.video.street import RU, across, film


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(Path("exports"), threads=1)


def test_the_answer_its_time_and_its_evidence(reader: Reader) -> None:
    watched = watch(film([(RU, across(200, 640, 2.0))], 4.0), "street", reader, WatchOptions())
    (answer,) = watched.answers
    assert (answer.told.source, answer.told.text, answer.told.accepted) == ("street", RU[2], True)
    assert answer.told.answered is not None
    assert answer.told.first <= answer.told.answered < 1.0
    assert len(answer.evidence) == len(answer.readings) >= 2
    times = [box.time for box in answer.told.boxes]
    assert times == sorted(times)
    assert (times[0], times[-1]) == (answer.told.first, answer.told.last)
    assert watched.speed.frames == 48
    assert 0 < watched.speed.searched < watched.speed.frames
    assert watched.speed.cpu_seconds > 0
    assert added(watched.speed, watched.speed).frames == 2 * watched.speed.frames


def test_a_clip_is_played_to_every_system(reader: Reader) -> None:
    seen = []
    made = clip([(500 + 4 * n, 400, 1.0, 0.0) for n in range(12)])
    results = play(
        [made], reader, WatchOptions(), done=lambda played, outcomes: seen.append((played.name, len(outcomes)))
    )
    assert seen == [("pan-0000", 1)]
    assert set(results.outcomes) == {"ours", "best reading", "majority"}
    assert [outcome.truth for outcome in results.outcomes[OURS]] == ["AB1230"]
    assert len(results.still) == 1
    assert results.speed.frames == 12
    assert results.speed != NOTHING


def test_without_real_clips_there_is_nothing(reader: Reader, tmp_path: Path) -> None:
    assert play_real(tmp_path, reader, WatchOptions()) == {}
