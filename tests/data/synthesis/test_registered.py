"""From the registry to plates as data: what the file says is what is drawn."""

from collections import Counter
from pathlib import Path

import matplotlib
import numpy as np
import pytest

from src.core.alphabet import PROVINCES, SUFFIXES, Alphabet, normalise
from src.core.formats.registry import Country, PlateFormat, load_country, load_registry
from src.data.synthesis import CropSynthesiser, find_fonts
from src.data.synthesis.layout.plate import Mark, Plate, Run
from src.data.synthesis.layout.registered import PlateMaker
from src.data.synthesis.layout.variety import varied

YAML = """\
code: XX
name: Nowhere
sign: X
sources: [here]
parts:
  region: {codes: 11 22 33, common: 22}
  number: {pattern: dd, without: "00"}
types:
  - name: car
    vehicles: car
    since: 2000
    weight: 1
    size: [500, 100]
    lines: "l-<number>*T|<region>"
    letters: AB
    fields: [[20, 20, 380, 80], [400, 20, 480, 80]]
    characters: {height: 60, letter_height: 30, width: 15, digit_width: 30}
    typeface: wide
    drawn: {T: "\\u062a"}
    script: arabic
    band: {width: 10, text: X, emblem: stars}
    looks:
      - {ground: white, ink: black, edge: black, weight: 3}
      - {ground: red, ink: white}
    signs:
      - {kind: sticker, at: [0, 0, 50, 10], colours: yellow, share: 0.25}
      - {kind: text, at: [50, 0, 100, 10], texts: [one, two]}
"""


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> PlateFormat:
    path = tmp_path_factory.mktemp("plates") / "xx.yaml"
    path.write_text(YAML)
    return load_country(path).formats[0]


@pytest.fixture(scope="module")
def plates(form: PlateFormat) -> list[Plate]:
    rng, maker = np.random.default_rng(0), PlateMaker(form)
    return [maker(rng) for _ in range(400)]


def test_a_plate_is_what_its_format_says(form: PlateFormat, plates: list[Plate]) -> None:
    assert {(p.region, p.type, p.aspect, p.kind, p.lines) for p in plates} == {("XX", "car", 5.0, "wide", 1)}
    assert all(form.fits(p.text) for p in plates)
    assert [f.rect for f in plates[0].fields] == [(0.04, 0.2, 0.76, 0.8), (0.8, 0.2, 0.96, 0.8)]
    letter, dash, digits, seals, word = plates[0].fields[0].items
    assert isinstance(letter, Run)
    assert (letter.height, letter.width, letter.digit_width) == (0.5, 0.5, 0.5)
    assert isinstance(digits, Run)
    assert digits.height == 1
    assert (dash, seals) == (Mark("dash", 0.3), Mark("seals", 0.42))
    assert isinstance(word, Run)
    assert (word.text, word.ink, word.script) == ("T", "\u062a", "arabic")
    assert PlateMaker(form).foreign == {("arabic", "\u062a")}


def test_looks_signs_and_common_codes_come_by_their_shares(plates: list[Plate]) -> None:
    count = len(plates)
    assert sum(p.edge is not None for p in plates) / count == pytest.approx(0.75, abs=0.08)
    assert sum(p.text.endswith("22") for p in plates) / count == pytest.approx(0.5 + 0.5 / 3, abs=0.08)
    yellow = (246, 190, 20)
    assert sum(any(s.kind == "rect" and s.ink == yellow for s in p.shapes) for p in plates) / count == pytest.approx(
        0.25, abs=0.08
    )
    assert {n.text for p in plates for n in p.notes} >= {"X", "one", "two"}


def test_alternatives_are_even_and_the_longest_numbers_the_commonest(tmp_path: Path) -> None:
    path = tmp_path / "xx.yaml"
    path.write_text(YAML.replace("l-<number>*T|<region>", "(A-|B(C|))d{1,3}|<region>"))
    maker, rng = PlateMaker(load_country(path).formats[0]), np.random.default_rng(4)
    texts = [maker(rng).text[:-2] for _ in range(600)]
    assert sum(text[0] == "A" for text in texts) / 600 == pytest.approx(0.5, abs=0.06)
    assert sum(text[1] == "C" for text in texts) / 600 == pytest.approx(0.25, abs=0.06)
    counts = [sum(sum(map(str.isdigit, text)) == n for text in texts) / 600 for n in (1, 2, 3)]
    assert counts == pytest.approx([1 / 9, 2 / 9, 2 / 3], abs=0.06)


def test_on_the_road_plates_differ_but_not_in_what_they_say(plates: list[Plate]) -> None:
    rng = np.random.default_rng(1)
    worn = [varied(p, rng) for p in plates]
    assert [p.text for p in worn] == [p.text for p in plates]
    assert len({p.ground for p in worn}) > 300
    assert np.std([p.fields[0].rect[1] for p in worn]) == pytest.approx(0.012, rel=0.25)


@pytest.mark.parametrize("country", load_registry().values(), ids=lambda c: c.code)
def test_every_type_makes_texts_that_it_allows_and_the_reader_knows(country: Country) -> None:
    rng = np.random.default_rng(2)
    for form in country.formats:
        maker = PlateMaker(form)
        for _ in range(3):
            plate = varied(maker(rng), rng)
            assert form.fits(plate.registration), f"{form.type.name}: {plate.registration}"
            assert not Alphabet().unknown(plate.text)


def test_russian_plates_use_the_twelve_letters() -> None:
    maker = PlateMaker(load_country(Path("configs/plates/ru.yaml")).formats[0])
    rng = np.random.default_rng(3)
    text = "".join(maker(rng).text for _ in range(300))
    assert set(text) - set("0123456789") == set("ABEKMHOPCTYX")


def test_foreign_characters_stand_each_by_itself() -> None:
    (form,) = (f for f in load_country(Path("configs/plates/ru.yaml")).formats if f.type.name == "1")
    rng, maker = np.random.default_rng(0), PlateMaker(form)
    plate = next(p for p in iter(lambda: maker(rng), None) if "YY" in p.text)
    assert form.fits(plate.text)
    assert [i.text for i in plate.fields[0].items if isinstance(i, Run)][-2:] == ["Y", "Y"]


def test_rows_say_on_which_line_each_character_stands(form: PlateFormat) -> None:
    russian = {f.type.name: f for f in load_country(Path("configs/plates/ru.yaml")).formats}
    rng = np.random.default_rng(5)
    one_line = PlateMaker(form)(rng)
    assert one_line.rows == (0,) * len(one_line.text)
    single, double = (varied(PlateMaker(russian[name])(rng), rng) for name in ("1", "1A"))
    assert single.rows == (0,) * len(single.text)
    letter_and_number, letters_and_region = (0,) * 4, (1,) * (len(double.text) - 4)
    assert double.rows == letter_and_number + letters_and_region


def test_a_plate_may_be_registered_in_another_order_than_its_rows_stand() -> None:
    (form,) = (f for f in load_country(Path("configs/plates/ua.yaml")).formats if f.type.name == "two lines")
    plate = varied(PlateMaker(form)(np.random.default_rng(8)), np.random.default_rng(9))
    assert plate.text[:4].isalpha()
    assert plate.text[4:].isdigit()
    assert plate.rows == (0,) * 4 + (1,) * 4
    assert plate.registration == plate.text[:2] + plate.text[4:] + plate.text[2:4]


def test_a_character_may_have_a_colour_of_its_own() -> None:
    (form,) = (f for f in load_country(Path("configs/plates/cn.yaml")).formats if f.type.name == "police")
    plate = varied(PlateMaker(form)(np.random.default_rng(1)), np.random.default_rng(2))
    runs = [i for i in plate.fields[0].items if isinstance(i, Run)]
    assert runs[-1].text == "\u8b66"
    assert runs[-1].paint == (190, 28, 38)
    assert {run.paint for run in runs[:-1]} == {None}


def test_every_province_is_drawn_as_often() -> None:
    (form,) = (f for f in load_country(Path("configs/plates/cn.yaml")).formats if f.type.name == "car")
    rng, maker = np.random.default_rng(10), PlateMaker(form)
    drawn = Counter(maker(rng).text[0] for _ in range(3100))
    assert set(drawn) == set(PROVINCES)
    assert 60 < min(drawn.values()) <= max(drawn.values()) < 145


def test_special_chinese_plates_say_what_they_are() -> None:
    country = load_country(Path("configs/plates/cn.yaml"))
    said = "".join(PlateMaker(form).text_characters for form in country.formats)
    assert set(SUFFIXES) <= set(said)


def test_accents_are_drawn_but_not_read() -> None:
    (form,) = (f for f in load_country(Path("configs/plates/de.yaml")).formats if f.type.name == "car")
    rng, maker = np.random.default_rng(6), PlateMaker(form)
    runs = [i for _ in range(300) for i in maker(rng).fields[0].items if isinstance(i, Run)]
    accented = [run for run in runs if run.ink]
    assert accented
    assert all(normalise(run.ink) == run.text != run.ink for run in accented if run.ink)
    assert {c for run in accented for c in run.ink or "" if not c.isascii()} <= set("ÄÖÜ")


def test_arrangements_are_drawn_only_where_they_are_asked_for(tmp_path: Path) -> None:
    changed = "    arrangements: [{weight: 1, size: [600, 100]}]\n"
    (tmp_path / "xx.yaml").write_text(
        YAML.replace("    drawn:", changed + "    drawn:").replace("*T", "").replace("drawn: {T", "drawn: {B")
    )
    drawn = {}
    for arranged in (False, True):
        makes = CropSynthesiser(
            find_fonts(Path(matplotlib.get_data_path()) / "fonts" / "ttf"),
            generic=0.0,
            registry=[tmp_path],
            arranged=arranged,
        )
        drawn[arranged] = Counter(makes.plate(np.random.default_rng(seed)).aspect for seed in range(60))
    assert set(drawn[False]) == {5.0}
    assert 15 < drawn[True][6.0] < 45
