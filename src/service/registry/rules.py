"""How sure a decision has to be."""

from dataclasses import dataclass

from src.core.matching import ALLOW_FROM, DENY_FROM, SHARE, UNSURE_FROM


@dataclass(frozen=True, slots=True)
class Rules:
    """Probabilities that the operator may set; what they cost is measured in docs/decisions.md."""

    allow_from: float = ALLOW_FROM
    """From which a listed plate is let in, watched, or told that its permit does not hold."""
    deny_from: float = DENY_FROM
    """From which a plate of a deny list is denied."""
    unsure_from: float = UNSURE_FROM
    """From which a plate may be a listed one, so that it is not told as unknown."""
    share: float = SHARE
    """The share of those who come that are on a list."""


SHIPPED = Rules()
"""The rules where nobody sets others."""
