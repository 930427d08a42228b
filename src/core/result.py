"""What is said of a picture: the JSON that the command line prints, the API answers and the store keeps.

Fields stand in the order in which they are printed. Pixels are rounded to ``PIXEL_PLACES`` and probabilities to
``PLACES`` when a record is made of a reading, and nowhere else.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from src.core.types import Boxes, Candidate, Corners, Reading

PIXEL_PLACES = 2
"""Decimal places of pixels, and of milliseconds."""
PLACES = 6
"""Decimal places of a probability."""

Probability = Annotated[float, Field(ge=0, le=1)]


class ResultModel(BaseModel):
    """A frozen part of the contract. Unknown fields are left out, as a later version may have more."""

    model_config = ConfigDict(frozen=True)

    def to_json(self) -> str:
        """Returns the JSON object on one line; characters outside of ASCII stay as they are."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Returns the schema of what is written: every field is required in it, even one that may be missing when it is
        read.
        """
        described = handler(schema)
        own = handler.resolve_ref_schema(described)
        for field in own["properties"].values():
            field.pop("default", None)
        own["required"] = list(own["properties"])
        return described


class PlateRecord(ResultModel):
    """One plate: where it is, and what it says. Fields with a default may be missing from a record that is read."""

    box: tuple[float, ...] = Field(min_length=4, max_length=4, description="x1, y1, x2, y2 in pixels of the file")
    corners: tuple[tuple[float, ...], ...] | None = Field(
        default=None, description="clockwise from the plate's own top left"
    )
    detection_confidence: Probability | None = None
    text: str = Field(description="empty: the plate was found, but not read, or not as surely as the operator asks")
    confidence: Probability = Field(description="that the whole text is exactly right")
    char_confidences: tuple[Probability, ...] = ()
    raw_text: str = Field(default="", description="read without the plate formats of countries")
    raw_confidence: Probability = 0.0
    format: str | None = Field(default=None, description="the likeliest type of that country's plates")
    region: str | None = Field(default=None, description="the likeliest country, ISO 3166")
    region_confidence: Probability | None = None
    candidates: tuple[Candidate, ...] | None = None
    accepted: bool | None = Field(default=None, description="as sure as `abstain` asks; null where it was not asked")

    @property
    def outline(self) -> Corners:
        """The corners ``[4, 2]`` of the plate; those of its box where it has none of its own."""
        x1, y1, x2, y2 = self.box
        return np.array(self.corners or ((x1, y1), (x2, y1), (x2, y2), (x1, y2)), np.float32)

    @classmethod
    def of(
        cls, box: Boxes, corners: Corners | None, found: float | None, reading: Reading, abstain: float | None
    ) -> Self:
        """Returns the record of a plate with ``box`` ``[4]`` and ``corners`` ``[4, 2]``, detected with confidence
        ``found``.

        It is accepted where its confidence, as printed, is at least ``abstain``.
        """
        plain, candidates, confidence = reading.plain or reading, reading.candidates, _share(reading.confidence)
        return cls(
            box=_pixels(box),
            corners=None if corners is None else tuple(map(_pixels, corners)),
            detection_confidence=None if found is None else _share(found),
            text=reading.text,
            confidence=confidence,
            char_confidences=tuple(map(_share, reading.char_confidences)),
            raw_text=plain.text,
            raw_confidence=_share(plain.confidence),
            format=reading.format,
            region=reading.region,
            region_confidence=None if reading.region_confidence is None else _share(reading.region_confidence),
            candidates=None if candidates is None else tuple(map(rounded, candidates)),
            accepted=None if abstain is None else confidence >= abstain,
        )


READING = frozenset(PlateRecord.model_fields) - {"box", "corners", "detection_confidence"}
"""The fields that are about the text of a plate: all but where the plate is, and how sure the detector is of it."""


class Outcome(StrEnum):
    """What is decided of a plate."""

    ALLOWED = "allowed"
    DENIED = "denied"
    WATCHED = "watched"
    UNKNOWN = "unknown"
    UNSURE = "unsure"


class Reason(StrEnum):
    """Why that is decided."""

    LISTED = "listed"
    """It is on the list that is named."""
    OUTSIDE_HOURS = "outside_hours"
    """It is on an allow list, for other days or hours; so are the next three, but for what they name."""
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    OTHER_PLACE = "other_place"
    NOT_LISTED = "not_listed"
    DOUBTFUL = "doubtful"
    """It may be a listed plate, and may be another one."""
    UNREAD = "unread"


class DecisionRecord(ResultModel):
    """What is decided of a plate, and the vehicle of the registry that it is or may be."""

    outcome: Outcome
    reason: Reason = Field(
        description="`listed`: it is on the list that is named; `outside_hours`, `not_yet_valid`, `expired`, "
        "`other_place`: it is on an allow list, but no permit holds here and now; `not_listed`; `doubtful`: it may be "
        "a listed plate; `unread`"
    )
    probability: Probability | None = Field(default=None, description="that it is such a plate; null where unread")
    text: str | None = Field(
        default=None, description="the plate of the registry that matched: the vehicle's or its trailer's"
    )
    vehicle: str | None = None
    list: str | None = Field(default=None, description="its name")
    permit: str | None = None
    watch: str | None = Field(default=None, description="the watch list that it is on, whatever the outcome")


class SightingRecord(PlateRecord):
    """One reading of one plate that is stored, and the picture that it is in."""

    id: str
    seen: datetime = Field(description="when the picture was taken or, where nobody said, received")
    camera: str | None
    image_id: str
    image: str = Field(description="the picture's name as uploaded")
    width: int
    height: int
    has_picture: bool = Field(description="whether the picture was kept")
    frames: int | None = Field(
        default=None,
        description="frames of the video in which the plate was found; null for a photograph, as all below",
    )
    read: int | None = Field(default=None, description="frames in which it was read")
    agreeing: int | None = Field(default=None, description="frames that alone are read as `text`")
    passage_first: datetime | None = Field(default=None, description="when the camera saw the plate first")
    passage_last: datetime | None = Field(default=None, description="when the camera saw it last, as far as was told")
    times: int = Field(default=1, description="how often it was told: what comes within the camera's `merge_s` is one")
    last_seen: datetime | None = Field(default=None, description="when it was told last; null where that was once")
    read_text: str | None = Field(
        default=None,
        description="the text as it was read, where an operator has corrected or confirmed `text`; null elsewhere. "
        "`confidence`, `candidates` and what else is said of a reading are about this one; empty: it is forgotten",
    )
    read_region: str | None = Field(default=None, description="the country as it was read, where `read_text` is given")
    corrected: datetime | None = Field(default=None, description="when an operator corrected or confirmed it last")
    decision: DecisionRecord | None = Field(default=None, description="null where there were no lists")
    acknowledged: datetime | None = Field(
        default=None, description="when a guard said that she has seen the decision; null where nobody did"
    )


class VisitState(StrEnum):
    """What is known of a visit."""

    INSIDE = "inside"
    LEFT = "left"
    NO_EXIT = "no_exit"
    """Nobody saw it leave, and it came again or was closed by hand."""
    NO_ENTRY = "no_entry"
    """Nobody saw it come."""


class VisitRecord(ResultModel):
    """A vehicle's stay at a place, from an entry to an exit."""

    id: str
    place: str = Field(description="its name")
    state: VisitState = Field(
        description="`inside`; `left`; `no_exit`: it came again or was closed by hand, and nobody saw it leave; "
        "`no_entry`: nobody saw it come"
    )
    text: str = Field(description="the plate as its entry has it, or its exit where there is no entry")
    region: str | None = None
    entered: datetime | None = None
    left: datetime | None = None
    closed: datetime | None = Field(
        default=None, description="when an operator said that it was no longer inside, or when it came again"
    )
    duration_s: int | None = Field(default=None, description="seconds from the entry to the exit; null where one lacks")
    overstays: bool = Field(description="whether it stays, or stayed, longer than one may at the place")
    entry: str | None = Field(default=None, description="the sighting of the entry; null where it is gone or lacks")
    exit: str | None = Field(default=None, description="the sighting of the exit; null where it is gone or lacks")
    entry_camera: str | None = None
    exit_camera: str | None = None
    entry_gate: str | None = None
    exit_gate: str | None = None
    outcome: Outcome | None = Field(
        default=None, description="what was decided of the entry, or of the exit where there is no entry; so below"
    )
    vehicle: str | None = None
    permit: str | None = None
    list: str | None = Field(default=None, description="its name")


class StageTimes(ResultModel):
    """Milliseconds of each stage; None for a stage that did not run."""

    decode: float | None
    detect: float | None
    read: float
    total: float

    @classmethod
    def of(cls, decode: float | None, detect: float | None, read: float, total: float) -> Self:
        """Returns the record of these times in milliseconds, as they were measured."""
        stages = {"decode": decode, "detect": detect, "read": read, "total": total}
        return cls.model_validate({name: ms if ms is None else round(ms, PIXEL_PLACES) for name, ms in stages.items()})


class ImageRecord(ResultModel):
    """A picture that was read; the plate with the surest detection comes first."""

    image: str
    width: int = Field(description="pixels of the file, its orientation applied")
    height: int
    truncated: bool = Field(
        default=False, description="whether the end of the file is missing, with hardly anything of the picture"
    )
    plates: tuple[PlateRecord, ...]
    ms: StageTimes


class FaultRecord(ResultModel):
    """Why a picture was not read, or not stored."""

    type: str
    message: str


class ErrorRecord(ResultModel):
    """A picture that was not read, while others were."""

    image: str
    error: FaultRecord

    @classmethod
    def of(cls, image: str, kind: str, message: str) -> Self:
        """Returns the record of a picture that could not be read because of a fault of that ``kind``."""
        return cls(image=image, error=FaultRecord(type=kind, message=message))


def parse_record(line: bytes | str) -> ImageRecord | ErrorRecord:
    """Returns the record that ``to_json`` wrote, perhaps in an earlier version. Raises ValueError for anything else."""
    said = json.loads(line)  # unlike pydantic, json takes names of files that are no UTF-8
    kind = ErrorRecord if isinstance(said, dict) and "error" in said else ImageRecord
    return kind.model_validate(said)


def _pixels(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(round(float(value), PIXEL_PLACES) for value in values)


def _share(value: float) -> float:
    return round(value, PLACES)


def rounded(candidate: Candidate) -> Candidate:
    """Returns the candidate with its probability rounded as in a record."""
    return replace(candidate, confidence=_share(candidate.confidence))
