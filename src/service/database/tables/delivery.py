"""The outbox: events, and their deliveries to those who want to hear of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from src.service.database.tables.base import TableBase
from src.service.database.types import IdColumn, new_id


class ReceiverRow(TableBase):
    """Who hears of events: a webhook, an MQTT broker or a barrier."""

    __tablename__ = "receivers"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    """webhook, mqtt or barrier."""
    address: Mapped[str]
    """A URL: https:// or http:// of a webhook and a barrier, mqtts:// or mqtt:// of a broker; without a password."""
    pinned: Mapped[list[str]]
    """The IP addresses that its host had when it was entered: nothing is sent elsewhere."""
    secret: Mapped[str | None]
    """What a webhook's signatures are made with, or a broker's or barrier's password. No answer ever has it."""
    options: Mapped[dict[str, Any]]
    """What its kind has beside that, such as a broker's user name or a barrier's method."""
    events: Mapped[list[str]]
    """The kinds of events that it hears of, as the filters below; an empty one lets all through."""
    outcomes: Mapped[list[str]]
    lists: Mapped[list[str]]
    cameras: Mapped[list[str]]
    places: Mapped[list[str]]
    enabled: Mapped[bool] = mapped_column(default=True, server_default=true())
    created: Mapped[datetime]
    updated: Mapped[datetime]
    failing_since: Mapped[datetime | None]
    """When the first of the failures in a row was; null where the last delivery arrived."""
    last_error: Mapped[str | None]
    delivered: Mapped[datetime | None]
    """When the last delivery arrived."""


class EventRow(TableBase):
    """Something that happened, as it is told to whoever wants to hear of it."""

    __tablename__ = "events"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str]
    subject: Mapped[str | None] = mapped_column(index=True)
    """The id of the sighting or visit that it is about."""
    text: Mapped[str | None] = mapped_column(index=True)
    """The text of the plate in it, so that it goes when the plate is deleted."""
    body: Mapped[dict[str, Any]]
    """What is sent, without what the receiver's kind adds."""


class DeliveryRow(TableBase):
    """An event on its way to one receiver."""

    __tablename__ = "deliveries"
    __table_args__ = (Index(None, "receiver_id", "state", "due"), Index(None, "state", "due"))

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    event_id: Mapped[str] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    receiver_id: Mapped[str] = mapped_column(ForeignKey("receivers.id", ondelete="CASCADE"))
    state: Mapped[str]
    """waiting; delivered; dead: it was tried for as long as it may be, or is too late."""
    due: Mapped[datetime]
    """When it is to be tried next."""
    taken_until: Mapped[datetime | None]
    """Until when the worker that has taken it may be at it; null where none has."""
    expires: Mapped[datetime]
    """After that it is not tried any more."""
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    last_error: Mapped[str | None]
    ended: Mapped[datetime | None] = mapped_column(index=True)
    """When it arrived, or was given up."""

    event: Mapped[EventRow] = relationship()
    receiver: Mapped[ReceiverRow] = relationship()
