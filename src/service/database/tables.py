"""The tables. A change here needs a migration beside it; a test checks that there is one."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, Double, ForeignKey, Index, MetaData, String, UniqueConstraint, text, true
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from src.core.alphabet import merge_look_alikes
from src.service.database.types import IdColumn, JsonColumn, PlateTextColumn, UtcDateTime, new_id

NO_REGION = text("region IS NULL")
NO_PLACE = text("place_id IS NULL")


class TableBase(DeclarativeBase):
    """The base of all tables. It names their constraints, so that later migrations can name them too."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012
        datetime: UtcDateTime,
        date: Date,
        float: Double,
        str: String,
        dict[str, Any]: JsonColumn,
        list[str]: JsonColumn,
        list[int]: JsonColumn,
        list[float]: JsonColumn,
        list[list[float]]: JsonColumn,
        list[dict[str, Any]]: JsonColumn,
    }


class InstallationRow(TableBase):
    """The one row whose identifier tells this database from others."""

    __tablename__ = "installation"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)


class PlaceRow(TableBase):
    """A place that vehicles come to, such as a depot or a car park, known by its name."""

    __tablename__ = "places"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(unique=True)
    time_zone: Mapped[str | None]
    """The IANA name of the zone that the hours of its permits are in; null: that of the service."""
    created: Mapped[datetime]


class GateRow(TableBase):
    """A gate of a place, known by its name there."""

    __tablename__ = "gates"
    __table_args__ = (UniqueConstraint("place_id", "name"),)

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    place_id: Mapped[str] = mapped_column(ForeignKey("places.id", ondelete="CASCADE"))
    name: Mapped[str]
    created: Mapped[datetime]

    place: Mapped[PlaceRow] = relationship()


class CameraRow(TableBase):
    """What pictures come from, known by its name."""

    __tablename__ = "cameras"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(unique=True)
    created: Mapped[datetime]
    source: Mapped[str | None]
    """The address that is watched, which may hold a password; null where pictures are uploaded under the name."""
    zone: Mapped[list[list[float]] | None]
    """The corners of what counts, in shares of the picture; null: all of it."""
    min_width: Mapped[float] = mapped_column(default=0.0, server_default="0")
    """Pixels; narrower plates are left out."""
    countries: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    place_id: Mapped[str | None] = mapped_column(ForeignKey("places.id", ondelete="SET NULL"))
    gate_id: Mapped[str | None] = mapped_column(ForeignKey("gates.id", ondelete="SET NULL"))
    """A gate of that place."""
    direction: Mapped[str | None]
    merge_s: Mapped[float] = mapped_column(default=0.0, server_default="0")
    """Seconds within which the same plate again is the same sighting, which grows; 0: each is one of its own."""
    enabled: Mapped[bool] = mapped_column(default=True, server_default=true())
    updated: Mapped[datetime | None]
    """When its record was changed last; null where it never was."""
    deleted: Mapped[datetime | None]
    """When its record was deleted. The row is kept for the name, which its sightings have, and for nothing else."""

    place: Mapped[PlaceRow | None] = relationship()
    gate: Mapped[GateRow | None] = relationship()


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


class VehicleRow(TableBase):
    """A vehicle that is known."""

    __tablename__ = "vehicles"
    __table_args__ = (
        UniqueConstraint("text", "region"),
        # the constraint above does not hold for two vehicles without a region
        Index("uq_vehicles_text_alone", "text", unique=True, sqlite_where=NO_REGION, postgresql_where=NO_REGION),
    )

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    text: Mapped[str] = mapped_column(PlateTextColumn)
    """The canonical text of its plate, as of its trailer's."""
    region: Mapped[str | None]
    merged: Mapped[str] = mapped_column(PlateTextColumn, index=True)
    """The text in the spelling that search compares."""
    trailer_text: Mapped[str | None] = mapped_column(PlateTextColumn, index=True)
    make: Mapped[str | None]
    model: Mapped[str | None]
    colour: Mapped[str | None]
    notes: Mapped[str | None]
    created: Mapped[datetime]
    updated: Mapped[datetime]


class PersonRow(TableBase):
    """A person: the owner or a driver of vehicles. All of it is personal data."""

    __tablename__ = "persons"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(index=True)
    phone: Mapped[str | None]
    email: Mapped[str | None]
    notes: Mapped[str | None]
    created: Mapped[datetime]
    updated: Mapped[datetime]


class VehiclePersonRow(TableBase):
    """What a person is to a vehicle."""

    __tablename__ = "vehicle_persons"

    vehicle_id: Mapped[str] = mapped_column(ForeignKey("vehicles.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    """owner or driver."""


class ListRow(TableBase):
    """A list of vehicles: whoever is on it is let in, turned away, or watched."""

    __tablename__ = "lists"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    """allow, deny or watch."""
    notes: Mapped[str | None]
    created: Mapped[datetime]
    updated: Mapped[datetime]


class PermitRow(TableBase):
    """A vehicle's entry on a list, for a place and a time. It has one of each list for each place, and one for all."""

    __tablename__ = "permits"
    __table_args__ = (
        UniqueConstraint("vehicle_id", "list_id", "place_id"),
        Index(
            "uq_permits_everywhere",
            "vehicle_id",
            "list_id",
            unique=True,
            sqlite_where=NO_PLACE,
            postgresql_where=NO_PLACE,
        ),
    )

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    vehicle_id: Mapped[str] = mapped_column(ForeignKey("vehicles.id", ondelete="CASCADE"))
    list_id: Mapped[str] = mapped_column(ForeignKey("lists.id", ondelete="CASCADE"), index=True)
    place_id: Mapped[str | None] = mapped_column(ForeignKey("places.id", ondelete="CASCADE"), index=True)
    """Null: it holds everywhere."""
    valid_from: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    """It holds before this time."""
    weekdays: Mapped[list[int]] = mapped_column(default=list, server_default="[]")
    """Days of the week at the place, Monday is 0; none: every day."""
    from_minute: Mapped[int | None]
    """The minute of the day from which it holds, at the place; null: the whole day."""
    until_minute: Mapped[int | None]
    """The minute of the day before which it holds; where it is not later than ``from_minute``, that is the next day."""
    notes: Mapped[str | None]
    created: Mapped[datetime]
    updated: Mapped[datetime]

    vehicle: Mapped[VehicleRow] = relationship()
    on: Mapped[ListRow] = relationship()
    place: Mapped[PlaceRow | None] = relationship()


class ApiKeyRow(TableBase):
    """An API key: who may ask for what. Only a digest of the secret is kept."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    name: Mapped[str]
    prefix: Mapped[str] = mapped_column(unique=True)
    """The beginning of the secret, by which people tell keys apart."""
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str | None]
    """viewer, operator or administrator; null for a key that was made with scopes alone."""
    scopes: Mapped[list[str]]
    """What it may be used for beside what its role may."""
    created: Mapped[datetime]
    expires: Mapped[datetime | None]
    revoked: Mapped[datetime | None]
    per_minute: Mapped[int | None]
    per_day: Mapped[int | None]


class UsageRow(TableBase):
    """The number of requests of a key on a day of UTC."""

    __tablename__ = "usage"

    key_id: Mapped[str] = mapped_column(ForeignKey("api_keys.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


class BucketRow(TableBase):
    """The token bucket of a key's rate limit."""

    __tablename__ = "buckets"

    key_id: Mapped[str] = mapped_column(ForeignKey("api_keys.id"), primary_key=True)
    tokens: Mapped[float]
    filled: Mapped[datetime]
    """When the bucket had ``tokens``; more have been added since."""


class AuditRow(TableBase):
    """An entry of the audit: who did what."""

    __tablename__ = "audit"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(index=True)
    key_id: Mapped[str | None] = mapped_column(ForeignKey("api_keys.id"))
    action: Mapped[str]
    subject: Mapped[str | None]
    detail: Mapped[dict[str, Any] | None]
    remote: Mapped[str | None]


class AnswerRow(TableBase):
    """The answer to a request with an ``Idempotency-Key``, or the claim of the request that is at work on it."""

    __tablename__ = "answers"

    caller: Mapped[str] = mapped_column(primary_key=True)
    """The id of the API key; it is empty where keys are not required."""
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    """The digest of the request's query and pictures."""
    claim: Mapped[str] = mapped_column(IdColumn)
    """The identifier of the claim to answer; no other request has it."""
    begun: Mapped[datetime] = mapped_column(index=True)
    lapses: Mapped[datetime]
    """When another request may claim the answer, if there is none yet."""
    status: Mapped[int | None]
    """The status of HTTP; null where there is no answer yet."""
    about: Mapped[str]
    """The plates and sightings in the answer, each between spaces."""
    body: Mapped[bytes | None]
    """The body; null where there is no answer yet, or where it was deleted."""
