"""Reads a plate from a network's outputs with the formats of a model card."""

from collections.abc import Sequence
from copy import copy
from typing import Self

import numpy as np
import numpy.typing as npt

from src.core.alphabet import Alphabet
from src.core.calibration import EPSILON, Calibration
from src.core.formats.compiled import FormatParameters, FormatSet, FormatType
from src.core.formats.decoding import Posterior, country_prior, weigh
from src.core.formats.evidence import Evidence, EvidenceGatherer, Spelled
from src.core.formats.match import FormatMatcher
from src.core.types import Candidate, Reading

CANDIDATES = 8
"""The most candidates of a plate; a search for likely texts finds no more texts."""
UNLIKELY = 0.005
"""The least probability of every candidate but the first."""

Floats = npt.NDArray[np.float64]
Outputs = npt.NDArray[np.float32]


class CountryError(ValueError):
    """The error of a country whose formats a reader does not know."""


class FormatReader:
    """Reads plates with ``formats``; the plates are of the countries ``in_use``, or of any if none is named.

    The network reads a plate row by row. Where the type that a text may be of is registered in another order, its
    reading is in that order; without such a type the rows stay as they stand on the plate.
    """

    def __init__(
        self, formats: FormatSet, alphabet: Alphabet, regions: Sequence[str] = (), in_use: Sequence[str] = ()
    ) -> None:
        """``regions`` are the classes of the network's output of that name. Raises CountryError."""
        self.parameters = formats.parameters
        self.countries = tuple(formats.countries)
        self._matcher = FormatMatcher(formats)
        self._gatherer = EvidenceGatherer(alphabet, self._matcher)
        self._regions = tuple(regions)
        self._in_use: tuple[str, ...] = ()
        self._use(in_use)

    def within(self, in_use: Sequence[str]) -> Self:
        """Returns the same reader for other countries in use. Raises CountryError."""
        other = copy(self)
        other._use(in_use)
        return other

    def _use(self, in_use: Sequence[str]) -> None:
        if unknown := [country for country in in_use if country not in self.countries]:
            raise CountryError(f"no plate formats of {unknown[0]!r}; there are {', '.join(self.countries)}")
        self._in_use = tuple(in_use)

    def read(self, log_probs: Outputs, region_log_probs: Outputs | None, plain: Reading) -> Reading:
        """Reads a plate from ``log_probs [T, C]`` and, where the network has it, ``region_log_probs [regions]``.

        The ``plain`` reading becomes a part of the result.
        """
        return self.conclude(self.gather(log_probs), region_log_probs, plain)

    def spell(self, log_probs: Outputs) -> list[Spelled]:
        """Returns the likeliest texts of ``log_probs [T, C]``, best first, before formats count."""
        return self._gatherer.spell(log_probs)

    def match(self, texts: list[Spelled]) -> Evidence:
        """Returns the evidence of one plate that has these ``texts``, best first: at least one."""
        return self._gatherer.match(texts)

    def conclude(self, evidence: Evidence, region_log_probs: Outputs | None, plain: Reading) -> Reading:
        """Returns the reading that follows from ``evidence``; the rest is as in ``read``."""
        posterior = self.posterior(evidence, region_log_probs, self.parameters)
        best = posterior.best
        confidence, joint = _calibrated(posterior, best, self.parameters.calibration)
        country = int(joint[best].argmax())
        known = country < len(self.countries)  # the last column has the plates whose country nobody knows
        text, kind = posterior.texts[best], self._type(evidence, posterior.texts[best], country)
        peaks = evidence.texts[posterior.which[best]].peaks
        return Reading(
            _registered(text, kind),
            confidence,
            tuple(peaks[place] for place in _places(len(text), kind)),
            plain=plain,
            format=kind.name if kind else None,
            region=self.countries[country] if known else None,
            region_confidence=min(float(joint[:, country].sum()), 1.0) if known else None,
            candidates=self._candidates(evidence, posterior.texts, joint, best),
        )

    def fits(self, text: str) -> dict[str, str]:
        """Returns each country that may write ``text`` on a plate, with its likeliest such type; the likeliest comes
        first.
        """
        matches = self._matcher.match([list(text)])
        types: dict[str, str] = {}
        if matches:
            likelihoods = self._matcher.by_country(matches)[0]
            for number in np.argsort(-likelihoods, kind="stable").tolist():
                kind = self._matcher.type_of(matches[0], number)
                # with another order the text would be the rows of a plate, which no registration writes so
                if kind and kind.order is None:
                    types[self.countries[number]] = kind.name
        return types

    def gather(self, log_probs: Outputs) -> Evidence:
        """Returns what the network and the formats say of one plate, not yet weighed."""
        return self._gatherer.gather(log_probs)

    def posterior(
        self, evidence: Evidence, region_log_probs: Outputs | None, parameters: FormatParameters
    ) -> Posterior:
        """Returns the posterior: the evidence, weighed by ``parameters``."""
        prior, looks = (
            country_prior(self.countries, self._regions, region_log_probs, in_use, parameters.region)
            for in_use in (self._in_use, ())
        )
        return weigh(evidence, prior, None if region_log_probs is None else looks, parameters)

    def best_text(self, evidence: Evidence, posterior: Posterior) -> str:
        """Returns the most probable text, in the order of registration of its likeliest country."""
        return self.registered(evidence, posterior, posterior.best)

    def registered(self, evidence: Evidence, posterior: Posterior, number: int) -> str:
        """Returns the text with that ``number`` in the order of registration of its likeliest country."""
        text, of_country = posterior.texts[number], posterior.joint[number]
        return _registered(text, self._type(evidence, text, int(of_country.argmax())))

    def _type(self, evidence: Evidence, text: str, country: int) -> FormatType | None:
        """Returns the likeliest type of a country, by its number, that ``text`` may be of; None where there is none."""
        matches = [match for match in evidence.matches if match.text == text]
        return self._matcher.type_of(matches[0], country) if matches and country < len(self.countries) else None

    def _candidates(self, evidence: Evidence, texts: Sequence[str], joint: Floats, best: int) -> tuple[Candidate, ...]:
        """Returns the candidates, first the reading: its text is the likeliest over all countries, if not in each of
        them.
        """
        regions = (*self.countries, None)
        first = best * len(regions) + int(joint[best].argmax())
        order = np.argsort(-joint, axis=None)[:CANDIDATES].tolist()
        others = [i for i in order if i != first and joint.flat[i] >= UNLIKELY]
        rows = [divmod(i, len(regions)) for i in [first, *others][:CANDIDATES]]
        return tuple(
            Candidate(
                _registered(texts[row], self._type(evidence, texts[row], column)),
                regions[column],
                float(joint[row, column]),
            )
            for row, column in rows
        )


def _places(length: int, kind: FormatType | None) -> Sequence[int]:
    """Returns where the characters of the registration stand in a text that is read row by row."""
    return range(length) if kind is None or kind.order is None else kind.order.places(length)


def _registered(text: str, kind: FormatType | None) -> str:
    return "".join(text[place] for place in _places(len(text), kind))


def _calibrated(posterior: Posterior, best: int, calibration: Calibration | None) -> tuple[float, Floats]:
    """Returns the confidence of the best text, and the probabilities ``[texts, countries + unknown]`` that go with
    it.
    """
    raw = min(float(posterior.of_text[best]), 1.0)
    confidence = raw if calibration is None else float(calibration.apply(raw))
    unknown = np.maximum(posterior.of_text - posterior.joint.sum(1), 0)
    joint = np.column_stack([posterior.joint, unknown])
    factors = np.full(len(joint), (1 - confidence) / max(1 - raw, EPSILON))
    factors[best] = confidence / raw
    return confidence, joint * factors[:, None]
