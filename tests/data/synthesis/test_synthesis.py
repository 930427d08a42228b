"""Synthetic crops: what the reader is trained on must be what the labels say."""

import itertools
import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest

from src.core.alphabet import Alphabet, normalise
from src.core.formats.registry import REGISTRY, load_registry
from src.core.geometry import CROP_SIZE
from src.data.synthesis import CropSynthesiser, FontError, SynthesisError, find_fonts
from src.data.synthesis.capture.pose import bent, lay, random_pose
from src.data.synthesis.drawing.draw import draw_plate
from src.data.synthesis.drawing.holder import hold
from src.data.synthesis.layout.plate import CONFUSABLE, DIGITS, LETTERS, RED, Field, Gap, Plate, Run, character
from src.data.synthesis.layout.registered import PlateMaker
from src.data.synthesis.layout.typeset import Style, set_line
from src.data.synthesis.synthesiser import GENERIC
from src.data.synthesis.typefaces.fonts import Faces, Lettering, lettering
from src.data.synthesis.typefaces.strokes import ROUNDNESS
from tests.fonts import FONTS

DEJAVU = [p for p in find_fonts(FONTS) if p.stem in {"DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono"}]
FACES = Faces(DEJAVU)
BOLIVIA = Path("notebooks/plates")
"""A registry of one country, none of those that ship."""


@pytest.fixture(scope="module")
def synthesise() -> CropSynthesiser:
    return CropSynthesiser(DEJAVU)


def test_crops_keep_the_contract(synthesise: CropSynthesiser) -> None:
    rng = np.random.default_rng(0)
    alphabet = Alphabet()
    for _ in range(200):
        crop = synthesise(rng)
        assert crop.image.shape == (*CROP_SIZE, 3)
        assert crop.image.dtype == np.uint8
        assert crop.text
        assert normalise(crop.text) == crop.text
        assert not alphabet.unknown(crop.text)
        assert crop.chars.shape == (len(crop.text), 4)
        assert crop.chars.dtype == np.float32
        assert crop.lines in (1, 2)
        assert crop.rows.shape == (len(crop.text),)
        assert set(crop.rows.tolist()) == set(range(crop.lines))
        assert (crop.chars[:, 2:] >= crop.chars[:, :2]).all()
        assert (crop.chars >= 0).all()
        assert (crop.chars <= CROP_SIZE[::-1] * 2).all()


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
    crop = CropSynthesiser(DEJAVU, size=(64, 256))(np.random.default_rng(0))
    assert crop.image.shape == (64, 256, 3)
    assert crop.chars[:, 2].max() > 128


def test_crops_say_what_they_are(synthesise: CropSynthesiser) -> None:
    registry = load_registry()
    rng = np.random.default_rng(2)
    for _ in range(100):
        crop = synthesise(rng)
        assert (crop.region == "") == (crop.type == "")
        if crop.region:
            (form,) = [f for f in registry[crop.region].formats if f.type.name == crop.type]
            assert form.fits(crop.registration)
            assert sorted(crop.registration) == sorted(crop.text)
            assert crop.lines == len(form.lines)


def test_corners_go_round_the_characters(synthesise: CropSynthesiser) -> None:
    """Clockwise from the top left, and the middle of each character lies within."""
    rng = np.random.default_rng(3)
    for _ in range(50):
        crop = synthesise(rng)
        assert cv2.contourArea(crop.corners, oriented=True) > 0
        inside = crop.chars[(crop.chars[:, 0] > 2) & (crop.chars[:, 2] < 126)]
        for x, y in np.stack([inside[:, [0, 2]].mean(1), inside[:, [1, 3]].mean(1)], 1):
            assert cv2.pointPolygonTest(crop.corners, (float(x), float(y)), measureDist=True) > -1.5


def test_plates_without_country_hold_any_characters() -> None:
    synthesise = CropSynthesiser(DEJAVU, weights={}, generic=1)
    rng = np.random.default_rng(2)
    plates = [synthesise.plate(rng) for _ in range(300)]
    assert {p.region for p in plates} == {""}
    assert {p.lines for p in plates} == {1, 2}
    assert set("".join(p.text for p in plates)) == set(LETTERS + DIGITS)
    assert len({p.text for p in plates}) > 290


def test_characters_that_are_confused_come_more_often() -> None:
    rng = np.random.default_rng(3)
    drawn = [character(rng, LETTERS + DIGITS) for _ in range(10_000)]
    counts = np.array([drawn.count(c) for c in CONFUSABLE])
    expected = 10_000 * (0.25 / len(CONFUSABLE) + 0.75 / 36)
    assert counts == pytest.approx(expected, abs=6 * expected**0.5)
    assert drawn.count("K") == pytest.approx(10_000 * 0.75 / 36, abs=6 * 15)


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
    plate = Plate("", 4.6, (Field((0.1, 0.2, 0.9, 0.8), (Run("AB"), Gap(0.3), Run("12"))),), edge=None)
    flat = draw_plate(plate, FACES, np.random.default_rng(4), 64)
    ink = flat.image.min(-1) < 100
    inside = np.zeros_like(ink)
    for x1, y1, x2, y2 in flat.chars:
        area = np.s_[int(y1) - 1 : int(y2) + 2, int(x1) - 1 : int(x2) + 2]
        assert ink[area].mean() > 0.1
        inside[area] = True
    assert not (ink & ~inside).any()


def test_a_character_of_a_colour_of_its_own_is_drawn_in_it() -> None:
    runs = (Run("AB"), Run("C", paint=RED))
    flat = draw_plate(Plate("", 4.0, (Field((0.1, 0.2, 0.9, 0.8), runs),)), FACES, np.random.default_rng(0), 80)
    reds = []
    for x1, y1, x2, y2 in flat.chars.astype(int):
        red, green, _ = flat.image[y1:y2, x1:x2].astype(int).reshape(-1, 3).T
        reds.append(float(np.mean(red - green > 100)))
    assert reds[:2] == [0, 0]
    assert reds[2] > 0.1


def test_boxes_follow_the_ink_through_holder_and_pose() -> None:
    """An I is a bar: dark in the middle of its box, white to the left and right of it, whatever the pose."""
    plate = Plate("", 4.6, (Field((0.1, 0.2, 0.9, 0.8), (Run("I"), Gap(2), Run("I"))),), edge=None)
    bold = Faces([p for p in DEJAVU if p.stem == "DejaVuSans-Bold"])
    rng = np.random.default_rng(5)
    for strength in (0.0, 0.5, 1.0) * 7:
        flat = hold(draw_plate(plate, bold, rng, 64), bold, rng)
        shot = lay(flat, random_pose(rng, flat.plate, (64, 256), strength), (64, 256), rng)
        for crop in (shot, bent(shot, rng)):
            for x1, y1, x2, y2 in np.round(crop.chars).astype(int):
                row = crop.image[(y1 + y2) // 2].max(-1)
                assert row[(x1 + x2) // 2] < 100
                assert min(row[x1 - 2], row[x2 + 1]) > 150


def test_crops_are_framed_as_loosely_as_by_a_detector() -> None:
    """Level plates: of each side eight in ten lie 0 to 22 % of the plate's height outside, and few cut it."""
    rng, plate = np.random.default_rng(8), np.array([0, 0, 460, 100], np.float32)
    corners = np.stack([random_pose(rng, plate, (32, 128), 0.0).corners for _ in range(2000)])
    top, bottom = corners[:, 0, 1], corners[:, 2, 1]
    for outside in (top / (bottom - top), (32 - bottom) / (bottom - top)):
        assert np.quantile(outside, (0.1, 0.9)) == pytest.approx((0.0, 0.21), abs=0.03)
        assert -0.15 < outside.min() < -0.03


def test_the_plates_box_lies_within_the_holder() -> None:
    plate = Plate("", 3.0, (Field((0.1, 0.2, 0.9, 0.8), (Run("A"),)),))
    flat = draw_plate(plate, FACES, np.random.default_rng(6), 60)
    held = hold(flat, FACES, np.random.default_rng(6))
    x1, y1, x2, y2 = held.plate.astype(int)
    assert (x2 - x1, y2 - y1) == (180, 60)
    lip = 4
    np.testing.assert_array_equal(held.image[y1 + 20 : y2 - 20, x1 + lip : x2 - lip], flat.image[20:40, lip:-lip])
    np.testing.assert_array_equal(held.chars - flat.chars, [[x1, y1, x1, y1]])


def test_the_arabic_word_is_one_character() -> None:
    synthesise = CropSynthesiser(DEJAVU, weights={"TN": 1}, generic=0)
    rng = np.random.default_rng(0)
    crop = next(c for c in iter(lambda: synthesise(rng), None) if c.type == "rear")
    before, after = crop.text.split("T")
    assert before.isdigit()
    assert after.isdigit()
    assert len(crop.chars) == len(before) + 1 + len(after)


def test_foreign_characters_are_no_wider_than_their_face_has_them() -> None:
    """An alif is a bar: as wide as other letters, it would be a block."""
    style, rng = Style(lettering(str(DEJAVU[0]), 0.14), FACES, stretch=1.0), np.random.default_rng(0)
    alif, two = (Run(char, width=0.5, ink=ink, script="arabic") for char, ink in (("A", "\u0627"), ("2", "\u0662")))
    glyphs, _ = set_line((alif, Gap(0.3), two), style, 3.0, rng)
    widths = [glyph.x2 - glyph.x1 for glyph in glyphs]
    assert widths[0] < 0.35 < widths[1] <= 0.5


def test_chinese_characters_do_not_fill_with_ink(monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters of a Latin face stand in for them: that of a dense one is never made bolder, that of an open one is."""
    face = next(str(path) for path in DEJAVU if path.stem == "DejaVuSans-Bold")
    monkeypatch.setattr(Faces, "for_script", lambda *_: face)
    style = Style(lettering(face, 0.15), FACES, 1.0)
    boldness = {}
    for char in "ML":
        lines = [set_line((Run(char, script="chinese"),), style, 2, np.random.default_rng(s))[0] for s in range(12)]
        boldness[char] = {float(glyph.mask.mean()) for (glyph,) in lines}
    assert len(boldness["M"]) == 1
    assert len(boldness["L"]) == 3


def test_plates_that_no_font_can_write_are_left_out_and_named(synthesise: CropSynthesiser) -> None:
    assert "CN car" in synthesise.skipped
    assert not any(name.startswith("RU ") for name in synthesise.skipped)
    with pytest.raises(SynthesisError, match="no plates left"):
        CropSynthesiser(DEJAVU, weights={"DE": 0}, generic=0)


def test_unknown_names_are_named() -> None:
    with pytest.raises(SynthesisError, match="no country is called XX"):
        CropSynthesiser(DEJAVU, weights={"XX": 1})
    with pytest.raises(SynthesisError, match="no effects are called fog; there are holder, relief"):
        CropSynthesiser(DEJAVU, without=["fog"])


def test_weights_choose_the_countries(synthesise: CropSynthesiser) -> None:
    rng = np.random.default_rng(9)
    regions = [synthesise.plate(rng).region for _ in range(2000)]
    registry = load_registry()
    total = sum(country.prior for country in registry.values())
    assert regions.count("") / 2000 == pytest.approx(GENERIC, abs=0.03)
    assert regions.count("RU") / 2000 == pytest.approx((1 - GENERIC) * registry["RU"].prior / total, abs=0.04)
    assert len(set(regions)) > 60
    two = CropSynthesiser(DEJAVU, weights={"DE": 3, "PL": 1}, generic=0)
    regions = [two.plate(rng).region for _ in range(400)]
    assert regions.count("DE") == pytest.approx(300, abs=40)
    assert set(regions) == {"DE", "PL"}


def test_a_country_may_be_drawn_more_than_all_the_rest() -> None:
    rng = np.random.default_rng(9)
    mixed = CropSynthesiser(DEJAVU, weights={"BO": 3, "rest": 1}, generic=0, registry=[REGISTRY, BOLIVIA])
    regions = [mixed.plate(rng).region for _ in range(800)]
    registry = load_registry()
    total = sum(country.prior for country in registry.values())
    assert regions.count("BO") == pytest.approx(600, abs=50)
    assert regions.count("RU") == pytest.approx(200 * registry["RU"].prior / total, abs=20)
    assert mixed.countries[0] == "BO"
    assert {"BO", "RU", "UZ"} <= set(mixed.countries)


def test_a_folder_of_ones_own_is_drawn_alone() -> None:
    own = CropSynthesiser(DEJAVU, generic=0, registry=[BOLIVIA])
    assert own.countries == ("BO",)
    with pytest.raises(SynthesisError, match="no country is called DE; there are BO"):
        CropSynthesiser(DEJAVU, weights={"DE": 1}, registry=[BOLIVIA])


def test_a_character_that_the_reader_lacks_is_named_with_its_plates(tmp_path: Path) -> None:
    text = (BOLIVIA / "bo.yaml").read_text(encoding="utf-8")
    (tmp_path / "bo.yaml").write_text(text.replace("dd-CC-dd", "dd-ΓC-dd"), encoding="utf-8")
    with pytest.raises(SynthesisError, match="plates of BO consular have 'Γ', which the alphabet lacks"):
        CropSynthesiser(DEJAVU, registry=[tmp_path]).check(Alphabet())
    CropSynthesiser(DEJAVU, registry=[tmp_path]).check(Alphabet(Alphabet().characters + "Γ"))


def test_the_usual_alphabet_is_enough_for_the_registry(synthesise: CropSynthesiser) -> None:
    synthesise.check(Alphabet())


def test_plates_of_two_lines_come_twice_as_often_within_their_country() -> None:
    synthesise = CropSynthesiser(DEJAVU, weights={"RU": 1}, generic=0)
    rng = np.random.default_rng(10)
    drawn = [synthesise.plate(rng).lines for _ in range(4000)].count(2) / 4000
    types = [(f.type.weight, len(f.lines)) for f in load_registry()["RU"].formats]
    two, one = (sum(w for w, lines in types if lines == n) for n in (2, 1))
    assert drawn == pytest.approx(2 * two / (2 * two + one), abs=0.02)


def test_texts_of_the_owners_choice_come_twelve_times_as_often_within_their_country() -> None:
    synthesise = CropSynthesiser(DEJAVU, weights={"US": 1}, generic=0)
    rng = np.random.default_rng(10)
    types = {f.type.name: f.type for f in load_registry()["US"].formats if len(f.lines) == 1}
    drawn = [plate.type for plate in (synthesise.plate(rng) for _ in range(6000)) if plate.type in types]
    chosen, rest = (sum(t.weight for t in types.values() if t.is_chosen == is_chosen) for is_chosen in (True, False))
    share = sum(types[name].is_chosen for name in drawn) / len(drawn)
    assert share == pytest.approx(12 * chosen / (12 * chosen + rest), abs=0.02)


def test_an_empty_folder_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(FontError, match=r"scripts/fetch_fonts\.sh"):
        find_fonts(tmp_path)
    with pytest.raises(FontError, match=r"scripts/fetch_fonts\.sh"):
        find_fonts(tmp_path / "missing")


def test_a_broken_font_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    with pytest.raises(FontError, match=r"broken\.ttf"):
        Faces(find_fonts(tmp_path))


def test_texts_of_the_owners_choice_have_letters_as_words_have() -> None:
    (form,) = (f for f in load_registry()["US"].formats if f.type.name == "personalised" and len(f.lines) == 1)
    maker, rng = PlateMaker(form), np.random.default_rng(3)
    letters = "".join(c for _ in range(400) for c in maker(rng).text if c.isalpha())
    assert letters.count("E") > 4 * letters.count("Q")
    assert letters.count("O") > 2 * letters.count("J")
    assert set(letters) == set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
