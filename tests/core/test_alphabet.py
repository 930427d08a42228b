"""Texts have one spelling, and an alphabet numbers its characters from 1."""

import pytest

from src.core.alphabet import Alphabet, merge_confusable, normalise


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("а 123 вс-77", "A123BC77"),
        ("k·ab 12", "KAB12"),
        ("京a.12345", "京A12345"),
        ("АВЕКМНОРСТУХ", "ABEKMHOPCTYX"),
        ("Ё1Й", "E1И"),
    ],
)
def test_normalise_gives_the_one_spelling(written: str, canonical: str) -> None:
    assert normalise(written) == canonical
    assert normalise(canonical) == canonical


def test_merge_confusable_touches_only_o_and_i() -> None:
    assert merge_confusable("OI01QL") == "0101QL"


def test_class_zero_is_left_to_the_blank() -> None:
    alphabet = Alphabet("AB0")
    assert alphabet.encode("0BA") == [3, 2, 1]
    assert alphabet.decode([3, 2, 1]) == "0BA"
    assert alphabet.classes == 4


def test_default_alphabet_holds_latin_digits_and_provinces() -> None:
    assert Alphabet().unknown("京A12345Z") == []
    assert Alphabet().classes == 1 + 36 + 31 + 7


def test_an_unknown_character_is_named() -> None:
    assert Alphabet("AB").unknown("A?B!") == ["?", "!"]
    with pytest.raises(ValueError, match=r"'A\?' has '\?'"):
        Alphabet("AB").encode("A?")


@pytest.mark.parametrize("characters", ["", "ABA"])
def test_characters_must_be_distinct(characters: str) -> None:
    with pytest.raises(ValueError, match="distinct"):
        Alphabet(characters)
