"""What may be asked of the API, as OpenAPI shows it."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

from fastapi import Request
from fastapi.dependencies.models import Dependant
from pydantic import AfterValidator, ConfigDict, Field

from src.core.limits import LEAST_CONFIDENCE
from src.core.result import Probability
from src.core.schema import Closed
from src.service.api import examples
from src.service.http.problems import Kind, ServiceProblem
from src.service.query import PLAIN, CameraName, Direction, Moment
from src.service.store.recognitions import check_taken
from src.service.text import NAME_LENGTH, name, plate_text


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


MOST_CORNERS = 64
Corner = tuple[Probability, Probability]
"""x and y in shares of the picture's width and height."""


def _with_area(zone: list[Corner]) -> list[Corner]:
    """Refuses corners on a line, between which nothing lies."""
    following = [*zone[1:], zone[0]]
    area = sum(x * other_y - other_x * y for (x, y), (other_x, other_y) in zip(zone, following, strict=True))
    if not abs(area) > 1e-6:
        raise ValueError("the corners enclose nothing")
    return zone


def _capitals(codes: list[str]) -> list[str]:
    """Returns the codes in capitals, each once."""
    return list(dict.fromkeys(code.upper() for code in codes))


SourceWord = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2048,
        pattern=PLAIN,
        description="rtsp://, rtsps://, http:// or https://, with user and password where the camera asks for them. In "
        "answers the password is ***; a source that is sent as it was answered leaves the one that there is",
    ),
]
Zone = Annotated[
    list[Corner],
    Field(
        min_length=3,
        max_length=MOST_CORNERS,
        description="corners of the part that counts, in shares of the picture's width and height; null: all of it",
    ),
    AfterValidator(_with_area),
]
MinWidth = Annotated[float, Field(ge=0, le=10_000, description="pixels; narrower plates are left out")]
Countries = Annotated[
    list[Annotated[str, Field(pattern="^[A-Za-z]{2}$")]],
    Field(max_length=300, description="ISO 3166 alpha-2 codes of the countries to expect; empty: any"),
    AfterValidator(_capitals),
]
PlaceName = Annotated[
    str,
    Field(min_length=1, max_length=NAME_LENGTH, pattern=PLAIN, description="made where there is none of the name"),
    AfterValidator(partial(name, kind="place")),
]
GateName = Annotated[
    str,
    Field(min_length=1, max_length=NAME_LENGTH, pattern=PLAIN, description="of the place; made where it has none"),
    AfterValidator(partial(name, kind="gate")),
]
MergeSeconds = Annotated[
    float,
    Field(ge=0, le=86_400, description="seconds within which the same plate again is the same sighting; 0: none"),
]


class NewCamera(Closed):
    """A camera that is to be watched or, without a source, whose pictures are uploaded."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NEW_CAMERA]})

    name: CameraName
    source: SourceWord | None = None
    zone: Zone | None = None
    min_width: MinWidth = 0
    countries: Countries = Field(default_factory=list)
    place: PlaceName | None = None
    gate: GateName | None = None
    direction: Direction | None = Field(default=None, description="of the vehicles that it sees")
    merge_s: MergeSeconds = 0
    enabled: bool = Field(default=True, description="whether it is watched, where it has a source")


def _said(text: str) -> str:
    if not text:
        raise ValueError("there is no letter and no digit in it")
    return text


class NewCorrection(Closed):
    """What a plate says, by an operator who sees it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "M356CC65", "region": "RU"}]})

    text: Annotated[PlateText, AfterValidator(_said)]
    region: str | None = Field(
        pattern="^[A-Za-z]{2}$", description="country, ISO 3166; null: nobody knows", examples=["RU"]
    )


def _unset(schema: dict[str, Any]) -> None:
    """Takes the default out of the schema of a field that is left as it is where it is not sent."""
    schema.pop("default", None)


class CameraChange(Closed):
    """What is to be changed of a camera; what is not sent stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"enabled": False}, {"zone": None, "min_width": 80}]})

    name: CameraName = Field(default="", json_schema_extra=_unset)
    source: SourceWord | None = Field(default=None, json_schema_extra=_unset)
    zone: Zone | None = Field(default=None, json_schema_extra=_unset)
    min_width: MinWidth = Field(default=0, json_schema_extra=_unset)
    countries: Countries = Field(default_factory=list, json_schema_extra=_unset)
    place: PlaceName | None = Field(default=None, json_schema_extra=_unset)
    gate: GateName | None = Field(default=None, json_schema_extra=_unset)
    direction: Direction | None = Field(default=None, json_schema_extra=_unset)
    merge_s: MergeSeconds = Field(default=0, json_schema_extra=_unset)
    enabled: bool = Field(default=True, json_schema_extra=_unset)


def only_what_is_known(request: Request) -> None:
    """Refuses unknown and repeated query parameters; it is a FastAPI dependency of every route.

    A misspelt parameter would otherwise have no effect, and of a repeated one only the last value would count. Raises
    ServiceProblem.
    """
    known = set(_parameters(request.scope["route"].dependant))
    for asked, count in Counter(key for key, _ in request.query_params.multi_items()).items():
        if asked not in known:
            raise ServiceProblem(Kind.INVALID_REQUEST, f"query.{asked}: there is no such parameter here")
        if count > 1:
            raise ServiceProblem(Kind.INVALID_REQUEST, f"query.{asked}: is there {count} times")


def _parameters(dependant: Dependant) -> Iterator[str]:
    """Yields the names of the query parameters of a route, those of a model and of its dependencies among them."""
    for parameter in dependant.query_params:
        kind = parameter.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, Closed):
            yield from kind.model_fields
        else:
            yield parameter.alias
    for other in dependant.dependencies:
        yield from _parameters(other)
