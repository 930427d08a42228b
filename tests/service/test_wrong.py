"""Every code has a sentence, and an error has its values as they can be sent."""

from src.service.wrong import SENTENCES, Wrong, WrongError


def test_every_code_has_a_sentence() -> None:
    assert list(SENTENCES) == list(Wrong)


def test_the_message_is_the_sentence_with_what_it_is_about() -> None:
    error = WrongError(Wrong.TOO_LONG, subject="the name of a list", characters=256, most=255)
    assert str(error) == "the name of a list has 256 characters, over 255"
    assert (error.code, error.values) == ("too_long", {"characters": 256, "most": 255})
    assert str(WrongError(Wrong.EMPTY)) == "is empty"


def test_long_texts_and_halves_of_characters_are_cut_from_the_values_alone() -> None:
    error = WrongError(Wrong.NO_MAIL, cell="\ud800" + "x" * 5000)
    assert error.values == {"cell": "?" + "x" * 199}
    assert str(error) == rf"'\ud800{'x' * 5000}' is no e-mail address"
