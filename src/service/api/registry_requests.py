"""What may be asked of the registry, as OpenAPI shows it."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from src.core.schema import Closed
from src.service.api import registry_examples as examples
from src.service.api.registry_values import Hours, ListKind, PersonRole
from src.service.api.requests import Identifier, _unset
from src.service.query import MAX_LIMIT, PLAIN, Moment
from src.service.registry.texts import (
    MOST_MAIL,
    MOST_NOTES,
    MOST_PHONE,
    MOST_WORDS,
    check_mail,
    clean_notes,
    clean_words,
    registered_plate,
)
from src.service.text import NAME_LENGTH, like, name

LINES = r"^[^\x00-\x09\x0b-\x1f\x7f]*$"
"""A text of several lines without other control characters."""

RegisteredPlate = Annotated[
    str,
    Field(min_length=1, max_length=64, pattern=PLAIN, description="in any spelling", examples=["M356CC65"]),
    AfterValidator(registered_plate),
]
Region = Annotated[
    str, Field(pattern="^[A-Za-z]{2}$", description="country, ISO 3166", examples=["RU"]), AfterValidator(str.upper)
]


_NAME = Field(min_length=1, max_length=NAME_LENGTH, pattern=PLAIN)
ListName = Annotated[str, _NAME, AfterValidator(partial(name, kind="list"))]
PlaceCalled = Annotated[str, _NAME, AfterValidator(partial(name, kind="place"))]
GateCalled = Annotated[str, _NAME, AfterValidator(partial(name, kind="gate"))]
PersonName = Annotated[str, _NAME, AfterValidator(partial(name, kind="person"))]


def _or_none(clean: Callable[[str], str]) -> Callable[[Any], Any]:
    """Returns what makes None of a text that has nothing in it but spaces."""

    def cleaned(said: Any) -> Any:
        return (clean(said) or None) if isinstance(said, str) else said

    return cleaned


Words = Annotated[
    Annotated[str, Field(max_length=MOST_WORDS, pattern=PLAIN)] | None, BeforeValidator(_or_none(clean_words))
]
Notes = Annotated[
    Annotated[str, Field(max_length=MOST_NOTES, pattern=LINES)] | None, BeforeValidator(_or_none(clean_notes))
]
Phone = Annotated[
    Annotated[str, Field(max_length=MOST_PHONE, pattern=PLAIN)] | None, BeforeValidator(_or_none(clean_words))
]
Mail = Annotated[
    Annotated[str, Field(max_length=MOST_MAIL, pattern=PLAIN), AfterValidator(check_mail)] | None,
    BeforeValidator(_or_none(clean_words)),
]


def time_zone(key: str) -> str:
    """Returns the name of a time zone that there is. Raises ValueError."""
    try:
        return ZoneInfo(key).key
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of zones is an OSError
        raise ValueError("there is no such time zone; Europe/Moscow is one") from None


Capacity = Annotated[int, Field(ge=0, le=1_000_000, strict=True)]
MaxStay = Annotated[int, Field(ge=1, le=5_256_000, strict=True)]
"""Minutes; ten years at most."""
TimeZone = Annotated[
    str,
    Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_+/-]+$", examples=["Europe/Moscow"]),
    AfterValidator(time_zone),
]


def _each_once(days: list[int]) -> list[int]:
    return sorted(set(days))


Weekdays = Annotated[
    list[Annotated[int, Field(ge=0, le=6)]],
    Field(max_length=7, description="Monday is 0; empty: every day"),
    AfterValidator(_each_once),
]


class NewList(Closed):
    """A list of vehicles that are let in, turned away or watched."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NEW_LIST]})

    name: ListName
    kind: ListKind
    notes: Notes = None


class ListChange(Closed):
    """What is to be changed of a list; what is not sent stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"notes": "until the end of the works"}]})

    name: ListName = Field(default="", json_schema_extra=_unset)
    kind: ListKind = Field(default="allow", json_schema_extra=_unset)
    notes: Notes = Field(default=None, json_schema_extra=_unset)


class NewPlace(Closed):
    """A place that vehicles come to."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NEW_PLACE]})

    name: PlaceCalled
    time_zone: TimeZone | None = Field(
        default=None, description="IANA; its permits' hours and days are in it; null: the service's own"
    )
    capacity: Capacity | None = Field(default=None, description="vehicles that have room there; null: nobody counts")
    max_stay_minutes: MaxStay | None = Field(default=None, description="whoever stays longer overstays; null: no limit")


class PlaceChange(Closed):
    """What is to be changed of a place; what is not sent stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"time_zone": "Asia/Yekaterinburg"}]})

    name: PlaceCalled = Field(default="", json_schema_extra=_unset)
    time_zone: TimeZone | None = Field(default=None, json_schema_extra=_unset)
    capacity: Capacity | None = Field(default=None, json_schema_extra=_unset)
    max_stay_minutes: MaxStay | None = Field(default=None, json_schema_extra=_unset)


class NewGate(Closed):
    """A gate of a place."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NEW_GATE]})

    name: GateCalled


class NewVehicle(Closed):
    """A vehicle that is known. A plate without a country is another one than the same text with one."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NEW_VEHICLE]})

    text: RegisteredPlate
    region: Region | None = None
    trailer_text: RegisteredPlate | None = Field(default=None, description="the plate of its trailer")
    make: Words = None
    model: Words = None
    colour: Words = None
    notes: Notes = None


class VehicleChange(Closed):
    """What is to be changed of a vehicle; what is not sent stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"colour": "red", "trailer_text": None}]})

    text: RegisteredPlate = Field(default="", json_schema_extra=_unset)
    region: Region | None = Field(default=None, json_schema_extra=_unset)
    trailer_text: RegisteredPlate | None = Field(default=None, json_schema_extra=_unset)
    make: Words = Field(default=None, json_schema_extra=_unset)
    model: Words = Field(default=None, json_schema_extra=_unset)
    colour: Words = Field(default=None, json_schema_extra=_unset)
    notes: Notes = Field(default=None, json_schema_extra=_unset)


class NewPermit(Closed):
    """A vehicle's entry on a list. It has one of each list for each place, and one that holds everywhere."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NEW_PERMIT]})

    list: ListName = Field(description="the name of a list that there is")
    place: PlaceCalled | None = Field(default=None, description="the name of a place; null: everywhere")
    valid_from: Moment | None = Field(default=None, description="null: ever since")
    valid_until: Moment | None = Field(default=None, description="it holds before; null: for ever")
    weekdays: Weekdays = Field(default_factory=lambda: [])
    hours: Hours | None = Field(default=None, description="null: the whole day")
    notes: Notes = None


class PermitChange(Closed):
    """What is to be changed of a permit; what is not sent stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"valid_until": "2027-01-01T00:00:00Z"}]})

    list: ListName = Field(default="", json_schema_extra=_unset)
    place: PlaceCalled | None = Field(default=None, json_schema_extra=_unset)
    valid_from: Moment | None = Field(default=None, json_schema_extra=_unset)
    valid_until: Moment | None = Field(default=None, json_schema_extra=_unset)
    weekdays: Weekdays = Field(default_factory=lambda: [], json_schema_extra=_unset)
    hours: Hours | None = Field(default=None, json_schema_extra=_unset)
    notes: Notes = Field(default=None, json_schema_extra=_unset)


class NewPerson(Closed):
    """An owner or a driver. All of it is personal data."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NEW_PERSON]})

    name: PersonName
    phone: Phone = None
    email: Mail = None
    notes: Notes = None


class PersonChange(Closed):
    """What is to be changed of a person; what is not sent stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"phone": "+7 921 111-11-11"}]})

    name: PersonName = Field(default="", json_schema_extra=_unset)
    phone: Phone = Field(default=None, json_schema_extra=_unset)
    email: Mail = Field(default=None, json_schema_extra=_unset)
    notes: Notes = Field(default=None, json_schema_extra=_unset)


class NewLink(Closed):
    """What a person is to a vehicle."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NEW_LINK]})

    person: Identifier
    role: PersonRole


class Paged(Closed):
    """Which page is asked for."""

    limit: int = Field(default=50, ge=1, le=MAX_LIMIT, description="on one page")
    cursor: Annotated[str, Field(max_length=2000)] | None = Field(default=None, description="`next` of the page before")


def _searchable(text: str) -> str:
    like(text)
    return text


class VehicleSearch(Paged):
    """Which vehicles are asked for; what is unset does not matter."""

    text: Annotated[str, Field(max_length=64, pattern=PLAIN), AfterValidator(_searchable)] | None = Field(
        default=None,
        description="a part of the plate; with * for any characters or ? for one, the whole of it. Cyrillic letters "
        "are taken for the Latin ones that look alike, O for 0, I for 1 and B for 8",
        examples=["356"],
    )
    region: Region | None = None
    list: ListName | None = Field(default=None, description="the name of a list that they are on")
    place: PlaceCalled | None = Field(
        default=None, description="the name of a place that they have a permit for, or one that holds everywhere"
    )


class PersonSearch(Paged):
    """Which persons are asked for."""

    text: Annotated[str, Field(min_length=1, max_length=NAME_LENGTH, pattern=PLAIN)] | None = Field(
        default=None, description="a part of the name, the telephone or the e-mail, in capitals or not"
    )
