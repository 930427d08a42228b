"""Bent faces and variable fonts: many faces out of one."""

from pathlib import Path

import matplotlib
import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib.tables.TupleVariation import TupleVariation

from src.data.synthesis.layout.plate import Gap, Run
from src.data.synthesis.layout.typeset import WIDE_GAP, Style, set_line
from src.data.synthesis.typefaces.elastic import BENDS, bent
from src.data.synthesis.typefaces.fonts import Faces, FontError, Lettering, find_fonts, more_held_out_fonts
from src.data.synthesis.typefaces.variable import instances, load_font

FONT = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"


def _variable(path: Path) -> Path:
    """A font whose only shape, for A, L and 0, is a bar that weight makes wider."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for point in ((0, 700), (100, 700), (100, 0)):
        pen.lineTo(point)
    pen.closePath()
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder([".notdef", "bar"])
    font.setupCharacterMap(dict.fromkeys(map(ord, "AL0"), "bar"))
    font.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "bar": pen.glyph()})
    font.setupHorizontalMetrics({".notdef": (500, 0), "bar": (500, 0)})
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": "bar", "styleName": "Regular"})
    font.setupOS2()
    font.setupPost()
    font.setupFvar([("wght", 100, 100, 900, "Weight")], [])
    wider = [(0, 0), (0, 0), (300, 0), (300, 0), (0, 0), (0, 0), (0, 0), (0, 0)]
    font.setupGvar({".notdef": [], "bar": [TupleVariation({"wght": (0.0, 1.0, 1.0)}, wider)]})
    font.save(path)
    return path


def test_a_bent_face_is_another_of_the_same_size() -> None:
    straight = Lettering(str(FONT)).mask("R")
    shapes = [Lettering(str(FONT), bend=bend).mask("R") for bend in range(BENDS)]
    np.testing.assert_array_equal(shapes[0], straight)
    for i, shape in enumerate(shapes[1:], 1):
        assert shape.shape == straight.shape
        inked = (shape > 127).astype(int)
        assert 0.01 < np.abs(inked - (straight > 127)).mean() < 0.2
        assert all(np.abs(inked - (other > 127)).mean() > 0.005 for other in shapes[:i])


def test_an_edge_stays_an_edge() -> None:
    block = np.zeros((64, 40), np.uint8)
    block[:, :8] = block[:8] = 255
    for bend in range(1, BENDS):
        shape = bent(block, bend)
        assert (shape[8:-8, 0] > 127).all()
        assert (shape[0, 8:-8] > 127).all()


def test_there_are_only_so_many_bends() -> None:
    with pytest.raises(ValueError, match="there is no bend 0"):
        bent(np.zeros((8, 8), np.uint8), 0)
    with pytest.raises(ValueError, match=f"there is no bend {BENDS}"):
        bent(np.zeros((8, 8), np.uint8), BENDS)


def test_a_share_of_the_plates_is_bent() -> None:
    rng = np.random.default_rng(0)
    bends = [Faces([FONT], elastic=0.25).bend(rng) for _ in range(800)]
    assert np.mean([bend > 0 for bend in bends]) == pytest.approx(0.25, abs=0.05)
    assert set(bends) == set(range(BENDS))
    state = rng.bit_generator.state
    assert Faces([FONT], elastic=0.0).bend(rng) == 0
    assert rng.bit_generator.state == state  # sequences of straight plates stay what they are


def test_a_variable_font_is_several_faces(tmp_path: Path) -> None:
    assert instances(FONT) == [str(FONT)]
    path = _variable(tmp_path / "bar.ttf")
    faces = instances(path)
    assert len(faces) == len(set(faces)) == 3
    widths = [load_font(face, 100).getmask("A").getbbox()[2] for face in faces]
    assert widths == sorted(widths)
    assert widths[0] < 0.7 * widths[-1]
    chosen = Faces([path], pens=())
    rng = np.random.default_rng(1)
    assert {chosen.choose(rng, "any") for _ in range(60)} == set(faces)
    with pytest.raises(FontError, match="not a font that can be read"):
        load_font(str(tmp_path / "none.woff2"), 20)


def test_further_held_out_faces_are_no_training_faces(tmp_path: Path) -> None:
    for folder in (".", "held-out-more"):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "a.ttf").write_bytes(FONT.read_bytes())
    assert find_fonts(tmp_path) == [tmp_path / "a.ttf"]
    assert more_held_out_fonts(tmp_path) == [tmp_path / "held-out-more" / "a.ttf"]


def test_gaps_take_some_of_the_room() -> None:
    style = Style(Lettering("strokes-oval"), Faces([FONT]), 1.0)
    items = (Run("AB"), Gap(0.3), Run("12"))
    rng = np.random.default_rng(2)
    gaps = []
    for _ in range(200):
        glyphs, _ = set_line(items, style, 6.0, rng)
        gaps.append(glyphs[2].x1 - glyphs[1].x2 - (glyphs[1].x1 - glyphs[0].x2) - 0.3)
        assert 0 <= glyphs[0].x1 < glyphs[-1].x2 <= 6.0
    assert min(gaps) < 0.7
    assert max(gaps) > WIDE_GAP
    tight, _ = set_line(items, style, 1.0, rng)
    assert tight[-1].x2 <= 1.001
