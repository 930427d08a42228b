"""Labels that stand in the names of files: plain crops, and CCPD."""

from pathlib import Path

import pytest
from importing import make_image, make_text, refused

from src.data.annotations.manifest import PlateLabel, Record, read_manifest
from src.data.importers.__main__ import main

CCPD = "025-95_113-154&383_386&473-386&473_177&454_154&383_363&402-0_0_22_27_27_33_16-37-15"


@pytest.fixture(autouse=True)
def _in_tmp_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sources and manifests are named relative to the working folder."""
    monkeypatch.chdir(tmp_path)


def test_names_are_texts() -> None:
    make_image("crops/皖A00E66.jpg", (94, 24))
    make_image("crops/deep/ka-19 xyz.png", (80, 20))
    assert main(["names", "crops", "out/m.jsonl", "--region", "DE"]) == 0
    assert read_manifest(Path("out/m.jsonl")) == [
        Record(image="../crops/deep/ka-19 xyz.png", width=80, height=20, source="crops", text="KA19XYZ", region="DE"),
        Record(image="../crops/皖A00E66.jpg", width=94, height=24, source="crops", text="皖A00E66", region="DE"),
    ]


def test_names_by_a_pattern(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("cam_ABC1234.JPG_0001", "cam_empty", "cam_ABC1235.JPG_0002"):
        make_image(f"crops/{name}.jpg")
    make_text("crops/cam_ABC1236.JPG_0003.jpg", "no picture")
    pattern = r".*_(?P<text>[A-Z]{3}\d{4})\.JPG_.*"
    assert main(["names", "crops", "m.jsonl", "--pattern", pattern]) == 1
    assert [record.text for record in read_manifest(Path("m.jsonl"))] == ["ABC1234", "ABC1235"]
    path = "crops/cam_ABC1236.JPG_0003.jpg"
    assert capsys.readouterr().err.splitlines() == [
        f"{path}: not an image: {path}",
        "crops/cam_empty.jpg: no text in its name",
    ]


def test_ccpd() -> None:
    make_image(f"ccpd/base/{CCPD}.jpg", (720, 1160))
    green = CCPD.replace("0_0_22_27_27_33_16", "30_23_33_24_0_1_2_3")
    make_image(f"ccpd/green/{green}.jpg", (720, 1160))
    assert main(["ccpd", "ccpd", "m.jsonl"]) == 0
    shape = {
        "box": (154, 383, 386, 473),
        "corners": ((154, 383), (363, 402), (386, 473), (177, 454)),
        "region": "CN",
    }
    for record, text in zip(read_manifest(Path("m.jsonl")), ("皖AY339S", "新Z90ABCD"), strict=True):
        assert (record.width, record.height, record.source) == (720, 1160, "ccpd")
        assert record.plates == (PlateLabel.model_validate(shape | {"text": text}),)


def test_ccpd_faults(capsys: pytest.CaptureFixture[str]) -> None:
    names = {
        "1000": "1 fields in its name, not 7",
        CCPD.replace("_386&473-", "-"): "'154&383' in its name is not 2 points x&y",
        CCPD.replace("363&402", "363&x"): "'386&473_177&454_154&383_363&x' in its name is not 4 points x&y",
        CCPD.replace("-0_0_22", "-0_24_22"): "'0_24_22_27_27_33_16' in its name is no plate text",
        CCPD.replace("-0_0_22", "-33_0_22"): "'33_0_22_27_27_33_16' in its name is no plate text",
        CCPD.replace("154&383_386&473-", "386&383_154&473-"): "a box of -232 x 90",
    }
    for name in [*names, CCPD]:
        make_image(f"ccpd/{name}.jpg")
    assert main(["ccpd", "ccpd", "m.jsonl"]) == 1
    assert [record.image for record in read_manifest(Path("m.jsonl"))] == [f"ccpd/{CCPD}.jpg"]
    err = capsys.readouterr().err.splitlines()
    assert sorted(err) == sorted(f"ccpd/{name}.jpg: {fault}" for name, fault in names.items())


def test_val_keeps_pictures_of_one_plate_together() -> None:
    for number in range(40):
        for camera in "ab":
            make_image(f"crops/{camera}_XY{number}.png", (8, 4))
    assert main(["names", "crops", "m.jsonl", "--pattern", "[ab]_(?P<text>.+)", "--val", "0.3"]) == 0
    splits: dict[str | None, set[str]] = {}
    for record in read_manifest(Path("m.jsonl")):
        splits.setdefault(record.text, set()).add(record.split)
    assert {len(found) for found in splits.values()} == {1}
    assert {"train", "val"} == set.union(*splits.values())


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["names", "none", "out/m.jsonl"], "none: no such folder"),
        (["names", "empty", "out/m.jsonl"], "empty: no image in it"),
        (["ccpd", "empty", "out/m.jsonl"], "empty: no image in it"),
        (["names", "crops", "out/m.jsonl", "--pattern", "x(?P<text>.+)"], "crops: no name fits x(?P<text>.+), as AB1"),
        (["names", "crops", "out/m.jsonl", "--pattern", "("], "'(' is no regular expression"),
        (["names", "crops", "out/m.jsonl", "--pattern", "(.+)"], "'(.+)' has no group (?P<text>...)"),
        (["ccpd", "crops", "out/m.jsonl", "--pattern", "(?P<text>.+)"], "--pattern: ccpd"),
        (["names", "crops", "out/m.jsonl", "--val", "1"], "'1' is no share between 0 and 1"),
        (["names", "crops", "out/m.jsonl", "--val", "x"], "'x' is no share between 0 and 1"),
        (["names", "crops", "out/m.jsonl", "--val", "0.1", "--split", "val"], "--split and --val"),
    ],
)
def test_wrong_usage(capsys: pytest.CaptureFixture[str], arguments: list[str], fault: str) -> None:
    Path("empty").mkdir()
    make_image("crops/AB1.png")
    assert fault in refused(capsys, *arguments)
