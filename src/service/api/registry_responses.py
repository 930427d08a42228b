"""What the API answers of the registry, as OpenAPI shows it."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, ConfigDict, Field

from src.service.api import registry_examples as examples
from src.service.api.registry_values import Hours, ListKind, PersonRole
from src.service.wrong import Wrong

if TYPE_CHECKING:  # the page has these answers, but no database
    from src.service.store.registry import Permit, Vehicle

NEXT = "`cursor` of the next page; null on the last one"
TOTAL = "on all pages; null on pages that a `cursor` asks for"
MINUTES = 60


class ListRecord(BaseModel):
    """A list of vehicles."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [examples.LIST]})

    id: str
    name: str
    kind: ListKind
    notes: str | None
    vehicles: int = Field(description="how many are on it")
    created: datetime
    updated: datetime


class ListRecords(BaseModel):
    """A page of the lists, by name."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [examples.LIST], "next": None, "total": 1}]})

    items: list[ListRecord]
    next: str | None = Field(description=NEXT)
    total: int | None = Field(description=TOTAL)


class GateRecord(BaseModel):
    """A gate of a place."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str


class PlaceRecord(BaseModel):
    """A place with its gates, by name."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [examples.PLACE]})

    id: str
    name: str
    time_zone: str | None = Field(description="IANA; null: the service's own")
    capacity: int | None = Field(description="vehicles that have room there; null: nobody counts")
    max_stay_minutes: int | None = Field(description="whoever stays longer overstays; null: no limit")
    gates: list[GateRecord]
    created: datetime


class PlaceRecords(BaseModel):
    """A page of the places, by name."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [examples.PLACE], "next": None, "total": 1}]})

    items: list[PlaceRecord]
    next: str | None = Field(description=NEXT)
    total: int | None = Field(description=TOTAL)


class ListOfPermit(BaseModel):
    """The list that a permit is on."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    kind: ListKind


class PermitRecord(BaseModel):
    """A vehicle's entry on a list."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.PERMIT]})

    id: str
    vehicle: str
    list: ListOfPermit
    place: str | None = Field(description="null: it holds everywhere")
    valid_from: datetime | None
    valid_until: datetime | None = Field(description="it holds before")
    weekdays: tuple[int, ...] = Field(description="Monday is 0; empty: every day")
    hours: Hours | None = Field(description="at the place; null: the whole day")
    notes: str | None
    created: datetime
    updated: datetime

    @classmethod
    def of(cls, permit: "Permit") -> Self:
        """Returns what is told of a permit."""
        same = {field: getattr(permit, field) for field in cls.model_fields if field not in ("list", "hours")}
        hours = None
        if permit.from_minute is not None and permit.until_minute is not None:
            hours = {"from": clock(permit.from_minute), "until": clock(permit.until_minute)}
        return cls.model_validate({**same, "list": ListOfPermit.model_validate(permit.list), "hours": hours})


def clock(minute: int) -> str:
    """Returns a minute of the day as a clock shows it.

    >>> clock(485)
    '08:05'
    """
    return f"{minute // MINUTES:02}:{minute % MINUTES:02}"


def minute(clock: str) -> int:
    """Returns the minute of the day that a clock shows.

    >>> minute("08:05")
    485
    """
    return int(clock[:2]) * MINUTES + int(clock[3:])


class PersonOfVehicle(BaseModel):
    """A person as a vehicle names them."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    role: PersonRole
    name: str


class VehicleRecord(BaseModel):
    """A vehicle with its permits."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.VEHICLE]})

    id: str
    text: str
    region: str | None
    trailer_text: str | None
    make: str | None
    model: str | None
    colour: str | None
    notes: str | None
    permits: list[PermitRecord]
    persons: list[PersonOfVehicle] | None = Field(description="owners first; null where the key lacks `persons`")
    created: datetime
    updated: datetime

    @classmethod
    def of(cls, vehicle: "Vehicle") -> Self:
        """Returns what is told of a vehicle."""
        same = {field: getattr(vehicle, field) for field in cls.model_fields if field not in ("permits", "persons")}
        found = vehicle.persons
        persons = None if found is None else [PersonOfVehicle.model_validate(each) for each in found]
        return cls(**same, permits=[PermitRecord.of(each) for each in vehicle.permits], persons=persons)


class VehicleRecords(BaseModel):
    """A page of vehicles, by plate."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [examples.VEHICLE], "next": None, "total": 1}]})

    items: list[VehicleRecord]
    next: str | None = Field(description=NEXT)
    total: int | None = Field(description=TOTAL)


class VehicleOfPerson(BaseModel):
    """A vehicle as a person names it."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    text: str
    region: str | None
    role: PersonRole


class PersonRecord(BaseModel):
    """An owner or a driver."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [examples.PERSON]})

    id: str
    name: str
    phone: str | None
    email: str | None
    notes: str | None
    vehicles: list[VehicleOfPerson]
    created: datetime
    updated: datetime


class PersonRecords(BaseModel):
    """A page of persons, by name."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [examples.PERSON], "next": None, "total": 1}]})

    items: list[PersonRecord]
    next: str | None = Field(description=NEXT)
    total: int | None = Field(description=TOTAL)


class Removed(BaseModel):
    """What a deletion did beside deleting the entry itself."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.REMOVED]})

    permits: int = Field(default=0, description="permits that are gone with it")
    cameras: int = Field(default=0, description="cameras that stood there, and stay")
    vehicles: int = Field(default=0, description="vehicles that were the person's, and stay")


class FaultyCell(BaseModel):
    """Why a row of a sheet is not taken."""

    model_config = ConfigDict(from_attributes=True)

    row: int = Field(description="its number in the sheet; the head is 1")
    column: str | None = Field(description="null: the row as a whole")
    reason: str = Field(description="the sentence of the code, in English")
    code: Wrong
    values: dict[str, str | int] = Field(description="what the sentence quotes; texts are cut to 200 characters")


class Imported(BaseModel):
    """What an import did, or would do."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [examples.IMPORTED]})

    rows: int = Field(description="those with something in them, without the head")
    vehicles_created: int
    vehicles_changed: int
    permits_created: int
    permits_changed: int
    persons_created: int
    persons_changed: int = Field(description="persons with another telephone or e-mail")
    faults: list[FaultyCell] = Field(description="the first 1,000")
    faulty: int = Field(description="rows with a fault")
    done: bool = Field(description="whether it is stored; if not, nothing is")
