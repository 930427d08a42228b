"""What may be asked of the API, as OpenAPI shows it."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Request
from fastapi.routing import APIRoute
from pydantic import AfterValidator, Field

from src.core.limits import LEAST_CONFIDENCE
from src.core.result import Probability
from src.core.schema import Closed
from src.service.api import examples
from src.service.http.problems import Kind, ServiceProblem
from src.service.query import PLAIN, CameraName, Moment
from src.service.store.recognitions import check_taken
from src.service.text import NAME_LENGTH, plate_text


def _past(taken: datetime) -> datetime:
    check_taken(taken, datetime.now(UTC))
    return taken


PlateText = Annotated[
    str,
    Field(min_length=1, max_length=64, pattern=PLAIN, description="in any spelling", examples=["M356CC65"]),
    AfterValidator(plate_text),
]
Identifier = Annotated[str, Field(pattern="^[0-9a-f]{32}$", examples=[examples.SIGHTING["id"]])]


def _plain_key(value: str) -> str:
    """Returns the key without the quotes of a String of RFC 8941; many clients send it bare."""
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value


IdempotencyKey = Annotated[
    str,
    Field(
        min_length=1,
        max_length=NAME_LENGTH,
        pattern=r'^("([ !#-\[\]-~]|\\["\\])+"|[A-Za-z0-9_.:/+=~-]+)$',
        description="chosen by the client, such as a random UUID: a request that comes again within 24 hours, with the "
        "same key, pictures and query, is not read and stored anew, but gets the answer of the first. Answers with "
        "status 429 and 5xx are not kept. Each API key has keys of its own",
        examples=['"8e03978e-40d5-43dd-bc93-6894a57f9324"'],
    ),
    AfterValidator(_plain_key),
]


class RecognizeOptions(Closed):
    """How pictures are read, and what becomes of the readings."""

    countries: str | None = Field(
        default=None,
        pattern="^[A-Za-z]{2}(,[A-Za-z]{2})*$",
        max_length=1000,
        description="ISO 3166 alpha-2 codes of the countries to expect; unset: any",
        examples=["RU,BY"],
    )
    min_confidence: float | None = Field(
        default=None,
        ge=LEAST_CONFIDENCE,
        le=1,
        description="detections below are left out; unset: as the operator or the detector's card says",
        examples=[0.35],
    )
    abstain: Probability | None = Field(
        default=None, description="readings below are marked as not accepted; unset: none is judged", examples=[0.9]
    )
    annotated: bool = Field(default=False, description="whether each result has a picture with its plates marked")
    store: bool = Field(default=True, description="whether pictures and sightings are kept")
    camera: CameraName | None = Field(default=None, description="where the pictures come from", examples=["gate"])
    taken: Annotated[Moment, AfterValidator(_past)] | None = Field(
        default=None,
        description="when they were taken, at most a day ahead; without a time zone it is the service's own",
        examples=["2026-01-31T12:00:00Z"],
    )

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the countries, in capitals."""
        return tuple(self.countries.upper().split(",")) if self.countries else ()


def only_what_is_known(request: Request) -> None:
    """Refuses unknown and repeated query parameters; it is a FastAPI dependency of every route.

    A misspelt parameter would otherwise have no effect, and of a repeated one only the last value would count. Raises
    ServiceProblem.
    """
    known = set(_parameters(request.scope["route"]))
    for asked, count in Counter(key for key, _ in request.query_params.multi_items()).items():
        if asked not in known:
            raise ServiceProblem(Kind.INVALID_REQUEST, f"query.{asked}: there is no such parameter here")
        if count > 1:
            raise ServiceProblem(Kind.INVALID_REQUEST, f"query.{asked}: is there {count} times")


def _parameters(route: APIRoute) -> Iterator[str]:
    """Yields the names of the query parameters of a route, those of a model among them."""
    for parameter in route.dependant.query_params:
        kind = parameter.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, Closed):
            yield from kind.model_fields
        else:
            yield parameter.alias
