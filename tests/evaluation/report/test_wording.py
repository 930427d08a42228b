"""Figures as they are written."""

import pytest

from src.evaluation.accuracy.plate_result import Figure
from src.evaluation.report.wording import (
    cell,
    interval,
    number,
    p_value,
    percent,
    signed,
    value,
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
    assert [str(cell(f)) for f in (figure, None)] == ["50.0% (25.0–75.0)", "–"]


def test_signed() -> None:
    assert (signed(-0.015, "read"), signed(0.015, "read"), signed(-0.5, "extra")) == ("−1.5", "+1.5", "−0.50")


@pytest.mark.parametrize(("p", "text"), [(1, "p = 1.000"), (0.012, "p = 0.012"), (0.0002, "p < 0.001")])
def test_p_value(p: float, text: str) -> None:
    assert p_value(p) == text
