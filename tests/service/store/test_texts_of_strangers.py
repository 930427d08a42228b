"""What users type, on its way to the database."""

import pytest

from src.service.store import TextError
from src.service.text import NAME_LENGTH, like, name, plate_text, shown


@pytest.mark.parametrize(
    ("typed", "pattern"),
    [
        ("a123cc77", "%A123CC77%"),
        ("а 123 сс-77", "%A123CC77%"),  # Cyrillic
        ("А 1*", "A1%"),
        ("?1*7?", "_1%7_"),
        ("50%", r"%50\%%"),
        ("a_c", "%AC%"),  # a separator, as in a plate's text
        ("\\", r"%\\%"),
        (r"\%*", r"\\\%%"),
        ("京A*", "京A%"),
        ("O I B І", "%0181%"),  # the last is Cyrillic
        ("b?o", "8_0"),
        (" - ", ""),
    ],
)
def test_only_stars_and_question_marks_are_wildcards(typed: str, pattern: str) -> None:
    assert like(typed) == pattern


def test_a_plate_is_spelt_in_one_way() -> None:
    assert plate_text("lö-ab 12") == "LOAB12"


@pytest.mark.parametrize("typed", ["A\x001", "A\ud8001"])
def test_no_plate_has_what_cannot_be_stored(typed: str) -> None:
    with pytest.raises(TextError, match="control characters"):
        plate_text(typed)


def test_what_is_only_shown_is_made_storable() -> None:
    assert shown("a\x00\n\udcff/../b") == "a���/../b"
    assert len(shown("x" * 1000)) == NAME_LENGTH


@pytest.mark.parametrize(
    ("typed", "fault"),
    [("  ", "is empty"), ("x" * 256, "256 characters, over 255"), ("a\x00b", "control"), ("a\udcff", "control")],
)
def test_a_bad_name_is_refused(typed: str, fault: str) -> None:
    with pytest.raises(TextError, match=f"the name of a camera .*{fault}"):
        name(typed, "camera")


def test_spaces_around_a_name_are_not_part_of_it() -> None:
    assert name("  Ворота 1 ", "camera") == "Ворота 1"
