"""Which crops are drawn how often."""

import numpy as np
import pytest

from src.data.loaders.sampling import balanced, prefix


@pytest.mark.parametrize(
    ("text", "beginning"),
    [("01A123CB", "01"), ("7TAX", "7"), ("1234AB7", "12"), ("A123BC77", "A"), ("皖A12345", "皖"), ("BC5551CB", "B")],
)
def test_what_a_text_begins_with(text: str, beginning: str) -> None:
    assert prefix(text) == beginning


def test_countries_and_beginnings_are_evened_out_by_the_balance() -> None:
    countries, texts = ["CN"] * 9 + ["UZ"], [*["皖A1"] * 8, "京A1", "01A1"]
    before = np.full(10, 0.1)
    assert balanced(before, countries, texts, 0.0) == pytest.approx(before)
    assert balanced(before, countries, texts, 1.0) == pytest.approx([1 / 32] * 8 + [1 / 4, 1 / 2])
    half = balanced(before, countries, texts, 0.5)
    assert half.sum() == pytest.approx(1)
    assert half[9] == pytest.approx(1 / (1 + 3))  # the roots of 1 and 9
    assert half[8] / half[:8].sum() == pytest.approx(1 / 8**0.5)


def test_the_weights_of_sources_still_count_among_like_crops() -> None:
    weighted = np.array([0.6, 0.2, 0.2])
    assert balanced(weighted, ["BR"] * 3, ["A1", "A2", "B1"], 1.0) == pytest.approx([0.375, 0.125, 0.5])


def test_a_beginning_is_of_its_country() -> None:
    even = balanced(np.full(4, 0.25), ["BR", "BR", "PL", "PL"], ["A1", "A2", "A1", "B1"], 1.0)
    assert even == pytest.approx([0.25] * 4)
