"""Hand labels find their pictures by hash; the committed files keep what docs/labels.md promises."""

import json
from collections import defaultdict
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image

from src.core.alphabet import Alphabet, normalise
from src.core.card import sha256_of
from src.data.annotations.labels import LabelError, load_known_labels, load_labels, read_labels
from src.data.annotations.manifest import ManifestError, PlateLabel, Record, write_manifest

COMMITTED = Path(__file__).parents[3] / "data" / "labels"


@pytest.fixture
def data_root(tmp_path: Path) -> Path:
    """Two sets of one picture each: ``crops/a.png`` and ``scenes/deep/b.png``."""
    for place, colour in (("crops/a.png", "red"), ("scenes/deep/b.png", "blue")):
        (tmp_path / place).parent.mkdir(parents=True)
        Image.new("RGB", (40, 20), colour).save(tmp_path / place)
    write_manifest(tmp_path / "crops" / "manifest.jsonl", [Record(image="a.png"), Record(image="gone.png")])
    write_manifest(tmp_path / "scenes" / "manifest.jsonl", [Record(image="deep/b.png", plates=())])
    return tmp_path


def _write(folder: Path, name: str, **fields: object) -> Path:
    folder.mkdir(exist_ok=True)
    label = {"set": "crops", "text": "AB123", "region": "DE", "lines": 1, "split": "val"} | fields
    (folder / name).write_text("\n" + json.dumps(label) + "\n")
    return folder / name


def test_a_crop_and_a_plate_of_a_scene(data_root: Path) -> None:
    labels = data_root / "labels"
    crop, scene = data_root / "crops" / "a.png", data_root / "scenes" / "deep" / "b.png"
    _write(labels, "eu-crops.jsonl", sha256=sha256_of(crop))
    _write(
        labels,
        "ru-scenes.jsonl",
        set="scenes",
        sha256=sha256_of(scene),
        box=[1, 2, 30, 12],
        text="X5307MK",
        region="RU",
        lines=2,
        split="train",
    )
    assert load_labels(labels, data_root) == [
        Record(image=str(crop), split="val", source="labels_eu", text="AB123", region="DE", lines=1),
        Record(
            image=str(scene),
            source="labels_ru",
            plates=(PlateLabel(box=(1, 2, 30, 12), text="X5307MK", region="RU", lines=2),),
        ),
    ]


def test_labels_of_pictures_that_are_not_there_wait(data_root: Path) -> None:
    labels, crop = data_root / "labels", data_root / "crops" / "a.png"
    _write(labels, "eu-crops.jsonl", sha256=sha256_of(crop))
    _write(labels, "ru-crops.jsonl", sha256="0" * 64)
    _write(labels, "xx-crops.jsonl", sha256=sha256_of(crop), set="nowhere")
    assert [record.source for record in load_known_labels(labels, data_root)] == ["labels_eu"]
    with pytest.raises(ManifestError):
        load_labels(labels, data_root)


def test_images_are_absolute_whatever_the_data_root(data_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(data_root / "labels", "eu-crops.jsonl", sha256=sha256_of(data_root / "crops" / "a.png"))
    monkeypatch.chdir(data_root)
    (record,) = load_labels(Path("labels"), Path())
    assert Path("elsewhere") / record.image == data_root / "crops" / "a.png"


def test_a_label_without_its_picture_is_named(data_root: Path) -> None:
    path = _write(data_root / "labels", "eu-crops.jsonl", sha256="0" * 64)
    with pytest.raises(LabelError, match="no picture of that hash") as error:
        load_labels(data_root / "labels", data_root)
    assert str(error.value).startswith(f"{path}:2: ")


def test_a_set_that_is_not_there_is_named(data_root: Path) -> None:
    _write(data_root / "labels", "eu-crops.jsonl", set="other", sha256="0" * 64)
    with pytest.raises(ManifestError, match=r"other/manifest\.jsonl: No such file"):
        load_labels(data_root / "labels", data_root)


def test_a_folder_without_labels_is_an_error(data_root: Path) -> None:
    with pytest.raises(LabelError, match="no label file"):
        load_labels(data_root / "crops" / "deeper", data_root)


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [("split", "test", "split"), ("text", "", "text"), ("sha256", "12", "sha256"), ("note", "?", "note")],
)
def test_a_malformed_label_names_file_line_and_field(data_root: Path, field: str, value: str, fault: str) -> None:
    path = _write(data_root / "labels", "eu-crops.jsonl", **{"sha256": "0" * 64, field: value})
    with pytest.raises(LabelError) as error:
        read_labels(path)
    assert str(error.value).startswith(f"{path}:2: {fault}: ")


@pytest.mark.parametrize(("name", "labels", "texts"), [("eu-crops.jsonl", 320, 313), ("ru-scenes.jsonl", 83, 46)])
def test_committed_labels(name: str, labels: int, texts: int) -> None:
    rows = [label for _, label in read_labels(COMMITTED / name)]
    splits = defaultdict(set)
    for row in rows:
        splits[row.text].add(row.split)
        assert row.text == normalise(row.text)
        assert not Alphabet().unknown(row.text)
        assert len(row.region) == 2
        assert row.region.isupper()
    ordered = sorted(splits, key=lambda text: sha256(text.encode()).hexdigest())
    assert (len(rows), len(splits)) == (labels, texts)
    assert [splits[text] for text in ordered] == [{"val"}] * (texts // 2) + [{"train"}] * (texts - texts // 2)
    assert len({(row.sha256, row.box) for row in rows}) == labels, "a plate was labelled twice"
