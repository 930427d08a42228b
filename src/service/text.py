"""Checks and rewrites texts of strangers, on their way to the database."""

import re

from src.core.alphabet import merge_look_alikes, normalise
from src.service.wrong import Wrong, WrongError

NAME_LENGTH = 255
ESCAPE = "\\"
WILDCARDS = frozenset("*?")
_UNSTORABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
"""Control characters, and halves of characters, which have no UTF-8; PostgreSQL refuses NUL as well."""


class TextError(WrongError):
    """The error of a text that cannot be what it is meant for; the message says why."""


def shown(text: str) -> str:
    """Returns ``text`` as it can be stored for people to see: without odd characters, and cut off where it is long."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)[:NAME_LENGTH]


def name(text: str, kind: str) -> str:
    """Returns ``text`` as the name of a ``kind``, without spaces around it. Raises TextError."""
    stripped = text.strip()
    subject = f"the name of a {kind}"
    if not stripped:
        raise TextError(Wrong.EMPTY, subject=subject)
    if len(stripped) > NAME_LENGTH:
        raise TextError(Wrong.TOO_LONG, subject=subject, characters=len(stripped), most=NAME_LENGTH)
    if _UNSTORABLE.search(stripped):
        raise TextError(Wrong.CONTROL_CHARACTERS, subject=subject)
    return stripped


def plate_text(text: str) -> str:
    """Returns the canonical spelling of a plate that somebody typed. Raises TextError for characters that no plate
    has.
    """
    plain = normalise(text)
    if _UNSTORABLE.search(plain):
        raise TextError(Wrong.CONTROL_CHARACTERS, subject="the text of a plate")
    return plain


def like(typed: str) -> str:
    r"""The pattern of ``LIKE ... ESCAPE '\'`` for the merged spelling of a plate; ``typed`` is a part of it.

    With ``*`` (anything) or ``?`` (one character) in it, it is the whole plate. Raises TextError.

    >>> like("834"), like("а1?7-*"), like("50%")
    ('%834%', 'A1_7%', '%50\\%%')
    """
    plain = merge_look_alikes(plate_text(typed))
    escaped = re.sub(r"[\\%_]", r"\\\g<0>", plain)
    if WILDCARDS.isdisjoint(plain):
        return f"%{escaped}%" if plain else ""  # no plate has an empty text
    return escaped.replace("*", "%").replace("?", "_")
