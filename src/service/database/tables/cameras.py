"""Cameras, and the places and gates where they stand."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from src.service.database.tables.base import TableBase
from src.service.database.types import IdColumn, new_id


class PlaceRow(TableBase):
    """A place that vehicles come to, such as a depot or a car park, known by its name."""

    __tablename__ = "places"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(unique=True)
    time_zone: Mapped[str | None]
    """The IANA name of the zone that the hours of its permits are in; null: that of the service."""
    capacity: Mapped[int | None]
    """The vehicles that have room there; null: nobody counts."""
    max_stay_minutes: Mapped[int | None]
    """Whoever stays longer overstays; null: one may stay for ever."""
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
