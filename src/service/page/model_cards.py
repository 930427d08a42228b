"""Shows model cards as people read them."""

from collections.abc import Sequence

from src.service.page import spoken
from src.service.page.client import Json
from src.service.page.texts import TEXTS, Language, Words

BY_SOURCE = ("read", "region", "cer")
"""Metrics that a reader's card has for each source of ``val``, as ``val/read_SOURCE``, and mostly for all sources
too.
"""
DRAWN = "samples_drawn"
_NOT_SHARES = frozenset({"corner_error"})

Row = tuple[str, ...]


def facts(card: Json, words: Words) -> list[tuple[str, str]]:
    """Returns what the model is; facts that a card leaves open are left out."""
    height, width = card["input_size"]
    threshold, regions = card.get("confidence_threshold"), card.get("regions")
    rows = [
        (words("models.input"), f"{width} × {height}"),
        (words("models.threshold"), None if threshold is None else spoken.percent(threshold, words.language)),
        (words("models.countries"), str(len(regions)) if regions else None),
        (words("models.alphabet"), card.get("alphabet")),
        (words("models.created"), spoken.day(card["created"], words.language)),
        (words("models.commit"), card["commit"][:12]),
        (words("models.licence"), card["licence"]),
        (words("models.sha"), card["sha256"]),
    ]
    return [(name, value) for name, value in rows if value]


def metrics(card: Json, words: Words) -> list[tuple[str, str]]:
    """Returns what was measured over all sources; a figure that has no name here keeps its own."""
    names = {name.removeprefix("val/"): value for name, value in card["metrics"].items()}
    sources = tuple(f"{metric}_" for metric in BY_SOURCE)
    return [
        (_named(name, words), _figure(name, value, words.language))
        for name, value in names.items()
        if not name.startswith(sources)
    ]


def sources(card: Json, words: Words) -> tuple[Row, list[Row]]:
    """Returns a table of what was trained and measured on: its head and a row per source."""
    figures = {metric: _of_sources(card, metric) for metric in BY_SOURCE}
    shown = [metric for metric, values in figures.items() if values]
    trained = card["trained_on"]
    known = dict.fromkeys([*trained, *(source for metric in shown for source in figures[metric])])
    head = (words("models.source"), words("models.pictures"), *(words(f"models.{metric}") for metric in shown))
    return head, [_row(source, trained, [figures[metric] for metric in shown], words) for source in known]


def _of_sources(card: Json, metric: str) -> dict[str, float]:
    begin = f"val/{metric}_"
    return {name.removeprefix(begin): value for name, value in card["metrics"].items() if name.startswith(begin)}


def _row(source: str, trained: dict[str, int], figures: Sequence[dict[str, float]], words: Words) -> Row:
    name = words("models.drawn") if source == DRAWN else source
    pictures = spoken.number(trained[source], words.language) if source in trained else ""
    shares = (spoken.share(values[source], words.language) if source in values else "" for values in figures)
    return name, pictures, *shares


def _named(name: str, words: Words) -> str:
    key = f"models.{name}"
    return words(key) if key in TEXTS else name


def _figure(name: str, value: float, language: Language) -> str:
    is_share = f"models.{name}" in TEXTS and name not in _NOT_SHARES
    return spoken.share(value, language) if is_share else spoken.number(value, language)
