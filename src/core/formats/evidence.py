"""Gathers what the network sees on a plate and which formats allow it, before either is weighed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from src.core.alphabet import Alphabet
from src.core.candidates import LikelyText, likeliest
from src.core.formats.match import Bools, FormatMatcher, Match

LOOK_ALIKES = {"0": "0O", "1": "1I"}
"""The characters that look alike, by the digit that stands for both."""
IMPOSSIBLE = 1e-6
"""A look-alike that is less probable than this, relative to the other one, is no possible spelling."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spelled:
    """A text in which look-alikes are written as one, with what each of its characters may be."""

    text: LikelyText
    characters: tuple[str, ...]
    """The possible characters of each place, the one that the network prefers first."""
    odds: tuple[float, ...]
    """For each place, the logarithm of how much more likely the preferred character is than its look-alike."""
    peaks: tuple[float, ...]
    """For each place, the highest probability of the character there, with look-alikes as one."""

    @property
    def preferred(self) -> str:
        """The spelling that the network prefers."""
        return "".join(c[0] for c in self.characters)

    def odds_of(self, spelling: str) -> list[float]:
        """Returns, for each place, the log-odds of the character that ``spelling`` has there."""
        pairs = zip(spelling, self.characters, self.odds, strict=True)
        return [odds if char == options[0] else -odds for char, options, odds in pairs]

    def others(self, spelling: str) -> list[str]:
        """Returns the spellings that differ from ``spelling`` by the other look-alike at one place each."""
        flipped = []
        for place, options in enumerate(self.characters):
            if len(options) > 1:
                other = options[1] if spelling[place] == options[0] else options[0]
                flipped.append(spelling[:place] + other + spelling[place + 1 :])
        return flipped


@dataclass(frozen=True, slots=True)
class Evidence:
    """The likeliest texts of a plate, and every spelling of them that some format allows."""

    texts: list[Spelled]  # best first
    matches: list[Match]
    probabilities: Floats  # [texts], by the network
    preferred_odds: Floats  # [texts, places], of the preferred spelling; infinite where there is no look-alike
    which: npt.NDArray[np.intp]  # [matches], the text
    odds: Floats  # [matches, places]
    ratios: Floats  # [matches, countries], see FormatMatcher.by_country; of types that say which look-alike is where
    indifferent: Floats  # [matches, countries], the same of types that allow either look-alike at every place


class EvidenceGatherer:
    """Gathers evidence from a reader's outputs."""

    def __init__(self, alphabet: Alphabet, matcher: FormatMatcher) -> None:
        self.matcher = matcher
        self._characters = alphabet.characters
        self._classes = {char: number for number, char in enumerate(alphabet.characters, 1)}
        self._pairs = {
            one: tuple(alphabet.encode(pair)) for one, pair in LOOK_ALIKES.items() if not alphabet.unknown(pair)
        }

    def gather(self, log_probs: npt.NDArray[np.float32]) -> Evidence:
        """Returns the evidence of one plate, ``log_probs [T, C]``."""
        return self.match(self.spell(log_probs))

    def spell(self, log_probs: npt.NDArray[np.float32]) -> list[Spelled]:
        """Returns the likeliest texts of one plate, ``log_probs [T, C]``, best first."""
        seen = np.exp(log_probs.astype(np.float64))
        merged = self.merge(seen)
        return [self._spelled(text, seen, merged) for text in likeliest(merged, self._characters)]

    def match(self, texts: list[Spelled]) -> Evidence:
        """Returns the evidence of one plate that has these ``texts``, best first: at least one."""
        matches = self.matcher.match([text.characters for text in texts])
        places = max(len(text.characters) for text in texts)
        either = _either(texts, matches)
        return Evidence(
            texts=texts,
            matches=matches,
            probabilities=np.array([text.text.probability for text in texts]),
            preferred_odds=_padded([text.odds for text in texts], places),
            which=np.array([match.which for match in matches], np.intp),
            odds=_padded([texts[match.which].odds_of(match.text) for match in matches], places),
            ratios=self.matcher.by_country(matches, [~allowed for allowed in either]),
            indifferent=self.matcher.by_country(matches, either),
        )

    def merge(self, probabilities: Floats) -> Floats:
        """Returns ``[T, C]`` with the probability of each look-alike letter moved to its digit."""
        merged = probabilities.copy()
        for digit, letter in self._pairs.values():
            merged[:, digit] += merged[:, letter]
            merged[:, letter] = 0
        return merged

    def _spelled(self, text: LikelyText, seen: Floats, merged: Floats) -> Spelled:
        characters, odds, peaks = [], [], []
        borders = (*text.columns, len(merged))
        for char, (start, end) in zip(text.text, pairwise(borders), strict=True):
            # from the column where it begins to the one where the next character begins
            of_char = merged[start:end, self._classes[char]]
            column = int(of_char.argmax())
            options, log_odds = self._options(char, seen[start + column])
            characters.append(options)
            odds.append(log_odds)
            peaks.append(min(float(of_char[column]), 1.0))
        return Spelled(text, tuple(characters), tuple(odds), tuple(peaks))

    def _options(self, char: str, column: Floats) -> tuple[str, float]:
        if char not in self._pairs:
            return char, np.inf
        digit, letter = (float(column[c]) for c in self._pairs[char])
        options = LOOK_ALIKES[char] if digit >= letter else LOOK_ALIKES[char][::-1]
        more, less = max(digit, letter), min(digit, letter)
        return (options, float(np.log(more / less))) if less > IMPOSSIBLE * more else (options[0], np.inf)


def _either(texts: Sequence[Spelled], matches: Sequence[Match]) -> list[Bools]:
    """Tells, for the sets of each match, whether they allow either look-alike at all places of its text that have
    two.
    """
    spellings: dict[int, dict[str, Match]] = {}
    for match in matches:
        spellings.setdefault(match.which, {})[match.text] = match
    either = []
    for match in matches:
        others = [spellings[match.which].get(other) for other in texts[match.which].others(match.text)]
        allowed = np.full(len(match.sets), bool(others))
        for other in others:
            allowed &= False if other is None else np.isin(match.sets, other.sets, assume_unique=True)
        either.append(allowed)
    return either


def _padded(rows: Sequence[Sequence[float]], places: int) -> Floats:
    padded = np.full((len(rows), places), np.inf)
    for row, odds in zip(padded, rows, strict=True):
        row[: len(odds)] = odds
    return padded
