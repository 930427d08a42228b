"""Turns questions about sightings into SQL."""

from sqlalchemy import ColumnElement, select, tuple_

from src.service.database import tables
from src.service.database.types import IdColumn, UtcDateTime
from src.service.query import Place, SightingFilter
from src.service.text import ESCAPE, like, shown


def conditions(query: SightingFilter) -> list[ColumnElement[bool]]:
    """Returns the conditions on a sighting; an index has all columns that they may be about, in the order of time."""
    row, conditions = tables.SightingRow, list[ColumnElement[bool]]()
    if query.text is not None:
        conditions.append(row.merged.like(like(query.text), escape=ESCAPE))
    if query.region is not None:
        conditions.append(row.region == shown(query.region.upper()))
    if query.camera is not None:
        called = tables.CameraRow.name == shown(query.camera.strip())
        conditions.append(row.camera_id == select(tables.CameraRow.id).where(called).scalar_subquery())
    if query.outcome is not None:
        conditions.append(row.outcome == str(query.outcome))
    if query.since is not None:
        conditions.append(row.seen >= query.since)
    if query.until is not None:
        conditions.append(row.seen < query.until)
    if query.min_confidence is not None:
        conditions.append(row.confidence >= query.min_confidence)
    if query.corrected is not None:
        # they are few among all sightings, and no index of those has when they were corrected
        made = select(tables.CorrectionRow.sighting_id)
        conditions.append(row.id.in_(made) if query.corrected else row.corrected.is_(None))
    return conditions


def behind(cursor: str) -> ColumnElement[bool]:
    """Returns the condition on the sightings of the pages behind ``cursor``."""
    row, place = tables.SightingRow, Place.from_cursor(cursor)
    return tuple_(row.seen, row.id) < tuple_(place.seen, place.id, types=[UtcDateTime, IdColumn])
