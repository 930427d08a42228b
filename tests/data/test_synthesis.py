"""Synthetic crops: what the reader is trained on must be what the labels say."""

import itertools
import pickle
from pathlib import Path

import cv2
import matplotlib
import numpy as np
import pytest

from src.core.alphabet import Alphabet, normalise
from src.data.synthesis import CropSynthesiser, FontError, find_fonts
from src.data.synthesis.degrade import degrade
from src.data.synthesis.draw import draw_plate
from src.data.synthesis.fonts import Faces, Lettering, lettering
from src.data.synthesis.holder import hold
from src.data.synthesis.plate import BLACK, DIGITS, LETTERS, WHITE, Field, Gap, Mark, Plate, Run, write
from src.data.synthesis.pose import lay, random_pose, transform_boxes
from src.data.synthesis.strokes import ROUNDNESS
from src.data.synthesis.synthesiser import DEFAULT_WEIGHTS, PLATES

FONTS = find_fonts(Path(matplotlib.get_data_path()) / "fonts" / "ttf")
FONTS = [p for p in FONTS if p.stem in {"DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono"}]
FACES = Faces(FONTS)


@pytest.fixture(scope="module")
def synthesise() -> CropSynthesiser:
    return CropSynthesiser(FONTS)


def test_crops_keep_the_contract(synthesise: CropSynthesiser) -> None:
    rng = np.random.default_rng(0)
    alphabet = Alphabet()
    for _ in range(200):
        crop = synthesise(rng)
        assert crop.image.shape == (32, 128, 3)
        assert crop.image.dtype == np.uint8
        assert crop.text
        assert normalise(crop.text) == crop.text
        assert not alphabet.unknown(crop.text)
        assert crop.chars.shape == (len(crop.text), 4)
        assert crop.chars.dtype == np.float32
        assert crop.lines in (1, 2)
        assert (crop.chars[:, 2:] >= crop.chars[:, :2]).all()
        assert (crop.chars >= 0).all()
        assert (crop.chars <= [128, 32, 128, 32]).all()


def test_characters_of_a_line_stand_in_the_order_of_the_text(synthesise: CropSynthesiser) -> None:
    rng = np.random.default_rng(1)
    crops = [crop for crop in (synthesise(rng) for _ in range(200)) if crop.lines == 1]
    assert len(crops) > 100
    for crop in crops:
        assert (np.diff(crop.chars[:, [0, 2]].mean(1)) > 0).all(), crop.text


def test_a_seed_gives_the_same_crops_after_pickling_too(synthesise: CropSynthesiser) -> None:
    again = pickle.loads(pickle.dumps(synthesise))
    for a, b in zip(_some(synthesise, 7), _some(again, 7), strict=True):
        assert a.text == b.text
        np.testing.assert_array_equal(a.image, b.image)
        np.testing.assert_array_equal(a.chars, b.chars)
    assert [c.text for c in _some(synthesise, 8)] != [c.text for c in _some(synthesise, 7)]


def _some(synthesise: CropSynthesiser, seed: int) -> list:
    rng = np.random.default_rng(seed)
    return [synthesise(rng) for _ in range(5)]


def test_size_is_the_callers() -> None:
    crop = CropSynthesiser(FONTS, size=(64, 256))(np.random.default_rng(0))
    assert crop.image.shape == (64, 256, 3)
    assert crop.chars[:, 2].max() > 128


@pytest.mark.parametrize("name", sorted(PLATES))
def test_every_kind_of_plate_has_a_text_the_reader_knows(name: str) -> None:
    rng = np.random.default_rng(2)
    texts = set()
    for _ in range(300):
        plate = PLATES[name](rng)
        texts.add(plate.text)
        assert not Alphabet().unknown(plate.text)
        assert 2 <= len(plate.text) <= 10
    assert len(texts) > 250


def test_russian_plates_use_the_twelve_letters() -> None:
    rng = np.random.default_rng(3)
    text = "".join(PLATES["russia"](rng).text for _ in range(300))
    assert set(text) - set("0123456789") == set("ABEKMHOPCTYX") | {"D"}  # CD and D: diplomats


@pytest.mark.parametrize("face", sorted(ROUNDNESS))
def test_the_drawn_faces_tell_all_characters_apart(face: str) -> None:
    masks = {c: Lettering(face).mask(c) for c in LETTERS + DIGITS}
    square = {c: cv2.resize(m, (32, 32), interpolation=cv2.INTER_AREA) for c, m in masks.items()}
    for a, b in itertools.combinations(set(square) - {"O", "0", "I", "1"}, 2):
        assert np.abs(square[a].astype(int) - square[b]).mean() > 8, (a, b)
    assert masks["O"].shape[1] > masks["0"].shape[1]
    assert masks["I"].shape[1] < masks["1"].shape[1]


def test_boldness_is_evened_out() -> None:
    """A thin and a fat face are brought to about the same stroke."""
    shares = [(lettering(face, 0.15).mask("H") > 127).mean() for face in sorted(ROUNDNESS)]
    thin, fat = (lettering("strokes-round", s).mask("H") for s in (0.1, 0.2))
    assert max(shares) - min(shares) < 0.05
    assert (thin > 127).mean() < (fat > 127).mean() - 0.1


def test_boxes_enclose_the_ink() -> None:
    """Black on white, seen straight: inside the boxes there is ink, outside there is none."""
    plate = Plate("", 4.6, (Field((0.1, 0.2, 0.9, 0.8), write(np.random.default_rng(0), "LL dd")),), edge=None)
    flat = draw_plate(plate, FACES, np.random.default_rng(4), 64)
    ink = flat.image.min(-1) < 100
    inside = np.zeros_like(ink)
    for x1, y1, x2, y2 in flat.chars:
        area = np.s_[int(y1) - 1 : int(y2) + 2, int(x1) - 1 : int(x2) + 2]
        assert ink[area].mean() > 0.1
        inside[area] = True
    assert not (ink & ~inside).any()


def test_boxes_follow_the_ink_through_holder_and_pose() -> None:
    """An I is a bar: dark in the middle of its box, white to the left and right of it, whatever the pose."""
    plate = Plate("", 4.6, (Field((0.1, 0.2, 0.9, 0.8), (Run("I"), Gap(2), Run("I"))),), edge=None)
    bold = Faces([p for p in FONTS if p.stem == "DejaVuSans-Bold"])
    rng = np.random.default_rng(5)
    for _ in range(20):
        flat = hold(draw_plate(plate, bold, rng, 64), bold, rng)
        pose = random_pose(rng, flat.plate, (64, 256))
        crop = lay(flat, pose, (64, 256), rng)
        for x1, y1, x2, y2 in np.round(transform_boxes(pose.matrix, flat.chars, (64, 256))).astype(int):
            row = crop[(y1 + y2) // 2].max(-1)
            assert row[(x1 + x2) // 2] < 100
            assert min(row[x1 - 2], row[x2 + 1]) > 150


def test_the_plates_box_lies_within_the_holder() -> None:
    plate = Plate("", 3.0, (Field((0.1, 0.2, 0.9, 0.8), (Run("A"),)),))
    flat = draw_plate(plate, FACES, np.random.default_rng(6), 60)
    held = hold(flat, FACES, np.random.default_rng(6))
    x1, y1, x2, y2 = held.plate.astype(int)
    assert (x2 - x1, y2 - y1) == (180, 60)
    np.testing.assert_array_equal(held.image[y1 + 20 : y2 - 20, x1:x2], flat.image[20:40])
    np.testing.assert_array_equal(held.chars - flat.chars, [[x1, y1, x1, y1]])


def test_patterns() -> None:
    items = write(np.random.default_rng(0), "Ld-{CD}n *", letters="K")
    first, dash, second, _, seals = items
    assert isinstance(first, Run)
    assert first.text[0] == "K"
    assert first.text[1].isdigit()
    assert dash == Mark("dash", 0.3)
    assert isinstance(second, Run)
    assert second.text[:2] == "CD"
    assert second.text[2] in "123456789"
    assert seals == Mark("seals", 0.42)


def test_the_arabic_word_is_one_character() -> None:
    crop = CropSynthesiser(FONTS, weights={"tunisia": 1})(np.random.default_rng(0))
    before, after = crop.text.split("T")
    assert before.isdigit()
    assert after.isdigit()
    assert len(crop.chars) == len(before) + 1 + len(after)


def test_plates_that_no_font_can_write_are_left_out_and_named() -> None:
    assert CropSynthesiser(FONTS).skipped == ("china",)
    with pytest.raises(ValueError, match="no plates left"):
        CropSynthesiser(FONTS, weights={"china": 1})


def test_unknown_weights_are_named() -> None:
    with pytest.raises(ValueError, match="atlantis"):
        CropSynthesiser(FONTS, weights={"atlantis": 1})


def test_weights_choose(synthesise: CropSynthesiser) -> None:
    rng = np.random.default_rng(9)
    regions = [synthesise.plate(rng).region for _ in range(1000)]
    share = DEFAULT_WEIGHTS["russia"] / (sum(DEFAULT_WEIGHTS.values()) - DEFAULT_WEIGHTS["china"])
    assert abs(regions.count("RU") / 1000 - share) < 0.05


def test_an_empty_folder_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(FontError, match=r"scripts/fetch_fonts\.sh"):
        find_fonts(tmp_path)
    with pytest.raises(FontError, match=r"scripts/fetch_fonts\.sh"):
        find_fonts(tmp_path / "missing")


def test_a_broken_font_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    with pytest.raises(FontError, match=r"broken\.ttf"):
        Faces(find_fonts(tmp_path))


def test_degrading_keeps_shape_and_changes_most_crops() -> None:
    plate = Plate("", 4.0, (Field((0.1, 0.2, 0.9, 0.8), (Run("AB12"),)),), (WHITE,), BLACK)
    rng = np.random.default_rng(10)
    flat = draw_plate(plate, FACES, rng, 64)
    clean = lay(flat, random_pose(rng, flat.plate, (32, 128)), (32, 128), rng)
    changed = 0
    for _ in range(100):
        image = degrade(clean, rng)
        assert image.shape == clean.shape
        assert image.dtype == np.uint8
        changed += bool((image != clean).any())
    assert changed > 60
