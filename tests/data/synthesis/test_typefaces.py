"""The typefaces drawn here: every glyph that a plate can need, tight, sound and told apart from the others."""

import itertools
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import matplotlib
import numpy as np
import pytest

from src.core.formats.pattern import Codes, Slot, Token, Without
from src.core.formats.registry import load_registry
from src.data.synthesis.typefaces import OWN, RESEMBLES, load_typeface
from src.data.synthesis.typefaces.fonts import DRAWN, OWN_SHARE, Faces, FontError, Lettering, lettering
from src.data.synthesis.typefaces.outlines import FOLDER
from src.data.synthesis.typefaces.pen import Corner, draw, flatten
from src.data.synthesis.typefaces.table import KIN, PHOTOGRAPHED

DRAWN_HERE = sorted(set(OWN.values()))
FONT = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
ALIKE = {
    "vietnamese": [{"0", "O"}],
    "charles-wright": [{"0", "O"}, {"1", "I"}],
    "mandatory-br": [{"0", "O"}, {"1", "I"}],
    "us-dies": [{"0", "O"}, {"1", "I"}],
}
"""Characters that are one shape on the real plates, or nearly."""


def _characters(tokens: Sequence[Token]) -> set[str]:
    found: set[str] = set()
    for token in tokens:
        if isinstance(token, Slot):
            found |= set(token.characters)
        elif isinstance(token, Codes):
            found |= set("".join(token.canonical))
        elif isinstance(token, Without):
            found |= _characters(token.tokens)
    return found


def test_every_face_draws_what_the_registry_asks_of_it() -> None:
    for country in load_registry().values():
        for form in country.formats:
            if form.type.typeface in OWN:
                needed = {c for line in form.lines for c in _characters(line)} - set(form.type.drawn)
                lacking = needed - set(load_typeface(OWN[form.type.typeface]).glyphs)
                assert not lacking, (form.country, form.type.name, lacking)
    assert "У" in load_typeface("gost-50577").glyphs


def test_the_folder_holds_the_faces_of_the_table() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == DRAWN_HERE


def test_a_missing_glyph_names_typeface_and_character() -> None:
    with pytest.raises(FontError, match=r"gost-50577: no glyph for 'Ж'"):
        Lettering("gost-50577").mask("Ж")
    with pytest.raises(FontError, match=r"DejaVuSans.ttf: no glyph for '京'"):
        Lettering(str(FONT)).mask("京")


@pytest.mark.parametrize("name", DRAWN_HERE)
def test_masks_are_tight(name: str) -> None:
    face = load_typeface(name)
    for char, stroke in itertools.product(face.glyphs, (None, 0.1, 0.2)):
        ink = face.mask(char, 96, stroke) > 64
        rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
        assert (rows[0], rows[-1]) == (0, 95), (char, stroke)
        assert columns[0] <= 1, (char, stroke)
        assert columns[-1] >= ink.shape[1] - 2, (char, stroke)


@pytest.mark.parametrize("name", DRAWN_HERE)
def test_glyphs_hang_together_and_have_their_counters(name: str) -> None:
    holes = {"0": 1, "8": 2, "B": 2, "A": 1, "P": 1, "D": 1, "O": 1, "C": 0, "2": 0, "T": 0}
    face = load_typeface(name)
    if name == "fe-schrift":
        holes["0"] = 0  # the slit
    for char in set(face.glyphs) - set("ÄÖÜ"):
        ink = np.pad(face.mask(char, 160), 2) > 127
        assert cv2.connectedComponents(ink.astype(np.uint8), connectivity=4)[0] == 2, char
        counters = cv2.connectedComponents((~ink).astype(np.uint8), connectivity=4)[0] - 2
        assert counters == holes.get(char, counters), char


@pytest.mark.parametrize("name", DRAWN_HERE)
def test_no_two_glyphs_are_alike(name: str) -> None:
    face = load_typeface(name)
    square = {c: cv2.resize(face.mask(c, 64), (32, 32), interpolation=cv2.INTER_AREA).astype(int) for c in face.glyphs}
    shapes = {c: face.mask(c, 64).shape[1] / 64 for c in face.glyphs}
    for a, b in itertools.combinations(sorted(square), 2):
        if {a, b} not in ALIKE.get(name, []):
            differs = np.abs(square[a] - square[b]).mean() > 7 or abs(shapes[a] - shapes[b]) > 0.1
            assert differs, (a, b)


def test_the_german_face_tells_zero_from_o() -> None:
    """Straight sides and a slit against an oval."""
    zero, letter = (load_typeface("fe-schrift").mask(c, 128) > 127 for c in "0O")
    assert cv2.connectedComponents((~np.pad(zero, 2)).astype(np.uint8), connectivity=4)[0] == 2
    assert cv2.connectedComponents((~np.pad(letter, 2)).astype(np.uint8), connectivity=4)[0] == 3
    assert zero[:, 0].mean() > letter[:, 0].mean() + 0.1


def test_a_stroke_is_as_wide_as_asked() -> None:
    for name, stroke in itertools.product(DRAWN_HERE, (0.1, 0.14, 0.18)):
        stem = load_typeface(name).mask("L", 200, stroke)[100] > 127
        assert stem.sum() == pytest.approx(200 * stroke, abs=2)
        assert lettering(name, stroke).stroke == pytest.approx(stroke, abs=0.05)


def test_pictures_are_the_same_each_time() -> None:
    face = load_typeface("fe-schrift")
    np.testing.assert_array_equal(face.mask("R", 64), load_typeface.__wrapped__("fe-schrift").mask("R", 64))


def test_an_arc_is_an_arc() -> None:
    """A corner of radius 10 is ten from its centre everywhere."""
    path = flatten([Corner(0, 0), Corner(30, 0, 10), Corner(30, 40)], closed=False)
    np.testing.assert_allclose(np.linalg.norm(path[1:-1] - (20, 10), axis=1), 10)
    np.testing.assert_allclose(path[[0, -1]], [(0, 0), (30, 40)])


def test_arcs_share_a_side_that_is_too_short() -> None:
    path = flatten([Corner(0, 0, 50), Corner(20, 0, 50), Corner(20, 40, 50), Corner(0, 40, 50)], closed=True)
    np.testing.assert_allclose(path.min(0), (0, 0))
    np.testing.assert_allclose(path.max(0), (20, 40))


def test_a_corner_is_drawn_to_its_point() -> None:
    canvas = np.zeros((160, 160), np.uint8)
    draw(canvas, np.array([(40.0, 160), (40, 40), (160, 40)]), 40, closed=False, round_ends=False, value=255)
    assert canvas[21, 21] == 255
    assert (canvas > 0).sum() == pytest.approx(140 * 40 + 100 * 40, rel=0.03)


def test_own_faces_are_chosen_most_of_the_time() -> None:
    rng = np.random.default_rng(0)
    faces = Faces([FONT])
    for typeface, own in OWN.items():
        chosen = [faces.choose(rng, typeface) for _ in range(600)]
        drawn = {own, PHOTOGRAPHED.get(typeface, own)}
        assert sum(map(chosen.count, drawn)) / 600 == pytest.approx(OWN_SHARE, abs=0.1)
        assert drawn <= set(chosen)
        kin = KIN.get(typeface, typeface)
        assert set(chosen) <= {*drawn, str(FONT), *(p for p in DRAWN if kin in RESEMBLES.get(p, ()))}
    assert {faces.choose(rng, "european") for _ in range(400)} == {
        str(FONT),
        *(p for p in DRAWN if "european" in RESEMBLES.get(p, ())),
    }
    assert {Faces([FONT], pens=()).choose(rng, name) for name in OWN for _ in range(20)} == {str(FONT)}
    assert set(DRAWN_HERE) < set(DRAWN)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("height: 7\nglyphs: {}\nsource: x", "pen: Field required"),
        ('height: 7\npen: 1\nsource: x\nglyphs: {"0": [4, "1,1"]}', "glyphs.0: .*it needs two points"),
        ('height: 7\npen: 1\nsource: x\nglyphs: {"0": [4, "1,1 2"]}', "glyphs.0: "),
        ('height: 7\npen: 1\nsource: x\nglyphs: {"0": [4, "1,1 2,2,3,4"]}', "glyphs.0: .*is no point"),
        ("height: [", "while parsing"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, content: str, fault: str) -> None:
    (tmp_path / "odd.yaml").write_text(content)
    with pytest.raises(FontError, match=f"odd.yaml: {fault}"):
        load_typeface("odd", tmp_path)


def test_a_face_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FontError, match=r"atlantis\.yaml: No such file"):
        load_typeface("atlantis", tmp_path)


def test_the_command_writes_a_sheet(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "src.data.synthesis.typefaces", "sheet"]
    subprocess.run([*command, str(tmp_path / "sheet.png"), "gost-50577", "--height", "48"], check=True)
    sheet = cv2.imread(str(tmp_path / "sheet.png"), cv2.IMREAD_GRAYSCALE)
    assert sheet is not None
    assert sheet.shape[1] > 300
    failed = subprocess.run(
        [*command, str(tmp_path / "x.png"), "atlantis"], capture_output=True, text=True, check=False
    )
    assert failed.returncode == 2
    assert "atlantis.yaml: No such file" in failed.stderr
