"""The characters a reader knows, and the one spelling of a plate text."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

LATIN = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
"""The province characters that a mainland Chinese plate begins with."""
SUFFIXES = "警学领挂港澳使"
"""The characters that special Chinese plates end with: police, driving school, consulate, trailer, Hong Kong, Macao,
and last the one that embassies begin with. New characters are added at the end of the alphabet, so that weights which
know fewer of them can be trained further.
"""

_CYRILLIC_TO_LATIN = str.maketrans("АВЕКМНОРСТУХ", "ABEKMHOPCTYX")
_LOOK_ALIKES = str.maketrans("OIBІ", "0181")  # the last one is the Cyrillic I, which Ukrainian plates have
_SEPARATORS = str.maketrans("", "", " \t-–—.·•:_/'")


def normalise(text: str) -> str:
    """Returns the canonical spelling: upper case, no separators, umlauts or accents, and Cyrillic look-alikes as Latin.

    >>> normalise("а 123 вс-77"), normalise("LÖ-AB 12")
    ('A123BC77', 'LOAB12')
    """
    plain = text.upper()
    if not plain.isascii():  # accents go first: what is left of a letter such as Ё may be a look-alike
        plain = "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
        plain = unicodedata.normalize("NFC", plain)
    return plain.translate(_SEPARATORS).translate(_CYRILLIC_TO_LATIN)


def merge_confusable(text: str) -> str:
    """Returns ``text`` with O as 0 and I as 1, for the figure that forgives what only the country's format can tell."""
    return text.replace("O", "0").replace("I", "1")


def merge_look_alikes(text: str) -> str:
    """Returns one spelling for what people mix up: O is 0, I is 1, B is 8. ``text`` must be canonical.

    >>> merge_look_alikes("K834OT22") == merge_look_alikes("KB34OT22")
    True
    """
    return text.translate(_LOOK_ALIKES)


@dataclass(frozen=True)
class Alphabet:
    """An ordered set of characters; class 0 is the CTC blank, class ``i + 1`` is ``characters[i]``."""

    characters: str = LATIN + PROVINCES + SUFFIXES

    def __post_init__(self) -> None:
        if not self.characters or len(set(self.characters)) != len(self.characters):
            raise ValueError(f"an alphabet needs distinct characters, got {self.characters!r}")

    @cached_property
    def _index(self) -> dict[str, int]:
        return {c: i + 1 for i, c in enumerate(self.characters)}

    @property
    def classes(self) -> int:
        """The number of network outputs per column: one for each character and one for the blank."""
        return len(self.characters) + 1

    def encode(self, text: str) -> list[int]:
        """Returns the classes of a text. Raises ValueError that names the first character outside the alphabet."""
        if unknown := self.unknown(text):
            raise ValueError(f"{text!r} has {unknown[0]!r}, which is not in the alphabet")
        return [self._index[c] for c in text]

    def decode(self, classes: Iterable[int]) -> str:
        """Returns the text of non-blank classes."""
        return "".join(self.characters[i - 1] for i in classes)

    def unknown(self, text: str) -> list[str]:
        """Returns the characters of ``text`` that the alphabet lacks, in their order."""
        return [c for c in text if c not in self._index]
