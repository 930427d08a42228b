"""Images that are read in one batch are read as each alone, by its own reader."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from src.core.image import read_image
from src.core.types import Image
from src.runtime import plate_reader
from src.runtime.batched import read_batched
from src.runtime.detector import Detector
from src.runtime.output import describe
from src.runtime.reader import ImageResult, Reader
from tests.conftest import RED, fake_detector, widen_canvases, with_formats, with_free_sides, write_model

Photo = Callable[..., Path]


def told(result: ImageResult) -> dict[str, Any]:
    return describe("", result, None).model_dump(exclude={"ms"})


@pytest.fixture
def images(photo: Photo) -> list[Image]:
    """Of several sizes and shapes, with no, one and two plates."""
    both, red, none = photo("a.png", blue=True), photo("b.png", size=3), photo("c.png", red=False)
    wide = read_image(both)
    return [wide, read_image(red), read_image(none), np.ascontiguousarray(np.rot90(wide)), wide[:60, :90]]


def test_each_is_read_as_it_is_alone(models: Path, images: list[Image]) -> None:
    write_model(models / "detector", with_free_sides(fake_detector()), task="detector", input_size=(96, 96), stride=32)
    reader = Reader(models, 1)
    results = read_batched([(reader, image) for image in images])
    assert [told(result) for result in results] == [told(reader.read(image)) for image in images]
    assert [len(result.plates) for result in results] == [2, 1, 0, 2, 2]


def test_second_looks_share_a_batch_too(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    widen_canvases(models)
    far, empty = (np.full((512, 768, 3), 128, np.uint8) for _ in range(2))
    far[100:108, 204:214] = RED
    reader, batches = Reader(models, 1), []
    infer_batch = Detector.infer_batch
    monkeypatch.setattr(Detector, "infer_batch", lambda self, b: batches.append(b.shape[:3]) or infer_batch(self, b))
    results = read_batched([(reader, far), (reader, far[:60, :90]), (reader, empty)])
    assert batches == [(3, 64, 96), (2, 192, 256)]
    assert [told(result) for result in results] == [told(reader.read(image)) for image in (far, far[:60, :90], empty)]
    assert [len(result.plates) for result in results] == [1, 0, 0]


def test_each_has_its_own_threshold_and_countries(models: Path, photo: Photo) -> None:
    reader = Reader(with_formats(models, "AT", "CN"), 1)
    image = read_image(photo(blue=True))
    readers = [reader.above(0.7), reader, reader.within(["CN"]).above(0.95), reader.within(["CN"])]
    results = read_batched([(each, image) for each in readers])
    assert [told(result) for result in results] == [told(each.read(image)) for each in readers]
    assert [len(result.plates) for result in results] == [1, 2, 0, 2]


def test_canvases_of_one_size_share_a_batch_and_all_plates_do(
    models: Path, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, canvases, crops = Reader(models, 1), [], []
    infer_batch, infer = reader.detector.infer_batch, reader.plate_reader.infer
    monkeypatch.setattr(reader.detector, "infer_batch", lambda b: canvases.append(len(b)) or infer_batch(b))
    monkeypatch.setattr(reader.plate_reader, "infer", lambda b: crops.append(len(b)) or infer(b))
    image = read_image(photo(blue=True))
    read_batched([(reader, image)] * 3)
    assert (canvases, crops) == ([3], [6])
    monkeypatch.setattr(plate_reader, "MAX_BATCH", 4)
    read_batched([(reader, image)] * 3)
    assert crops == [6, 4, 2]


def test_the_time_of_a_batch_is_shared_out(models: Path, photo: Photo) -> None:
    reader = Reader(models, 1)
    one, two, none = (read_image(photo(**kind)) for kind in ({}, {"blue": True}, {"red": False}))
    first, second, third = (result.ms for result in read_batched([(reader, image) for image in (one, two, none)]))
    assert first.detect == second.detect == third.detect
    assert (second.read, third.read) == (pytest.approx(2 * first.read), 0)
    assert second.total == pytest.approx((second.detect or 0) + second.read)
    assert first.decode is None


def test_of_nothing_nothing_is_read() -> None:
    assert read_batched([]) == []
