"""Small countries, and what a network may see of a plate."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from src.core.alphabet import Alphabet
from src.core.formats.registry import Country

ALPHABET = Alphabet("0123456789ABDEIORST")


def country(
    code: str,
    letters: str = "ABDEIORST",
    orders: Mapping[str, Sequence[int]] = MappingProxyType({}),
    **types: str | tuple[float, str | Sequence[str]],
) -> Country:
    """A country whose types are given as name and pattern, or name, weight and patterns of the lines.

    ``orders``: by the name of a type the order of its fields in the registration.
    """
    stated = {name: (1.0, given) if isinstance(given, str) else given for name, given in types.items()}
    look = {"ground": "white", "ink": "black"}
    kinds = [
        {
            "name": name,
            "vehicles": "car",
            "since": 2000,
            "weight": weight,
            "size": (520, 110),
            "lines": pattern,
            "typeface": "european",
            "looks": look,
            "order": orders.get(name, ()),
        }
        for name, (weight, pattern) in stated.items()
    ]
    return Country.model_validate(
        {"code": code, "name": code, "sign": code, "letters": letters, "sources": ["a law"], "types": kinds}
    )


def registry(*countries: Country) -> dict[str, Country]:
    """By code."""
    return {one.code: one for one in countries}


def seen(*places: Mapping[str, float] | str, alphabet: Alphabet = ALPHABET) -> np.ndarray:
    """Log-probabilities ``[T, C]`` of a plate: a column per place, a blank one before, between and behind.

    A place is a character, seen for certain, or the probabilities of several; the blank has what they leave.
    """
    rows: list[np.ndarray] = []
    for place in places:
        column = np.full(alphabet.classes, 1e-9)
        for char, p in ({place: 0.999} if isinstance(place, str) else place).items():
            column[alphabet.encode(char)] = p
        column[0] = max(1 - column[1:].sum(), 1e-9)
        rows += [_blank(alphabet), column]
    return np.log([*rows, _blank(alphabet)]).astype(np.float32)


def said(countries: Sequence[str], **shares: float) -> np.ndarray:
    """What a network says of ``countries``, log-probabilities: ``shares``, and next to nothing of the others."""
    return np.log([shares.get(one, 1e-6) for one in countries]).astype(np.float32)


def _blank(alphabet: Alphabet) -> np.ndarray:
    column = np.full(alphabet.classes, 1e-9)
    column[0] = 1
    return column
