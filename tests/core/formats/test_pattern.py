"""The pattern language: what it reads, what it refuses, and that texts and expressions agree."""

import re

import pytest

from src.core.formats.pattern import (
    NEXT_FIELD,
    Choice,
    Codes,
    FormatError,
    SignToken,
    Slot,
    field_count,
    matches,
    parse,
    without,
)

PARTS = {"region": (Codes(("77", "777", "LÖ")),)}


def fits(pattern: str, text: str) -> bool:
    return matches(parse(pattern, "ABC", PARTS), text)


def test_tokens_are_read_in_order() -> None:
    tokens = parse("l-d|n X<region>", "ABC", PARTS)
    assert tokens == (
        Slot("ABC"), SignToken("dash"), Slot("0123456789"), NEXT_FIELD, Slot("123456789"), SignToken("gap"), Slot("X"),
        PARTS["region"][0],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "right", "wrong"),
    [
        ("ldd", "A07", "D07"),
        ("nd", "10", "01"),
        ("a{2}", "A7", "A7B"),
        ("l{1,2}d", "AB7", "ABC7"),
        ("d{0,2}A", "A", "123A"),
        ("[XY]d", "Y3", "A3"),
        ("CD d", "CD1", "AD1"),
        ("d <region>", "1777", "1778"),
        ("<region>d", "LO1", "LÖ1"),
        ("京l", "京A", "沪A"),
        ("(ld|dl)X", "7AX", "77X"),
        ("X(A{2}|d)", "XAA", "XA7"),
        ("(<region>|d(l|-dd))l", "777A", "7777A"),
        ("(<region>|d(l|-dd))l", "712A", "71A"),
        ("l(|7)", "A", "A77"),
    ],
)
def test_texts_match_without_the_signs(pattern: str, right: str, wrong: str) -> None:
    assert fits(pattern, right)
    assert not fits(pattern, wrong)


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("l<town>", "names the part <town>, there are region"),
        ("[]d", "neither a token nor upper-case"),
        ("[Ab]", "neither a token nor upper-case"),
        ("lx", "'x', which is neither"),
        ("{2}d", "must follow one token"),
        ("d{2}{3}", "must follow one token"),
        ("<region>{2}", "must follow one token"),
        ("d{3,1}", "no range"),
        ("d{0}", "no range"),
        ("d{1", "'{', which is neither"),
        ("(ld)", "must begin several alternatives"),
        ("(l|(d|l)", "must begin several alternatives"),
        ("l|d)", "')', which is neither"),
        ("(l|d){2}", "must follow one token"),
        ("(l|x)", "'x', which is neither"),
    ],
)
def test_what_the_language_lacks_is_named(pattern: str, fault: str) -> None:
    with pytest.raises(FormatError, match=re.escape(fault)):
        parse(pattern, "ABC", PARTS)


def test_alternatives_become_a_choice_and_no_fields() -> None:
    assert parse("(l-|(|7))|X", "A", {}) == (
        Choice(((Slot("A"), SignToken("dash")), (Choice(((), (Slot("7"),))),))), NEXT_FIELD, Slot("X"),
    )  # fmt: skip
    assert [field_count(line) for line in ("ldd", "l|d", "(l|d)", "l|(ld|(d|l))|d")] == [1, 2, 1, 3]


def test_exceptions_are_taken_out() -> None:
    tokens = (without(parse("[AB]{1,2}", "", {}), frozenset({"AB", "B"})),)
    assert [text for text in ("A", "AA", "BA", "BB", "B", "AB", "C", "") if matches(tokens, text)] == [
        "A",
        "AA",
        "BA",
        "BB",
    ]
    with pytest.raises(FormatError, match="'AC' could never occur"):
        without(parse("[AB]{2}", "", {}), frozenset({"AC"}))


def test_an_exception_may_begin_a_longer_text() -> None:
    tokens = (
        *parse("<number>", "", {"number": (without(parse("d{1,3}", "", {}), frozenset({"0", "00"})),)}),
        Slot("A"),
    )
    assert matches(tokens, "001A")
    assert not matches(tokens, "00A")
