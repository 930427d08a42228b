"""Public formats become the manifest; what is faulty is named, counted and left out, the rest is written."""

from pathlib import Path

import pytest
from importing import make_image, make_text, refused

from src.core.image import read_image
from src.data.annotations.manifest import PlateLabel, Record, read_manifest
from src.data.importers.__main__ import main
from src.data.importers.common import RecordError, image_size


@pytest.fixture(autouse=True)
def _in_tmp_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sources and manifests are named relative to the working folder."""
    monkeypatch.chdir(tmp_path)


# the size of an image


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
@pytest.mark.parametrize("orientation", [None, 1, 3, 6, 8])
def test_image_size_is_that_of_the_image_as_read(suffix: str, orientation: int | None) -> None:
    make_image(f"a.{suffix}", (30, 20), orientation)
    width, height = image_size(Path(f"a.{suffix}"), "here")
    assert (height, width) == read_image(f"a.{suffix}").shape[:2]


def test_image_size_names_the_fault() -> None:
    make_text("text.jpg", "not a picture")
    for name, fault in (("none.jpg", "missing image none.jpg"), ("text.jpg", "not an image: text.jpg")):
        with pytest.raises(RecordError, match=f"^labels.txt:3: {fault}$"):
            image_size(Path(name), "labels.txt:3")


# OpenALPR


def test_openalpr() -> None:
    make_image("eu/a.jpg")
    make_image("eu/b.jpg", (100, 200), orientation=6)
    make_text("eu/a.txt", "a.jpg\t10\t20\t50\t15\trk 604-ao\na.jpg\t100\t20\t50.5\t15\tА123ВС77\n")
    make_text("eu/b.txt", "b.jpg\t1\t2\t3\t4\tAB1\r\n")
    assert main(["openalpr", "eu", "out/m.jsonl", "--region", "si", "--split", "test"]) == 0
    first = PlateLabel(box=(10, 20, 60, 35), text="RK604AO", region="SI")
    second = PlateLabel(box=(100, 20, 150.5, 35), text="A123BC77", region="SI")
    third = PlateLabel(box=(1, 2, 4, 6), text="AB1", region="SI")
    shared = {"width": 200, "height": 100, "split": "test", "source": "eu"}
    assert read_manifest(Path("out/m.jsonl")) == [
        Record.model_validate({"image": "../eu/a.jpg", "plates": (first, second)} | shared),
        Record.model_validate({"image": "../eu/b.jpg", "plates": (third,)} | shared),
    ]


def test_openalpr_faults(capsys: pytest.CaptureFixture[str]) -> None:
    for name in "abcde":
        make_image(f"eu/{name}.jpg")
    make_text("eu/a.txt", "a.jpg\t10\t20\t50\t15\tAB1\n")
    make_text("eu/b.txt", "b.jpg\t10\t20\t50\t15\tAB2\nb.jpg 10 20 50 15 AB4\n")
    make_text("eu/c.txt", "c.jpg\t10\tx\t50\t15\tAB3\nc.jpg\t10\t20\t0\t15\tAB5\n")
    make_text("eu/d.txt", "d.jpg\t10\t20\t50\t15\t -\n")
    make_text("eu/e.txt", "e.jpg\t10\tnan\t50\t15\tAB5\n")
    make_text("eu/f.txt", "f.jpg\t10\t20\t50\t15\tAB6\n")
    make_text("eu/g.txt", "\n")
    assert main(["openalpr", "eu", "m.jsonl"]) == 1
    assert [record.image for record in read_manifest(Path("m.jsonl"))] == ["eu/a.jpg"]
    out, err = capsys.readouterr()
    assert out == "m.jsonl: 1 images, 1 plates; 7 faults\n"
    assert err.splitlines() == [
        "eu/b.txt:2: 1 tab-separated fields, not image, x, y, width, height, text",
        "eu/c.txt:1: 'x' is not a number",
        "eu/c.txt:2: a box of 0 x 15",
        "eu/d.txt:1: no plate text",
        "eu/e.txt:1: 'nan' is not a finite number",
        "eu/f.txt: missing image eu/f.jpg",
        "eu/g.txt: no line in it",
    ]


# Pascal VOC


def _voc(path: str, filename: str, objects: str, size: tuple[int, int] = (200, 100)) -> None:
    width, height = size
    make_text(
        path,
        f"<annotation><filename>{filename}</filename>"
        f"<size><width>{width}</width><height>{height}</height></size>{objects}</annotation>",
    )


def _object(name: str, *box: object) -> str:
    sides = "".join(f"<{n}>{v}</{n}>" for n, v in zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True))
    return f"<object><name>{name}</name><bndbox>{sides}</bndbox></object>"


def test_voc_finds_images_beside_and_in_the_sibling_folder() -> None:
    make_image("set/images/a.png")
    _voc("set/annotations/a.xml", "a.png", _object("plate", 10, 20.5, 60, 35) + _object("plate", 1, 2, 9, 8))
    make_image("set/annotations/b.jpg", (100, 200), orientation=8)
    _voc("set/annotations/b.xml", r"C:\photos\b", "")
    assert main(["voc", "set/annotations", "set/m.jsonl", "--source", "own", "--region", "IN"]) == 0
    assert read_manifest(Path("set/m.jsonl")) == [
        Record(
            image="images/a.png",
            width=200,
            height=100,
            source="own",
            plates=(
                PlateLabel(box=(10, 20.5, 60, 35), region="IN"),
                PlateLabel(box=(1, 2, 9, 8), region="IN"),
            ),
        ),
        Record(image="annotations/b.jpg", width=200, height=100, source="own", plates=()),
    ]


def test_voc_faults(capsys: pytest.CaptureFixture[str]) -> None:
    for name in "abcdef":
        make_image(f"set/{name}.jpg")
    _voc("set/a.xml", "a.jpg", _object("plate", 10, 20, 60, 35))
    _voc("set/b.xml", "b.jpg", _object("plate", 10, 20, 60, 35), size=(100, 200))
    _voc("set/c.xml", "c.jpg", _object("plate", 1, 2, 3, 4) + _object("plate", 10, 20, "", 35))
    _voc("set/d.xml", "d.jpg", _object("plate", 60, 20, 10, 35))
    make_text("set/e.xml", "<annotation>\n<filename>e.jpg</annotation>")
    make_text("set/f.xml", "<svg/>")
    _voc("set/g.xml", "g.jpg", "")
    assert main(["voc", "set", "m.jsonl"]) == 1
    assert [record.image for record in read_manifest(Path("m.jsonl"))] == ["set/a.jpg"]
    out, err = capsys.readouterr()
    assert out == "m.jsonl: 1 images, 1 plates; 6 faults\n"
    assert err.splitlines() == [
        "set/b.xml: annotated at 100 x 200, the image is 200 x 100: set/b.jpg",
        "set/c.xml: object 2: '' is not a number",
        "set/d.xml: object 1: a box of -50 x 15",
        "set/e.xml:2: not XML (mismatched tag at column 17)",
        "set/f.xml: begins with <svg>, not <annotation>",
        "set/g.xml: missing image g.jpg",
    ]


def test_voc_with_several_classes_needs_to_know_which(capsys: pytest.CaptureFixture[str]) -> None:
    make_image("set/a.jpg")
    _voc("set/a.xml", "a.jpg", _object("car", 0, 0, 99, 99) + _object("plate", 10, 20, 60, 35))
    assert "several classes of object (car, plate)" in refused(capsys, "voc", "set", "out/m.jsonl")
    assert "no object of class lorry" in refused(capsys, "voc", "set", "out/m.jsonl", "--class", "lorry")
    assert main(["voc", "set", "out/m.jsonl", "--class", "plate"]) == 0
    (record,) = read_manifest(Path("out/m.jsonl"))
    assert record.plates == (PlateLabel(box=(10, 20, 60, 35)),)


# CSV


def test_csv() -> None:
    make_image("crops/a.png", (80, 20))
    make_image("crops/deep/b.png", (20, 80), orientation=6)
    make_text(
        "crops/list.csv",
        "\ufeffimage_path,plate_text,region,note\na.png,ab-12,at,x\n\ndeep/b.png,х 5307 мк,,\n",
    )
    assert main(["csv", "crops/list.csv", "out/m.jsonl", "--region", "RU", "--split", "val"]) == 0
    shared = {"width": 80, "height": 20, "split": "val", "source": "list"}
    assert read_manifest(Path("out/m.jsonl")) == [
        Record.model_validate({"image": "../crops/a.png", "text": "AB12", "region": "AT"} | shared),
        Record.model_validate({"image": "../crops/deep/b.png", "text": "X5307MK", "region": "RU"} | shared),
    ]


def test_csv_faults(capsys: pytest.CaptureFixture[str]) -> None:
    make_image("a.png")
    rows = ["a.png,AB1", "none.png,AB2", "a.png,-", ",AB3", "a.png", "a.png,AB4,DE,5", "a.png,AB5,Austria"]
    make_text("list.csv", "image_path,plate_text,region\n" + "\n".join(f"{row}" for row in rows) + "\na.png,AB6,\n")
    assert main(["csv", "list.csv", "m.jsonl"]) == 1
    assert [record.text for record in read_manifest(Path("m.jsonl"))] == ["AB6"]
    out, err = capsys.readouterr()
    assert out == "m.jsonl: 1 images, 1 plates; 7 faults\n"
    assert err.splitlines()[-1] == "list.csv:8: a region is two letters, as DE, not 'Austria'"
    assert [line.split(": ")[0] for line in err.splitlines()] == [f"list.csv:{n}" for n in range(2, 9)]


def test_csv_without_its_header(capsys: pytest.CaptureFixture[str]) -> None:
    make_text("list.csv", "file,text\na.png,AB1\n")
    assert "no column image_path" in refused(capsys, "csv", "list.csv", "out/m.jsonl")


# all formats


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["coco", "set", "out/m.jsonl"], "invalid choice: 'coco'"),
        (["openalpr", "none", "out/m.jsonl"], "none: no such folder"),
        (["openalpr", "empty", "out/m.jsonl"], "empty: no .txt file in it"),
        (["voc", "empty", "out/m.jsonl"], "empty: no .xml file in it"),
        (["yolo", "empty", "out/m.jsonl"], "empty/data.yaml: No such file"),
        (["csv", "none.csv", "out/m.jsonl"], "none.csv: No such file"),
        (["csv", "list.csv", "empty"], "empty is a folder"),
        (["csv", "list.csv", "list.csv/m.jsonl"], "list.csv: "),
        (["csv", "list.csv", "out/m.jsonl", "--region", "Austria"], "a region is two letters"),
        (["csv", "list.csv", "out/m.jsonl", "--class", "plate"], "csv has no classes"),
        (["yolo", "empty", "out/m.jsonl", "--split", "val"], "--split"),
    ],
)
def test_wrong_usage(capsys: pytest.CaptureFixture[str], arguments: list[str], fault: str) -> None:
    Path("empty").mkdir()
    make_image("a.png")
    make_text("list.csv", "image_path,plate_text\na.png,AB1\n")
    assert fault in refused(capsys, *arguments)


def test_nothing_but_faults_leaves_an_older_manifest(capsys: pytest.CaptureFixture[str]) -> None:
    make_text("m.jsonl", "older\n")
    make_text("list.csv", "image_path,plate_text\nnone.png,AB1\n")
    assert main(["csv", "list.csv", "m.jsonl"]) == 1
    assert Path("m.jsonl").read_text() == "older\n"
    assert capsys.readouterr().out == "nothing written; 1 faults\n"
