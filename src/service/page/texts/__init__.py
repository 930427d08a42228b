"""Everything that the page says, in English and Russian: one table, whose parts have a module each."""

from collections.abc import Mapping

from src.service.page.texts.access import ACCESS
from src.service.page.texts.decisions import DECISIONS
from src.service.page.texts.delivery import DELIVERY
from src.service.page.texts.faults import FAULTS
from src.service.page.texts.frame import FRAME
from src.service.page.texts.plates import PLATES
from src.service.page.texts.registry import REGISTRY
from src.service.page.texts.service import SERVICE
from src.service.page.texts.sheets import SHEETS
from src.service.page.texts.text import Language, Text
from src.service.page.texts.visits import VISITS
from src.service.page.texts.widgets import WIDGETS

__all__ = ["TEXTS", "Language", "Text", "Words"]

TEXTS: Mapping[str, Text] = {
    **FRAME,
    **WIDGETS,
    **PLATES,
    **DECISIONS,
    **REGISTRY,
    **SHEETS,
    **VISITS,
    **DELIVERY,
    **SERVICE,
    **ACCESS,
    **FAULTS,
}


class Words:
    """The texts of one language: ``words("read.found", count=2)``."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language

    def __call__(self, key: str, **values: object) -> str:
        """Returns the text of ``key``. Raises KeyError for an unknown key or a value that is missing."""
        text: str = getattr(TEXTS[key], self.language)
        return text.format(**values)

    def __contains__(self, key: str) -> bool:
        """Tells whether there is a text of ``key``: the API may have a word that this page does not know yet."""
        return key in TEXTS
