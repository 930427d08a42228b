"""The command that writes corrected pictures for the training."""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from src.core.image import read_image
from src.data.annotations.manifest import read_manifest, read_set
from src.data.loaders.real_crops import real_crops
from src.service import store
from src.service.database import Database, open_database
from src.service.export_training import main
from src.service.store import Actor, NewText, Pictures, open_pictures
from tests.service.recognitions import plate, save

BOX = (20.0, 10.0, 50.0, 20.0)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("NUMBER_PLATE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NUMBER_PLATE_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def database(data: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{data}/number-plate.db")
    yield opened
    opened.close()


@pytest.fixture
def pictures(data: Path, database: Database) -> Pictures:
    return open_pictures(database, data / "pictures")


def photograph(**said: object) -> bytes:
    """64 x 48 pixels, each of its own colour."""
    pixels = np.zeros((48, 64, 3), np.uint8)
    pixels[..., 0], pixels[..., 1] = np.arange(64), np.arange(48)[:, None]
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", **said)
    return file.getvalue()


def seen(database: Database, pictures: Pictures | None, *texts: str, data: bytes | None = None) -> list[str]:
    """The sightings of plates beside each other; the first is where BOX is."""
    plates = [
        plate(text, box=(20.0 + 25 * number, 10.0, 50.0 + 25 * number, 20.0), corners=None)
        for number, text in enumerate(texts)
    ]
    return [str(known) for known in save(database, pictures, *plates, data=data or photograph()).sightings]


def correct(database: Database, sighting: str, text: str, region: str | None = "RU") -> None:
    assert store.correct(database, sighting, NewText(text, region, None), Actor()) is not None


def test_what_is_around_a_corrected_plate_is_cut_out(database: Database, pictures: Pictures, tmp_path: Path) -> None:
    first, _ = seen(database, pictures, "A1", "K1")
    correct(database, first, "B1", "BY")
    assert main([str(tmp_path / "out")]) == 0
    (record,) = read_manifest(tmp_path / "out" / "manifest.jsonl")
    assert (record.source, record.width, record.height) == ("corrections", 42, 22)
    assert record.plates is not None
    (label,) = record.plates
    assert (label.text, label.region, label.box) == ("B1", "BY", (6, 6, 36, 16))
    assert record.ignore == ((31, 6, 61, 16),)
    assert np.array_equal(read_image(tmp_path / "out" / record.image), read_png(photograph())[4:26, 14:56])
    (crop,) = real_crops(read_set(str(tmp_path / "out"), tmp_path), Path())
    assert (crop.text, crop.region) == ("B1", "BY")


def read_png(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def test_whole_pictures_have_all_that_was_corrected_in_them(
    database: Database, pictures: Pictures, tmp_path: Path
) -> None:
    for number, sighting in enumerate(seen(database, pictures, "A1", "K1", "M1")[:2]):
        correct(database, sighting, f"B{number}")
    assert main([str(tmp_path / "out"), "--scenes"]) == 0
    (record,) = read_manifest(tmp_path / "out" / "manifest.jsonl")
    assert record.plates is not None
    assert [(label.text, label.box[0]) for label in record.plates] == [("B0", 20), ("B1", 45)]
    assert (record.width, record.height, record.ignore) == (64, 48, ((70, 10, 100, 20),))


def test_confirmed_ones_are_written_where_that_is_asked(database: Database, pictures: Pictures, tmp_path: Path) -> None:
    texts = ("A1", "K1", "M1")
    confirmed, corrected, region = (seen(database, pictures, text)[0] for text in texts)
    correct(database, confirmed, "A1")
    correct(database, corrected, "K2")
    correct(database, region, "M1", "BY")

    def written(*flags: str) -> dict[str, str]:
        assert main([str(tmp_path / "out"), *flags]) == 0
        records = read_manifest(tmp_path / "out" / "manifest.jsonl")
        assert len(list((tmp_path / "out" / "images").iterdir())) == len(records)
        return {label.text or "": record.source for record in records for label in record.plates or ()}

    assert written("--accepted") == {"A1": "confirmations", "K2": "corrections", "M1": "corrections"}
    assert written() == {"K2": "corrections", "M1": "corrections"}


def test_a_plate_is_in_one_split_alone(database: Database, pictures: Pictures, tmp_path: Path) -> None:
    for number in range(60):
        (sighting,) = seen(database, pictures, f"A{number}")
        correct(database, sighting, f"B{number % 20}")
    splits: dict[str, set[str]] = {}
    assert main([str(tmp_path / "out"), "--held-out", "0.4"]) == 0
    for record in read_manifest(tmp_path / "out" / "manifest.jsonl"):
        for label in record.plates or ():
            splits.setdefault(label.text or "", set()).add(record.split)
    assert len(splits) == 20
    assert all(len(of_plate) == 1 for of_plate in splits.values())
    held_out = sum(of_plate == {"test"} for of_plate in splits.values())
    assert 3 <= held_out <= 13


def test_pictures_that_cannot_be_written_are_named_and_the_others_are_there(
    database: Database, pictures: Pictures, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sightings = [seen(database, kept, "A1")[0] for kept in (None, pictures, pictures)]
    damaged = seen(database, pictures, "A1", data=b"JPEG")[0]
    for sighting in (*sightings, damaged):
        correct(database, sighting, "B1")
    lost = store.picture(database, pictures, sightings[2])
    assert lost is not None
    assert lost.path is not None
    lost.path.unlink()
    assert main([str(tmp_path / "out")]) == 1
    assert len(read_manifest(tmp_path / "out" / "manifest.jsonl")) == 1
    *faults, last = capsys.readouterr().err.splitlines()
    assert len(faults) == 3
    assert f"sighting {sightings[0]}: its picture was not kept" in faults
    assert {line.split()[1].rstrip(":") for line in faults} == {sightings[0], sightings[2], damaged}
    assert last.endswith("manifest.jsonl: 1 picture")


def test_nothing_but_an_export_is_replaced(
    database: Database, pictures: Pictures, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "mine"
    out.mkdir()
    (out / "letter.txt").write_text("dear")
    assert main([str(out)]) == 2
    assert capsys.readouterr().err.strip().endswith(f"{out}: is there, and no export of corrections")
    assert [path.name for path in out.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("words", [[], ["out", "--held-out", "2"], ["out", "--held-out", "x"]])
def test_wrong_usage(words: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 2
