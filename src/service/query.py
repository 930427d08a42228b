"""Questions about sightings, as the page asks them, the API takes them and the store answers them."""

import base64
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from src.core.result import Outcome, Probability
from src.core.schema import Closed
from src.service.text import NAME_LENGTH, like, name
from src.service.times import utc

MAX_LIMIT = 500
"""The most sightings on one page."""
PLAIN = r"^[^\x00-\x1f\x7f]*$"
"""A text without control characters."""

Direction = Literal["entry", "exit"]
"""Where the vehicles that a camera sees are going."""

Written = TypeVar("Written", str, datetime)


def _written(moment: Written) -> Written:
    """Refuses a bare number: Pydantic would take it for seconds since 1970, and so the year 2025 for a time in 1970."""
    if isinstance(moment, str) and not re.match("[0-9]{4}-[0-9]{2}-[0-9]{2}", moment):
        raise ValueError("no time, as 2026-01-31T12:00:00Z is one")
    return moment


def _zoned(moment: datetime) -> datetime:
    """Returns the time in UTC. A time without a zone is in the service's own, like the clock of a camera beside it."""
    return utc(moment.astimezone() if moment.utcoffset() is None else moment)


@dataclass(frozen=True, slots=True)
class Place:
    """The sighting, key or entry of the audit behind which a page begins."""

    seen: datetime
    id: str

    @property
    def cursor(self) -> str:
        """The place as a text that clients hand back."""
        return base64.urlsafe_b64encode(f"{self.seen.isoformat()} {self.id}".encode()).decode()

    @classmethod
    def from_cursor(cls, cursor: str) -> Self:
        """The place that a cursor stands for. Raises PydanticCustomError, which is a ValueError."""
        try:
            seen, last = base64.b64decode(cursor, "-_", validate=True).decode("ascii").split(" ")
            if not last.isalnum():
                raise ValueError(f"{last!r} is no identifier")
            return cls(utc(datetime.fromisoformat(seen)), last)
        except ValueError as error:  # that of base64 and that of dates among them
            raise PydanticCustomError("cursor", "is not one that a page ended with") from error


def _searchable(text: str) -> str:
    like(text)
    return text


def _followed(cursor: str) -> str:
    Place.from_cursor(cursor)
    return cursor


Moment = Annotated[datetime, BeforeValidator(_written), AfterValidator(_zoned)]
Cursor = Annotated[str, Field(max_length=200), AfterValidator(_followed)]
CameraName = Annotated[
    str, Field(min_length=1, max_length=NAME_LENGTH, pattern=PLAIN), AfterValidator(lambda text: name(text, "camera"))
]


class SightingFilter(Closed):
    """Which sightings are asked for; what is unset does not matter."""

    text: Annotated[str, Field(max_length=64, pattern=PLAIN), AfterValidator(_searchable)] | None = Field(
        default=None,
        description="a part of the plate; with * for any characters or ? for one, the whole of it. Cyrillic letters "
        "are taken for the Latin ones that look alike, O for 0, I for 1 and B for 8",
        examples=["356"],
    )
    region: str | None = Field(default=None, pattern="^[A-Za-z]{2}$", description="country, ISO 3166", examples=["RU"])
    camera: CameraName | None = Field(default=None, examples=["gate"])
    outcome: Outcome | None = Field(default=None, description="what was decided", examples=["unsure"])
    since: Moment | None = Field(
        default=None,
        description="not earlier; without a time zone it is the service's own",
        examples=["2026-01-01T00:00:00Z"],
    )
    until: Moment | None = Field(
        default=None,
        description="earlier; without a time zone it is the service's own",
        examples=["2027-01-01T00:00:00Z"],
    )
    min_confidence: Probability | None = Field(default=None, description="of the reading", examples=[0.5])
    corrected: bool | None = Field(
        default=None, description="true: those alone that an operator has corrected or confirmed; false: the others"
    )


class SightingQuery(SightingFilter):
    """Which sightings are asked for, page by page; what is unset does not matter."""

    limit: int = Field(default=50, ge=1, le=MAX_LIMIT, description="on one page")
    cursor: Cursor | None = Field(default=None, description="`next` of the page before")


class SightingExport(SightingFilter):
    """Which sightings a sheet is to have; what is unset does not matter."""

    format: Literal["csv", "xlsx"] = Field(default="csv", description="of the file")
