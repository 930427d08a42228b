"""Receivers and deliveries, made up, straight in the tables."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from src.service.database import Database, tables
from tests.service.recognitions import NOON


def add_receiver(database: Database, name: str = "office", kind: str = "webhook", **fields: Any) -> str:
    """Adds a receiver that all events are for, or those of its filters; returns its identifier."""
    said = {
        "address": "https://office.example/hook",
        "pinned": ["203.0.113.7"],
        "options": {},
        **{filtered: [] for filtered in ("events", "outcomes", "lists", "cameras", "places")},
        **fields,
    }
    with database.session() as session:
        row = tables.ReceiverRow(name=name, kind=kind, created=NOON, updated=NOON, **said)
        session.add(row)
        session.flush()
        return row.id


def events(database: Database) -> list[tuple[str, str | None]]:
    """The kinds and texts of all events, in their order."""
    row = tables.EventRow
    with database.reading() as session:
        return [(kind, text) for kind, text in session.execute(select(row.kind, row.text).order_by(row.at))]


def deliveries(database: Database) -> Sequence[tables.DeliveryRow]:
    """All deliveries with their events, in the order of these."""
    with database.reading() as session:
        found = session.scalars(select(tables.DeliveryRow).join(tables.DeliveryRow.event).order_by(tables.EventRow.at))
        rows = found.all()
        for row in rows:
            assert row.event.id == row.event_id
        return rows
