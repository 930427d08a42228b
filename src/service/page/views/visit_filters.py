"""The filters of the view of visits, which its parts share and the address names."""

from typing import TypeVar

from pydantic import ValidationError

from src.core.result import VisitState
from src.core.schema import Closed, first_fault
from src.service.page.address import write
from src.service.page.client import RefusedError
from src.service.page.views.filters import choose
from src.service.page.visit import Visit

FILTERS = ("show", "text", "place", "state", "overstayed", "by", "period", "dates")
STATES = tuple(str(state) for state in VisitState)
OVERSTAYED = {"yes": True, "no": False}
INVALID = 422
Query = TypeVar("Query", bound=Closed)


def choose_place(visit: Visit) -> str | None:
    """Shows the places, and returns the one that is picked; None: it does not matter. Raises ServiceError."""
    words = visit.words
    return choose("visits", "place", words("visits.place"), [place.name for place in visit.places()], words)


def choose_overstayed(visit: Visit) -> str | None:
    """Shows whether a stay is to be longer than its place allows, and returns the key of ``OVERSTAYED``."""
    words = visit.words
    return choose(
        "visits",
        "overstayed",
        words("visits.overstayed"),
        list(OVERSTAYED),
        words,
        lambda name: words(f"visits.overstayed_{name}"),
    )


def write_filters(part: str | None, **said: str | None) -> None:
    """Puts the filters of a part into the address, in the place of those of another one; the first part is None."""
    write("visits", dict.fromkeys(FILTERS) | {"show": part} | said)


def checked(kind: type[Query], **asked: object) -> Query:
    """Returns a question to the API. Raises RefusedError where the API would refuse it."""
    try:
        return kind.model_validate(asked)
    except ValidationError as error:
        raise RefusedError(INVALID, "invalid_request", f"query.{first_fault(error)}") from None
