"""The engine: what waits is bounded, read together, and answered once, whatever happens."""

import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

import pytest

from src.core.image import ImageError, Photograph, TooLargeError, decode_photograph
from src.runtime.reader import ImageResult, Reader
from src.runtime.triton import TritonError
from src.service.recognition import engine as inference
from src.service.recognition.engine import Engine, EngineBusyError, EngineClosedError, PictureTask
from tests.conftest import BLUE_TEXT, RED_TEXT
from tests.service.api_client import picture
from tests.service.processes import wait_for


def said(photograph: Photograph, result: ImageResult) -> list[str]:
    return [plate.reading.text for plate in result.plates]


@pytest.fixture(scope="module")
def reader(built_models: Path) -> Reader:
    return Reader(built_models, threads=1)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Nothing is read before it is set."""
    event, read_batched = threading.Event(), inference.read_batched
    monkeypatch.setattr(inference, "read_batched", lambda pairs: event.wait(30) and read_batched(pairs))
    yield event
    event.set()


def task(reader: Reader, data: bytes | None = None, finish: Any = said) -> PictureTask[Any]:
    return PictureTask(picture() if data is None else data, reader, finish)


def engine(workers: int = 1, queue: int = 8, batch: int = 4, max_pixels: int = 10**6) -> Engine:
    return Engine(workers, queue, batch, max_pixels)


def test_each_future_gives_its_own_picture(reader: Reader) -> None:
    read = engine(workers=2)
    tasks = [task(reader, picture(blue=n % 2 == 1)) for n in range(8)]
    futures = read.submit(tasks)
    assert [future.result(30) for future in futures] == [[RED_TEXT], [RED_TEXT, BLUE_TEXT]] * 4
    read.close()


def test_a_bad_picture_fails_alone(reader: Reader) -> None:
    read = engine(max_pixels=96 * 64)
    good, bad, large = read.submit([task(reader), task(reader, b"text"), task(reader, picture(size=2))])
    assert good.result(30) == [RED_TEXT]
    with pytest.raises(ImageError, match="not an image"):
        bad.result(30)
    with pytest.raises(TooLargeError, match=r"192 x 128 pixels, over 0\.006144 megapixels"):
        large.result(30)
    read.close()


def test_a_request_is_taken_whole_or_not_at_all(reader: Reader, held: threading.Event) -> None:
    read = engine(queue=3)
    first = read.submit([task(reader)])
    wait_for(lambda: read.waiting == 0, "it is not taken", 30)
    later = read.submit([task(reader)] * 2)
    with pytest.raises(EngineBusyError):
        read.submit([task(reader)] * 2)
    assert (read.waiting, read.has_room) == (2, True)
    later += read.submit([task(reader)])
    assert not read.has_room
    held.set()
    assert [future.result(30) for future in first + later] == [[RED_TEXT]] * 4
    read.close()


def test_closing_finishes_what_was_taken(reader: Reader, held: threading.Event) -> None:
    read = engine(batch=2)
    futures = read.submit([task(reader)] * 5)
    closing = threading.Thread(target=read.close)
    closing.start()
    wait_for(lambda: read._closing, "it does not close", 30)
    with pytest.raises(EngineClosedError):
        read.submit([task(reader)])
    held.set()
    closing.join(30)
    assert [future.done() and future.result() for future in futures] == [[RED_TEXT]] * 5


def test_what_is_cancelled_in_the_queue_is_not_read(reader: Reader, held: threading.Event) -> None:
    read, finished = engine(), []
    first = read.submit([task(reader)])
    wait_for(lambda: read.waiting == 0, "it is not taken", 30)
    cancelled, kept = read.submit([task(reader, finish=lambda *_, name=name: finished.append(name)) for name in "ab"])
    assert cancelled.cancel()
    assert read.waiting == 1  # its place, and its bytes, are free
    held.set()
    read.close()
    assert first[0].result(30) == [RED_TEXT]
    assert kept.done()
    assert finished == ["b"]
    with pytest.raises(CancelledError):
        cancelled.result(0)


def test_a_fault_of_the_models_reaches_all_that_were_read_together_and_no_others(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = engine(batch=2)
    with monkeypatch.context() as broken:
        broken.setattr(inference, "read_batched", lambda pairs: 1 / 0)
        for future in read.submit([task(reader)] * 2):
            with pytest.raises(ZeroDivisionError):
                future.result(30)
    assert [future.result(30) for future in read.submit([task(reader)])] == [[RED_TEXT]]
    read.close()


def test_what_is_wrong_with_one_picture_does_not_reach_the_others(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, held: threading.Event
) -> None:
    """Whatever it is, and wherever: at decoding, at reading, or at what is made of the result."""

    def unfinished(photograph: Photograph, result: ImageResult) -> None:
        raise OSError("broken data stream when writing image file")

    undecoded, unread, held_batched = picture(size=2), picture(size=3), inference.read_batched

    def decode(data: bytes, **limits: int) -> Photograph:
        return 1 / 0 if data == undecoded else decode_photograph(data, **limits)

    def together(pairs: Any) -> Any:
        if any(image.shape[0] == 3 * 64 for _, image in pairs):
            raise FloatingPointError
        return held_batched(pairs)

    monkeypatch.setattr(inference, "decode_photograph", decode)
    monkeypatch.setattr(inference, "read_batched", together)
    read = engine()
    first = read.submit([task(reader)])
    wait_for(lambda: read.waiting == 0, "it is not taken", 30)
    tasks = [task(reader, finish=unfinished), task(reader, undecoded), task(reader, unread), task(reader)]
    futures = read.submit(tasks)
    held.set()
    for future, fault in zip(futures, (OSError, ZeroDivisionError, FloatingPointError), strict=False):
        with pytest.raises(fault):
            future.result(30)
    assert [future.result(30) for future in (*first, futures[3])] == [[RED_TEXT]] * 2
    read.close()


def test_a_server_that_fails_is_asked_once(reader: Reader, held: threading.Event, monkeypatch: Any) -> None:
    asked, held_batched = [], inference.read_batched

    def failing(pairs: Any) -> Any:
        held_batched(pairs)
        asked.append(len(pairs))
        raise TritonError("gone")

    monkeypatch.setattr(inference, "read_batched", failing)
    read = engine()
    futures = read.submit([task(reader)])
    wait_for(lambda: read.waiting == 0, "it is not taken", 30)
    futures += read.submit([task(reader)] * 2)
    held.set()
    for future in futures:
        with pytest.raises(TritonError):
            future.result(30)
    assert asked == [1, 2]
    read.close()


def test_workers_share_what_waits(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight at once for two workers: the first to wake leaves half of them to the other."""
    batches, both = [], threading.Barrier(2)
    read_batched = inference.read_batched

    def together(pairs: Any) -> Any:
        batches.append(len(pairs))
        if len(batches) <= 2:
            both.wait(30)
        return read_batched(pairs)

    monkeypatch.setattr(inference, "read_batched", together)
    read = engine(workers=2, batch=8)
    for future in read.submit([task(reader)] * 8):
        future.result(30)
    read.close()
    assert max(batches) == 4
    assert sum(batches) == 8
