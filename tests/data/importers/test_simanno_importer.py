"""A Simanno database becomes the manifest."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from importing import make_image, make_text, refused

from src.data.annotations.manifest import PlateLabel, Record, read_manifest
from src.data.importers.__main__ import main

AREA = {"id": 1, "x": 10, "y": 20.5, "z": 100, "width": 50, "height": 15, "lblid": 1, "lbltxt": "plate"}


@pytest.fixture(autouse=True)
def _in_tmp_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sources and manifests are named relative to the working folder."""
    monkeypatch.chdir(tmp_path)


def _database(rows: list[tuple[object, ...]]) -> None:
    """``train.db`` with rows of name, width, height, deleted, areas."""
    with closing(sqlite3.connect("train.db")) as database:
        database.execute("CREATE TABLE annotations (filename, imwidth, imheight, isdeleted, imgareas)")
        database.executemany("INSERT INTO annotations VALUES (?, ?, ?, ?, ?)", rows)
        database.commit()


def test_rows_become_scenes() -> None:
    for name in "abcd":
        make_image(f"train/{name}.jpg")
    two = json.dumps([AREA, AREA | {"x": "100", "height": 5}])
    _database(
        [
            ("b.jpg", 200, 100, 0, two),
            ("a.jpg", None, None, None, "[]"),
            ("c.jpg", 200, 100, 1, two),
            ("d.jpg", 200, 100, 0, None),
        ]
    )
    assert main(["simanno", "train.db", "m.jsonl", "--source", "open_lpr"]) == 0
    plates = (PlateLabel(box=(10, 20.5, 60, 35.5)), PlateLabel(box=(100, 20.5, 150, 25.5)))
    shared = {"width": 200, "height": 100, "source": "open_lpr"}
    assert read_manifest(Path("m.jsonl")) == [
        Record.model_validate({"image": "train/a.jpg", "plates": ()} | shared),
        Record.model_validate({"image": "train/b.jpg", "plates": plates} | shared),
        Record.model_validate({"image": "train/d.jpg", "plates": ()} | shared),
    ]


def test_faults(capsys: pytest.CaptureFixture[str]) -> None:
    for name in "abcde":
        make_image(f"train/{name}.jpg")
    rows = {
        "a.jpg": json.dumps([AREA]),
        "b.jpg": json.dumps([{"x": 1, "y": 2}]),
        "c.jpg": json.dumps([AREA | {"width": 0}]),
        "d.jpg": "[",
        "f.jpg": "[]",
    }
    _database([(name, 200, 100, 0, areas) for name, areas in rows.items()] + [("e.jpg", 100, 200, 0, "[]")])
    assert main(["simanno", "train.db", "m.jsonl"]) == 1
    assert [record.image for record in read_manifest(Path("m.jsonl"))] == ["train/a.jpg"]
    assert capsys.readouterr().err.splitlines() == [
        "train.db: b.jpg: areas without x, y, width and height",
        "train.db: c.jpg: a box of 0 x 15",
        "train.db: d.jpg: Expecting value: line 1 column 2 (char 1)",
        "train.db: e.jpg: annotated at 100 x 200, the image is 200 x 100",
        "train.db: f.jpg: missing image train/f.jpg",
    ]


def test_what_is_no_database(capsys: pytest.CaptureFixture[str]) -> None:
    make_text("text.db", "no database" * 99)
    with closing(sqlite3.connect("other.db")) as database:
        database.execute("CREATE TABLE pictures (name)")
    assert "none.db: no such file" in refused(capsys, "simanno", "none.db", "out/m.jsonl")
    assert "text.db: not a Simanno database" in refused(capsys, "simanno", "text.db", "out/m.jsonl")
    assert "no such table: annotations" in refused(capsys, "simanno", "other.db", "out/m.jsonl")
