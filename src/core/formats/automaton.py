"""Finite sets of texts as one minimal acyclic automaton, built from the tokens of plate formats.

Two states that accept the same endings are made once. Equal sets of texts therefore have equal states, and the endings
that formats share are stored once (Daciuk et al., "Incremental construction of minimal acyclic finite-state automata",
Computational Linguistics 2000).
"""

from collections.abc import Iterable, Sequence
from functools import cache

from src.core.formats.pattern import Choice, Codes, SignToken, Token, Without

Following = dict[str, int]
"""For each character, the state after it; characters that lead nowhere are left out."""


class Automaton:
    """A growing set of states, numbered from 0; each accepts a set of texts."""

    def __init__(self) -> None:
        self.accepts: list[bool] = []
        self.following: list[Following] = []
        self._known: dict[tuple[bool, frozenset[tuple[str, int]]], int] = {}
        self.nothing = self._state(False, {})
        """The state that accepts no text."""
        self.end = self._state(True, {})
        """The state that accepts the empty text alone."""
        # they are cached by instance, so that each cache goes with its automaton
        self.union, self.minus, self.then = cache(self._union), cache(self._minus), cache(self._then)
        self.counts = cache(self._counts)

    def of(self, tokens: Sequence[Token], tail: int) -> int:
        """Returns the state of the texts that ``tokens`` stand for, each followed by one of ``tail``."""
        for token in reversed(tokens):
            tail = self._of_token(token, tail)
        return tail

    def words(self, words: Iterable[str]) -> int:
        """Returns the state of these texts."""
        by_first: dict[str, list[str]] = {}
        ends = False
        for word in words:
            ends |= not word
            if word:
                by_first.setdefault(word[0], []).append(word[1:])
        return self._state(ends, {char: self.words(rest) for char, rest in by_first.items()})

    def _of_token(self, token: Token, tail: int) -> int:
        if isinstance(token, SignToken):
            return tail
        if isinstance(token, Codes):
            return self.then(self.words(token.canonical), tail)
        if isinstance(token, Without):
            return self.then(self.minus(self.of(token.tokens, self.end), self.words(token.exceptions)), tail)
        if isinstance(token, Choice):
            state = self.nothing
            for option in token.options:
                state = self.union(state, self.of(option, tail))
            return state
        state = tail
        for times in range(token.most, 0, -1):
            longer = self._state(False, dict.fromkeys(token.characters, state))
            state = longer if times <= token.least else self.union(tail, longer)
        return state

    def _state(self, accepts: bool, following: Following) -> int:
        kept = {char: state for char, state in following.items() if not self._known or state != self.nothing}
        key = accepts, frozenset(kept.items())
        if key not in self._known:
            self._known[key] = len(self.following)
            self.accepts.append(accepts)
            self.following.append(kept)
        return self._known[key]

    def _union(self, a: int, b: int) -> int:
        """Returns the state of the texts that ``a`` or ``b`` accepts."""
        if a == b or b == self.nothing:
            return a
        one, two = self.following[a], self.following[b]
        both = {c: self.union(one.get(c, self.nothing), two.get(c, self.nothing)) for c in one.keys() | two.keys()}
        return self._state(self.accepts[a] or self.accepts[b], both)

    def _minus(self, a: int, b: int) -> int:
        """Returns the state of the texts that ``a`` accepts and ``b`` does not."""
        if a == b or b == self.nothing:
            return self.nothing if a == b else a
        two = self.following[b]
        left = {c: self.minus(state, two.get(c, self.nothing)) for c, state in self.following[a].items()}
        return self._state(self.accepts[a] and not self.accepts[b], left)

    def _then(self, a: int, b: int) -> int:
        """Returns the state of the texts that ``a`` accepts, each followed by one that ``b`` accepts."""
        state = self._state(False, {c: self.then(after, b) for c, after in self.following[a].items()})
        return self.union(b, state) if self.accepts[a] else state

    def _counts(self, state: int) -> tuple[int, ...]:
        """Returns how many texts of 0, 1, 2, ... characters a state accepts."""
        after = [self.counts(following) for following in self.following[state].values()]
        longest = max(map(len, after), default=0)
        return int(self.accepts[state]), *(sum(c[n] for c in after if n < len(c)) for n in range(longest))
