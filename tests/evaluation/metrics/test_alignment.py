"""Alignments that one can see, and their number of differences against the edit distance."""

import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from src.evaluation.metrics.alignment import align


@pytest.mark.parametrize(
    ("truth", "read", "pairs"),
    [
        ("AB1", "AB1", "AA BB 11"),
        ("AB1", "A81", "AA B8 11"),
        ("RK84", "9RK84", "-9 RR KK 88 44"),
        ("RK84", "RK4", "RR KK 8- 44"),
        ("RK84", "", "R- K- 8- 4-"),
        ("", "1", "-1"),
        ("", "", ""),
        ("77", "7", "77 7-"),  # either 7 could be the lost one
        ("7", "77", "77 -7"),
        ("AB", "BC", "AB BC"),  # two substitutions, not a deletion and an insertion
    ],
)
def test_align(truth: str, read: str, pairs: str) -> None:
    assert [f"{a or '-'}{b or '-'}" for a, b in align(truth, read)] == pairs.split()


def test_an_alignment_spells_both_texts_with_the_fewest_differences() -> None:
    rng = np.random.default_rng(0)
    for _ in range(300):
        truth, read = ("".join(rng.choice(list("AB0"), rng.integers(0, 7))) for _ in range(2))
        pairs = align(truth, read)
        assert ("".join(a for a, _ in pairs), "".join(b for _, b in pairs)) == (truth, read)
        assert sum(a != b for a, b in pairs) == Levenshtein.distance(truth, read)
