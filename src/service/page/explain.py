"""Explains what went wrong with a call, in one sentence of the visitor's language."""

from collections.abc import Mapping
from dataclasses import dataclass

from src.service.page import spoken
from src.service.page.client import RefusedError, ServiceError, SlowError, UnreachableError
from src.service.page.texts import Words

_OF_PICTURES = {
    "too_large": "error.too_large",
    "unknown_format": "error.unknown_format",
    "damaged": "error.damaged",
}
_BY_STATUS = {401: "error.key", 403: "error.scope", 404: "error.gone", 429: "error.limit", 503: "error.busy"}
_BY_KIND = {
    "name_taken": "error.name_taken",
    "exists": "error.exists",
    "last_administrator": "error.last_administrator",
    "bad_sheet": "error.bad_sheet",
}
_LATER = {429: "error.limit_in", 503: "error.busy_in"}


@dataclass(frozen=True, slots=True)
class Sent:
    """The file that a call sent: its media type, which is empty where nobody knows it, and its size in bytes."""

    media_type: str
    size: int


def sentence(error: ServiceError, words: Words, sent: Sent | None = None) -> str:
    """Returns a sentence for people: what the error means and what to do, or why a picture is not taken."""
    match error:
        case UnreachableError():
            return words("error.unreachable")
        case SlowError():
            return words("error.slow")
        case RefusedError():
            return _refusal(error, words, sent or Sent("", 0))
        case _:
            return words("error.stranger")


def concerns_picture(error: RefusedError) -> bool:
    """Tells whether another picture may be read where this one was refused."""
    return error.kind in _OF_PICTURES


def reason(code: str, values: Mapping[str, str | int], words: Words) -> str:
    """Returns why a cell, or a file as a whole, is not taken; it is a part of a sentence."""
    said = {
        name: spoken.number(value, words.language) if isinstance(value, int) else value
        for name, value in values.items()
    }
    return words(f"wrong.{code}", **said)


def _refusal(error: RefusedError, words: Words, sent: Sent) -> str:
    if concerns_picture(error):
        kind, size = sent.media_type or words("error.some_kind"), spoken.size(sent.size, words.language)
        return words(_OF_PICTURES[error.kind], kind=kind, size=size)
    if error.kind in _BY_KIND:
        known = f"wrong.{error.code}" in words
        detail = reason(error.code, error.values, words) if known else error.detail
        return words(_BY_KIND[error.kind], detail=detail.rstrip("."))
    if error.status in _LATER and error.retry_after is not None:
        return words(_LATER[error.status], seconds=error.retry_after)
    if error.status in _BY_STATUS:
        return words(_BY_STATUS[error.status])
    if error.status >= 500:
        return words("error.failed", status=error.status)
    return words("error.refused", detail=error.detail.rstrip("."))
