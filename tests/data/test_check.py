"""Every kind of fault is found, named and counted; a clean data set has none."""

from pathlib import Path

import pytest
from PIL import Image

from src.core.alphabet import Alphabet
from src.data.annotations.faults import check_record, check_splits
from src.data.annotations.manifest import PlateLabel, Record, write_manifest
from src.data.check import main

CORNERS = ((5.0, 5.0), (35.0, 6.0), (34.0, 15.0), (4.0, 14.0))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures of 40 x 20: ``a.png``, ``b.png``, their copy ``copy.png`` of a, and ``broken.png``."""
    Image.new("RGB", (40, 20), "red").save(tmp_path / "a.png")
    Image.new("RGB", (40, 20), "blue").save(tmp_path / "b.png")
    (tmp_path / "copy.png").write_bytes((tmp_path / "a.png").read_bytes())
    (tmp_path / "broken.png").write_bytes((tmp_path / "a.png").read_bytes()[:50])
    return tmp_path


def _scene(*plates: PlateLabel, image: str = "a.png", **fields: object) -> Record:
    return Record.model_validate({"image": image, "plates": plates} | fields)


def _plate(box: tuple[float, float, float, float] = (5, 5, 35, 15), **fields: object) -> PlateLabel:
    return PlateLabel.model_validate({"box": box} | fields)


@pytest.mark.parametrize(
    ("record", "kinds"),
    [
        (_scene(_plate(text="AB12", corners=CORNERS), width=40, height=20), []),
        (_scene(), []),
        (Record(image="b.png", text="京A1"), []),
        (Record(image="b.png"), []),
        (_scene(image="none.png"), ["missing image"]),
        (_scene(image="broken.png"), ["unreadable image"]),
        (_scene(width=20, height=40), ["width and height do not match"]),
        (_scene(_plate((0, 0, 41, 21))), []),  # a format that counts from 1
        (_scene(_plate((0, 0, 41.5, 20))), ["box outside the image"]),
        (_scene(_plate((-2, 0, 20, 20))), ["box outside the image"]),
        (_scene(_plate((5, 5, 35, 15)), ignore=((0, 0, 5, 30),)), ["box outside the image"]),
        (_scene(_plate((10, 5, 30, 5.5))), ["degenerate box"]),
        (_scene(_plate(corners=((5, 5), (43, 6), (34, 15), (4, 14)))), ["corners outside the image"]),
        (_scene(_plate(corners=CORNERS[::-1])), ["corners not clockwise"]),
        (_scene(_plate(corners=(*CORNERS[:2], CORNERS[3], CORNERS[2]))), ["corners not clockwise"]),
        (_scene(_plate(text="ABЖ")), ["character outside the alphabet"]),
        (
            Record(image="b.png", text="AB1", chars=((0, 0, 9, 9), (9, 0, 18, 9))),
            ["character boxes do not fit the text"],
        ),
        (Record(image="b.png", text="A", chars=((0, 0, 9, 29),)), ["box outside the image"]),
        # the labels of a missing picture are held against the size that the manifest states
        (
            _scene(_plate((0, 0, 50, 20)), image="none.png", width=40, height=20),
            ["missing image", "box outside the image"],
        ),
    ],
)
def test_faults_of_one_record(folder: Path, record: Record, kinds: list[str]) -> None:
    assert [fault.kind for fault in check_record(record, folder, Alphabet()).faults] == kinds


def test_a_fault_tells_the_particulars(folder: Path) -> None:
    record = _scene(_plate(), _plate(text="AB§1Ж"))
    (fault,) = check_record(record, folder, Alphabet()).faults
    assert (fault.image, fault.detail) == (str(folder / "a.png"), "plate 2: '§Ж' in 'AB§1Ж'")


def _split_faults(folder: Path, *records: Record) -> list[tuple[str, str, str]]:
    found = check_splits([check_record(record, folder, Alphabet()) for record in records])
    return [(fault.kind, Path(fault.image).name, fault.detail.replace(f"{folder}/", "")) for fault in found]


def test_the_same_picture_in_two_splits(folder: Path) -> None:
    train, val = _scene(), _scene(image="copy.png", split="val")
    assert _split_faults(folder, train, val) == [("picture in two splits", "a.png", "train; val: copy.png")]
    assert _split_faults(folder, train, _scene(image="copy.png")) == []
    assert _split_faults(folder, train, _scene(image="b.png", split="val")) == []


def test_the_same_text_of_crops_in_two_splits(folder: Path) -> None:
    train, val = Record(image="a.png", text="AB1"), Record(image="b.png", text="AB1", split="val")
    assert _split_faults(folder, train, val) == [("text in two splits", "a.png", "AB1, train; val: b.png")]
    assert _split_faults(folder, train, val.model_copy(update={"text": "AB2"})) == []
    assert _split_faults(folder, train, _scene(_plate(text="AB1"), image="b.png", split="val")) == []


def test_a_clean_data_set(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records = [
        _scene(_plate(text="AB12", region="DE"), width=40, height=20, source="street"),
        Record(image="b.png", text="AB123", region="FR", source="shop", split="val"),
    ]
    write_manifest(folder / "m.jsonl", records)
    assert main([str(folder / "m.jsonl")]) == 0
    out = capsys.readouterr().out
    rows = [line.replace("│", " ").split() for line in out.splitlines()]
    assert ["street", "1", "0"] in rows
    assert ["shop", "0", "1"] in rows
    assert ["plate", "in", "a", "scene,", "width", *["30"] * 5] in rows
    assert ["crop,", "height", *["20"] * 5] in rows
    assert ["DE", "1"] in rows
    assert ["5", "1"] in rows
    assert "A      2" in out
    assert out.endswith("no faults\n")


def test_faults_are_counted_and_the_first_are_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_manifest(folder / "m.jsonl", [_scene(image=f"none{n}.png") for n in range(8)])
    write_manifest(folder / "n.jsonl", [Record(image="a.png", text="Ж")])
    assert main([str(folder / "m.jsonl"), str(folder / "n.jsonl")]) == 1
    short = capsys.readouterr().out
    assert "missing image: 8\n" in short
    assert [n for n in range(8) if f"none{n}.png" in short] == [0, 1, 2, 3, 4]
    assert "  and 3 more" in short
    assert "character outside the alphabet: 1\n" in short
    assert short.endswith("9 faults\n")
    assert main(["--verbose", str(folder / "m.jsonl")]) == 1
    assert "none7.png" in capsys.readouterr().out


def test_another_alphabet(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_manifest(folder / "m.jsonl", [Record(image="a.png", text="AB1")])
    assert main([str(folder / "m.jsonl"), "--alphabet", "AB1"]) == 0
    assert main([str(folder / "m.jsonl"), "--alphabet", "AB"]) == 1
    assert "crop: '1' in 'AB1'" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ([], "MANIFEST"),
        (["none.jsonl"], "none.jsonl: No such file"),
        (["bad.jsonl"], "bad.jsonl:1: image: Field required"),
        (["empty.jsonl", "--alphabet", "AA"], "distinct characters"),
        (["empty.jsonl", "--colour"], "--colour"),
    ],
)
def test_wrong_usage(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    fault: str,
) -> None:
    monkeypatch.chdir(folder)
    Path("bad.jsonl").write_text("{}\n")
    Path("empty.jsonl").write_text("")
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert fault in capsys.readouterr().err


def test_an_empty_manifest_has_no_fault(tmp_path: Path) -> None:
    write_manifest(tmp_path / "m.jsonl", [])
    assert main([str(tmp_path / "m.jsonl")]) == 0
