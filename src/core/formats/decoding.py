"""Reads a plate by what the network sees and by what the formats of the countries allow.

Let x be the picture, t a text, c a country, y a type of plate. Wanted is P(t, c, y | x), which is proportional to
p(x | t) P(t | y) P(y | c) P(c | x). The network gives Q(t | x), its own posterior: p(x | t) times what it expects of
texts. If those it expects were texts of no format, N(t) (digits and letters at random), then p(x | t) ~ Q(t | x) / N(t)
and

    P(t | x)  ~  Q(t | x) [unlisted + (1 - unlisted) sum_c P(c | x) sum_y P(y | c) P(t | y) / N(t)] ^ weight

where the first summand is a plate of no listed type, with any text. Of which country that is only its looks tell: the
countries in use gain nothing by a text that they do not write. Trained on plates of the same registry, the network
expects formats to some extent itself: a ``weight`` below 1 keeps them from counting twice. P(t | y) is that of a text
among those of its type, so that a type weighs what its share says, however many patterns it has. P(c | x) are the
network's ``regions`` to the power ``region``, made to sum to 1; without that output all countries are as likely. The
texts that are looked at keep the probability that Q gives them together: what formats say of the others is not known.

O and 0, and I and 1, look alike in most typefaces, so that what the network says of them is expected rather than seen.
Q is therefore of texts in which they are one, and the spellings of such a text share its probability: on a plate of a
listed type by the network's preference to the power ``spelling``, beside what the formats say; on any other plate, and
on one of a type that allows either at every place (the owner chooses the text), by the network's preference as it is.
Each summand goes with its own share, put to the power 1 / ``weight`` beforehand.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from src.core.formats.compiled import FormatParameters
from src.core.formats.evidence import Evidence

ANYWHERE = 0.01
"""The share of the probability that all countries have evenly, however sure the network is of one."""
ELSEWHERE = 0.01
"""The share that is left to countries which are not in use: their plates must not be rewritten to fit those that
are.
"""
LEAST_LOG = -500.0
"""The least logarithm of the likelihood of a spelling: what is less is zero in floating point."""

Floats = npt.NDArray[np.float64]


def country_prior(
    countries: Sequence[str],
    regions: Sequence[str],
    log_probs: npt.NDArray[np.float32] | None,
    in_use: Sequence[str],
    exponent: float,
) -> Floats:
    """Returns P(c | x) of ``countries``, from the network's ``log_probs`` of ``regions`` where it has them.

    With ``in_use``, nearly all of the probability goes to those countries, in the proportions that the network gives
    them.
    """
    prior = np.full(len(countries), 1 / len(countries))
    if log_probs is not None:
        known = {region: float(p) for region, p in zip(regions, log_probs, strict=True)}
        seen = np.exp(exponent * np.array([known.get(country, -np.inf) for country in countries]))
        prior = ANYWHERE * prior + (1 - ANYWHERE) * seen / seen.sum()
    if in_use:
        used = np.where(np.isin(countries, in_use), prior, 0.0)
        prior = ELSEWHERE * prior + (1 - ELSEWHERE) * used / used.sum()
    return prior


@dataclass(frozen=True, slots=True)
class Posterior:
    """The probabilities of texts, and those of each text with each country."""

    texts: list[str]
    which: npt.NDArray[np.intp]  # [texts], their numbers among those of the evidence
    of_text: Floats  # [texts]
    joint: Floats  # [texts, countries]; what is missing of ``of_text`` is on a plate of which nobody knows the country

    @property
    def best(self) -> int:
        """The number of the most probable text."""
        return int(self.of_text.argmax())


def weigh(evidence: Evidence, prior: Floats, looks: Floats | None, parameters: FormatParameters) -> Posterior:
    """Returns the posterior under ``prior`` [countries].

    ``looks`` [countries] is the prior of plates of no listed type; with None nobody knows their country.
    """
    numbers: dict[str, int] = {}
    of_match = [numbers.setdefault(match.text, len(numbers)) for match in evidence.matches]
    of_text = [numbers.setdefault(text.preferred, len(numbers)) for text in evidence.texts]
    which = np.zeros(len(numbers), np.intp)
    which[of_match], which[of_text] = evidence.which, np.arange(len(of_text))

    weight, network = parameters.weight, np.log(evidence.probabilities)
    spelled, doubted = _log_shares(evidence.preferred_odds), _log_shares(parameters.spelling * evidence.odds)
    undoubted = np.exp(np.maximum((_log_shares(evidence.odds) - doubted) / weight, LEAST_LOG))
    given = (1 - parameters.unlisted) * (evidence.ratios + evidence.indifferent * undoubted[:, None]) * prior
    fit = given.sum(1)
    listed, unlisted = np.full((2, len(numbers)), -np.inf)
    listed[of_match] = (network[evidence.which] + doubted) / weight + np.log(fit)
    unlisted[of_text] = (network + spelled) / weight + np.log(parameters.unlisted)
    both = np.logaddexp(listed, unlisted)

    score = np.exp(weight * both)
    other_spellings = evidence.probabilities @ -np.expm1(spelled) * parameters.unlisted**weight
    of_both = score * evidence.probabilities.sum() / (score.sum() + other_spellings)
    joint = np.zeros((len(numbers), len(prior)))
    joint[of_match] = (of_both * np.exp(listed - both))[of_match, None] * given / fit[:, None]
    if looks is not None:
        joint += (of_both * np.exp(unlisted - both))[:, None] * looks
    return Posterior(list(numbers), which, of_both, joint)


def _log_shares(odds: Floats) -> Floats:
    """Returns the share of a spelling among those of its text, ``[N]``, from the log-odds of each place, ``[N,
    places]``.
    """
    return np.asarray(-np.logaddexp(0, -odds).sum(1), np.float64)
