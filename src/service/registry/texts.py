"""The texts of the registry, as they are checked wherever they come from: the API, or a cell of a sheet."""

import re

from src.service.text import plate_text

MOST_PLATE = 64
MOST_WORDS = 100
"""The characters of a make, a model or a colour at most."""
MOST_NOTES = 2000
MOST_PHONE = 64
MOST_MAIL = 254

_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+")


def registered_plate(text: str) -> str:
    """Returns the canonical text of a plate. Raises ValueError where no plate has it.

    >>> registered_plate("м 356 сс 65")
    'M356CC65'
    """
    plain = plate_text(text)
    if not plain:
        raise ValueError("is empty")
    if len(plain) > MOST_PLATE:
        raise ValueError(f"has over {MOST_PLATE} characters")
    if not plain.isalnum():
        raise ValueError(f"{text!r} has characters that no plate has")
    return plain


def clean_words(text: str) -> str:
    """Returns a text of one line without spaces around it. Raises ValueError for control characters."""
    if _CONTROL.search(stripped := text.strip()):
        raise ValueError("has control characters in it")
    return stripped


def clean_notes(text: str) -> str:
    """Returns a text of several lines without spaces around it. Raises ValueError for other control characters."""
    plain = text.replace("\r\n", "\n").strip()
    if _CONTROL.search(plain.replace("\n", "")):
        raise ValueError("has control characters in it")
    return plain


def check_mail(text: str) -> str:
    """Returns ``text`` where it looks like an e-mail address. Raises ValueError."""
    if not _MAIL.fullmatch(text):
        raise ValueError(f"{text!r} is no e-mail address")
    return text
