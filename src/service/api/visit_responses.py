"""What the API answers of visits, as OpenAPI shows it."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from src.core.result import VisitRecord

Json = dict[str, Any]

VISIT: Json = {
    "id": "452821e638d01377be5466cf34e90c6c",
    "place": "Depot",
    "state": "left",
    "text": "M356CC65",
    "region": "RU",
    "entered": "2026-01-31T12:00:00Z",
    "left": "2026-01-31T13:30:00Z",
    "closed": None,
    "duration_s": 5400,
    "overstays": False,
    "entry": "6a09e667bb67ae853c6ef372a54ff53a",
    "exit": "510e527fade682d19b05688c1f83d9ab",
    "entry_camera": "north in",
    "exit_camera": "north out",
    "entry_gate": "North",
    "exit_gate": "North",
    "outcome": "allowed",
    "vehicle": "3f84d5b5b5470917c0ac29b7c97c50dd",
    "permit": "9216d5d98979fb1bd1310ba698dfb5ac",
    "list": "Suppliers",
}
OCCUPANCY: Json = {"place": "Depot", "inside": 87, "capacity": 120, "free": 33, "overstaying": 2}
DAY: Json = {
    **{"day": "2026-01-31", "place": None, "permit": None, "list": None, "text": None},
    **{"visits": 210, "inside": 4, "left": 203, "no_exit": 1, "no_entry": 2, "overstayed": 3},
    **{"mean_s": 5124, "longest_s": 90210, "total_s": 1040172},
}


class Visit(VisitRecord):
    """A vehicle's stay at a place, from an entry to an exit."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [VISIT]})


class Visits(BaseModel):
    """A page of visits, the last that began first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [VISIT], "next": None, "total": 1}]})

    items: list[Visit]
    next: str | None = Field(description="`cursor` of the next page; null on the last one")
    total: int | None = Field(description="visits on all pages; null on pages that a `cursor` asks for")


class OccupancyRecord(BaseModel):
    """How full a place is."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [OCCUPANCY]})

    place: str
    inside: int = Field(description="visits whose vehicles were seen to come, and not to leave")
    capacity: int | None
    free: int | None = Field(description="never less than 0; null where nobody says how many have room")
    overstaying: int = Field(description="of those inside, how many are there longer than one may")


class Occupancies(BaseModel):
    """All places, by name."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [OCCUPANCY]}]})

    items: list[OccupancyRecord]


class ReportRecord(BaseModel):
    """Visits that are counted together."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [DAY]})

    day: str | None = Field(description="of the place's own time zone; null where days are not told apart, as below")
    place: str | None
    permit: str | None = Field(description="null: visits without a permit")
    list: str | None = Field(description="its list, as it was then")
    text: str | None = Field(description="the plate of its vehicle; null where it is gone")
    visits: int
    inside: int
    left: int = Field(description="seen to come and to leave")
    no_exit: int
    no_entry: int
    overstayed: int = Field(description="left later than one may")
    mean_s: int | None = Field(description="seconds that those stayed who were seen to come and to leave; null: none")
    longest_s: int | None
    total_s: int


class Report(BaseModel):
    """The lines of a report, in order; visits count where and when they began."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [DAY]}]})

    items: list[ReportRecord]
