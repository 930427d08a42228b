"""Visits to places, and the crossings of their gates that they are made of."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from src.service.database.tables.base import TableBase
from src.service.database.tables.cameras import CameraRow, GateRow, PlaceRow
from src.service.database.types import IdColumn, PlateTextColumn, new_id


class VisitRow(TableBase):
    """A stay at a place, between an entry and an exit, one of which may be missing."""

    __tablename__ = "visits"
    __table_args__ = (
        Index(None, "place_id", "state", "entered"),
        Index(None, "place_id", "began", "id"),
        Index(None, "began", "id"),
        Index(None, "text", "began"),
        Index(None, "vehicle_id", "began"),
    )

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    place_id: Mapped[str] = mapped_column(ForeignKey("places.id", ondelete="CASCADE"))
    state: Mapped[str]
    """inside; left; no_exit: it came again or was closed by hand, and nobody saw it leave; no_entry: nobody saw it
    come.
    """
    text: Mapped[str] = mapped_column(PlateTextColumn)
    """The text of the plate, as its entry has it, or its exit where there is no entry."""
    region: Mapped[str | None]
    merged: Mapped[str] = mapped_column(PlateTextColumn)
    """The text in the spelling that search compares."""
    began: Mapped[datetime]
    """When it was entered, or left where nobody saw it come: pages of a search are in this order."""
    entered: Mapped[datetime | None]
    left: Mapped[datetime | None]
    closed: Mapped[datetime | None]
    """When an operator said that it is no longer inside, or a later entry did."""
    stay_s: Mapped[int | None]
    """The seconds from the entry to the exit; null where one of them is missing."""
    outcome: Mapped[str | None]
    """What was decided of the entry, or of the exit where there is no entry; so are the next three."""
    vehicle_id: Mapped[str | None] = mapped_column(IdColumn)
    """The vehicle of the registry, which may be gone since, as the permit may be."""
    permit_id: Mapped[str | None] = mapped_column(IdColumn)
    list: Mapped[str | None]
    """The name of the permit's list, as it was then."""

    place: Mapped[PlaceRow] = relationship()


class CrossingRow(TableBase):
    """A sighting by a camera of an entry or an exit, with the place and the direction that the camera had then.

    It outlives its sighting where that is too old to be kept and the visit is not.
    """

    __tablename__ = "crossings"
    __table_args__ = (
        Index(None, "key", "place_id", "at", "id"),
        # those that may be a misread one of another text are found by the part that is read right
        Index(None, "head", "place_id", "alone", "direction", "at"),
        Index(None, "tail", "place_id", "alone", "direction", "at"),
    )

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    sighting_id: Mapped[str | None] = mapped_column(ForeignKey("sightings.id", ondelete="SET NULL"), unique=True)
    visit_id: Mapped[str | None] = mapped_column(ForeignKey("visits.id", ondelete="CASCADE"), index=True)
    """The visit that it belongs to; null only while visits are paired."""
    place_id: Mapped[str] = mapped_column(ForeignKey("places.id", ondelete="CASCADE"))
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id"))
    gate_id: Mapped[str | None] = mapped_column(ForeignKey("gates.id", ondelete="SET NULL"))
    direction: Mapped[str]
    """entry or exit."""
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(PlateTextColumn, index=True)
    region: Mapped[str | None]
    key: Mapped[str] = mapped_column(PlateTextColumn)
    """What the plate is taken for, with O as 0 and I as 1: the plate of the registry where the decision is sure that it
    is that, or the text.
    """
    head: Mapped[str] = mapped_column(PlateTextColumn)
    """The first characters of the key."""
    tail: Mapped[str] = mapped_column(PlateTextColumn)
    """The last ones."""
    certain: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether an operator or the registry knows the key."""
    outcome: Mapped[str | None]
    vehicle_id: Mapped[str | None] = mapped_column(IdColumn)
    permit_id: Mapped[str | None] = mapped_column(IdColumn)
    list: Mapped[str | None]
    closed: Mapped[datetime | None]
    """When an operator said, of an entry, that the vehicle had left by then."""
    leads: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it is the first of its kind of the visit: a second camera at the gate may have seen it again."""
    alone: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it leads, and the other end of the visit is missing or has a text that differs."""
    until: Mapped[datetime | None]
    """Up to when an entry that is alone may be inside; null where nothing ends that."""

    camera: Mapped[CameraRow] = relationship()
    gate: Mapped[GateRow | None] = relationship()
