"""A passage: one vehicle's plate from coming to leaving, as it is told."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import Field

from src.core.result import Probability, ResultModel
from src.core.types import Candidate, Image

Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels of the frame."""


class BestView(ResultModel):
    """Where and when the plate could be seen best."""

    time: float = Field(description="seconds of the source")
    box: Box
    picture: str | None = Field(default=None, description="the file of the picture, where it was saved")


class FrameReading(ResultModel):
    """What one frame alone says."""

    time: float
    box: Box
    text: str
    confidence: Probability


class PassageRecord(ResultModel):
    """One vehicle's plate from coming to leaving.

    A passage may be told more than once, with the same ``source`` and ``track``; the last one counts.
    """

    source: str = Field(description="the file, folder or camera; an address without its password")
    track: int = Field(description="the number of the vehicle in its source, from 1")
    first: float = Field(description="seconds of the source at which the plate was seen first")
    last: float = Field(description="seconds of the source at which it was seen last")
    first_wall: datetime | None = Field(default=None, description="the same as a time of day, where the source is live")
    last_wall: datetime | None = None
    left: bool = Field(description="whether the plate has gone; else it is still in view, and will be told again")
    frames: int = Field(description="frames that were searched and in which the plate was found")
    read: int = Field(description="frames in which it was read")
    agreeing: int = Field(description="frames that alone are read as `text`")
    text: str = Field(description="empty: the plate was found, but never read")
    confidence: Probability = Field(description="that the whole text is exactly right")
    accepted: bool | None = Field(default=None, description="as sure as is asked, by several frames that agree")
    format: str | None = None
    region: str | None = Field(default=None, description="the likeliest country, ISO 3166")
    region_confidence: Probability | None = None
    candidates: tuple[Candidate, ...] | None = None
    best: BestView
    path: tuple[Box, Box] = Field(description="the first and the last box")
    readings: tuple[FrameReading, ...] | None = Field(default=None, description="of every frame that was read")


class SourceRecord(ResultModel):
    """How the watching of a source ended. It follows the source's passages."""

    source: str
    ended: bool = Field(description="whether the source came to its end")
    frames: int = Field(description="pictures that were decoded")
    broken: int = Field(description="pictures that could not be decoded")
    seconds: float = Field(description="of the video")
    passages: int
    error: str | None = Field(default=None, description="why it could not be watched to its end")


@dataclass(frozen=True)
class Passage:
    """A passage as it is told, with the picture ``image`` (RGB) of its best view, where pictures are kept."""

    record: PassageRecord
    image: Image | None
