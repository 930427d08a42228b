"""Pictures, and what was read in them."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from src.core.alphabet import merge_look_alikes
from src.service.database.tables.base import NO_REGION, TableBase
from src.service.database.tables.cameras import CameraRow
from src.service.database.types import IdColumn, PlateTextColumn, new_id


class ImageRow(TableBase):
    """A picture that was read."""

    __tablename__ = "images"
    __table_args__ = (Index(None, "name", "received"),)

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    sha256: Mapped[str] = mapped_column(String(64))
    name: Mapped[str]
    """The name as uploaded: it is for people to see and never part of a path."""
    media_type: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    bytes: Mapped[int] = mapped_column(BigInteger)
    stored_as: Mapped[str | None]
    """The path in the folder of pictures; null where the picture was not kept."""
    received: Mapped[datetime] = mapped_column(index=True)
    taken: Mapped[datetime | None]
    camera_id: Mapped[str | None] = mapped_column(ForeignKey("cameras.id"), index=True)
    key_id: Mapped[str | None] = mapped_column(ForeignKey("api_keys.id"))

    camera: Mapped[CameraRow | None] = relationship()


class DetectionRow(TableBase):
    """A plate that was found in a picture, in pixels of the file."""

    __tablename__ = "detections"
    __table_args__ = (UniqueConstraint("image_id", "position"),)

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    image_id: Mapped[str] = mapped_column(ForeignKey("images.id", ondelete="CASCADE"))
    position: Mapped[int]
    """The position in the order of the result, from 0."""
    x1: Mapped[float]
    y1: Mapped[float]
    x2: Mapped[float]
    y2: Mapped[float]
    corners: Mapped[list[list[float]] | None]
    confidence: Mapped[float | None]

    image: Mapped[ImageRow] = relationship()


class PlateRow(TableBase):
    """A plate over all its sightings: its text, with its country if that is known."""

    __tablename__ = "plates"
    __table_args__ = (
        UniqueConstraint("text", "region"),
        # the constraint above does not hold for two plates without a region
        Index("uq_plates_text_alone", "text", unique=True, sqlite_where=NO_REGION, postgresql_where=NO_REGION),
    )

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    text: Mapped[str] = mapped_column(PlateTextColumn)
    region: Mapped[str | None]


def _merged(context: DefaultExecutionContext) -> str:
    """Returns the merged text of the row that is being inserted."""
    return merge_look_alikes(context.get_current_parameters()["text"])


class SightingRow(TableBase):
    """One reading of one plate in one picture, or of one passage with its best picture."""

    __tablename__ = "sightings"
    __table_args__ = (
        Index(None, "text", "seen", "id"),
        # a part of a plate is searched in these, newest first, without a look at the rows
        Index(None, "seen", "id", "merged", "confidence"),
        *(
            Index(None, filtered, "seen", "id", "merged", "confidence")
            for filtered in ("region", "camera_id", "outcome")
        ),
        Index("uq_sightings_passage", "passage", unique=True),
    )

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    detection_id: Mapped[str] = mapped_column(ForeignKey("detections.id", ondelete="CASCADE"), unique=True)
    plate_id: Mapped[str] = mapped_column(ForeignKey("plates.id"), index=True)
    camera_id: Mapped[str | None] = mapped_column(ForeignKey("cameras.id"))
    seen: Mapped[datetime]
    """When the picture was taken or, where nobody knows that, received."""
    text: Mapped[str] = mapped_column(PlateTextColumn)
    merged: Mapped[str] = mapped_column(PlateTextColumn, default=_merged, server_default="")
    """The text in the spelling that search compares. The server's default is never used, but SQLite cannot add a column
    without a default to rows that exist.
    """
    raw_text: Mapped[str]
    confidence: Mapped[float]
    raw_confidence: Mapped[float]
    char_confidences: Mapped[list[float]]
    region: Mapped[str | None]
    region_confidence: Mapped[float | None]
    format: Mapped[str | None]
    candidates: Mapped[list[dict[str, Any]] | None]
    accepted: Mapped[bool | None]
    frames: Mapped[int | None]
    """The frames of a camera's video in which the plate was found; null for a photograph, as are all columns below."""
    read: Mapped[int | None]
    """The frames in which it was read."""
    agreeing: Mapped[int | None]
    """The frames that alone are read as the text."""
    passage_first: Mapped[datetime | None]
    passage_last: Mapped[datetime | None]
    passage: Mapped[str | None]
    """The key of the passage, which stays the same when the passage is told again."""
    times: Mapped[int] = mapped_column(default=1, server_default="1")
    """How often the plate was told within its camera's ``merge_s``: all of that is this one sighting."""
    last_seen: Mapped[datetime | None]
    """When it was told last; null where that was once."""
    outcome: Mapped[str | None]
    """What was decided: that of ``decision``, where search finds it; null where nothing was."""
    decision: Mapped[dict[str, Any] | None]
    """Why, and by which entry of the registry, as a DecisionRecord; the entry may be gone since."""
    read_text: Mapped[str | None]
    """The text as it was read, where an operator has corrected or confirmed ``text``; null elsewhere, as the next two.
    It is empty where it was that of a plate which is deleted.
    """
    read_region: Mapped[str | None]
    corrected: Mapped[datetime | None]
    acknowledged: Mapped[datetime | None]
    """When a guard said that she has seen it; null where nobody did."""

    detection: Mapped[DetectionRow] = relationship()
    plate: Mapped[PlateRow] = relationship()
    camera: Mapped[CameraRow | None] = relationship()


class MergedPassageRow(TableBase):
    """A passage that is part of a sighting which was there before it, so that it is known when it is told again."""

    __tablename__ = "merged_passages"

    key: Mapped[str] = mapped_column(primary_key=True)
    sighting_id: Mapped[str] = mapped_column(ForeignKey("sightings.id", ondelete="CASCADE"), index=True)
    last: Mapped[datetime]
    """When it was seen last, as far as was told."""
    before: Mapped[datetime | None]
    """The sighting's ``last_seen`` without it: a passage may turn out to be of another plate."""


class CorrectionRow(TableBase):
    """What an operator made of a sighting's text."""

    __tablename__ = "corrections"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    sighting_id: Mapped[str] = mapped_column(ForeignKey("sightings.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    key_id: Mapped[str | None] = mapped_column(ForeignKey("api_keys.id"))
    """Whose correction it is; null where keys are not required."""
    before: Mapped[str]
    region_before: Mapped[str | None]
    after: Mapped[str]
    region_after: Mapped[str | None]
