"""Finds sightings."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, contains_eager

from src.core.result import READING, DecisionRecord, SightingRecord
from src.service.database import Database, tables
from src.service.query import Place, SightingQuery
from src.service.store.conditions import behind, conditions
from src.service.text import shown


@dataclass(frozen=True, slots=True)
class Page:
    """A page of sightings, newest first, and the cursor of the next page; None where this is the last one."""

    items: list[SightingRecord]
    next_cursor: str | None
    total: int | None
    """The number on all pages; None behind a cursor, as it would be counted anew for each page."""


def search(database: Database, query: SightingQuery) -> Page:
    """Returns one page of the sightings that ``query`` asks for."""
    asked = conditions(query)
    total = None
    with database.reading() as session:
        if query.cursor is None:
            found = newest(session, asked, query.limit + 1)
            # if they fit on one page, the search has seen them all, and need not count them
            total = len(found) if len(found) <= query.limit else _count(session, asked)
        else:
            found = newest(session, [*asked, behind(query.cursor)], query.limit + 1)
    items = found[: query.limit]
    more = len(found) > query.limit
    return Page(items, Place(items[-1].seen, items[-1].id).cursor if more else None, total)


def sighting(database: Database, sighting_id: str) -> SightingRecord | None:
    """Returns the sighting with this identifier, None where there is none."""
    with database.reading() as session:
        return next(iter(newest(session, [tables.SightingRow.id == shown(sighting_id)], 1)), None)


def newest(session: Session, conditions: list[ColumnElement[bool]], limit: int) -> list[SightingRecord]:
    """Returns the newest sightings on which all ``conditions`` hold, with their detections, images and cameras.

    Their ids are searched first, in an index that has all columns that are asked for; then only a few rows are joined.
    """
    row = tables.SightingRow
    wanted = select(row.id).where(*conditions).order_by(row.seen.desc(), row.id.desc()).limit(limit)
    rows = session.scalars(
        select(tables.SightingRow)
        .join(tables.SightingRow.detection)
        .join(tables.DetectionRow.image)
        .outerjoin(tables.SightingRow.camera)
        .options(
            contains_eager(tables.SightingRow.detection).contains_eager(tables.DetectionRow.image),
            contains_eager(tables.SightingRow.camera),
        )
        .where(row.id.in_(wanted))
        .order_by(row.seen.desc(), row.id.desc())
    )
    return [sighting_record(row) for row in rows]


def _count(session: Session, conditions: list[ColumnElement[bool]]) -> int:
    return session.scalar(select(func.count()).select_from(tables.SightingRow).where(*conditions)) or 0


def sighting_record(row: tables.SightingRow) -> SightingRecord:
    """Returns what is told of a sighting; its detection, image and camera are loaded."""
    found, image = row.detection, row.detection.image
    return SightingRecord(
        id=row.id,
        seen=row.seen,
        camera=None if row.camera is None else row.camera.name,
        image_id=image.id,
        image=image.name,
        width=image.width,
        height=image.height,
        has_picture=image.stored_as is not None,
        frames=row.frames,
        read=row.read,
        agreeing=row.agreeing,
        passage_first=row.passage_first,
        passage_last=row.passage_last,
        times=row.times,
        last_seen=row.last_seen,
        read_text=row.read_text,
        read_region=row.read_region,
        corrected=row.corrected,
        decision=None if row.decision is None else DecisionRecord.model_validate(row.decision),
        acknowledged=row.acknowledged,
        **plate_fields(found, row),
    )


def plate_fields(found: tables.DetectionRow, read: tables.SightingRow | None) -> dict[str, Any]:
    """Returns the fields of a ``PlateRecord``; ``read`` is None where the plate was found, but nothing was read on
    it.
    """
    said = {"text": "", "confidence": 0.0} if read is None else {name: getattr(read, name) for name in READING}
    box = (found.x1, found.y1, found.x2, found.y2)
    return {**said, "box": box, "corners": found.corners, "detection_confidence": found.confidence}
