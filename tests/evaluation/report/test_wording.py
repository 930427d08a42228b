"""Figures as they are written."""

import pytest

from src.evaluation.accuracy.comparison import Difference
from src.evaluation.accuracy.plate_result import Figure
from src.evaluation.report.wording import (
    TITLES,
    certainty,
    change,
    counted,
    interval,
    number,
    p_value,
    percent,
    signed,
    value,
    verdict,
)


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0.0%"), (0.91, "91.0%"), (0.9996, "99.9%"), (1, "100.0%"), (1.25, "125.0%")]
)
def test_only_everything_is_100_per_cent(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("name", "text"), [("read", "12.3%"), ("extra", "0.12"), ("ap50", "0.123"), ("brier", "0.123")]
)
def test_shares_are_per_cent_and_others_plain_numbers(name: str, text: str) -> None:
    assert number(0.1234, name) == text
    assert value(Figure(value=0.1234, low=0, high=1, n=9), name) == text


def test_intervals_have_no_unit_and_a_missing_figure_is_a_dash() -> None:
    figure = Figure(value=0.5, low=0.25, high=0.75, n=9)
    assert (interval(figure), interval(figure, "extra")) == ("25.0–75.0", "0.25–0.75")
    assert value(None) == "–"


def test_counted() -> None:
    assert [counted(n, "picture") for n in (0, 1, 1200)] == ["0 pictures", "1 picture", "1,200 pictures"]


def test_signed() -> None:
    assert (signed(-0.015, "read"), signed(0.015, "read"), signed(-0.5, "extra")) == ("−1.5", "+1.5", "−0.50")


@pytest.mark.parametrize(("p", "text"), [(1, "p = 1.000"), (0.012, "p = 0.012"), (0.0002, "p < 0.001")])
def test_p_value(p: float, text: str) -> None:
    assert p_value(p) == text


def difference(figure: str, after: float, **changes: object) -> Difference:
    stated = {"figure": figure, "before": 0.5, "after": after, "test": None, "beyond_noise": None}
    return Difference.model_validate(stated | changes)


def test_a_change_with_its_test() -> None:
    tested = difference("read", 0.6, test="McNemar", p=0.01, beyond_noise=True)
    assert (change(tested), certainty(tested), verdict(tested)) == ("+10.0 points", "p = 0.010", "better")
    drawn = difference("extra", 0.6, test="paired bootstrap", low=-0.1, high=0.3, beyond_noise=False)
    assert (change(drawn), certainty(drawn)) == ("+0.10", "95 % interval −0.10 to +0.30")
    assert verdict(drawn) == "within noise"


def test_more_errors_are_worse_and_what_has_no_test_is_not_judged() -> None:
    assert verdict(difference("cer", 0.6, beyond_noise=True)) == "worse"
    untested = difference("ap", 0.6)
    assert (certainty(untested), verdict(untested), verdict(difference("ap", 0.5))) == ("not tested",) * 2 + (
        "the same",
    )


def test_every_figure_that_can_differ_has_a_title() -> None:
    assert set(TITLES) >= {
        "read",
        "read_published",
        "read_merged",
        "cer",
        "region",
        "found",
        "precision",
        "extra",
        "ap",
    }
