"""Sets are found by split, by name and by path, or named as missing."""

import json
from pathlib import Path

import pytest
from PIL import Image

from src.core.card import sha256_of
from src.data.manifest import PlateLabel, Record, write_manifest
from src.evaluation.sets import SetError, default_sets, named_sets, sets_of

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
    crops = [CROP, CROP.model_copy(update={"source": "own"}), CROP]
    write_manifest(data / "ocr" / "manifest.jsonl", crops)
    assert names(default_sets(data, "val")) == [
        ("scenes", "scenes", 1),
        ("ocr/shop", "plates", 2),
        ("ocr/own", "plates", 1),
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


def test_without_data_the_rendered_samples_are_used_whatever_their_split(data: Path) -> None:
    with pytest.raises(SetError, match="no manifests for split 'test'"):
        default_sets(data, "test")
    write_manifest(Path("data/samples/manifest.jsonl"), [SCENE])
    assert names(default_sets(data, "test")) == [("samples", "scenes", 1)]


def test_a_set_is_named_by_folder_path_or_manifest(data: Path) -> None:
    write_manifest(data / "mine" / "manifest.jsonl", [SCENE])
    write_manifest(data / "benchmarks" / "gate" / "manifest.jsonl", [SCENE])
    for name in ("mine", str(data / "mine"), str(data / "mine" / "manifest.jsonl")):
        assert names(named_sets([name], data, "val")) == [("mine", "scenes", 1)]
    assert names(named_sets(["gate", "mine"], data, "val")) == [("gate", "scenes", 1), ("mine", "scenes", 1)]
    with pytest.raises(SetError, match="other: no manifest"):
        named_sets(["other"], data, "val")


def test_a_split_without_records_is_an_error(data: Path) -> None:
    write_manifest(data / "mine" / "manifest.jsonl", [SCENE])
    with pytest.raises(SetError, match="no record of split 'vall'"):
        named_sets(["mine"], data, "vall")


def test_a_manifest_of_both_kinds_gives_both(data: Path) -> None:
    write_manifest(data / "mine" / "manifest.jsonl", [CROP, SCENE])
    assert names(sets_of(data / "mine" / "manifest.jsonl", None)) == [
        ("mine", "scenes", 1),
        ("mine/shop", "plates", 1),
    ]
