"""Questions about sightings, checked, and what they are in SQL."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy import ColumnElement, select, tuple_

from src.service.database import tables
from src.service.database.types import Id, UtcDateTime, utc
from src.service.store.text import ESCAPE, like, shown

MAX_LIMIT = 500
"""Sightings on one page."""


class QueryError(ValueError):
    """A question that makes no sense; the message says why."""


@dataclass(frozen=True, slots=True)
class SightingQuery:
    """What to look for; None: anything. Raises QueryError, and TextError for ``text``."""

    text: str | None = None
    """A part of the plate in any spelling, or with ``*`` for any characters and ``?`` for one the whole of it; O is as
    good as 0, I as 1, B as 8."""
    region: str | None = None
    camera: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Exclusive."""
    min_confidence: float | None = None
    cursor: str | None = None
    """``next_cursor`` of the page before."""
    limit: int = 50

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_LIMIT:
            raise QueryError(f"limit: {self.limit} is not from 1 to {MAX_LIMIT}")
        if self.text is not None:
            like(self.text)
        if self.cursor is not None:
            Place.from_cursor(self.cursor)
        for name in ("since", "until"):
            if (moment := getattr(self, name)) is not None:
                _check(name, moment)


@dataclass(frozen=True, slots=True)
class Place:
    """Behind which sighting a page begins."""

    seen: datetime
    id: str

    @property
    def cursor(self) -> str:
        return base64.urlsafe_b64encode(f"{self.seen.isoformat()} {self.id}".encode()).decode()

    @classmethod
    def from_cursor(cls, cursor: str) -> Self:
        try:
            seen, found, last = base64.b64decode(cursor, "-_", validate=True).decode("ascii").partition(" ")
            if found and last.isalnum():
                return cls(utc(datetime.fromisoformat(seen)), last)
        except (binascii.Error, ValueError):
            pass
        raise QueryError("cursor: is not one that a page of sightings ended with")


def conditions(query: SightingQuery) -> list[ColumnElement[bool]]:
    """What has to hold on a sighting; an index has all columns that it may be about, in the order of time."""
    row, conditions = tables.Sighting, list[ColumnElement[bool]]()
    if query.text is not None:
        conditions.append(row.merged.like(like(query.text), escape=ESCAPE))
    if query.region is not None:
        conditions.append(row.region == shown(query.region.upper()))
    if query.camera is not None:
        called = tables.Camera.name == shown(query.camera.strip())
        conditions.append(row.camera_id == select(tables.Camera.id).where(called).scalar_subquery())
    if query.since is not None:
        conditions.append(row.seen >= query.since)
    if query.until is not None:
        conditions.append(row.seen < query.until)
    if query.min_confidence is not None:
        conditions.append(row.confidence >= query.min_confidence)
    return conditions


def behind(cursor: str) -> ColumnElement[bool]:
    """What holds on the sightings of the pages behind ``cursor``. Raises QueryError."""
    row, place = tables.Sighting, Place.from_cursor(cursor)
    return tuple_(row.seen, row.id) < tuple_(place.seen, place.id, types=[UtcDateTime, Id])


def _check(name: str, moment: datetime) -> None:
    try:
        utc(moment)
    except ValueError as error:
        raise QueryError(f"{name}: {error}") from None
