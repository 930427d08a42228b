"""What one text of the page is."""

from typing import Literal, NamedTuple

Language = Literal["en", "ru"]


class Text(NamedTuple):
    """One text in both languages; ``{names}`` in braces are replaced when it is used."""

    en: str
    ru: str
