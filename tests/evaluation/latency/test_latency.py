"""Times are taken of the runtime's own calls, and put in order by arithmetic that can be checked by hand."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from src.core.image import read_image
from src.evaluation.latency.schema import BenchmarkError, Quantiles
from src.evaluation.latency.stopwatch import (
    CALLS,
    Stopwatch,
    by_stage,
    crops_of,
    outside,
    scaled,
    time_batches,
    time_pictures,
)
from src.runtime.reader import Reader

Photo = Callable[..., Path]


def test_quantiles_lie_between_the_two_nearest_times() -> None:
    spent = Quantiles.of([float(ms) for ms in range(101)])
    assert (spent.median, spent.p95, spent.p99, spent.n) == (50, 95, 99, 101)
    pair = Quantiles.of([10, 20])
    assert (pair.median, pair.p95, pair.p99) == pytest.approx((15, 19.5, 19.9))


def test_a_watched_reader_reads_the_same_and_every_stage_is_timed(models: Path, photo: Photo) -> None:
    image = read_image(photo(blue=True))
    expected = [p.reading for p in Reader(models, 1).read(image).plates]
    watch = Stopwatch(Reader(models, 1))
    result = watch.reader.read(image)
    lap = watch.lap()
    assert [p.reading for p in result.plates] == expected
    assert list(lap) == list(CALLS)
    assert 0 < sum(lap.values()) < result.ms.total
    assert watch.lap() == {}


def test_stages_that_run_twice_add_up(models: Path, photo: Photo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two plates are two crops."""
    ticks = iter(range(1000))
    monkeypatch.setattr("src.evaluation.latency.stopwatch.perf_counter", lambda: next(ticks))
    watch = Stopwatch(Reader(models, 1))
    watch.reader.read(read_image(photo(blue=True)))
    assert watch.lap() == dict.fromkeys(CALLS, 1000) | {"crop": 2000}


def test_without_a_plate_nothing_is_read(models: Path, photo: Photo) -> None:
    watch = Stopwatch(Reader(models, 1))
    watch.reader.read(read_image(photo(red=False)))
    assert list(watch.lap()) == ["resize", "detect", "postprocess"]


def test_what_lies_outside_onnxruntime() -> None:
    assert outside({"from_pixels": 30, "detect": 20, "read": 4, "crop": 1}) == 6
    assert outside({"from_pixels": 30, "detect": 20}) == 10


def test_a_stage_counts_the_pictures_that_it_ran_on() -> None:
    stages = by_stage([{"detect": 3, "read": 1}, {"detect": 5}])
    assert list(stages) == ["detect", "read"]
    assert (stages["detect"].median, stages["detect"].n) == (4, 2)
    assert (stages["read"].median, stages["read"].n) == (1, 1)


def test_pictures_are_timed_apart_from_their_warm_up(models: Path, photo: Photo) -> None:
    paths = [photo("a.png"), photo("b.png", blue=True)]
    row = time_pictures(Stopwatch(Reader(models, 1)), paths, 0.006, 1, 3)
    assert (row.pictures, row.plates, row.stages["total"].n, len(row.warm_up)) == (2, 1.5, 6, 5)
    assert row.providers == ("CPUExecutionProvider",)
    assert row.stages["total"].median > row.stages["from_pixels"].median > row.stages["detect"].median
    assert 0 < row.outside < 1


def test_batches_go_round_the_crops(models: Path, photo: Photo, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, sizes = Reader(models, 1), []
    crops = crops_of(reader, [photo(blue=True)])
    infer = reader.plate_reader.infer
    monkeypatch.setattr(reader.plate_reader, "infer", lambda batch: sizes.append(len(batch)) or infer(batch))
    rows = time_batches(Stopwatch(reader), crops, (1, 5), 1, 2)
    assert [(row.plates, row.read.n, row.total.n) for row in rows] == [(1, 2, 2), (5, 2, 2)]
    assert sizes == [1] * 7 + [5] * 7  # five of them warm up
    assert all(row.total.median > row.read.median > 0 for row in rows)


def test_pictures_without_a_plate_cannot_time_the_reader(models: Path, photo: Photo) -> None:
    path = photo(red=False)
    with pytest.raises(BenchmarkError, match=f"no plate is found in the 1 pictures, the first of which is {path}"):
        crops_of(Reader(models, 1), [path])


@pytest.mark.parametrize("megapixels", [0.05, 0.5])
def test_copies_have_the_size_asked_for_and_keep_their_shape(photo: Photo, tmp_path: Path, megapixels: float) -> None:
    (copy,) = scaled([photo()], megapixels, tmp_path)
    with Image.open(copy) as picture:
        assert picture.format == "JPEG"
        assert picture.width * picture.height == pytest.approx(megapixels * 1e6, rel=0.1)
        assert picture.width / picture.height == pytest.approx(96 / 64, rel=0.05)
        assert (picture.width % 16, picture.height % 16) == (0, 0)
        assert np.asarray(picture).std() > 1


def test_a_picture_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"gone\.png: no such file"):
        scaled([tmp_path / "gone.png"], 1, tmp_path)
