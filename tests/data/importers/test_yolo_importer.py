"""A YOLO data set becomes the manifest: splits, boxes, corners, polygons, classes, and what is faulty."""

from pathlib import Path

import pytest
from importing import make_image, make_text, refused

from src.data.annotations.manifest import PlateLabel, Record, read_manifest
from src.data.importers.__main__ import main


@pytest.fixture(autouse=True)
def _in_tmp_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sources and manifests are named relative to the working folder."""
    monkeypatch.chdir(tmp_path)


def _yolo(yaml: str = "train: images/train\nval: images/val\nnames: [plate]\n") -> None:
    make_image("set/images/train/a.jpg")
    make_text("set/labels/train/a.txt", "0 0.5 0.5 0.2 0.1\n")
    make_image("set/images/val/b.jpg")
    make_text("set/labels/val/b.txt", "")
    make_text("set/data.yaml", yaml)


def test_boxes_splits_and_background() -> None:
    _yolo()
    make_image("set/images/train/no-label-file.jpg")
    make_text("set/labels/train/classes.txt", "plate\n")
    assert main(["yolo", "set/data.yaml", "set/m.jsonl", "--region", "BR"]) == 0
    shared = {"width": 200, "height": 100, "source": "set"}
    plates = (PlateLabel(box=(80, 45, 120, 55), region="BR"),)
    assert read_manifest(Path("set/m.jsonl")) == [
        Record.model_validate({"image": "images/train/a.jpg", "plates": plates} | shared),
        Record.model_validate({"image": "images/train/no-label-file.jpg", "plates": ()} | shared),
        Record.model_validate({"image": "images/val/b.jpg", "split": "val", "plates": ()} | shared),
    ]


@pytest.mark.parametrize(
    "order",
    ["0.1 0.2 0.5 0.3 0.5 0.5 0.1 0.4", "0.5 0.5 0.1 0.4 0.1 0.2 0.5 0.3", "0.5 0.3 0.1 0.2 0.1 0.4 0.5 0.5"],
)
def test_corners_are_brought_clockwise_from_the_top_left(order: str) -> None:
    _yolo()
    make_text("set/labels/train/a.txt", f"0 {order}\n")
    assert main(["yolo", "set", "m.jsonl"]) == 0
    (plate,) = read_manifest(Path("m.jsonl"))[0].plates or ()
    assert plate.corners == ((20, 20), (100, 30), (100, 50), (20, 40))
    assert plate.box == (20, 20, 100, 50)


def test_polygons_become_boxes() -> None:
    _yolo()
    five = "0.1 0.2 0.5 0.1 0.6 0.5 0.3 0.7 0.2 0.6"
    make_text("set/labels/train/a.txt", f"0 0.1 0.2 0.5 0.1 0.6 0.5\n0 {five}\n")
    assert main(["yolo", "set", "m.jsonl"]) == 0
    assert read_manifest(Path("m.jsonl"))[0].plates == (
        PlateLabel(box=(20, 10, 120, 50)),
        PlateLabel(box=(20, 10, 120, 70)),
    )


def test_faults(capsys: pytest.CaptureFixture[str]) -> None:
    _yolo()
    lines = {
        "c": "0 0.5 0.5 0.2 0.1\n0 0.5 0.5 0.2\n",
        "d": "0 100 50 40 10\n",
        "e": "1 0.5 0.5 0.2 0.1\n",
        "f": "0 0.5 0.5 0 0.1\n",
        "g": "0 0.5 0.5 0.2 0.1 0.9\n",
        "h": "plate 0.5 0.5 0.2 0.1\n",
    }
    for name, content in lines.items():
        make_image(f"set/images/train/{name}.jpg")
        make_text(f"set/labels/train/{name}.txt", content)
    make_text("set/labels/train/orphan.txt", "0 0.5 0.5 0.2 0.1\n")
    make_text("set/images/train/text.jpg", "not a picture")
    assert main(["yolo", "set", "m.jsonl"]) == 1
    kept = [record.image for record in read_manifest(Path("m.jsonl"))]
    assert kept == ["set/images/train/a.jpg", "set/images/val/b.jpg"]
    out, err = capsys.readouterr()
    assert out == "m.jsonl: 2 images, 1 plates; 8 faults\n"
    labels = "set/labels/train"
    assert sorted(err.splitlines()) == [
        f"{labels}/c.txt:2: 4 numbers: neither a box (5), nor a quadrilateral (9), nor a polygon",
        f"{labels}/d.txt:1: coordinates outside 0 to 1: not normalised?",
        f"{labels}/e.txt:1: '1' is no class number below 1",
        f"{labels}/f.txt:1: a box of 0 x 10",
        f"{labels}/g.txt:1: 6 numbers: neither a box (5), nor a quadrilateral (9), nor a polygon",
        f"{labels}/h.txt:1: 'plate' is no class number below 1",
        f"{labels}/orphan.txt: missing image of these labels",
        f"{labels}/text.txt: not an image: set/images/train/text.jpg",
    ]


def test_classes(capsys: pytest.CaptureFixture[str]) -> None:
    _yolo("train: images/train\nnames: {0: car, 1: plate, 2: bike plate}\n")
    make_text("set/labels/train/a.txt", "0 0.5 0.5 1 1\n1 0.5 0.5 0.2 0.1\n2 0.5 0.5 0.1 0.1\n")
    assert "several classes (car, plate, bike plate)" in refused(capsys, "yolo", "set", "out/m.jsonl")
    assert main(["yolo", "set", "m.jsonl", "--class", "plate", "--class", "bike plate"]) == 0
    (record,) = read_manifest(Path("m.jsonl"))
    assert [plate.box for plate in record.plates or ()] == [(80, 45, 120, 55), (90, 45, 110, 55)]


@pytest.mark.parametrize(
    "places",
    [
        "train: ../images/train\n",  # as Roboflow writes it
        "path: .\ntrain: [images/train]\n",
        "path: /somewhere/else\ntrain: images/train\n",
        "train: list.txt\n",
    ],
)
def test_ways_to_name_the_images(places: str) -> None:
    _yolo(f"{places}names: [plate]\n")
    make_text("set/list.txt", "./images/train/a.jpg\n")
    assert main(["yolo", "set", "m.jsonl"]) == 0
    (record,) = read_manifest(Path("m.jsonl"))
    assert (record.image, record.split, len(record.plates or ())) == ("set/images/train/a.jpg", "train", 1)


@pytest.mark.parametrize(
    ("yaml", "fault"),
    [
        ("names: [plate]\n", "names none of train, val, test"),
        ("train: images/train\n", "no class names"),
        ("train: images/other\nnames: [plate]\n", "images/other: no such file or folder"),
        (
            "train: unlabelled\nnames: [plate]\n",
            "no image of it has a label file; looked for set/unlabelled/c.txt",
        ),
        ("train: labels\nnames: [plate]\n", "no image in it"),
        ("train: images/train\nnames: [plate]\nkpt_shape: [4, 2]\n", "kpt_shape"),
        ("train: [", "not YAML"),
        ("train: images/train/a.jpg\nnames: [plate]\n", "a.jpg: not a UTF-8 text file"),
    ],
)
def test_what_cannot_be_used_is_refused(capsys: pytest.CaptureFixture[str], yaml: str, fault: str) -> None:
    _yolo(yaml)
    make_image("set/unlabelled/c.jpg")
    assert fault in refused(capsys, "yolo", "set", "out/m.jsonl")
