import json
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest
from PIL import Image

from src.core.alphabet import Alphabet
from src.core.card import sha256_of
from src.core.ctc import NO_LABEL
from src.core.geometry import box_to_corners
from src.data.annotations.manifest import ManifestError, PlateLabel, Record, write_manifest
from src.data.loaders.char_alignment import unknown_alignment
from src.data.loaders.crops import NOT_WHOLE, SYNTHETIC, CropData, CropDataset, CropSample
from src.data.loaders.real_crops import RealCrop, real_crops
from src.data.synthesis import SynthesisError
from src.data.transforms.augment import CropAugment

FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
BOX = np.array([0, 0, 64, 16], np.float32)


def test_a_real_crop_has_text_but_no_column_labels() -> None:
    image = np.random.default_rng(0).integers(0, 255, (16, 64, 3), np.uint8)
    crop = RealCrop(image, box_to_corners(BOX), "A1", "here", 0.0)
    sample = CropDataset([crop], (32, 128), 32)[0, 0]
    assert sample.image.shape == (32, 128, 3)
    assert np.all(sample.alignment == NO_LABEL)


def test_known_characters_label_the_columns_wherever_the_crop_lies() -> None:
    image = np.zeros((16, 64, 3), np.uint8)
    image[:, 40:48] = 255
    chars = np.array([[40, 0, 48, 16]], np.float32)
    data = CropDataset([RealCrop(image, box_to_corners(BOX), "7", "x", 0.0, None, chars)], (32, 128), 32)
    assert np.flatnonzero(data[0, 0].alignment[0]).tolist() == [21, 22]  # of 20 to 23, the middle 70 %
    data.augment = CropAugment(margin=(0.3, 0.9), corner=0.0)
    for seed in range(10):
        sample = data[0, seed]
        labelled = np.flatnonzero(sample.alignment[0])
        columns = sample.image.mean((0, 2)).reshape(32, 4).mean(1)
        assert set(sample.alignment[0, labelled]) == {1}
        assert columns[labelled].min() > columns.mean()


def test_augmented_crops_differ_by_seed_alone() -> None:
    image = np.random.default_rng(0).integers(0, 255, (16, 64, 3), np.uint8)
    data = CropDataset([RealCrop(image, box_to_corners(BOX), "A1", "x", 0.0)], (32, 128), 32, CropAugment())
    assert np.array_equal(data[0, 5].image, data[0, 5].image)
    assert not np.array_equal(data[0, 5].image, data[0, 6].image)


def test_a_labelled_plate_of_a_scene_becomes_a_crop(tmp_path) -> None:
    pixels = np.zeros((100, 200, 3), np.uint8)
    pixels[40:60, 50:110] = 255
    Image.fromarray(pixels).save(tmp_path / "s.png")
    plates = (PlateLabel(box=(50, 40, 110, 60), text="A1"), PlateLabel(box=(0, 0, 9, 9)))
    (crop,) = real_crops([Record(image="s.png", plates=plates)], tmp_path)
    assert crop.text == "A1"
    (x1, y1), _, (x2, y2), _ = crop.corners.astype(int)
    assert crop.image[y1:y2, x1:x2].min() == 255
    assert crop.image.shape == (40, 80, 3)


def test_an_unreadable_crop_is_named(tmp_path) -> None:
    from src.core.image import ImageError

    with pytest.raises(ImageError, match=r"gone\.jpg"):
        real_crops([Record(image="gone.jpg", text="A1")], tmp_path)


def crop_data(folder: Path, texts: dict[str, list[str]], **changes: object) -> CropData:
    """Crops of each source, the last of which is ``val``."""
    Image.new("RGB", (64, 16)).save(folder / "a.png")
    records = [
        Record(image="a.png", text=text, source=source, split="train" if i + 1 < len(own) else "val")
        for source, own in texts.items()
        for i, text in enumerate(own)
    ]
    write_manifest(folder / "m.jsonl", records)
    stated = {"samples_per_epoch": 4000, "synthetic_share": 0.5, "synthetic_val": 3, "workers": 0}
    stated |= {"synthetic_weights": {"RU": 1}}
    common = (
        [str(folder / "m.jsonl")],
        None,
        str(folder),
        str(FONTS),
        CropAugment(),
        Alphabet().characters,
        ["RU", "TN"],
    )
    return CropData(*common, **(stated | changes))


def test_an_epoch_mixes_sources_and_drawn_crops_by_their_weights(tmp_path) -> None:
    data = crop_data(tmp_path, {"many": ["A1", "A2", "A3", "A4"], "few": ["B1", "B2"]}, source_weights={"few": 3.0})
    data.setup("fit")
    epochs = []
    for epoch in (0, 1, 0):
        data.trainer = SimpleNamespace(current_epoch=epoch, max_epochs=2)
        epochs.append(list(data.train_dataloader().sampler))
    assert epochs[0] == epochs[2] != epochs[1]
    drawn = Counter(index for index, _ in epochs[0])
    shares = [drawn[i] / 4000 for i in (SYNTHETIC, 0, 1, 2, 3)]
    assert shares == pytest.approx([1 / 2, 1 / 12, 1 / 12, 1 / 12, 1 / 4], abs=0.03)
    assert data.sources == {"many": 3, "few": 1}


def test_no_country_and_no_province_outweighs_the_others(tmp_path) -> None:
    Image.new("RGB", (64, 16)).save(tmp_path / "a.png")
    texts = [*(("CN", f"皖A{i}") for i in range(6)), ("CN", "京A1"), ("CN", "京A2"), ("UZ", "01A1"), (None, "X1")]
    write_manifest(tmp_path / "m.jsonl", [Record(image="a.png", text=text, region=code) for code, text in texts])
    common = ([str(tmp_path / "m.jsonl")], None, str(tmp_path), str(FONTS), CropAugment(), Alphabet().characters)
    shares = {}
    for balance in (0.0, 1.0):
        stated = {"synthetic_share": 0.0, "synthetic_val": 0, "samples_per_epoch": 6000, "balance": balance}
        data = CropData(*common, ["CN", "UZ"], workers=0, **stated)
        data.setup("fit")
        data.trainer = SimpleNamespace(current_epoch=0, max_epochs=1)
        drawn = Counter(index for index, _ in data.train_dataloader().sampler)
        shares[balance] = [drawn[i] / 6000 for i in (0, 6, 8, 9)]
    assert shares[0.0] == pytest.approx([0.1] * 4, abs=0.02)
    assert shares[1.0] == pytest.approx([1 / 36, 1 / 12, 1 / 3, 1 / 3], abs=0.02)
    with pytest.raises(ValueError, match=r"balance must lie within 0\.\.1, got 2"):
        CropData(*common, ["CN"], balance=2)


def test_texts_that_were_looked_at_again_are_learnt(tmp_path) -> None:
    (tmp_path / "texts").mkdir()
    data = crop_data(tmp_path, {"own": ["A1", "A2", "B1"]}, looked_at=str(tmp_path / "texts"))
    line = {"set": "ocr", "sha256": sha256_of(tmp_path / "a.png"), "text": "Z9"}
    (tmp_path / "texts" / "looked-at.jsonl").write_text(json.dumps(line))
    data.setup("fit")
    assert [crop.text for crop in data.crops["train"]] == ["Z9", "Z9"]


def test_validation_sees_every_real_crop_and_the_same_drawn_ones(tmp_path) -> None:
    data = crop_data(tmp_path, {"many": ["A1", "A2"], "few": ["B1", "B2"]})
    data.setup("fit")
    (batch,) = data.val_dataloader()
    (again,) = data.val_dataloader()
    assert batch.texts[:2] == ["A2", "B2"]
    assert batch.texts == again.texts
    assert len(batch.texts) == 5
    assert batch.lengths.tolist() == [len(text) for text in batch.texts]
    assert [np.count_nonzero(row) for row in batch.targets.numpy()] == batch.lengths.tolist()


def test_what_is_drawn_must_be_what_the_reader_can_say(tmp_path) -> None:
    with pytest.raises(SynthesisError, match="plates of DE, PL are drawn, which `regions` lacks"):
        crop_data(tmp_path, {"many": ["A1", "A2"]}, synthetic_weights={"RU": 1, "PL": 1, "DE": 1}).setup("fit")
    with pytest.raises(SynthesisError, match="plates of BO are drawn"):
        crop_data(tmp_path, {"many": ["A1", "A2"]}, registry=["notebooks/plates"], synthetic_weights=None).setup("fit")


def test_only_countries_of_the_reader_are_labels(tmp_path) -> None:
    Image.new("RGB", (64, 16)).save(tmp_path / "a.png")
    codes = ("TN", "EU", None)
    records = [Record(image="a.png", text="A1", region=code, split=s) for s in ("train", "val") for code in codes]
    write_manifest(tmp_path / "m.jsonl", records)
    common = ([str(tmp_path / "m.jsonl")], None, str(tmp_path), str(FONTS), CropAugment(), Alphabet().characters)
    data = CropData(*common, ["RU", "TN"], synthetic_share=0.0, synthetic_val=0, workers=0)
    data.setup("fit")
    (batch,) = data.val_dataloader()
    assert batch.regions.tolist() == [1, NO_LABEL, NO_LABEL]


@pytest.mark.parametrize(("texts", "fault"), [(["A?", "B1"], "has '\\?'"), (["B1"], "no real training crop")])
def test_crops_that_cannot_be_learnt_are_an_error(tmp_path, texts: list[str], fault: str) -> None:
    with pytest.raises(ManifestError, match=fault):
        crop_data(tmp_path, {"own": texts}).setup("fit")


def test_a_plate_outside_its_scene_or_of_an_unsure_text(tmp_path) -> None:
    from PIL import Image

    Image.new("RGB", (50, 40)).save(tmp_path / "s.png")
    unsure = PlateLabel(box=(5, 5, 25, 15), text="A1", sure=False)
    assert real_crops([Record(image="s.png", plates=(unsure,))], tmp_path) == []
    outside = PlateLabel(box=(90, 90, 110, 95), text="A1")
    with pytest.raises(ManifestError, match=r"s\.png: box .* outside"):
        real_crops([Record(image="s.png", plates=(outside,))], tmp_path)


def test_no_fault_of_the_camera_moves_a_real_crop() -> None:
    image = np.full((64, 256, 3), 30, np.uint8)
    image[20:44, 100:157] = 220
    augment, corners = CropAugment(margin=(0.0, 0.0), corner=0.0), box_to_corners(np.array([0, 0, 256, 64], np.float32))
    for seed in range(80):
        grey = augment(image, corners, (32, 128), np.random.default_rng(seed))[0].astype(float).mean(-1)
        bright = np.abs(grey - np.median(grey)) > (grey.max() - grey.min()) / 2
        assert np.argwhere(bright).mean(0) == pytest.approx((15.5, 63.75), abs=0.75), seed


def test_a_share_of_the_crops_shows_no_whole_plate(tmp_path) -> None:
    data = crop_data(tmp_path, {"own": ["A1", "A2", "B1"]}, not_whole_share=0.25, not_whole_val=6, batch_size=40)
    data.setup("fit")
    data.trainer = SimpleNamespace(current_epoch=0, max_epochs=1)
    loader = data.train_dataloader()
    drawn = Counter(index for index, _ in loader.sampler)
    shares = [drawn[i] / 4000 for i in (NOT_WHOLE, SYNTHETIC, 0, 1)]
    assert shares == pytest.approx([0.25, 0.375, 0.1875, 0.1875], abs=0.03)
    batch = next(iter(loader))
    made = [source.startswith("not_whole") for source in batch.sources]
    assert 2 < sum(made) < 25
    assert batch.whole[[not own for own in made]].all()
    assert not batch.whole[made].all()
    assert batch.read[[not own for own in made]].all()
    (known,) = data.val_dataloader()
    (again,) = data.val_dataloader()
    assert known.images.equal(again.images)
    assert [source.startswith("not_whole") for source in known.sources] == [False] * 4 + [True] * 6
    with pytest.raises(ValueError, match="not_whole_share must lie within 0 and less than 1, got 1"):
        crop_data(tmp_path, {"own": ["A1", "B1"]}, not_whole_share=1.0)


def test_a_crop_of_no_known_text_is_marked_as_such(tmp_path) -> None:
    data = crop_data(tmp_path, {"own": ["A1", "B1"]})
    image = np.zeros((48, 128, 3), np.uint8)
    samples = [
        CropSample(image, text, unknown_alignment(32), None, "own", whole)
        for text, whole in (("A1", True), (None, False), ("", False))
    ]
    batch = data._collate(samples)
    assert batch.read.tolist() == [True, False, True]
    assert batch.whole.tolist() == [True, False, False]
    assert batch.lengths.tolist() == [2, 0, 0]
    assert batch.texts == ["A1", "", ""]
