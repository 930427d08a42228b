"""Visits: an entry of a place and the exit from it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from src.service.database.tables.base import TableBase
from src.service.database.tables.cameras import PlaceRow
from src.service.database.tables.sightings import SightingRow
from src.service.database.types import IdColumn, PlateTextColumn, new_id


class VisitRow(TableBase):
    """A stay at a place, between the sightings of an entry and of an exit, one of which may be missing."""

    __tablename__ = "visits"
    __table_args__ = (
        Index(None, "place_id", "state", "entered"),
        Index(None, "began", "id"),
        Index(None, "text", "began"),
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
    entry_id: Mapped[str | None] = mapped_column(ForeignKey("sightings.id", ondelete="SET NULL"), unique=True)
    exit_id: Mapped[str | None] = mapped_column(ForeignKey("sightings.id", ondelete="SET NULL"), unique=True)
    outcome: Mapped[str | None]
    """What was decided of the entry, or of the exit where there is no entry."""
    vehicle_id: Mapped[str | None] = mapped_column(ForeignKey("vehicles.id", ondelete="SET NULL"), index=True)
    permit_id: Mapped[str | None] = mapped_column(ForeignKey("permits.id", ondelete="SET NULL"), index=True)
    list: Mapped[str | None]
    """The name of the permit's list, as it was then."""

    place: Mapped[PlaceRow] = relationship()
    entry: Mapped[SightingRow | None] = relationship(foreign_keys=[entry_id])
    exit: Mapped[SightingRow | None] = relationship(foreign_keys=[exit_id])
