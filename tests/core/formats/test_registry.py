"""The registry: every file of it is sound, texts find their formats, and a mistake is named with file and key."""

from pathlib import Path

import pytest

from src.core.formats.compiled import RowOrder
from src.core.formats.registry import REGISTRY, Country, RegistryError, fitting, load_country, load_registry

XX = """\
code: XX
name: Nowhere
sign: X
letters: ABC
sources: [a law]
parts:
  number: {pattern: dd, without: "00"}
types:
  - name: car
    vehicles: car taxi
    since: 1990
    weight: 1
    size: [520, 112]
    lines: l <number>
    typeface: european
    looks: {ground: white, ink: "#101010", edge: black}
"""


def written(folder: Path, text: str = XX, name: str = "xx.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_becomes_a_country(tmp_path: Path) -> None:
    country = load_country(written(tmp_path))
    (kind,) = country.types
    assert (country.code, kind.vehicles, kind.size) == ("XX", ("car", "taxi"), (520, 112))
    assert (kind.looks[0].ground, kind.looks[0].ink) == (((238, 239, 236),), (16, 16, 16))
    assert [f.type.name for f in fitting([country], "a-01")] == ["car"]
    assert not fitting([country], "A00")
    assert not fitting([country], "D01")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("since", "sinse", "xx.yaml: types.0.sinse: Extra inputs"),
        ("since: 1990", "since: soon", "xx.yaml: types.0.since: Input should be a valid integer"),
        ("l <number>", "l <numbers>", "xx.yaml: types.car: 'l <numbers>' names the part <numbers>"),
        ("l <number>", "l <number", "xx.yaml: types.car: 'l <number' has '<'"),
        ('without: "00"', 'without: "000"', "xx.yaml: types.car: the exception '000' could never occur"),
        ("pattern: dd", "codes: 12 34", "xx.yaml: parts.number: Value error, `without` belongs"),
        ('pattern: dd, without: "00"', "codes: 12 12", "xx.yaml: parts.number: Value error, codes: one of them"),
        ("ground: white", "ground: whitish", "xx.yaml: types.0.looks.0.ground.0: Value error, 'whitish' is no colour"),
        ("car taxi", "car taksi", "xx.yaml: types.0.vehicles.1: Input should be"),
        ("code: XX", "code: XY", "xx.yaml: code: XY does not go with the file's name"),
        ("sources: [a law]", "sources: []", "xx.yaml: sources: Tuple should have at least 1 item"),
        (
            "weight: 1",
            "weight: 1\n    unverified: colour",
            "xx.yaml: types.0.unverified.0: Input should be 'pattern', ",
        ),
        ("weight: 1", "fields: [[9, 9, 1, 20]]", "xx.yaml: types.0"),
        ("name: Nowhere", "name: [", "xx.yaml: while parsing"),
    ],
)
def test_a_mistake_names_file_and_key(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert old in XX
    with pytest.raises(RegistryError) as caught:
        load_country(written(tmp_path, XX.replace(old, new)))
    assert fault in str(caught.value)
    assert "\n" not in str(caught.value)


def test_rectangles_lie_on_the_plate(tmp_path: Path) -> None:
    text = XX + "    fields: [[10, 10, 530, 90]]\n"
    with pytest.raises(RegistryError, match=r"\[10, 10, 530, 90\] is no rectangle on 520 x 112"):
        load_country(written(tmp_path, text))
    text = XX + "    fields: [[10, 10, 50, 90], [60, 10, 90, 90]]\n"
    with pytest.raises(RegistryError, match="fields: 2 of them, the lines have 1"):
        load_country(written(tmp_path, text))


def test_a_band_may_lie_beside_one_line_of_its_plate(tmp_path: Path) -> None:
    country = load_country(written(tmp_path, XX + "    band: {span: [0, 56]}\n"))
    assert country.types[0].band is not None
    assert country.types[0].band.span == (0, 56)
    with pytest.raises(RegistryError, match=r"band\.span: 60 to 56 is nowhere on the plate"):
        load_country(written(tmp_path, XX + "    band: {span: [60, 56]}\n"))


def test_fields_are_counted_without_alternatives(tmp_path: Path) -> None:
    text = XX.replace("l <number>", '"(l|<number>)|<number>"')
    load_country(written(tmp_path, text + "    fields: [[10, 10, 50, 90], [60, 10, 90, 90]]\n"))
    with pytest.raises(RegistryError, match="fields: 1 of them, the lines have 2"):
        load_country(written(tmp_path, text + "    fields: [[10, 10, 50, 90]]\n"))


def test_the_order_of_registration_may_be_another_than_that_of_the_rows(tmp_path: Path) -> None:
    two_lines = XX.replace("l <number>", '["l|ll", "<number>"]') + "    order: [1, 3, 2]\n"
    (form,) = load_country(written(tmp_path, two_lines)).formats
    assert form.order == RowOrder(lengths=(1, 2, 2), order=(0, 2, 1))
    assert form.fits("A12BC")
    assert not form.fits("ABC12")  # as it stands on the plate
    (plain,) = load_country(written(tmp_path)).formats
    assert plain.order is None


@pytest.mark.parametrize(
    ("lines", "order", "fault"),
    [
        ('["l|ll", "<number>"]', "[1, 3]", "types.0: Value error, order: [1, 3] does not name each of 3 fields once"),
        ('["l{1,2}|l{1,2}", "<number>"]', "[1, 3, 2]", "types.car: order: Value error, lengths: of several fields"),
    ],
)
def test_an_order_that_cannot_be_made_is_named(tmp_path: Path, lines: str, order: str, fault: str) -> None:
    text = XX.replace("l <number>", lines) + f"    order: {order}\n"
    with pytest.raises(RegistryError) as caught:
        load_country(written(tmp_path, text))
    assert fault in str(caught.value)


def test_an_empty_or_missing_registry_is_an_error(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(RegistryError, match="no plate formats"):
            load_registry(folder)
    with pytest.raises(RegistryError, match=r"gone\.yaml: No such file"):
        load_country(tmp_path / "gone.yaml")


def test_a_later_folder_counts(tmp_path: Path) -> None:
    ours, mine = tmp_path / "ours", tmp_path / "mine"
    for folder, name in ((ours, "Nowhere"), (mine, "Elsewhere")):
        folder.mkdir()
        written(folder, XX.replace("Nowhere", name))
    written(ours, XX.replace("code: XX", "code: XY"), "xy.yaml")
    countries = load_registry(ours, mine)
    assert {code: country.name for code, country in countries.items()} == {"XX": "Elsewhere", "XY": "Nowhere"}
    assert set(load_registry()) == set(load_registry(REGISTRY))


@pytest.fixture(scope="module")
def registry() -> dict[str, Country]:
    return load_registry(REGISTRY)


def test_no_two_types_of_a_country_look_and_read_alike(registry: dict[str, Country]) -> None:
    for country in registry.values():
        looks = [
            repr((t.lines, t.size, t.looks, t.band, t.signs, t.letters, t.typeface, t.paints)) for t in country.types
        ]
        assert len(set(looks)) == len(looks), country.code


def test_every_type_says_where_its_pattern_is_from(registry: dict[str, Country]) -> None:
    without = [(country.code, t.name) for country in registry.values() for t in country.types if not t.source]
    assert not without


def test_shares_are_plausible(registry: dict[str, Country]) -> None:
    """Most plates are of cars or motorcycles, no country has one type alone, and none is too rare to be drawn."""
    for country in registry.values():
        total = sum(t.weight for t in country.types)
        commonest = max(country.types, key=lambda t: t.weight)
        assert {"car", "motorcycle"} & set(commonest.vehicles), country.code
        assert commonest.weight < 0.95 * total, country.code
        assert min(t.weight for t in country.types) > 1e-4 * total, country.code


def known_texts() -> list[list[str]]:
    """Country, type and text of each line of ``plate_texts.txt``."""
    lines = Path(__file__).with_name("plate_texts.txt").read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.split("|")] for line in lines if not line.startswith("#")]


@pytest.mark.parametrize(("country", "kind", "text"), known_texts())
def test_texts_that_are_known_fit_their_types_alone(
    registry: dict[str, Country], country: str, kind: str, text: str
) -> None:
    fit = {form.type.name for form in fitting([registry[country]], text)}
    if kind.startswith("!"):
        assert kind[1:] in {form.type.name for form in registry[country].formats}
        assert kind[1:] not in fit
    elif kind:
        assert kind in fit
    else:
        assert not fit


def test_at_least_45_countries_have_their_texts_tested(registry: dict[str, Country]) -> None:
    assert len({country for country, *_ in known_texts()} & set(registry)) >= 45


def test_a_key_that_is_given_twice_is_named(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match=r"xx\.yaml: 'name' is given twice in line 1"):
        load_country(written(tmp_path, "code: XX\nname: A\nname: B\n"))


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "xx.yaml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(RegistryError, match=r"xx\.yaml: not a UTF-8 text file"):
        load_country(path)


@pytest.mark.parametrize("line", ["", "-", "   "])
def test_a_line_without_characters_is_named(tmp_path: Path, line: str) -> None:
    country = (REGISTRY / "pe.yaml").read_text(encoding="utf-8").replace("code: PE", "code: XX")
    pattern = next(row for row in country.splitlines() if row.strip().startswith("lines:"))
    with pytest.raises(RegistryError, match=rf"types\..*lines: {line!r} has no character to read"):
        load_country(written(tmp_path, country.replace(pattern, f'    lines: "{line}"', 1)))


def test_an_arrangement_is_its_type_but_for_what_it_changes(tmp_path: Path) -> None:
    text = XX + '    arrangements: [{weight: 3, lines: [l, "<number>"], size: [300, 200]}]\n'
    country = load_country(written(tmp_path, text))
    assert len(country.formats) == 1  # what a reader takes for a plate is what it was
    (form,) = country.arranged
    assert (form.type.name, form.type.typeface, form.type.looks) == ("car", "european", country.types[0].looks)
    assert (form.type.weight, form.type.size, len(form.lines)) == (3, (300, 200), 2)
    assert form.type.arrangements == ()


def test_an_arrangement_that_cannot_be_is_named(tmp_path: Path) -> None:
    text = XX + "    arrangements: [{weight: 3, fields: [[10, 10, 90, 90], [10, 10, 90, 90]]}]\n"
    with pytest.raises(RegistryError, match=r"xx\.yaml: types\.0: .*2 of them, the lines have 1"):
        load_country(written(tmp_path, text))
