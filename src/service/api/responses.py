"""What the API answers, as OpenAPI shows it."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from src.core.result import (
    DecisionRecord,
    ErrorRecord,
    FaultRecord,
    ImageRecord,
    PlateRecord,
    SightingRecord,
    StageTimes,
)
from src.service.api import examples
from src.service.query import Direction
from src.service.wrong import Wrong


class NewPlate(PlateRecord):
    """A plate of a picture that was just read."""

    sighting: str | None = Field(description="its identifier; null where it is not stored, or has no text")
    decision: DecisionRecord | None = Field(description="null where there are no lists")


class Milliseconds(StageTimes):
    """Times of one picture; what it shared with others is shared out among them."""

    decode: float
    detect: float


class Result(ImageRecord):
    """A picture that was read."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.RESULT]})

    image: str = Field(description="its name as uploaded")
    id: str | None = Field(description="null where it is not stored")
    plates: tuple[NewPlate, ...]
    annotated: str | None = Field(description="a JPEG as data URL, where it was asked for")
    ms: Milliseconds


class Fault(FaultRecord):
    """Why a picture was not read, or not stored."""

    type: str = Field(description="as the end of a problem's type")


class Failure(ErrorRecord):
    """A picture that was not read, while others of the request were."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.FAILURE]})

    error: Fault


class Recognition(BaseModel):
    """A result or an error for each picture, in their order."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"results": [examples.RESULT, examples.FAILURE]}]})

    results: tuple[Result | Failure, ...]


class Sighting(SightingRecord):
    """One reading of one plate, and the picture that it is in."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={"examples": [examples.SIGHTING, examples.PASSAGE, examples.CORRECTED]},
    )


class Sightings(BaseModel):
    """A page of sightings, newest first."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [examples.SIGHTING], "next": None, "total": 1}]}
    )

    items: list[Sighting]
    next: str | None = Field(description="`cursor` of the next page; null on the last one")
    total: int | None = Field(description="sightings on all pages; null on pages that a `cursor` asks for")


class CorrectionRecord(BaseModel):
    """What an operator made of a sighting's text; where both are the same, the text was confirmed."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [examples.CORRECTION]})

    at: datetime
    key: str | None = Field(description="the name of the operator's API key; null where none was needed")
    before: str = Field(description="empty, as `after`: that of a plate which was deleted")
    region_before: str | None
    after: str
    region_after: str | None


class CorrectionRecords(BaseModel):
    """All corrections of a sighting, newest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [examples.CORRECTION]}]})

    items: list[CorrectionRecord]


class Format(BaseModel):
    """A type of plate that a text may be of."""

    region: str
    format: str


class PlateHistory(BaseModel):
    """A plate over all its sightings."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.PLATE]})

    text: str
    formats: list[Format] = Field(
        description="countries that may write the text, each with its likeliest type of plate"
    )
    regions: list[str | None] = Field(description="countries that it was read as, most frequent first")
    sightings: int
    first_seen: datetime | None
    last_seen: datetime | None
    latest: list[Sighting] = Field(description="newest first")


class Deleted(BaseModel):
    """What a deletion did."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"sightings": 1}]})

    sightings: int = Field(description="how many are gone")


class CameraState(BaseModel):
    """How a camera is just now, as its process says."""

    model_config = ConfigDict(from_attributes=True)

    online: bool = Field(description="whether pictures come")
    frames_per_second: float = Field(description="pictures that come in a second")
    behind: float = Field(description="seconds that the newest picture was late")
    last_picture: datetime | None = Field(description="when the newest picture came")
    last_error: str | None = Field(description="why no pictures come, or came last; without passwords")
    reconnects: int = Field(description="since its process was started")
    restarts: int = Field(description="of its process, since the service was started")
    since: datetime | None = Field(description="since when it is online or offline; null where nobody watches it")


class CameraRecord(BaseModel):
    """A camera: where its pictures come from, what is read in them, and how it is."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [examples.CAMERA]})

    id: str
    name: str
    source: str | None = Field(description="its password is ***; null: pictures are uploaded under its name")
    zone: list[tuple[float, float]] | None = Field(
        description="corners, in shares of the picture's width and height; null: the whole picture counts"
    )
    min_width: float = Field(description="pixels; narrower plates are left out")
    countries: list[str] = Field(description="ISO 3166 codes of the countries to expect; empty: any")
    place: str | None
    gate: str | None = Field(description="of the place")
    direction: Direction | None = Field(description="of the vehicles that it sees")
    merge_s: float = Field(description="seconds within which the same plate again is the same sighting")
    enabled: bool = Field(description="whether it is watched, where it has a source")
    created: datetime
    updated: datetime
    state: CameraState


class CameraRecords(BaseModel):
    """All cameras, by name."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [examples.CAMERA]}]})

    items: list[CameraRecord]


class DeletedCamera(BaseModel):
    """What the deletion of a camera's record did."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"sightings": 1}]})

    sightings: int = Field(description="how many stay, and keep its name")


class CameraSightings(BaseModel):
    """How often something was seen by a camera, or in pictures that name it."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    created: datetime
    sightings: int
    last_seen: datetime | None


class SightingsByCamera(BaseModel):
    """All cameras that sightings name or may come to name, by name."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [examples.CAMERA_SIGHTINGS]}]})

    items: list[CameraSightings]


class Count(BaseModel):
    """How many sightings, of what its one other field names."""

    sightings: int


class TimeCount(Count):
    time: datetime = Field(description="the begin of an hour")


class DayCount(Count):
    day: date


class HourCount(Count):
    hour: int = Field(ge=0, le=23)


class RegionCount(Count):
    region: str | None = Field(description="null: nobody knows the country")


class CameraCount(Count):
    camera: str | None = Field(description="null: no camera was named")


class PlateCount(Count):
    text: str


class Statistics(BaseModel):
    """Counts of the last days, in UTC; what has none is left out."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.STATISTICS]})

    since: datetime
    images: int = Field(description="received")
    sightings: int
    plates: int = Field(description="different texts")
    by_time: list[TimeCount] = Field(description="hour by hour, for counts in another time zone")
    by_day: list[DayCount]
    by_hour: list[HourCount]
    by_region: list[RegionCount] = Field(description="most frequent first, as all below")
    by_camera: list[CameraCount]
    by_plate: list[PlateCount] = Field(description="the most frequent ones alone")


class LiveTicket(BaseModel):
    """What a browser needs to hear what happens: it stands in the address, which a key must not."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.TICKET]})

    ticket: str = Field(description="for one use")
    expires: datetime


class Health(BaseModel):
    """All is well."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ok"}]})

    status: Literal["ok"] = "ok"


class Models(BaseModel):
    """Both model cards, without the compiled plate formats."""

    detector: dict[str, Any]
    ocr: dict[str, Any]


class Version(BaseModel):
    """What runs here."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.VERSION]})

    version: str
    python: str
    onnxruntime: str
    providers: list[str] = Field(description="what runs the models, the first most of them")
    countries: list[str] = Field(description="whose plate formats are known")
    models: Models


class Problem(BaseModel):
    """RFC 9457."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.PROBLEM]})

    type: str
    title: str
    status: int
    detail: str
    instance: str
    picture: str | None = Field(default=None, description="the name of the one at fault")
    code: Wrong | None = Field(default=None, description="of `bad_sheet`: why it is none")
    values: dict[str, str | int] | None = Field(default=None, description="what the detail quotes, where it has a code")
