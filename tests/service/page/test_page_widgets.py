"""What is said in the place of Streamlit's own words."""

import re

import pytest

from src.service.page.texts import TEXTS, Words
from src.service.page.widgets import SAYINGS, sayings


def said(text: str, words: Words) -> str:
    """As the browser says it."""
    for pattern, saying in sayings(words):
        if found := re.fullmatch(pattern, text):
            return re.sub(r"\$(\d)", lambda group: found[int(group[1])], saying)
    return text


@pytest.mark.parametrize(
    ("streamlit", "russian"),
    [
        ("application/pdf files are not allowed.", "Такие файлы здесь не принимаются (application/pdf)."),
        (" files are not allowed.", "Такие файлы здесь не принимаются ()."),
        ("File must be 20.0MB or smaller.", "Файл больше 20 МБ."),
        ("63.7KB", "63,7 КБ"),
        ("gate, 1.jpg, 21.0MB", "gate, 1.jpg, 21,0 МБ"),
        ("5.0B", "5 байт"),
        ("20MB per file", "или перетащите их сюда, до 20 МБ каждая"),
        ("Take Photo", "Сделать снимок"),
        ("Remove gate.jpg", "Убрать gate.jpg"),
        ("month, Даты start date", "Даты: месяц"),
        ("Даты end date", "Даты: последний день"),
        ("No results", "Ничего не найдено"),
        ("M356CC65", "M356CC65"),
    ],
)
def test_streamlits_words_become_russian(streamlit: str, russian: str) -> None:
    assert said(streamlit, Words("ru")) == russian


def test_the_pages_own_words_are_never_taken_for_streamlits() -> None:
    words = {key: Words(language) for language in ("en", "ru") for key in [language]}
    for key, text in TEXTS.items():
        if not key.startswith("widget."):
            assert said(text.en, words["en"]) == text.en, key
            assert said(text.ru, words["ru"]) == text.ru, key


def test_every_saying_says_what_its_pattern_finds() -> None:
    for pattern, key in SAYINGS.items():
        groups = re.compile(pattern).groups
        assert ("{found}" in TEXTS[key].en) <= (groups >= 1), pattern
        assert ("{tenths}" in TEXTS[key].en) <= (groups >= 2), pattern
