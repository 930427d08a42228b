"""What all routes of the registry answer with: pages, and why an entry is not stored."""

from collections.abc import Callable
from typing import Any, TypeVar

from src.service.api.routes.answers import existing
from src.service.http.problems import Kind, ServiceProblem
from src.service.store import NameTakenError
from src.service.store.registry import CursorError, Page, PeriodError, UnknownError

SAVED = (Kind.NO_JSON, Kind.TOO_LONG, Kind.TOO_SLOW, Kind.EXISTS)
"""The problems of an entry that is sent."""

Thing = TypeVar("Thing")


def paged(found: Callable[[], Page[Any]], told: Callable[[Any], Any] = lambda item: item) -> dict[str, Any]:
    """Returns a page as it is answered. Raises ServiceProblem for a cursor that no page ended with."""
    try:
        page = found()
    except CursorError as fault:
        raise ServiceProblem(Kind.INVALID_REQUEST, f"query.cursor: {fault}") from None
    return {"items": [told(item) for item in page.items], "next": page.next_cursor, "total": page.total}


def saved(work: Callable[[], Thing | None], what: str, field: str = "name") -> Thing:
    """Returns what ``work`` has stored; ``field`` is what tells an entry from others.

    Raises ServiceProblem where there is no ``what``, or the entry cannot be stored.
    """
    try:
        return existing(work(), what)
    except NameTakenError:
        raise ServiceProblem(Kind.EXISTS, f"body.{field}: there is such an entry already") from None
    except UnknownError as unknown:
        raise ServiceProblem(Kind.INVALID_REQUEST, f"body.{unknown}: there is none of this name") from None
    except PeriodError as fault:
        raise ServiceProblem(Kind.INVALID_REQUEST, f"body.valid_until: {fault}") from None
