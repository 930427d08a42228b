import json
from pathlib import Path
from types import SimpleNamespace

import cv2
import matplotlib
import numpy as np
import pytest
import torch
from PIL import Image

from src.core.card import sha256_of
from src.core.geometry import FILL
from src.core.image import ImageError
from src.data.annotations.corrections import CorrectionError
from src.data.annotations.empty_regions import Region
from src.data.annotations.manifest import ManifestError, PlateLabel, Record, write_manifest
from src.data.copy_paste import CopyPaste
from src.data.loaders.image_cache import ImageCache
from src.data.loaders.sampling import EpochSampler, source_probabilities
from src.data.loaders.scenes import SceneData, SceneDataset, collate, scene_labels
from src.data.transforms import augment as augmenting
from src.data.transforms.augment import SceneAugment
from src.data.transforms.scene import Scene, fit, no_boxes


def white_plate(height: int = 100, width: int = 200, box: tuple[int, ...] = (50, 40, 110, 60)) -> Scene:
    image = np.zeros((height, width, 3), np.uint8)
    x1, y1, x2, y2 = box
    image[y1:y2, x1:x2] = 255
    corners = np.array([[[x1, y1, 1], [x2, y1, 1], [x2, y2, 1], [x1, y2, 1]]], np.float32)
    return Scene(image, np.array([box], np.float32), corners)


def brightness_inside(image, box) -> float:
    x1, y1, x2, y2 = np.round(box).astype(int)
    return float(image[y1:y2, x1:x2].mean())


def test_augmentation_keeps_corners_on_their_plates() -> None:
    augment, kept = SceneAugment(), 0
    for seed in range(60):
        scene = augment.frame(white_plate(), 128, np.random.default_rng(seed))
        assert scene.image.shape == (128, 128, 3)
        assert len(scene.boxes) == len(scene.corners)
        for box, points in zip(scene.boxes, scene.corners[..., :2], strict=True):
            kept += 1
            assert brightness_inside(scene.image, box) > 140
            assert points.min(0).clip(0) == pytest.approx(box[:2], abs=0.01)
            mask = cv2.fillConvexPoly(np.zeros((128, 128), np.uint8), np.round(points).astype(np.int32), 1)
            assert scene.image[cv2.erode(mask, np.ones((3, 3))) == 1].mean() > 235
            across, down = points[1] - points[0], points[3] - points[0]
            assert across[0] * down[1] > across[1] * down[0]  # clockwise, after a flip too
    assert kept >= 50


def test_a_focused_scene_shows_its_plate_at_any_width() -> None:
    augment, widths = SceneAugment(focus=1.0, stretch=1.0, rotate=0.0, shear=0.0), []
    scene = white_plate(540, 540, (200, 300, 300, 325))
    for seed in range(200):
        framed = augment.frame(scene, 320, np.random.default_rng(seed))
        assert len(framed.boxes) == 1
        widths.append(framed.boxes[0, 2] - framed.boxes[0, 0])
    assert min(widths) == pytest.approx(100 * 320 / 540 / 2, abs=0.1)
    assert 180 < max(widths) <= 200.1
    assert 0.2 < np.mean(np.array(widths) > 100) < 0.35  # log-uniform over 12 to 200: 25 % lie above 100


@pytest.mark.parametrize("size", [256, 320, 416])
def test_a_plate_that_fills_its_scene_is_no_fault(size: int) -> None:
    rng = np.random.default_rng(0)
    for width in range(200, 260, 7):
        SceneAugment().frame(white_plate(100, width, (0, 0, width, 100)), size, rng)


def test_light_is_fixed_by_the_generator_and_changes_the_picture() -> None:
    augment, image = SceneAugment(), np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    for way in (augment.light, augment.reencode):
        first, again = (way(image, np.random.default_rng(5)) for _ in range(2))
        assert (first == again).all()
    assert all((augment.reencode(image, np.random.default_rng(s)) != image).mean() > 0.3 for s in range(10))


def test_a_night_scene_does_not_turn_black() -> None:
    night, augment = np.full((64, 64, 3), 12, np.uint8), SceneAugment()
    night[20:30, 10:50] = 60
    for change in (augment.light, augment.reencode):
        after = [change(night, np.random.default_rng(seed)).astype(float) for seed in range(60)]
        assert min(a[20:30, 10:50].mean() - a[40:].mean() for a in after) > 10


def test_no_fault_of_the_camera_moves_a_plate_beside_its_box() -> None:
    image, augment = np.zeros((96, 96, 3), np.uint8), SceneAugment()
    image[40:50, 30:61] = 255
    for change in (augment.light, augment.reencode):
        for seed in range(80):
            grey = change(image, np.random.default_rng(seed)).astype(float).sum(-1)
            mask = grey > (grey.min() + grey.max()) / 2
            assert np.argwhere(mask).mean(0) == pytest.approx((44.5, 45), abs=0.5)


def test_labels_of_a_record() -> None:
    corners = ((1.0, 2.0), (3.0, 2.0), (3.0, 4.0), (1.0, 4.0))
    plates = (PlateLabel(box=(1, 2, 3, 4)), PlateLabel(box=(1, 2, 3, 4), corners=corners))
    labels = scene_labels(Record(image="a", plates=plates, ignore=((5, 6, 7, 8),)))
    assert labels.corners[0].sum() == 0
    assert labels.corners[1, :, 2].tolist() == [1] * 4
    assert labels.ignore.tolist() == [[5, 6, 7, 8]]


def test_collate_says_whose_each_box_is() -> None:
    plate = fit(white_plate(), 32)
    empty = Scene(np.zeros((32, 32, 3), np.uint8), no_boxes(), np.zeros((0, 4, 3), np.float32), plate.boxes)
    batch = collate([plate, empty, plate])
    assert batch.images.shape == (3, 32, 32, 3)
    assert batch.images.dtype == torch.uint8
    assert batch.batch_index.tolist() == [0, 2]
    assert batch.ignore_index.tolist() == [1]
    assert batch.ignore.tolist() == plate.boxes.tolist()


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


def dataset(folder: Path, augment: SceneAugment | None = None, **settings) -> SceneDataset:
    """Over one picture of a labelled plate and an ignored one."""
    scene = white_plate()
    scene.image[10:20, 150:190] = (255, 0, 0)
    Image.fromarray(scene.image).save(folder / "a.png")
    record = Record(image="a.png", plates=(PlateLabel(box=tuple(scene.boxes[0])),), ignore=((150, 10, 190, 20),))
    return SceneDataset([record], ImageCache([folder / "a.png"], folder), 64, augment, **settings)


def test_plain_dataset_letterboxes_and_keeps_ignore_boxes(tmp_path) -> None:
    scene = dataset(tmp_path)[0, 0]
    assert scene.image.shape == (64, 64, 3)
    assert scene.boxes.shape == (1, 4)
    assert scene.ignore[0].tolist() == pytest.approx([48, 19.2, 60.8, 22.4], abs=0.01)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_training_scenes_have_no_ignored_plate_left(tmp_path, monkeypatch, share: float) -> None:
    augment = SceneAugment(focus=0)
    monkeypatch.setattr(augment, "light", lambda image, rng: image)  # so that red stays red
    scenes = dataset(tmp_path, augment, mosaic_share=share)
    for seed in range(30):
        scene = scenes[0, seed]
        assert len(scene.ignore) == 0
        assert (scene.image[..., 0].astype(int) - scene.image[..., 1]).max() < 60


def test_two_in_five_scenes_get_pastes_and_all_by_their_seed(tmp_path, monkeypatch) -> None:
    augment, pasted = SceneAugment(), []

    def noted(image, rng):
        pasted.append(image)
        return image

    monkeypatch.setattr(augment, "reencode", noted)
    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    scenes = dataset(tmp_path, augment, mosaic_share=0.5, copy_paste=CopyPaste(str(fonts)))
    for seed in range(100):
        first = scenes[0, seed]
    assert 25 < len(pasted) < 50
    assert (scenes[0, 99].image == first.image).all()


def region(folder: Path, box: tuple[int, ...], name: str = "scenes") -> Region:
    return Region(set=name, sha256=sha256_of(folder / "a.png"), box=box)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_what_looks_like_a_plate_is_shown_closely_and_beside_it_plates(tmp_path, monkeypatch, share: float) -> None:
    augment = SceneAugment(focus=0, flip=0)
    monkeypatch.setattr(augment, "light", lambda image, rng: image)  # so that colours stay
    dataset(tmp_path)  # the picture
    image = white_plate().image
    image[70:90, 130:180] = (0, 0, 255)
    Image.fromarray(image).save(tmp_path / "a.png")
    record = Record(image="a.png", plates=(PlateLabel(box=(50, 40, 110, 60)),))
    cache = ImageCache([tmp_path / "a.png"], tmp_path)
    regions = [[region(tmp_path, (130, 70, 180, 90))]]
    scenes = SceneDataset([record], cache, 64, augment, regions=regions, hard_share=share)
    shown = [scenes[0, seed] for seed in range(80)]
    blue = np.array([((s.image[..., 2] > 200) & (s.image[..., 0] < 60)).mean() for s in shown])
    of_plates = [s.boxes[0, 2] - s.boxes[0, 0] for s in shown if len(s.boxes)]
    if share:
        assert 0.4 < (blue > 0.02).mean() < 0.85
        assert blue.max() > 0.3
        assert max(of_plates) > 45
        assert not blue[[len(s.boxes) > 0 for s in shown]].max() > 0.3
    else:
        assert blue.max() < 0.15
        assert max(of_plates) < 40


def test_a_close_view_is_often_a_picture_of_its_own() -> None:
    scene, augment = white_plate(300, 400, (0, 0, 60, 20)), SceneAugment(flip=0)
    scene.image[...] = np.maximum(scene.image, 60)
    box = np.array([200, 100, 260, 130], np.float32)
    filled = [
        (augment.closely(scene, box, 96, np.random.default_rng(s)).image == FILL).all(-1).mean() for s in range(60)
    ]
    assert 0.3 < np.mean(np.array(filled) > 0.25) < 0.7


def test_no_picture_of_its_own_cuts_a_plate(monkeypatch) -> None:
    windows, cut = [], augmenting._cut
    monkeypatch.setattr(augmenting, "CUT_OUT", 1.0)
    monkeypatch.setattr(augmenting, "_cut", lambda scene, window: windows.append(window) or cut(scene, window))
    scene, augment = white_plate(300, 400, (0, 0, 60, 20)), SceneAugment()
    for seed in range(60):
        augment.closely(scene, np.array([65, 0, 125, 20], np.float32), 96, np.random.default_rng(seed))
    assert 5 < len(windows) < 40
    assert min(x1 for x1, _, _, _ in windows) >= 60


def test_regions_belong_to_training_scenes_by_their_hash(tmp_path) -> None:
    data = scene_data(tmp_path, "train", "val", hard=str(tmp_path / "hard"), hard_share=0.3)
    (tmp_path / "hard").mkdir()
    found = region(tmp_path / "scenes", (120, 10, 160, 30))
    elsewhere = Region(set="more/scenes", sha256="0" * 64, box=(1, 2, 3, 4))
    (tmp_path / "hard" / "a.jsonl").write_text("\n".join(r.model_dump_json() for r in (found, elsewhere)))
    data.setup("fit")
    data.trainer = SimpleNamespace(current_epoch=0, max_epochs=10)
    dataset = data.train_dataloader().dataset
    assert dataset.labels[0].lookalikes.tolist() == [[120, 10, 160, 30]]
    assert (dataset.hard, dataset.hard_share) == ([0], 0.3)
    (tmp_path / "hard" / "a.jsonl").write_text(elsewhere.model_copy(update={"set": "scenes"}).model_dump_json())
    with pytest.raises(CorrectionError, match="no training scene of hash 0000"):
        data.setup("fit")


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


def scene_data(folder: Path, *splits: str, **settings) -> SceneData:
    scene = white_plate()
    (folder / "scenes").mkdir()
    Image.fromarray(scene.image).save(folder / "scenes" / "a.png")
    records = [Record(image="a.png", split=split, plates=(PlateLabel(box=tuple(scene.boxes[0])),)) for split in splits]
    write_manifest(folder / "scenes" / "manifest.jsonl", records)
    return SceneData(["scenes"], str(folder), str(folder / "cache"), SceneAugment(), workers=0, **settings)


def test_several_sets_are_one(tmp_path) -> None:
    data = scene_data(tmp_path, "train", "val")
    Image.new("RGB", (40, 30)).save(tmp_path / "b.png")
    write_manifest(tmp_path / "more.jsonl", [Record(image="b.png", source="more", split="train", plates=())])
    data.sets = ("scenes", str(tmp_path / "more.jsonl"))
    data.setup("fit")
    assert data.sources == {"unknown": 1, "more": 1}
    assert [image.shape[:2] for image in data.images["train"]][1] == (30, 40)


def test_corrections_replace_the_labels_of_both_splits(tmp_path) -> None:
    data = scene_data(tmp_path, "train", "val", corrections=str(tmp_path / "labels"))
    (tmp_path / "labels").mkdir()
    line = {
        "set": "scenes",
        "sha256": sha256_of(tmp_path / "scenes" / "a.png"),
        "plates": [],
        "ignore": [[1, 2, 30, 20]],
    }
    (tmp_path / "labels" / "a.jsonl").write_text(json.dumps(line))
    data.setup("fit")
    (batch,) = data.val_dataloader()
    assert (len(batch.boxes), batch.ignore_index.tolist()) == (0, [0])
    assert data.records["train"][0].plates == ()


def test_val_is_never_pasted_into(tmp_path) -> None:
    copy_paste = CopyPaste(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf"))
    data = scene_data(tmp_path, "train", "val", copy_paste=copy_paste)
    data.setup("fit")
    data.trainer = SimpleNamespace(current_epoch=0, max_epochs=10)
    assert data.train_dataloader().dataset.copy_paste is copy_paste
    assert data.val_dataloader().dataset.copy_paste is None


@pytest.mark.parametrize(("epoch", "size", "share"), [(0, 320, 0.5), (5, 320, 0.5), (6, 416, 0.5), (8, 416, 0.0)])
def test_canvas_and_mosaic_follow_the_progress(tmp_path, epoch: int, size: int, share: float) -> None:
    data = scene_data(tmp_path, "train", "val")
    data.setup("fit")
    data.trainer = SimpleNamespace(current_epoch=epoch, max_epochs=10)
    dataset = data.train_dataloader().dataset
    assert (dataset.size, dataset.mosaic_share) == (size, share)
    assert data.val_dataloader().dataset.augment is None


def test_a_manifest_without_a_split_is_named(tmp_path) -> None:
    with pytest.raises(ManifestError, match="scenes: no scene of split 'val'"):
        scene_data(tmp_path, "train").setup("fit")


def test_background_is_cut_anywhere_and_close() -> None:
    """Of a plate in one corner few such canvases see anything; no edge of the picture is drawn in."""
    scene = white_plate(300, 400, (0, 0, 60, 20))
    scene.image[...] = np.maximum(scene.image, 60)
    augment = SceneAugment(background=1.0, rotate=0, shear=0, stretch=1.0, flip=0.0)
    framed = [augment.frame(scene, 96, np.random.default_rng(seed)) for seed in range(60)]
    assert 0.6 < np.mean([len(each.boxes) == 0 for each in framed]) < 1
    widths = [box[2] - box[0] for each in framed for box in each.boxes]
    assert max(widths) > 1.5 * min(widths)
    closest = min((each.image == FILL).all(-1).mean() for each in framed)
    assert closest == 0
