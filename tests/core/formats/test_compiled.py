"""The compiled formats: they hold what the registry says, exactly, and survive the way through a card."""

import subprocess
import sys
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from pydantic import ValidationError

from src.core.alphabet import normalise
from src.core.formats.compile import compile_formats
from src.core.formats.compiled import LEAST_UNLISTED, FormatParameters, FormatSet, FormatType, RowOrder, pack
from src.core.formats.match import FormatMatcher
from src.core.formats.pattern import Token, matches
from src.core.formats.registry import Country, PlateFormat, load_registry
from src.data.synthesis.layout.plate import Run
from src.data.synthesis.layout.registered import PlateMaker
from tests.core.formats.test_registry import known_texts
from tests.countries import country, registry


@pytest.fixture(scope="module")
def countries() -> dict[str, Country]:
    return load_registry()


@pytest.fixture(scope="module")
def formats(countries: dict[str, Country]) -> FormatSet:
    return compile_formats(countries)


class Types:
    """The types of a country that compiled formats allow a text."""

    def __init__(self, formats: FormatSet) -> None:
        self._formats, self._matcher = formats, FormatMatcher(formats)
        self.sets = cache(self._sets)

    def _sets(self, text: str) -> set[int]:
        return {int(number) for match in self._matcher.match([list(text)]) for number in match.sets}

    def of(self, country: str, text: str) -> set[str]:
        return {kind.name for kind in self._formats.countries[country] if kind.texts in self.sets(text)}


def drawn(country: Country, rng: np.random.Generator) -> Iterator[str]:
    """A text of each type and one that is nearly so: a character more, less, or another."""
    for form in country.formats:
        plate = PlateMaker(form)(rng)
        text = normalise("".join(item.text for f in plate.fields for item in f.items if isinstance(item, Run)))
        yield text
        at, other = int(rng.integers(len(text))), "0123456789ABIOSZ"[rng.integers(16)]
        yield text[:at] + (other, "", other + text[at])[rng.integers(3)] + text[at + 1 :]


def row_by_row(form: PlateFormat) -> list[Token]:
    return [token for line in form.lines for token in line]


def test_they_allow_what_the_registry_allows(countries: dict[str, Country], formats: FormatSet) -> None:
    types, rng, fitting = Types(formats), np.random.default_rng(0), 0
    known: dict[str, list[str]] = {}
    for code, _, text in known_texts():
        known.setdefault(code, []).append(normalise(text))
    for code, of_country in countries.items():
        for text in (*known.get(code, []), *drawn(of_country, rng)):
            expected = {form.type.name for form in of_country.formats if matches(row_by_row(form), text)}
            assert types.of(code, text) == expected, (code, text)
            fitting += bool(expected)
    assert fitting > 2000


def test_types_that_allow_the_same_share_a_set_and_shares_are_of_a_country() -> None:
    one = country("AA", car=(3, "ldd"), bike=(1, "l d{2}"), old="dl")
    formats = compile_formats(registry(one, country("BB", car="ldd")))
    car, bike, old = formats.countries["AA"]
    assert car.texts == bike.texts == formats.countries["BB"][0].texts != old.texts
    assert (car.share, bike.share, old.share) == pytest.approx((0.6, 0.2, 0.2))
    assert formats.countries["BB"][0].share == 1


def test_a_type_weighs_what_its_share_says_however_many_patterns_it_has() -> None:
    one = country("AA", wide=(1, "(ldd|dld|ddl)"), narrow=(1, "AA"))
    matcher = FormatMatcher(compile_formats(registry(one)))
    (wide,), (narrow,) = matcher.match([list("A00")]), matcher.match([list("AA")])
    null_wide, null_narrow = 1 / 8 / 52 / 20**2, 1 / 8 / 52**2
    assert wide.likelihoods * null_wide == pytest.approx([1 / (3 * 9 * 100)])
    assert narrow.likelihoods * null_narrow == pytest.approx([1])
    assert matcher.by_country([wide, narrow])[:, 0] == pytest.approx(
        [wide.likelihoods[0] / 2, narrow.likelihoods[0] / 2]
    )


def test_the_texts_of_a_type_have_the_probability_one_together() -> None:
    matcher = FormatMatcher(compile_formats(registry(country("AA", car="[AB][12]{0,2}"))))
    texts = ["A", "B", *(a + b for a in "AB" for b in ("1", "2", "11", "12", "21", "22"))]
    null = {1: 1 / 8 / 52, 2: 1 / 8 / 52 / 20, 3: 1 / 8 / 52 / 20**2}
    assert sum(m.likelihoods[0] * null[len(m.text)] for m in matcher.match(texts)) == pytest.approx(1, rel=1e-6)


def test_every_spelling_that_some_format_allows_is_found() -> None:
    matcher = FormatMatcher(compile_formats(registry(country("AA", car="l[01]d"), country("BB", car="[0I][1I]A"))))
    found = matcher.match([["0O", "1I", "1I"], ["A", "0", "0O"]])
    assert {(m.which, m.text): list(m.sets) for m in found} == {(0, "O11"): [0], (1, "A00"): [0]}


def test_the_likeliest_type_of_a_country_names_the_format() -> None:
    one = country("AA", rare=(1, "ldd"), car=(5, "ldd"), any=(4, "(l|d)(l|d)(l|d)"))
    matcher = FormatMatcher(compile_formats(registry(one, country("BB", car="ddd"))))
    (match,) = matcher.match([list("A11")])
    assert matcher.type_of(match, 0) == FormatType(name="car", texts=0, share=0.5)
    assert matcher.type_of(match, 1) is None


def test_owners_choose_short_texts_as_often_as_long_ones() -> None:
    given, chosen = (country("AA", letters="AB", car="l{1,2}") for _ in range(2))
    kind = chosen.types[0].model_copy(update={"vehicles": ("personalised",)})
    chosen = chosen.model_copy(update={"types": (kind,)})
    of_given, of_chosen = (
        np.exp(compile_formats(registry(one)).log_likelihood_table[0, 1:]) for one in (given, chosen)
    )
    assert of_chosen == pytest.approx([0.5 / 2, 0.5 / 4])
    assert of_given == pytest.approx([2**0.5 / (2**0.5 + 2) / 2, 2 / (2**0.5 + 2) / 4])
    together = compile_formats(registry(given, chosen.model_copy(update={"code": "BB"}))).log_likelihood_table
    assert np.exp(together[0, 1:]) == pytest.approx(of_given)  # one country gives them out in order


def test_rows_are_brought_into_the_order_of_registration() -> None:
    order = RowOrder(lengths=(2, 2, None), order=(0, 2, 1))
    assert order.places(8) == [0, 1, 4, 5, 6, 7, 2, 3]
    assert order.places(5) == [0, 1, 4, 2, 3]


@pytest.mark.parametrize(
    ("lengths", "order", "fault"),
    [((2, 2), (0, 0), "each of 2 fields once"), ((2, None, None), (2, 1, 0), "of several fields nobody knows")],
)
def test_an_order_that_cannot_be_made_is_refused(lengths: tuple[int, ...], order: tuple[int, ...], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        RowOrder(lengths=lengths, order=order)


def test_they_are_the_same_after_json(formats: FormatSet) -> None:
    assert FormatSet.model_validate_json(formats.model_dump_json()) == formats


def test_the_same_registry_gives_the_same_card_whatever_the_order_of_sets() -> None:
    code = (
        "from pathlib import Path; from src.core.formats.registry import load_country; "
        "from src.core.formats.compile import compile_formats; "
        "print(compile_formats({'AM': load_country(Path('configs/plates/am.yaml'))}).model_dump_json())"
    )
    printed = [
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, check=True, capture_output=True
        ).stdout
        for seed in ("1", "2")
    ]
    assert printed[0] == printed[1] != b""


def test_a_card_that_holds_them_stays_small(formats: FormatSet) -> None:
    assert len(formats.model_dump_json(indent=2)) < 300_000


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"transitions": "AAAA"}, "a packed array is damaged"),
        ({"transitions": pack(np.full((2, 4), 7, "<u2"))}, "there are 2 states, another one is named"),
        ({"starts": pack(np.array([9], "<u2"))}, "there are 5 states, another one is named"),
        ({"starts": pack(np.array([1, 1, 1], "<u2"))}, "cannot reshape"),
        ({"countries": {"AA": [{"name": "car", "texts": 1, "share": 1}]}}, "'car' names set 1 of 1"),
        ({"parameters": {"unlisted": 0.04}}, "greater than or equal to 0.05"),
    ],
)
def test_damaged_formats_are_refused(changes: dict[str, object], fault: str) -> None:
    sound = compile_formats(registry(country("AA", letters="A", car="l12"))).model_dump()
    assert FormatSet.model_validate(sound).characters == "12A"
    with pytest.raises(ValidationError, match=fault):
        FormatSet.model_validate(sound | changes)


def test_plates_of_no_format_keep_a_chance() -> None:
    assert FormatParameters().unlisted >= LEAST_UNLISTED == 0.05
