"""Finds the types of plates that a text may be of: all sets of texts of a card run side by side through one table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from src.core.formats.compiled import FormatSet, FormatType

LENGTHS = 8
DIGIT, OTHER = 1 / 20, 1 / 52
"""The probabilities of characters in a text of no format as the network expects it: such a text has one of LENGTHS
lengths, and half of its characters are digits.
"""

Floats = npt.NDArray[np.float64]
States = npt.NDArray[np.uint16]
Numbers = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Match:
    """A spelling of a text that some formats allow."""

    which: int  # of the texts asked about
    text: str
    sets: Numbers
    """The numbers of the sets of texts that have it."""
    likelihoods: Floats
    """For each of these sets, its likelihood there divided by its likelihood as a text of no format."""


class FormatMatcher:
    """Matches texts with the formats of a card, which it unpacks."""

    def __init__(self, formats: FormatSet) -> None:
        self.countries = tuple(formats.countries)
        table = formats.transition_table
        self._ends = table[:, 0] > 0
        self._after = dict(zip(formats.characters, np.ascontiguousarray(table[:, 1:].T), strict=True))
        self._starts = formats.start_states
        self._log_likelihoods = formats.log_likelihood_table
        self._types: dict[tuple[int, int], FormatType] = {}
        self.shares = np.zeros((len(self._starts), len(self.countries)))
        """``[sets, countries]``: the share of a country's plates that have a text of a set."""
        for column, types in enumerate(formats.countries.values()):
            for kind in types:
                self.shares[kind.texts, column] += kind.share
                best = self._types.get((kind.texts, column), kind)
                self._types[kind.texts, column] = max(best, kind, key=lambda one: (one.share, one.name))

    def match(self, texts: Sequence[Sequence[str]]) -> list[Match]:
        """Returns every allowed spelling of ``texts``; each text is given by the options of its places: ``["A", "0O",
        "7"]``.
        """
        everything = np.arange(len(self._starts))
        return list(self._walk("", range(len(texts)), texts, self._starts, everything))

    def by_country(self, matches: Sequence[Match], counted: Sequence[Bools] | None = None) -> Floats:
        """Returns ``[matches, countries]``: the likelihood of a text on a country's plates, divided by that of no
        format.

        ``counted`` says for each match which of its sets count; None means all of them.
        """
        if not matches:
            return np.zeros((0, len(self.countries)))
        of_set = np.concatenate([match.likelihoods for match in matches])[:, None]
        if counted is not None:
            of_set = of_set * np.concatenate(counted)[:, None]
        starts = np.cumsum([0, *(len(match.sets) for match in matches[:-1])])
        shares = self.shares[np.concatenate([match.sets for match in matches])]
        return np.asarray(np.add.reduceat(of_set * shares, starts), np.float64)

    def type_of(self, match: Match, country: int) -> FormatType | None:
        """Returns the likeliest type of a country, by its number, that the text may be of."""
        of_country = self.shares[match.sets, country] * match.likelihoods
        best = int(of_country.argmax())
        return self._types[int(match.sets[best]), country] if of_country[best] else None

    def _walk(
        self, text: str, which: Sequence[int], texts: Sequence[Sequence[str]], states: States, sets: Numbers
    ) -> Iterator[Match]:
        """Yields matches of those of ``texts`` (by their numbers ``which``) that begin with ``text``.

        After ``text`` the ``sets`` are in ``states``.
        """
        onward: dict[str, list[int]] = {}
        for number in which:
            if len(texts[number]) > len(text):
                for char in texts[number][len(text)]:
                    onward.setdefault(char, []).append(number)
            elif (ends := self._ends[states]).any():
                yield self._match(number, text, sets[ends])
        for char, numbers in onward.items():
            after = self._after[char][states] if char in self._after else states[:0]
            alive = after.nonzero()[0]
            if len(alive):
                yield from self._walk(text + char, numbers, texts, after[alive], sets[alive])

    def _match(self, which: int, text: str, sets: Numbers) -> Match:
        digits = sum(char.isdigit() for char in text)
        other = -np.log(LENGTHS) + digits * np.log(DIGIT) + (len(text) - digits) * np.log(OTHER)
        return Match(which, text, sets, np.exp(self._log_likelihoods[sets, len(text)] - other))
