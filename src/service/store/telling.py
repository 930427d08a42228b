"""Tells receivers of sightings, in the transaction that adds or changes them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from src.core.result import SightingRecord
from src.service.database import tables
from src.service.delivery.events import EventKind
from src.service.delivery.outbox import tell
from src.service.store.sightings import sighting_record

HOW_SURE = "probability"
"""What changes in a decision with each telling, and is no other decision."""


def tell_of(session: Session, kind: EventKind, row: tables.SightingRow) -> SightingRecord:
    """Tells of a sighting, whose changes are sent to the database first, and returns its record."""
    session.flush()
    record = sighting_record(row)
    tell(session, kind, sighting=record, at=datetime.now(UTC))
    return record


def is_told_anew(before: dict[str, Any] | None, after: dict[str, Any] | None) -> bool:
    """Tells whether a decision has become another one; that it is surer now makes it none."""
    if before is None or after is None:
        return before is not after
    return {**before, HOW_SURE: None} != {**after, HOW_SURE: None}
