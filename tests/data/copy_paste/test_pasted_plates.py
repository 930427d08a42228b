"""Drawn plates in place of photographed ones: the old one is gone, and every character is where it is said to be."""

import pickle
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from PIL import Image

from src.core.geometry import corners_to_box
from src.core.image import ImageError
from src.data.annotations.manifest import ManifestError, PlateLabel, Record, write_manifest
from src.data.copy_paste import PastedPlates, patches
from src.data.copy_paste.dress import FAULTS, dressed
from src.data.loaders.crops import PASTED, READABLE_TRIES, CropDataset
from src.data.synthesis import GROUPS, CropSynthesiser, find_fonts
from src.data.synthesis.drawing.draw import draw_plate
from src.data.transforms.augment import CropAugment
from tests.data.loaders.test_crops import FONTS, crop_data

RED = (230, 10, 10)
PLATES = CropSynthesiser(find_fonts(FONTS), weights={"RU": 1}, generic=0.0)


def scene(folder: Path, box: tuple[int, int, int, int] = (60, 80, 140, 102)) -> Record:
    """A pure red plate on a body of grey with some grain."""
    image = np.random.default_rng(0).normal(120, 3, (160, 200, 3)).astype(np.uint8)
    image[box[1] : box[3], box[0] : box[2]] = RED
    Image.fromarray(image).save(folder / "s.png")
    return Record(image="s.png", plates=(PlateLabel(box=box),), source="street", split="train")


@pytest.fixture
def pasted(tmp_path: Path) -> PastedPlates:
    return PastedPlates(patches([scene(tmp_path)], tmp_path), PLATES)


def test_the_seed_decides_and_the_photograph_stays(pasted: PastedPlates) -> None:
    first, second = pasted(np.random.default_rng(3)), pickle.loads(pickle.dumps(pasted))(np.random.default_rng(3))
    assert first.text == second.text
    assert np.array_equal(first.image, second.image)
    assert not np.array_equal(first.image, pasted(np.random.default_rng(4)).image)


def test_nothing_of_the_old_plate_is_left(pasted: PastedPlates) -> None:
    for seed in range(30):
        pixels = pasted(np.random.default_rng(seed)).image.reshape(-1, 3).astype(int)
        assert ((pixels[:, 0] > 200) & (pixels[:, 1:].max(1) < 60)).mean() < 0.001, seed


def test_each_character_has_its_box_on_the_line_that_it_belongs_to(pasted: PastedPlates) -> None:
    """Within the plate, in order; there are strokes in the boxes, and more of them than half a character beside."""
    inked, beside = [], []
    for seed in range(60):
        plate = pasted(np.random.default_rng(seed))
        assert len(plate.chars) == len(plate.rows) == len(plate.text)
        boxes, outline = corners_to_box(plate.chars), corners_to_box(plate.corners)
        assert (boxes[:, :2] >= outline[:2] - 1).all()
        assert (boxes[:, 2:] <= outline[2:] + 1).all()
        centres = plate.chars.mean(1)
        for row in set(plate.rows):
            assert (np.diff(centres[plate.rows == row, 0]) > 0).all()
        if 1 in plate.rows:
            assert centres[plate.rows == 1, 1].min() > centres[plate.rows == 0, 1].max()
            continue
        across = cv2.cvtColor(plate.image, cv2.COLOR_RGB2GRAY).astype(float)
        middle = round(float(centres[:, 1].mean()))
        line = across[middle - 2 : middle + 3].std(0)  # a gap between characters is the same from top to bottom
        inked += [line[round(x1) : round(x2)].mean() for x1, _, x2, _ in boxes]
        gaps = [line[round(a) - 1 : round(b) + 1] for a, b in zip(boxes[:-1, 2], boxes[1:, 0], strict=True)]
        beside += [gap.mean() for gap in gaps if gap.size]  # tilted characters may overlap from side to side
    assert np.mean(inked) > 1.3 * np.mean(beside)


def test_both_lines_of_a_plate_are_labelled(pasted: PastedPlates) -> None:
    samples = [CropDataset([], (48, 128), 32, CropAugment(), None, pasted)[PASTED, seed] for seed in range(40)]
    assert all(sample.image.shape == (48, 128, 3) for sample in samples)
    assert {sample.source for sample in samples} == {"pasted_RU"}
    for sample in samples:
        aligned = set(sample.alignment[sample.alignment > 0])
        assert aligned <= set(range(1, len(sample.text) + 1))
        assert len(aligned) >= len(sample.text) - 2  # some are cut off, or share a column
    assert any((sample.alignment[1] > 0).any() for sample in samples)


def test_effects_that_are_left_out_happen_to_no_plate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the dice say, a bare plate is what is drawn without them."""
    monkeypatch.setattr("src.data.copy_paste.dress.FAULTS", [(group, fault, 1.0) for group, fault, _ in FAULTS])
    monkeypatch.setattr("src.data.copy_paste.dress.HELD", 1.0)
    monkeypatch.setattr("src.data.copy_paste.dress.HELD_TWO_LINED", 1.0)
    bare = CropSynthesiser(find_fonts(FONTS), weights={"RU": 1}, generic=0.0, without=GROUPS)
    plate = PLATES.plate(np.random.default_rng(0))
    flat, spoilt = (dressed(plate, plates, np.random.default_rng(1)) for plates in (bare, PLATES))
    drawn = draw_plate(plate, PLATES.faces, np.random.default_rng(1), 96)
    assert np.array_equal(flat.image, drawn.image)
    assert spoilt.image.shape[0] > flat.image.shape[0]  # in a holder


def test_unreadable_crops_are_drawn_again(pasted: PastedPlates) -> None:
    """By a camera whose first three pictures of each are black; the fourth is taken as it is."""
    augment, calls = CropAugment(), iter(range(10_000))

    def sees(image: np.ndarray, *rest: object) -> tuple[np.ndarray, np.ndarray]:
        crop, cut = augment(image, *rest)
        return (crop if next(calls) % READABLE_TRIES == READABLE_TRIES - 1 else crop // 200), cut

    data = CropDataset([], (48, 128), 32, sees, None, pasted)
    assert sum(data[PASTED, seed].image.std() > 4 for seed in range(30)) >= 28  # a fourth one may be dim by itself


def test_a_plate_at_the_edge_has_room_all_around_and_a_narrow_one_is_left_out(tmp_path: Path) -> None:
    (patch,) = patches([scene(tmp_path, (0, 0, 80, 20))], tmp_path)
    assert patch.image.shape == (68, 128, 3)
    assert (patch.image[0, 30] == RED).all()
    assert patch.box.tolist() == [24, 24, 104, 44]
    assert patches([scene(tmp_path, (10, 10, 45, 20))], tmp_path) == []
    with pytest.raises(ValueError, match="no photographed plate is 40 pixels wide"):
        PastedPlates([], PLATES)
    with pytest.raises(ImageError, match=r"gone\.png"):
        patches([Record(image="gone.png", plates=(PlateLabel(box=(0, 0, 50, 20)),))], tmp_path)


def test_an_epoch_has_its_share_of_them(tmp_path: Path) -> None:
    write_manifest(tmp_path / "scenes.jsonl", [scene(tmp_path)])
    stated = {"scenes": [str(tmp_path / "scenes.jsonl")], "synthetic_share": 0.5, "pasted_share": 0.4}
    data = crop_data(tmp_path, {"own": ["A1", "A2"]}, **stated)
    data.setup("fit")
    data.trainer = SimpleNamespace(current_epoch=0, max_epochs=1)
    drawn = [index for index, _ in data.train_dataloader().sampler]
    assert drawn.count(PASTED) / len(drawn) == pytest.approx(0.2, abs=0.03)
    assert data.sources == {"own": 1, "pasted_street": 1}
    write_manifest(tmp_path / "scenes.jsonl", [scene(tmp_path, (10, 10, 45, 20))])
    with pytest.raises(ManifestError, match=r"scenes\.jsonl: no plate of train is 40 pixels wide"):
        crop_data(tmp_path, {"own": ["A1", "A2"]}, **stated).setup("fit")
    with pytest.raises(ValueError, match="pasted_share must lie within"):
        crop_data(tmp_path, {"own": ["A1", "A2"]}, pasted_share=0.4)
