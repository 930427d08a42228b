"""Faults of the API as sentences for people."""

import re

import pytest

from src.service.page.client import RefusedError, ServiceError, SlowError, StrangerError, UnreachableError
from src.service.page.explain import Sent, concerns_picture, reason, sentence
from src.service.page.texts import Words

CASES = [
    (UnreachableError("http://api"), "cannot be reached"),
    (SlowError("http://api"), "too long to answer"),
    (StrangerError("<html>"), "no recognition service"),
    (RefusedError(401, "no_key", "x"), "valid key"),
    (RefusedError(403, "wrong_scope", "x"), "does not allow"),
    (RefusedError(404, "not_found", "x"), "no longer there"),
    (RefusedError(413, "too_large", "x"), "too large"),
    (RefusedError(415, "unknown_format", "x"), "no picture"),
    (RefusedError(422, "damaged", "x"), "damaged"),
    (RefusedError(422, "invalid_request", "countries: XX."), "refused this: countries: XX.$"),
    (RefusedError(429, "limit_reached", "x", 40), "limit of your key is reached; try again in 40 s"),
    (RefusedError(429, "limit_reached", "x"), "limit of your key is reached; try later"),
    (RefusedError(503, "busy", "x", 2), "busy; try again in 2 s"),
    (RefusedError(503, "busy", "x"), "busy; try again soon"),
    (RefusedError(500, "blank", "x"), "failed .status 500."),
]


@pytest.mark.parametrize(("error", "said"), CASES, ids=[str(error) for error, _ in CASES])
def test_one_sentence(error: ServiceError, said: str) -> None:
    english, russian = sentence(error, Words("en")), sentence(error, Words("ru"))
    assert re.search(said, english)
    assert english != russian
    assert english.count("\n") == 0


def test_a_refused_picture_is_told_by_its_type_and_size() -> None:
    sent = Sent("image/x-raw", 25_300_000)
    kind, size = RefusedError(415, "unknown_format", "x"), RefusedError(413, "too_large", "x")
    assert "image/x-raw" in sentence(kind, Words("ru"), sent)
    assert "25,3 МБ" in sentence(size, Words("ru"), sent)
    assert "25.3 MB" in sentence(size, Words("en"), sent)
    assert "of an unknown type" in sentence(kind, Words("en"), Sent("", 5))


def test_why_a_cell_or_a_file_is_not_taken_is_told_from_code_and_values() -> None:
    said = [reason("too_long", {"characters": 2001, "most": 2000}, Words(language)) for language in ("en", "ru")]
    assert said == ["has 2,001 characters, over 2,000", "символов 2\xa0001, а можно 2\xa0000"]
    assert reason("no_mail", {"cell": "{x}"}, Words("ru")) == "«{x}» не адрес электронной почты"
    refused = RefusedError(422, "bad_sheet", "has no column 'plate'", code="no_plates")
    assert sentence(refused, Words("ru")) == "Файл не таблица машин: в нём нет столбца plate."
    later = RefusedError(422, "bad_sheet", "is in Volapük", code="volapuk")
    assert sentence(later, Words("ru")) == "Файл не таблица машин: is in Volapük."


@pytest.mark.parametrize(
    ("status", "kind", "of_picture"),
    [(413, "too_large", True), (422, "damaged", True), (422, "invalid_request", False), (401, "no_key", False)],
)
def test_whose_fault_it_is(status: int, kind: str, of_picture: bool) -> None:
    assert concerns_picture(RefusedError(status, kind, "")) is of_picture
