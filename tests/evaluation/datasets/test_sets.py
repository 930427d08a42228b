"""Sets are found by split, by name and by path, or named as missing."""

import json
from pathlib import Path

import pytest
from PIL import Image

from src.core.card import sha256_of
from src.data.annotations.manifest import PlateLabel, Record, write_manifest
from src.evaluation.datasets.sets import ALL, DATA, SetError, data_folder, default_sets, named_sets, sets_of

SCENE = Record(image="s.jpg", split="val", source="street", plates=(PlateLabel(box=(0, 0, 9, 3)),))
CROP = Record(image="c.jpg", split="val", source="shop", text="AB1")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data root apart from the repository's own, empty ``data`` folder."""
    (tmp_path / "repository").mkdir()
    monkeypatch.chdir(tmp_path / "repository")
    return tmp_path / "elsewhere"


def names(sets: list) -> list[tuple[str, str, int]]:
    return [(s.name, s.kind, len(s.records)) for s in sets]


def test_test_means_the_benchmarks(data: Path) -> None:
    for name in ("b", "a"):
        write_manifest(data / "benchmarks" / name / "manifest.jsonl", [SCENE.model_copy(update={"split": "test"})])
    write_manifest(data / "scenes" / "manifest.jsonl", [SCENE])
    assert names(default_sets(data, "test")) == [("a", "scenes", 1), ("b", "scenes", 1)]


def test_val_means_scenes_and_crops_by_source_of_that_split(data: Path) -> None:
    write_manifest(data / "scenes" / "manifest.jsonl", [SCENE, SCENE.model_copy(update={"split": "train"})])
    crops = [
        CROP.model_copy(update={"image": f"{n}.jpg", "source": source})
        for n, source in enumerate(("shop", "own", "shop"))
    ]
    write_manifest(data / "ocr" / "manifest.jsonl", crops)
    assert names(default_sets(data, "val")) == [
        ("scenes", "scenes", 1),
        ("ocr/shop", "plates", 2),
        ("ocr/own", "plates", 1),
    ]


def test_further_scenes_are_shown_by_source(data: Path) -> None:
    blank = Record(image="x.jpg", split="val", source="gate")
    scenes = [
        blank,
        *(SCENE.model_copy(update={"image": f"{n}.jpg", "source": s}) for n, s in enumerate(("moto", "gate", "moto"))),
    ]
    write_manifest(data / "more" / "scenes" / "manifest.jsonl", scenes)
    write_manifest(data / "more" / "ocr" / "manifest.jsonl", [CROP])
    sets = default_sets(data, "val")
    assert names(sets) == [
        ("more/scenes/moto", "scenes", 2),
        ("more/scenes/gate", "scenes", 1),
        ("more/ocr/shop", "plates", 1),
    ]
    assert [(f.set, f.image) for s in sets for f in s.faulty] == [
        ("more/scenes/moto", str(data / "more" / "scenes" / "x.jpg"))
    ]


def test_hand_labels_join_where_their_set_is_there(data: Path) -> None:
    write_manifest(data / "ocr" / "manifest.jsonl", [CROP])
    labels = Path("data/labels/eu-crops.jsonl")
    labels.parent.mkdir(parents=True)
    (data / "unlabelled").mkdir()
    Image.new("RGB", (9, 3)).save(data / "unlabelled" / "x.jpg")
    label = {"set": "unlabelled", "text": "XY12", "region": "DE", "lines": 1, "split": "val"}
    label["sha256"] = sha256_of(data / "unlabelled" / "x.jpg")
    labels.write_text(json.dumps(label))
    assert names(default_sets(data, "val")) == [("ocr/shop", "plates", 1)]
    write_manifest(data / "unlabelled" / "manifest.jsonl", [Record(image="x.jpg")])
    assert names(default_sets(data, "val"))[1:] == [("labels_eu", "plates", 1)]
    (record,) = default_sets(data, "val")[1].records
    assert record.image == "unlabelled/x.jpg"  # the same on every machine


def test_without_data_the_rendered_samples_are_used_whatever_their_split(data: Path) -> None:
    with pytest.raises(SetError, match=r"no benchmarks/\*/manifest.jsonl below data$"):
        default_sets(DATA, "test")
    write_manifest(Path("data/samples/manifest.jsonl"), [SCENE])
    assert names(default_sets(DATA, "test")) == [("samples", "scenes", 1)]


@pytest.mark.parametrize(
    ("split", "looked_for"),
    [
        ("test", "benchmarks/*/manifest.jsonl"),
        ("val", " or ".join(f"{name}/manifest.jsonl" for name in ("scenes", "ocr", "more/scenes", "more/ocr"))),
    ],
)
def test_a_named_data_folder_without_sets_is_an_error(data: Path, split: str, looked_for: str) -> None:
    write_manifest(Path("data/samples/manifest.jsonl"), [SCENE])
    data.mkdir()
    with pytest.raises(SetError) as raised:
        default_sets(data, split)
    assert str(raised.value) == f"no {looked_for} below {data}"


def test_a_set_is_named_by_folder_path_or_manifest(data: Path) -> None:
    write_manifest(data / "mine" / "manifest.jsonl", [SCENE])
    write_manifest(data / "benchmarks" / "gate" / "manifest.jsonl", [SCENE])
    for name in ("mine", str(data / "mine"), str(data / "mine" / "manifest.jsonl")):
        assert names(named_sets([name], data, "val")) == [("mine", "scenes", 1)]
    assert names(named_sets(["gate", "mine"], data, "val")) == [("gate", "scenes", 1), ("mine", "scenes", 1)]
    write_manifest(data / "more" / "mine" / "manifest.jsonl", [SCENE, CROP])
    assert names(named_sets(["more/mine", "mine"], data, "val")) == [
        ("more/mine", "scenes", 1),
        ("more/mine/shop", "plates", 1),
        ("mine", "scenes", 1),
    ]
    with pytest.raises(SetError, match="other: no manifest"):
        named_sets(["other"], data, "val")


def test_a_split_without_records_is_an_error(data: Path) -> None:
    write_manifest(data / "mine" / "manifest.jsonl", [SCENE])
    with pytest.raises(SetError, match="no labelled picture of split 'vall'; it has 1 of 'val'"):
        named_sets(["mine"], data, "vall")


def test_a_manifest_of_both_kinds_gives_both(data: Path) -> None:
    write_manifest(data / "mine" / "manifest.jsonl", [CROP, SCENE])
    assert names(sets_of(data / "mine" / "manifest.jsonl", ALL)) == [
        ("mine", "scenes", 1),
        ("mine/shop", "plates", 1),
    ]


def test_all_is_every_split(data: Path) -> None:
    write_manifest(
        data / "mine" / "manifest.jsonl", [SCENE, SCENE.model_copy(update={"image": "t.jpg", "split": "train"})]
    )
    assert names(named_sets(["mine"], data, ALL)) == [("mine", "scenes", 2)]


def test_a_manifest_of_another_name_names_its_sets(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_manifest(data / "mine" / "night.jsonl", [SCENE, CROP])
    write_manifest(data / "mine" / "manifest.jsonl", [SCENE])
    assert [s.name for s in sets_of(data / "mine" / "night.jsonl", "val")] == ["night", "night/shop"]
    monkeypatch.chdir(data / "mine")
    assert [s.name for s in sets_of(Path("manifest.jsonl"), "val")] == ["mine"]


def test_two_sets_of_one_name_are_an_error(data: Path) -> None:
    for folder in ("a", "b"):
        write_manifest(data / folder / "gate" / "manifest.jsonl", [SCENE])
    with pytest.raises(SetError, match="gate: two sets of this name"):
        named_sets([str(data / "a" / "gate"), str(data / "b" / "gate")], data, "val")


def test_pictures_without_label_and_those_that_come_twice_are_named_and_nothing_else_is_an_error(data: Path) -> None:
    blank = CROP.model_copy(update={"image": "blank.jpg", "text": None, "source": "x"})
    again = CROP.model_copy(update={"image": "./c.jpg"})
    write_manifest(data / "mine" / "manifest.jsonl", [blank, CROP, again])
    (pictures,) = named_sets(["mine"], data, "val")
    assert (pictures.name, len(pictures.records)) == ("mine/shop", 1)
    assert [(f.set, f.image, f.fault) for f in pictures.faulty] == [
        ("mine/shop", str(data / "mine" / "blank.jpg"), "neither plates nor text in its record"),
        ("mine/shop", str(data / "mine" / "c.jpg"), "a second time in the manifest"),
    ]
    write_manifest(data / "mine" / "manifest.jsonl", [blank])
    with pytest.raises(SetError, match="no labelled picture"):
        named_sets(["mine"], data, "val")
    (data / "mine" / "manifest.jsonl").write_text("")
    with pytest.raises(SetError, match="it has no record at all"):
        named_sets(["mine"], data, "val")


def test_the_data_folder_is_named_or_stands_in_the_environment(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLATE_DATA", raising=False)
    assert data_folder(None) == Path("data")
    data.mkdir()
    monkeypatch.setenv("PLATE_DATA", str(data))
    assert data_folder(None) == data
    assert data_folder(str(data.parent)) == data.parent
    with pytest.raises(SetError, match="nowhere: no such data folder"):
        data_folder("nowhere")


def test_the_public_scenes_have_the_boxes_that_were_looked_at_again(data: Path) -> None:
    (data / "scenes").mkdir(parents=True)
    Image.new("RGB", (40, 20)).save(data / "scenes" / "s.jpg")
    write_manifest(data / "scenes" / "manifest.jsonl", [SCENE, SCENE.model_copy(update={"image": "gone.jpg"})])
    line = {"set": "scenes", "sha256": sha256_of(data / "scenes" / "s.jpg"), "plates": [{"box": [3, 4, 9, 7]}]}
    other = line | {"sha256": "0" * 64}  # of a picture that this copy of the set lacks
    Path("data/labels/scenes").mkdir(parents=True)
    Path("data/labels/scenes/val.jsonl").write_text(f"{json.dumps(line)}\n{json.dumps(other)}\n")
    (scenes,) = named_sets(["scenes"], data, "val")
    assert [r.plates for r in scenes.records] == [(PlateLabel(box=(3, 4, 9, 7)),), SCENE.plates]


def test_a_plate_whose_box_was_drawn_again_keeps_its_text(data: Path) -> None:
    (data / "scenes").mkdir(parents=True)
    Image.new("RGB", (60, 20)).save(data / "scenes" / "s.jpg")
    plates = (
        PlateLabel(box=(0, 0, 12, 4), text="AB1", region="UZ"),
        PlateLabel(box=(40, 0, 52, 4), text="CD2", region="UZ"),
    )
    write_manifest(data / "scenes" / "manifest.jsonl", [SCENE.model_copy(update={"plates": plates})])
    corners = [[1, 0], [10, 0], [10, 4], [1, 4]]
    drawn = [{"box": [20, 8, 32, 12]}, {"box": [1, 0, 10, 4], "corners": corners}]
    line = {"set": "scenes", "sha256": sha256_of(data / "scenes" / "s.jpg"), "plates": drawn}
    Path("data/labels/scenes").mkdir(parents=True)
    Path("data/labels/scenes/val.jsonl").write_text(json.dumps(line))
    (scenes,) = named_sets(["scenes"], data, "val")
    (record,) = scenes.records
    assert record.plates == (
        PlateLabel(box=(20, 8, 32, 12)),
        PlateLabel(box=(1, 0, 10, 4), text="AB1", region="UZ", corners=((1, 0), (10, 0), (10, 4), (1, 4))),
    )


def test_crops_have_the_texts_that_were_looked_at_again(data: Path) -> None:
    (data / "more" / "ocr").mkdir(parents=True)
    crops = [CROP.model_copy(update={"image": name}) for name in ("wrong.png", "blurred.png")]
    for crop, colour in zip(crops, ("red", "blue"), strict=True):
        Image.new("RGB", (40, 20), colour).save(data / "more" / "ocr" / crop.image)
    write_manifest(data / "more" / "ocr" / "manifest.jsonl", crops)
    hashes = [sha256_of(data / "more" / "ocr" / crop.image) for crop in crops]
    rows = [{"set": "more/ocr", "sha256": h, "text": t} for h, t in zip(hashes, ("ZZ9", None), strict=True)]
    Path("data/labels/texts").mkdir(parents=True)
    Path("data/labels/texts/val.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (pictures,) = named_sets(["more/ocr"], data, "val")
    assert [(r.image, r.text) for r in pictures.records] == [("wrong.png", "ZZ9")]
    assert not pictures.faulty
