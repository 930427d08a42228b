"""Crops of no whole plate: what can be seen decides what they are called."""

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pictures

from src.core.alphabet import Alphabet
from src.core.card import sha256_of
from src.core.ctc import NO_LABEL
from src.core.geometry import box_to_corners
from src.core.types import Image
from src.data.annotations.corrections import CorrectionError
from src.data.annotations.manifest import PlateLabel, Record
from src.data.copy_paste import PastedPlates, patches
from src.data.copy_paste.occluders import Layer, Maker, Stage, coat, post
from src.data.loaders.backgrounds import Background, backgrounds
from src.data.loaders.not_whole import KINDS, NotWhole, Sample, blurred, emptied
from src.data.loaders.real_crops import RealCrop
from src.data.synthesis import CropSynthesiser, find_fonts
from src.data.transforms.augment import CropAugment
from tests.data.loaders.test_crops import FONTS

TEXT = "ABCD"
CHARS = np.array([[20, 8, 50, 32], [55, 8, 85, 32], [110, 8, 140, 32], [145, 8, 175, 32]], np.float32)
GREYS = (60, 120, 180, 240)
"""Of the characters of ``plate``, each a block of its own grey on black."""
CALM = CropAugment(margin=(0.0, 0.0), corner=0.0)


class Clean(CropAugment):
    """Cuts as CropAugment does, without changing light or sharpness."""

    def __init__(self) -> None:
        super().__init__()
        self._compose = lambda image: {"image": image}  # type: ignore[assignment,misc]
        self._compose.set_random_seed = lambda seed: None  # type: ignore[attr-defined]


def plate(chars: bool = True) -> RealCrop:
    image = np.zeros((80, 280, 3), np.uint8)
    for (x1, y1, x2, y2), grey in zip(CHARS.astype(int), GREYS, strict=True):
        image[20 + y1 : 20 + y2, 40 + x1 : 40 + x2] = grey
    corners = box_to_corners(np.array([40, 20, 240, 60], np.float32))
    marked = CHARS + np.array([40, 20, 40, 20], np.float32) if chars else None
    return RealCrop(image, corners, TEXT, "gate", 0.05, "RU", marked)


def maker(crop: RealCrop, augment: CropAugment | None = None) -> NotWhole:
    return NotWhole((48, 128), 32, augment or Clean(), [crop])


def seen(sample: Sample) -> str:
    """The characters of which some columns show the grey, in a row through the middle."""
    pixels = sample.image[20:28].astype(int)
    return "".join(
        char for char, grey in zip(TEXT, GREYS, strict=True) if (np.abs(pixels - grey).max((0, 2)) <= 3).sum() >= 4
    )


def test_a_cut_plate_is_not_whole_and_its_text_is_what_is_left() -> None:
    known = 0
    for seed in range(200):
        sample = maker(plate()).make("cut", np.random.default_rng(seed))
        assert not sample.whole, seed
        assert sample.region == "RU"
        if sample.text is None:
            assert (sample.alignment == NO_LABEL).all()
            continue
        known += 1
        assert sample.text in TEXT, seed  # what is left is in one piece
        assert len(sample.text) < len(TEXT)
        assert set(sample.text) <= set(seen(sample)), seed
        assert sorted(set(sample.alignment[sample.alignment > 0])) == list(range(1, len(sample.text) + 1))
    assert known > 100


def test_columns_of_a_cut_plate_belong_to_the_characters_that_stand_there() -> None:
    for seed in range(100):
        sample = maker(plate()).make("cut", np.random.default_rng(seed))
        columns = sample.image[20:28].astype(float).mean((0, 2)).reshape(32, 4)
        for number, char in enumerate(sample.text or "", 1):
            (own,) = np.nonzero(sample.alignment[0] == number)
            assert np.abs(columns[own] - GREYS[TEXT.index(char)]).min() < 12, seed


def test_where_no_character_is_marked_one_is_lost_for_certain() -> None:
    lost = 0
    for seed in range(100):
        sample = maker(plate(chars=False)).make("cut", np.random.default_rng(seed))
        assert (sample.text, sample.whole) == (None, False)
        assert (sample.alignment == NO_LABEL).all()
        columns = [(np.abs(sample.image.astype(int) - grey).max(2) <= 3).any(0).sum() for grey in GREYS]
        at_an_edge = max(sample.image[0].max(), sample.image[-1].max()) > 30  # the top or the bottom is cut off
        lost += min(columns) < 0.5 * max(columns) or at_an_edge
    assert lost >= 92


def test_what_is_covered_is_not_read_and_what_stands_beside_hides_nothing() -> None:
    whole = 0
    for seed in range(60):
        sample = maker(plate()).make("covered", np.random.default_rng(seed))
        whole += sample.whole
        assert sample.whole == (sample.text == TEXT), seed
        if sample.text is not None and not sample.whole:
            assert len(sample.text) < len(TEXT)
    assert 0 < whole < 30
    for seed in range(15):
        sample = maker(plate(chars=False)).make("covered", np.random.default_rng(seed))
        assert sample.text == (TEXT if sample.whole else None)


def test_nothing_can_be_told_of_unreadable_plates() -> None:
    stripes = np.zeros((48, 128, 3), np.uint8)
    stripes[:, ::14] = stripes[:, 1::14] = stripes[:, 2::14] = 255
    for seed in range(50):
        assert blurred(stripes, np.random.default_rng(seed))[24, 20:108].std() < 0.35 * stripes[24].std()
        sample = maker(plate()).make("unreadable", np.random.default_rng(seed))
        assert (sample.text, sample.region, sample.whole) == (None, None, False)


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("street")
    noise = np.random.default_rng(0).integers(0, 200, (160, 240, 3), np.uint8)
    noise[80:102, 60:140] = (255, 0, 0)
    noise[20:60, 150:230] = (0, 0, 255)
    Pictures.fromarray(noise).save(folder / "s.png")
    return folder


SCENE = Record(
    image="s.png", plates=(PlateLabel(box=(60, 80, 140, 102)),), ignore=((150, 20, 230, 60),), source="street"
)


def test_backgrounds_show_neither_plates_nor_what_is_ignored(street: Path) -> None:
    found = backgrounds([SCENE] * 100, street)
    assert len(found) > 100
    for background in found:
        x1, y1, x2, y2 = background.box.astype(int)
        inside = background.image[y1:y2, x1:x2].reshape(-1, 3).astype(int)
        assert not ((inside[:, 0] > 240) & (inside[:, 1] < 20) & (inside[:, 2] < 20)).any()
        assert not ((inside[:, 2] > 240) & (inside[:, 0] < 20) & (inside[:, 1] < 20)).any()


def test_photographs_that_are_evaluated_on_give_no_backgrounds(street: Path, tmp_path: Path) -> None:
    with pytest.raises(CorrectionError, match="no regions"):  # a misspelt folder is no empty one
        backgrounds([SCENE], street, tmp_path)
    line = {"set": "scenes", "sha256": "0" * 64, "box": [0, 0, 9, 9]}
    (tmp_path / "no-plate.jsonl").write_text(json.dumps(line) + "\n")
    assert backgrounds([SCENE], street, tmp_path)
    line["sha256"] = sha256_of(street / "s.png")
    (tmp_path / "no-plate.jsonl").write_text(json.dumps(line) + "\n")
    assert backgrounds([SCENE], street, tmp_path) == []


@pytest.fixture(scope="module")
def everything(street: Path) -> NotWhole:
    drawn = CropSynthesiser(find_fonts(FONTS), weights={"RU": 1}, generic=0.0)
    pasted = PastedPlates(patches([SCENE], street), drawn)
    return NotWhole((48, 128), 32, CropAugment(), [plate()], None, 0.5, drawn, pasted, backgrounds([SCENE] * 5, street))


def test_every_kind_is_made_and_the_seed_decides(everything: NotWhole) -> None:
    again = pickle.loads(pickle.dumps(everything))
    kinds = []
    for seed in range(120):
        sample = everything(np.random.default_rng(seed))
        kinds.append(sample.kind)
        assert sample.image.shape == (48, 128, 3)
        assert not Alphabet().unknown(sample.text or "")
        if seed < 12:
            assert np.array_equal(sample.image, again(np.random.default_rng(seed)).image)
    assert set(kinds) == set(KINDS)
    assert 0.3 < kinds.count("cut") / 120 < 0.5


@pytest.mark.parametrize(("kind", "text"), [("background", ""), ("empty", ""), ("overlay", None), ("distractor", None)])
def test_no_plate_has_no_text_and_nobody_says_what_lettering_reads(
    everything: NotWhole, kind: str, text: str | None
) -> None:
    """A wall and an empty plate read as nothing; to be silent about clear letters would fight the reading of plates."""
    for seed in range(20):
        sample = everything.make(kind, np.random.default_rng(seed))  # type: ignore[arg-type]
        if sample.kind == "background" and kind == "overlay":
            continue  # no face writes that line
        assert (sample.text, sample.region, sample.whole) == (text, None, False)
        assert (sample.alignment == (NO_LABEL if text is None else 0)).all()


def test_an_emptied_plate_has_no_number(everything: NotWhole) -> None:
    drawn = CropSynthesiser(find_fonts(FONTS), weights={"RU": 1}, generic=0.0)
    notes = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        before = drawn.plate(rng)
        after = emptied(before, rng)
        assert before.text
        assert after.text == ""
        notes += len(after.notes) > len(before.notes)
    assert 15 < notes < 40


def test_only_what_can_be_made_is_made() -> None:
    wall = Background(np.zeros((20, 60, 3), np.uint8), np.array([5, 5, 55, 15], np.float32))
    only = NotWhole((48, 128), 32, CropAugment(), backgrounds=[wall])
    assert {only(np.random.default_rng(seed)).kind for seed in range(20)} == {"background"}
    with pytest.raises(ValueError, match="neither plates nor backgrounds"):
        NotWhole((48, 128), 32, CropAugment())


def test_kinds_may_have_other_frequencies_and_covers_other_makers() -> None:
    asked: list[str] = []

    def nothing(stage: Stage, window: Image, rng: np.random.Generator) -> Layer:
        asked.append("made")
        return Layer(np.zeros((*stage.size, 3), np.float32), np.zeros(stage.size, np.uint8))

    only = NotWhole((48, 128), 32, CropAugment(), [plate()], kinds={"covered": 1.0}, makers=(nothing,))
    samples = [only(np.random.default_rng(seed)) for seed in range(5)]
    assert {(s.kind, s.whole) for s in samples} == {("covered", True)}
    assert len(asked) == 5


@pytest.mark.parametrize(("maker", "most"), [(coat, 0.6), (post, 0.5)])
def test_what_stands_before_an_end_hides_a_part_of_the_plate(maker: Maker, most: float) -> None:
    corners = box_to_corners(np.array([100, 90, 220, 115], np.float32))
    shares = []
    for seed in range(40):
        layer = maker(Stage((200, 320), corners, 25.0), np.zeros((200, 320, 3), np.uint8), np.random.default_rng(seed))
        shares.append((layer.mask[90:115, 100:220] > 127).mean())
        assert (layer.mask > 127).any(0).sum() > 8
    assert 0.05 < np.median(shares) < 0.4
    assert max(shares) < most
