"""Faces traced from photographs: what stands on plates comes back as the shape of the font, whatever is around it."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import ImageFont

from src.core.geometry import box_to_corners
from src.data.loaders.real_crops import RealCrop
from src.data.synthesis.typefaces.averages import FEWEST, average
from src.data.synthesis.typefaces.fonts import DRAWN, PHOTOGRAPHS, Faces, Lettering
from src.data.synthesis.typefaces.harvest import SOURCES, WRITTEN, HarvestError, harvest, shows, stroke_of, write_face
from src.data.synthesis.typefaces.samples import HEIGHT, MARGIN, Floats, GlyphSample, forced_columns, glyph_samples
from src.data.synthesis.typefaces.table import PHOTOGRAPHED
from src.data.synthesis.typefaces.trace import outlines, write_font

SIZE = (48, 128)
FACE = "strokes-oval"
PITCH, HIGH = 44, 44


def _plate(
    text: str, rng: np.random.Generator, light: bool = False, slope: float = 0.0
) -> tuple[RealCrop, list[float]]:
    """A plate with ``text`` and a date below, and the middles of its characters as shares of its width."""
    width = 40 + PITCH * len(text)
    image = np.full((84, width), 60 if light else 190, np.float32)
    middles = []
    for i, char in enumerate(text):
        mask = Lettering(FACE).mask(char)
        wide = max(4, round(mask.shape[1] * HIGH / mask.shape[0]))
        glyph = cv2.resize(mask, (wide, HIGH), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        middle = 42 + PITCH * i
        top, left = 14 + round(slope * middle), middle - wide // 2
        place = image[top : top + HIGH, left : left + wide]
        place += glyph * ((220 if light else 30) - place)
        middles.append(middle / width)
    for at in range(4):  # the date below, too small for characters
        image[70:78, width // 3 + 12 * at : width // 3 + 12 * at + 6] = 130
    noisy = np.clip(image + rng.normal(0, 5, image.shape), 0, 255).astype(np.uint8)
    corners = box_to_corners(np.array([0, 0, width, 84], np.float32))
    return RealCrop(np.repeat(noisy[..., None], 3, 2), corners, text, "test", 0.0), middles


def _seen(text: str, rng: np.random.Generator, light: bool = False, slope: float = 0.0) -> list[GlyphSample]:
    crop, middles = _plate(text, rng, light, slope)
    return glyph_samples(crop, lambda *_: np.array(middles, np.float32), SIZE)


@pytest.mark.parametrize(("light", "slope"), [(False, 0.0), (True, 0.0), (False, 0.06)])
def test_characters_are_cut_out_dark_or_light_level_or_not(light: bool, slope: float) -> None:
    samples = _seen("H4K8T", np.random.default_rng(0), light, slope)
    assert "".join(s.char for s in samples) == "H4K8T"
    for sample in samples:
        height, width = Lettering(FACE).mask(sample.char).shape
        assert sample.aspect == pytest.approx(width / height, rel=0.2)
        inner = sample.ink[MARGIN:-MARGIN, MARGIN:-MARGIN]
        drawn = cv2.resize(Lettering(FACE).mask(sample.char), inner.shape[::-1]) / 255
        assert np.abs(inner - drawn).mean() < 0.15


def test_what_stands_elsewhere_is_no_character() -> None:
    crop, middles = _plate("H4K8T", np.random.default_rng(1))
    assert glyph_samples(crop, lambda *_: None, SIZE) == []
    beside = np.array([0.01, 0.012, 0.014, 0.016, 0.018], np.float32)
    assert glyph_samples(crop, lambda *_: beside, SIZE) == []
    assert len(middles) == 5


def test_columns_of_a_spelling_are_found_though_the_network_reads_another() -> None:
    probabilities = np.full((16, 4), 0.02)
    probabilities[:, 0] = 0.9
    for column, char in ((1, 1), (4, 3), (6, 2)):
        probabilities[column] = 0.02
        probabilities[column, char] = 0.9
    probabilities[4, 2] = 0.3  # the truth there, which the network thinks less likely
    log = np.log(probabilities / probabilities.sum(1, keepdims=True)).astype(np.float32)
    middles = forced_columns(log, [1, 2, 2])
    assert middles is not None
    np.testing.assert_allclose(middles, [1.5 / 8, 4.5 / 8, 6.5 / 8], atol=1e-5)
    # the lower half's columns stand beneath those of the upper one
    below = forced_columns(np.roll(log, 8, axis=0), [1, 2, 2])
    assert below is not None
    np.testing.assert_allclose(below, middles, atol=1e-5)
    assert forced_columns(log[:2], [1, 2, 1]) is None


def test_the_average_leaves_out_what_is_another_character() -> None:
    rng = np.random.default_rng(2)
    eights = [s for _ in range(6) for s in _seen("888", rng)]
    sevens = [GlyphSample("8", s.ink, s.aspect, s.sharpness) for s in _seen("777", rng)]
    mean = average([*eights, *sevens])
    assert mean is not None
    assert (mean.char, mean.samples) == ("8", len(eights))
    assert mean.alike > 0.9
    assert average(eights[: FEWEST - 1]) is None


def _crops(texts: Sequence[str]) -> tuple[list[RealCrop], dict[str, Floats]]:
    rng, middles, crops = np.random.default_rng(3), {}, []
    for text in texts:
        crop, at = _plate(text, rng)
        crops.append(crop)
        middles[text] = np.array(at, np.float32)
    return crops, middles


def test_a_face_holds_what_was_seen_and_borrows_the_rest(tmp_path: Path) -> None:
    crops, middles = _crops(["0123456", "789ABCD", "EFHKLTP"] * (FEWEST + 3))
    means = harvest(crops, lambda _, text: middles[text], SIZE)
    assert set("0123456789ABDEFHKLTP") <= set(means)
    assert stroke_of(means) == pytest.approx(0.14, abs=0.045)
    lacking = write_face(tmp_path / "face.ttf", means)
    assert set(lacking) == set(WRITTEN) - set(means)
    traced = Faces([tmp_path / "face.ttf"])
    assert traced.choose(np.random.default_rng(0), "nothing") == str(tmp_path / "face.ttf")
    for char in WRITTEN:
        drawn, again = Lettering(FACE).mask(char), Lettering(str(tmp_path / "face.ttf")).mask(char)
        fitted = cv2.resize(again, drawn.shape[::-1]).astype(int)
        assert np.abs(fitted - drawn).mean() < 255 * 0.16, char


def test_few_characters_are_no_face() -> None:
    crops, middles = _crops(["123"] * FEWEST)
    with pytest.raises(HarvestError, match=r"only 3 characters"):
        harvest(crops, lambda _, text: middles[text], SIZE)


def test_an_outline_has_holes_and_drops_specks() -> None:
    ink = np.zeros((120, 100), np.float32)
    cv2.circle(ink, (50, 60), 40, 1.0, 12)
    ink[3:5, 3:5] = 1
    outer, hole = sorted(outlines(ink), key=lambda path: -float(np.ptp(path[:, 0])))
    np.testing.assert_allclose((outer.min(0), outer.max(0)), ((0, 0), (1, 1)), atol=0.02)
    assert np.ptp(hole[:, 0]) == pytest.approx(68 / 92, abs=0.03)
    areas = [float((p[:, 0] * np.roll(p[:, 1], -1) - np.roll(p[:, 0], -1) * p[:, 1]).sum()) for p in (outer, hole)]
    assert areas[0] < 0 < areas[1]


def test_pictures_without_ink_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no ink"):
        write_font(tmp_path / "x.ttf", "x", {"A": np.zeros((50, 40), np.uint8)}, "none")


def test_fonts_are_the_same_each_time(tmp_path: Path) -> None:
    glyphs = {char: np.pad(Lettering(FACE).mask(char), 8) for char in "AB8"}
    for name in ("one", "two"):
        write_font(tmp_path / f"{name}.ttf", "face", glyphs, "none")
    assert (tmp_path / "one.ttf").read_bytes() == (tmp_path / "two.ttf").read_bytes()


@pytest.mark.parametrize("path", sorted(PHOTOGRAPHS.glob("*.ttf")), ids=lambda p: p.stem)
def test_the_faces_at_hand_write_everything(path: Path) -> None:
    assert ImageFont.truetype(str(path), 40).getname()[0] == path.stem
    masks = [Lettering(path.stem).mask(char) if path.stem in DRAWN else None for char in WRITTEN]
    assert all(mask is None or mask.shape[0] == 64 for mask in masks)
    holes = {"0": 1, "8": 2, "B": 2, "A": 1, "D": 1, "C": 0, "T": 0, "7": 0, "L": 0}
    for char, count in holes.items():
        ink = np.pad(Lettering(path.stem).mask(char), 2) > 127
        found = cv2.connectedComponents((~ink).astype(np.uint8), connectivity=4)[0] - 2
        assert found == count or (char == "0" and found in (0, 2)), (char, found)  # a slit, or a stroke through it


def test_tables_name_the_faces_at_hand() -> None:
    assert {path.stem for path in PHOTOGRAPHS.glob("*.ttf")} == set(SOURCES)
    assert set(PHOTOGRAPHED.values()) <= set(SOURCES)
    assert HEIGHT > 2 * MARGIN


def test_a_face_is_traced_from_the_texts_that_are_set_in_it() -> None:
    assert [shows("plates-br", text) for text in ("ARM2447", "ARM2E47", "ARM247")] == [True, False, False]
    assert shows("plates-us", "7")
