"""The texts of the registry, as they are checked wherever they come from: the API, or a cell of a sheet."""

import re

from src.service.text import plate_text
from src.service.wrong import Wrong, WrongError

MOST_PLATE = 64
MOST_WORDS = 100
"""The characters of a make, a model or a colour at most."""
MOST_NOTES = 2000
MOST_PHONE = 64
MOST_MAIL = 254

_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+")


class CellError(WrongError):
    """The error of a text, or of a row of a sheet, that says what cannot be."""


def registered_plate(text: str) -> str:
    """Returns the canonical text of a plate. Raises CellError, or TextError, where no plate has it.

    >>> registered_plate("м 356 сс 65")
    'M356CC65'
    """
    plain = plate_text(text)
    if not plain:
        raise CellError(Wrong.EMPTY)
    if len(plain) > MOST_PLATE:
        raise CellError(Wrong.PLATE_TOO_LONG, most=MOST_PLATE)
    if not plain.isalnum():
        raise CellError(Wrong.NOT_A_PLATE, cell=text)
    return plain


def clean_words(text: str) -> str:
    """Returns a text of one line without spaces around it. Raises CellError for control characters."""
    if _CONTROL.search(stripped := text.strip()):
        raise CellError(Wrong.CONTROL_CHARACTERS)
    return stripped


def clean_notes(text: str) -> str:
    """Returns a text of several lines without spaces around it. Raises CellError for other control characters."""
    plain = text.replace("\r\n", "\n").strip()
    if _CONTROL.search(plain.replace("\n", "")):
        raise CellError(Wrong.CONTROL_CHARACTERS)
    return plain


def check_mail(text: str) -> str:
    """Returns ``text`` where it looks like an e-mail address. Raises CellError."""
    if not _MAIL.fullmatch(text):
        raise CellError(Wrong.NO_MAIL, cell=text)
    return text
