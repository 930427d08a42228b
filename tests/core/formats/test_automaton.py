"""Sets of texts: what they accept is what the patterns match, and equal sets are one state."""

import itertools

import pytest

from src.core.formats.automaton import Automaton
from src.core.formats.pattern import Codes, matches, parse, without

PARTS = {
    "region": (Codes(("1", "12", "AB", "ÄB", "B")),),
    "number": (without(parse("[12]{1,3}", "", {}), frozenset({"1", "22"})),),
}


def accepts(automaton: Automaton, state: int, text: str) -> bool:
    for char in text:
        if char not in automaton.following[state]:
            return False
        state = automaton.following[state][char]
    return automaton.accepts[state]


@pytest.mark.parametrize(
    "pattern",
    ["l", "l-[12]", "[12]{2}", "l{0,3}", "l{1,2}[12]{0,2}", "<region>", "<region>l", "(l|[12]l|)B", "l<number>",
     "<number>(<region>|[12]{2})", "l{0,2}(<number>|)1"],
)  # fmt: skip
def test_it_accepts_what_the_pattern_matches(pattern: str) -> None:
    automaton = Automaton()
    tokens = parse(pattern, "AB", PARTS)
    state = automaton.of(tokens, automaton.end)
    texts = ["".join(chars) for n in range(7) for chars in itertools.product("AB12", repeat=n)]
    assert [text for text in texts if accepts(automaton, state, text)] == [t for t in texts if matches(tokens, t)]
    counts = [sum(len(t) == n for t in texts if matches(tokens, t)) for n in range(7)]
    assert list(automaton.counts(state)) == counts[: len(automaton.counts(state))]
    assert not any(counts[len(automaton.counts(state)) :])


def test_equal_sets_are_one_state_however_they_are_written() -> None:
    automaton = Automaton()
    states = {automaton.of(parse(pattern, "AB", {}), automaton.end) for pattern in ("(A|B)1", "l1", "(l|A|)1", "B1")}
    assert len(states) == 3  # (l|A|)1 accepts 1 alone as well


def test_endings_that_sets_share_are_stored_once() -> None:
    automaton = Automaton()
    automaton.of(parse("ldddd", "AB", {}), automaton.end)
    before = len(automaton.following)
    automaton.of(parse("[CD]dddd", "AB", {}), automaton.end)
    assert len(automaton.following) == before + 1


def test_words_may_begin_one_another() -> None:
    automaton = Automaton()
    state = automaton.words(["A", "AB", "", "BA"])
    assert [t for t in ("", "A", "B", "AB", "BA", "ABA") if accepts(automaton, state, t)] == ["", "A", "AB", "BA"]
    assert automaton.counts(state) == (1, 1, 2)
