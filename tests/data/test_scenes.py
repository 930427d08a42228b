from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from src.core.image import ImageError
from src.data.augment import SceneAugment, fit, flip_horizontally, mosaic
from src.data.image_cache import ImageCache
from src.data.manifest import ManifestError, PlateLabel, Record, write_manifest
from src.data.sampling import EpochSampler, source_probabilities
from src.data.scenes import SceneData, SceneDataset, collate, plate_arrays

NO_BOXES = np.zeros((0, 4), np.float32)
NO_CORNERS = np.zeros((0, 4, 3), np.float32)


def white_plate(height: int = 100, width: int = 200, box: tuple[int, ...] = (50, 40, 110, 60)):
    image = np.zeros((height, width, 3), np.uint8)
    x1, y1, x2, y2 = box
    image[y1:y2, x1:x2] = 255
    corners = np.array([[[x1, y1, 1], [x2, y1, 1], [x2, y2, 1], [x1, y2, 1]]], np.float32)
    return image, np.array([box], np.float32), corners


def brightness_inside(image, box) -> float:
    x1, y1, x2, y2 = np.round(box).astype(int)
    return float(image[y1:y2, x1:x2].mean())


def test_fit_moves_box_and_corners_with_the_pixels() -> None:
    canvas, boxes, corners = fit(*white_plate(), 64)
    assert canvas.shape == (64, 64, 3)
    assert boxes[0].tolist() == pytest.approx([16, 28.8, 35.2, 35.2], abs=0.01)
    assert corners[0, 2, :2].tolist() == pytest.approx([35.2, 35.2], abs=0.01)
    assert corners[0, :, 2].tolist() == [1] * 4


def test_a_flip_renumbers_the_corners() -> None:
    image, boxes, corners = flip_horizontally(*white_plate())
    assert boxes[0].tolist() == [90, 40, 150, 60]
    assert corners[0, 0].tolist() == [90, 40, 1]
    assert corners[0, 1].tolist() == [150, 40, 1]
    assert brightness_inside(image, boxes[0]) == 255


def test_augmentation_keeps_boxes_on_their_plates() -> None:
    augment, kept = SceneAugment(), 0
    for seed in range(40):
        canvas, boxes, corners = augment(*fit(*white_plate(), 128), np.random.default_rng(seed))
        assert canvas.shape == (128, 128, 3)
        assert len(boxes) == len(corners)
        for box, points in zip(boxes, corners, strict=True):
            kept += 1
            assert brightness_inside(canvas, box) > canvas[:, :, :].mean()
            centre = points[:, :2].mean(0)
            assert np.abs(centre - (box[:2] + box[2:]) / 2).max() < 25
    assert kept >= 30


@pytest.mark.parametrize("size", [256, 320, 416])
def test_a_plate_that_fills_its_scene_is_no_fault(size: int) -> None:
    rng = np.random.default_rng(0)
    for width in range(200, 260, 7):
        scene = white_plate(100, width, (0, 0, width, 100))
        SceneAugment()(*fit(*scene, size), rng)


def test_mosaic_boxes_lie_on_their_plates() -> None:
    for seed in range(20):
        canvas, boxes, _ = mosaic([white_plate()] * 4, 128, np.random.default_rng(seed))
        for box in boxes:
            assert box.min() >= 0
            assert box.max() <= 128
            assert brightness_inside(canvas, box) > 150


def test_boxes_alone_have_invisible_corners() -> None:
    _, corners = plate_arrays(Record(image="a", plates=(PlateLabel(box=(1, 2, 3, 4)),)))
    assert corners.shape == (1, 4, 3)
    assert corners[..., 2].sum() == 0


def test_collate_says_whose_each_box_is() -> None:
    empty = (np.zeros((32, 32, 3), np.uint8), NO_BOXES, NO_CORNERS)
    batch = collate([fit(*white_plate(), 32), empty, fit(*white_plate(), 32)])
    assert batch.images.shape == (3, 32, 32, 3)
    assert batch.images.dtype == torch.uint8
    assert batch.batch_index.tolist() == [0, 2]


def test_the_cache_returns_the_pixels_and_notices_a_change(tmp_path) -> None:
    a, b = tmp_path / "a.png", tmp_path / "b.png"
    Image.new("RGB", (5, 3), (1, 2, 3)).save(a)
    Image.new("RGB", (4, 6), (9, 8, 7)).save(b)
    cache = ImageCache([a, b], tmp_path / "cache")
    assert cache[0].shape == (3, 5, 3)
    assert cache[1][5, 3].tolist() == [9, 8, 7]
    Image.new("RGB", (50, 30), (1, 2, 3)).save(a)
    assert ImageCache([a, b], tmp_path / "cache")[0].shape == (30, 50, 3)


def test_the_cache_names_a_broken_image(tmp_path) -> None:
    (tmp_path / "broken.jpg").write_text("text")
    with pytest.raises(ImageError, match=r"broken\.jpg"):
        ImageCache([tmp_path / "broken.jpg"], tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("*.json"))


def test_plain_dataset_letterboxes(tmp_path) -> None:
    image, boxes, _ = white_plate()
    Image.fromarray(image).save(tmp_path / "a.png")
    records = [Record(image="a.png", plates=(PlateLabel(box=tuple(boxes[0])),))]
    canvas, found, _ = SceneDataset(records, ImageCache([tmp_path / "a.png"], tmp_path), 64)[0, 0]
    assert canvas.shape == (64, 64, 3)
    assert found.shape == (1, 4)


def test_sources_are_drawn_by_their_weight() -> None:
    probabilities = source_probabilities(["a", "a", "b"], {"b": 2.0})
    assert probabilities.tolist() == [0.25, 0.25, 0.5]
    with pytest.raises(ManifestError, match="c"):
        source_probabilities(["a"], {"c": 1.0})


def test_an_epoch_is_fixed_by_seed_and_number() -> None:
    p = np.full(10, 0.1)
    first, again, second = (list(EpochSampler(p, 50, 1, epoch)) for epoch in (0, 0, 1))
    assert first == again
    assert first != second


def scene_data(folder, *splits: str) -> SceneData:
    image, boxes, _ = white_plate()
    Image.fromarray(image).save(folder / "a.png")
    plates = (PlateLabel(box=tuple(boxes[0])),)
    write_manifest(folder / "m.jsonl", [Record(image="a.png", split=split, plates=plates) for split in splits])
    return SceneData(str(folder / "m.jsonl"), str(folder / "cache"), SceneAugment(), workers=0)


@pytest.mark.parametrize(("epoch", "size", "share"), [(0, 320, 0.5), (5, 320, 0.5), (6, 416, 0.5), (8, 416, 0.0)])
def test_canvas_and_mosaic_follow_the_progress(tmp_path, epoch: int, size: int, share: float) -> None:
    data = scene_data(tmp_path, "train", "val")
    data.setup("fit")
    data.trainer = SimpleNamespace(current_epoch=epoch, max_epochs=10)
    dataset = data.train_dataloader().dataset
    assert (dataset.size, dataset.mosaic_share) == (size, share)
    assert data.val_dataloader().dataset.augment is None


def test_a_manifest_without_a_split_is_named(tmp_path) -> None:
    with pytest.raises(ManifestError, match=r"m\.jsonl: no scene of split 'val'"):
        scene_data(tmp_path, "train").setup("fit")
