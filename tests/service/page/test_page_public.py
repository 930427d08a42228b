"""Where the browsers of visitors find the API."""

import pytest

from src.service.page.public import live, public_api

PAGE = "http://office:8501/cameras?lang=RU"


@pytest.mark.parametrize(
    ("api", "stated", "page", "found"),
    [
        ("http://127.0.0.1:8000", "", PAGE, "http://office:8000"),
        ("http://localhost:8000", "", "http://10.0.0.2:8501/", "http://10.0.0.2:8000"),
        ("http://[::1]:8000", "", "http://[fd00::2]:8501/", "http://[fd00::2]:8000"),
        ("http://127.0.0.1:8000", "", "", "http://127.0.0.1:8000"),
        ("https://plates.example", "", PAGE, "https://plates.example"),
        ("http://api:8000", ":8000", PAGE, "http://office:8000"),
        ("http://api:8000", ":9000", "https://office/cameras", "https://office:9000"),
        ("http://api:8000", "https://plates.example/api/", PAGE, "https://plates.example/api"),
    ],
)
def test_the_address_of_the_api(api: str, stated: str, page: str, found: str) -> None:
    assert public_api(api, stated, page) == found


def test_the_addresses_of_the_live_view() -> None:
    assert live("http://office:8000", "ru") == "http://office:8000/live#lang=ru"
    assert live("http://office:8000", "en", "a b") == "http://office:8000/live#lang=en&camera=a%20b"
