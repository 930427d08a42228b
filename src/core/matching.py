"""How sure it is that a plate is one of those on a list.

A reader tells the probability of each text as if any plate might come. Where people drive that are on a list, some
texts are expected. Let p(t) be the reader's probability of the text t, S the sum of p(t) over the texts of the list,
and g how many times likelier a listed plate is to come than any other one. By Bayes' rule

    P(t | some are listed) = g p(t) / (1 + (g - 1) S)     for a listed t, and without g above for any other.

If a share s of those who come are listed, g is GAIN times the odds s / (1 - s). The gain is how many plates there are
for each one on the list, of those that a reader could mistake for it: strangers do not come from all the plates of the
world, as neighbours and fleets have numbers that are close together. It is therefore fitted.

What the reader leaves to texts that it does not name may be listed plates, too. How many of them are is not known, so
that they are expected to be listed as often as any plate that comes: a share s.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from src.core.alphabet import merge_confusable
from src.core.types import Candidate

SHARE = 0.5
"""The share of those who come that are on a list, where nobody says more."""
GAIN = 150.0
ALLOW_FROM, DENY_FROM, UNSURE_FROM = 0.96, 0.5, 0.1
"""The probabilities from which a plate is let in, is told as denied, and is not told as unknown."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a plate may be: a text in which O is 0 and I is 1, its country where that is known, and its probability.

    No country that we know tells two plates apart by these letters alone, and only a plate's format knows which of them
    it has.
    """

    text: str
    region: str | None
    probability: float
    spellings: tuple[str, ...]
    """As the reader spells it, the likeliest one first."""


def guesses(candidates: Iterable[Candidate]) -> list[Guess]:
    """Returns what a plate may be, the likeliest first, from a reader's ``candidates``, whose best one comes first."""
    found: dict[tuple[str, str | None], list[Candidate]] = {}
    for candidate in candidates:
        found.setdefault((merge_confusable(candidate.text), candidate.region), []).append(candidate)
    every = [
        Guess(text, region, sum(c.confidence for c in some), tuple(dict.fromkeys(c.text for c in some)))
        for (text, region), some in found.items()
    ]
    return sorted(every, key=lambda guess: -guess.probability)


@dataclass(frozen=True, slots=True)
class Belief:
    """The probabilities that a plate is the listed one which each guess names, and that it is another listed one."""

    of_guesses: tuple[float, ...]
    """0 for a guess that is not listed."""
    elsewhere: float


def believe(of: Sequence[Guess], listed: Sequence[bool], share: float = SHARE, gain: float = GAIN) -> Belief:
    """Returns what is to be believed of guesses, some of them ``listed``, where a ``share`` of those who come is."""
    odds = share / (1 - share)
    weights = [guess.probability * (gain * odds if known else 1.0) for guess, known in zip(of, listed, strict=True)]
    rest = max(1 - sum(guess.probability for guess in of), 0.0)
    total = sum(weights) + rest * (1 + odds)
    if not total:
        return Belief((0.0,) * len(of), 0.0)
    return Belief(
        tuple(weight / total if known else 0.0 for weight, known in zip(weights, listed, strict=True)),
        rest * odds / total,
    )
