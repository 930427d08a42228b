"""Vehicles, persons, lists and permits."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from src.service.database.tables.base import NO_REGION, TableBase
from src.service.database.tables.cameras import PlaceRow
from src.service.database.types import IdColumn, PlateTextColumn, new_id

NO_PLACE = text("place_id IS NULL")


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
