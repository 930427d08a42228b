"""The likeliest texts, against the sum over every alignment."""

import itertools

import numpy as np
import pytest

from src.core.alphabet import Alphabet
from src.core.candidates import BEAM, likeliest
from src.core.ctc import ctc_log_likelihood
from tests.countries import ALPHABET, seen

AB = Alphabet("AB")


def of(log_probs: np.ndarray, alphabet: Alphabet = ALPHABET) -> dict[str, float]:
    found = likeliest(np.exp(log_probs.astype(np.float64)), alphabet.characters)
    assert [c.probability for c in found] == sorted((c.probability for c in found), reverse=True)
    return {c.text: c.probability for c in found}


@pytest.mark.parametrize("seed", range(8))
def test_probabilities_are_the_sums_over_every_alignment(seed: int) -> None:
    log_probs = np.log(np.random.default_rng(seed).dirichlet([3, 1, 1], 4)).astype(np.float32)
    texts = ["".join(t) for n in range(5) for t in itertools.product("AB", repeat=n)]
    exact = {t: float(np.exp(ctc_log_likelihood(log_probs, AB.encode(t)))) for t in texts}
    best = max(exact, key=lambda t: exact[t])
    found = of(log_probs, AB)
    assert next(iter(found)) == best
    assert found[best] == pytest.approx(exact[best], rel=0.02)  # what a beam drops is missing
    assert all(p <= exact[t] * (1 + 1e-5) for t, p in found.items())


def test_columns_that_are_blank_for_certain_divide_the_text() -> None:
    log_probs = seen("A", {"8": 0.7, "B": 0.2}, {"5": 0.6, "S": 0.3}, "D")
    found = of(log_probs)
    assert list(found)[:4] == ["A85D", "A8SD", "AB5D", "A8D"]
    for text, p in found.items():
        assert p == pytest.approx(np.exp(ctc_log_likelihood(log_probs, ALPHABET.encode(text))), rel=0.01)


def test_a_repeated_character_needs_a_blank_between() -> None:
    a, blank = (0.01, 0.98, 0.01), (0.98, 0.01, 0.01)
    for columns, text in (((a, a), "A"), ((a, blank, a), "AA"), ((a, (0.6, 0.39, 0.01), a), "AA")):
        assert next(iter(of(np.log(np.array(columns, np.float32)), AB))) == text


def test_each_character_has_the_column_that_it_begins_in() -> None:
    log_probs = seen("A", "B", "B")
    (best, *_) = likeliest(np.exp(log_probs.astype(np.float64)), ALPHABET.characters)
    assert (best.text, best.columns) == ("ABB", (1, 3, 5))


def test_no_more_texts_than_the_beam_are_kept() -> None:
    log_probs = seen(*[{"8": 0.5, "B": 0.49}] * 6, alphabet=Alphabet("8B"))
    assert len(of(log_probs, Alphabet("8B"))) == BEAM


def test_a_plate_with_nothing_on_it_is_the_empty_text() -> None:
    assert of(seen()) == {"": pytest.approx(1)}
