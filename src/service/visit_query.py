"""Questions about visits, as the page asks them, the API takes them and the store answers them."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from src.core.result import VisitState
from src.core.schema import Closed
from src.service.query import MAX_LIMIT, PLAIN, Cursor, Moment
from src.service.text import NAME_LENGTH, like, name


def _searchable(text: str) -> str:
    like(text)
    return text


PlaceName = Annotated[
    str, Field(min_length=1, max_length=NAME_LENGTH, pattern=PLAIN), AfterValidator(lambda text: name(text, "place"))
]


class VisitPeriod(Closed):
    """Visits of which place and time are asked for; what is unset does not matter."""

    place: PlaceName | None = Field(default=None, description="the name of a place", examples=["Depot"])
    since: Moment | None = Field(
        default=None,
        description="not entered earlier, or left where nobody saw it come; without a time zone it is the service's "
        "own",
        examples=["2026-01-01T00:00:00Z"],
    )
    until: Moment | None = Field(default=None, description="earlier; as `since`", examples=["2027-01-01T00:00:00Z"])


class VisitFilter(VisitPeriod):
    """Which visits are asked for; what is unset does not matter."""

    state: VisitState | None = Field(default=None, examples=["inside"])
    text: Annotated[str, Field(max_length=64, pattern=PLAIN), AfterValidator(_searchable)] | None = Field(
        default=None,
        description="a part of the plate; with * for any characters or ? for one, the whole of it. Cyrillic letters "
        "are taken for the Latin ones that look alike, O for 0, I for 1 and B for 8",
        examples=["356"],
    )
    vehicle: Annotated[str, Field(pattern="^[0-9a-f]{32}$")] | None = Field(
        default=None, description="a vehicle of the registry, as it was decided then"
    )
    overstayed: bool | None = Field(
        default=None, description="true: those alone that stay, or stayed, longer than one may; false: the others"
    )


class VisitQuery(VisitFilter):
    """Which visits are asked for, page by page; what is unset does not matter."""

    limit: int = Field(default=50, ge=1, le=MAX_LIMIT, description="on one page")
    cursor: Cursor | None = Field(default=None, description="`next` of the page before")


class VisitExport(VisitFilter):
    """Which visits a sheet is to have; what is unset does not matter."""

    format: Literal["csv", "xlsx"] = Field(default="csv", description="of the file")


class VisitReport(VisitPeriod):
    """Which visits are counted, and by what."""

    by: Literal["day", "permit", "place"] = Field(
        description="`day`: of the place's own time zone, on which they began; `permit`: by which they were let in, or "
        "not; `place`"
    )
    format: Literal["json", "csv", "xlsx"] = "json"
