"""One of many pictures: its faults are part of its outcome."""

import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from src.core.image import Photograph, read_photograph
from src.core.result import ErrorRecord
from src.runtime import reader
from src.runtime.draw import PictureFolder
from src.runtime.picture import Outcome, PictureReader
from src.runtime.pipeline import in_order
from src.runtime.reader import Reader
from src.runtime.sources import Source

Photo = Callable[..., Path]


def test_a_fault_is_described_and_told(models: Path, tmp_path: Path) -> None:
    read = PictureReader(Reader(models, 1))
    empty = read(Source("in", "a folder without images"))
    gone = read(Source(str(tmp_path / "gone.jpg")))
    assert (empty.fault, gone.fault) == ("a folder without images", "no such file")
    assert empty.record == ErrorRecord.of("in", "no_image", "a folder without images")
    assert gone.record == ErrorRecord.of(str(tmp_path / "gone.jpg"), "unreadable", "no such file")


def test_one_reader_serves_many_threads(models: Path, photo: Photo) -> None:
    """All at once, each its own picture: no state of one reading gets into another."""
    sources = [Source(str(photo(f"{i}.png", red=i % 3 > 0, blue=i % 3 < 2, size=1 + i % 4))) for i in range(24)]
    read, together = PictureReader(Reader(models, 1)), threading.Barrier(8)

    def at_once(source: Source) -> Outcome:
        together.wait(20)
        return read(source)

    def plates(outcomes: list[Outcome]) -> list[object]:
        return [(o.record.image, o.record.plates) for o in outcomes]

    alone = [read(source) for source in sources]
    with ThreadPoolExecutor(8) as pool:
        assert plates(list(pool.map(at_once, sources))) == plates(alone)


@pytest.mark.parametrize("saving", [False, True])
def test_no_more_photographs_are_in_memory_than_there_are_workers(
    models: Path, photo: Photo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, saving: bool
) -> None:
    paths = [str(photo(f"{i}.png")) for i in range(60)]
    lock, alive, most = threading.Lock(), 0, 0
    decode = reader.read_photograph

    def count(change: int) -> None:
        nonlocal alive, most
        with lock:
            alive += change
            most = max(most, alive)

    def counted(*words: object) -> Photograph:
        photograph = decode(*words)
        count(1)
        weakref.finalize(photograph.pixels, count, -1)
        return photograph

    monkeypatch.setattr(reader, "read_photograph", counted)
    read = PictureReader(Reader(models, 1), saved=PictureFolder(tmp_path / "out", paths, tmp_path) if saving else None)
    assert len(list(in_order(read, map(Source, paths), workers=3))) == 60
    assert (alive, 1 <= most <= 3) == (0, True)


def test_a_huge_photograph_is_told_and_drawn_where_the_plate_is(
    models: Path, photo: Photo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = photo(size=8)  # 768 x 512, its plate at 240, 160 - 480, 240
    whole = PictureReader(Reader(models, 1))(Source(str(path))).record
    monkeypatch.setattr(reader, "read_photograph", partial(read_photograph, least_side=384))
    folder = PictureFolder(tmp_path / "out", [str(path)], tmp_path)
    reduced = PictureReader(Reader(models, 1), saved=folder)(Source(str(path))).record
    assert (reduced.width, reduced.height) == (whole.width, whole.height) == (768, 512)
    np.testing.assert_allclose(reduced.plates[0].box, whole.plates[0].box, atol=8)
    assert reduced.plates[0].text == "AB01"
    drawn = np.asarray(Image.open(tmp_path / "out" / "gate.jpg"), int)
    assert drawn.shape == (256, 384, 3)
    assert (drawn[84:116, 120, 1] > 140).all()  # the left edge of the box, which is green, between grey and red


def test_a_picture_that_cannot_be_saved_leaves_nothing_half(
    models: Path, photo: Photo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(photo())
    folder = PictureFolder(tmp_path / "out", [path], tmp_path)

    def full(self: Image.Image, target: Path, *_: object, **__: object) -> None:
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    outcome = PictureReader(Reader(models, 1), saved=folder)(Source(path))
    assert outcome.fault == "picture not saved: No space left on device"
    assert outcome.record.plates
    assert list((tmp_path / "out").iterdir()) == []
