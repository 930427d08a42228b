"""Which country counts as right."""

import pytest

from src.core.regions import is_right_region


@pytest.mark.parametrize(
    ("read", "true", "right"),
    [
        ("DE", "DE", True),
        ("AT", "DE", False),
        ("EU", "EU", True),
        ("DE", "EU", True),
        ("BR", "EU", False),
        ("EU", "DE", False),  # the continent is no answer where the country is asked for
        (None, "EU", False),
    ],
)
def test_any_european_country_is_right_where_only_the_continent_is_known(
    read: str | None, true: str, right: bool
) -> None:
    assert is_right_region(read, true) is right
