"""Finds the pictures of sightings that operators have corrected or confirmed: what a reader can learn from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from src.core.result import PlateRecord
from src.service.database import Database, tables
from src.service.store.pictures import Pictures
from src.service.store.sightings import plate_fields

BATCH = 200
"""The pictures that are looked up at a time."""


@dataclass(frozen=True, slots=True)
class CorrectedPlate:
    """A plate that an operator has seen; its text and country are the operator's."""

    sighting: str
    plate: PlateRecord
    is_confirmed: bool
    """Whether it was read as the operator says."""


@dataclass(frozen=True, slots=True)
class CorrectedPicture:
    """A picture with such plates, and the others that were found in it."""

    image_id: str
    path: Path | None
    """None where the picture was not kept."""
    plates: tuple[CorrectedPlate, ...]
    others: tuple[PlateRecord, ...]


def corrected_pictures(database: Database, pictures: Pictures, confirmed: bool) -> Iterator[CorrectedPicture]:
    """Yields the pictures of corrected sightings, in the order of their identifiers; with ``confirmed`` those of
    confirmed ones too.

    Raises sqlalchemy.exc.SQLAlchemyError.
    """
    made = select(tables.CorrectionRow.sighting_id)
    wanted = (
        select(tables.DetectionRow.image_id)
        .join(tables.SightingRow, tables.SightingRow.detection_id == tables.DetectionRow.id)
        .where(tables.SightingRow.id.in_(made))
        .distinct()
        .order_by(tables.DetectionRow.image_id)
    )
    with database.reading() as session:
        ids = session.scalars(wanted).all()
    for start in range(0, len(ids), BATCH):
        for found in _looked_up(database, pictures, ids[start : start + BATCH]):
            if chosen := tuple(plate for plate in found.plates if confirmed or not plate.is_confirmed):
                rest = tuple(plate.plate for plate in found.plates if plate not in chosen)
                yield CorrectedPicture(found.image_id, found.path, chosen, found.others + rest)


def _looked_up(database: Database, pictures: Pictures, ids: Sequence[str]) -> list[CorrectedPicture]:
    image, detection, sighting = tables.ImageRow, tables.DetectionRow, tables.SightingRow
    with database.reading() as session:
        rows = session.execute(
            select(image, detection, sighting)
            .join(detection, detection.image_id == image.id)
            .outerjoin(sighting, sighting.detection_id == detection.id)
            .where(image.id.in_(ids))
            .order_by(image.id, detection.position)
        ).all()
    found: dict[str, CorrectedPicture] = {}
    for of, where, read in rows:
        path = None if of.stored_as is None else pictures.path(of.stored_as)
        before = found.get(of.id, CorrectedPicture(of.id, path, (), ()))
        plate = PlateRecord.model_validate(plate_fields(where, read))
        plates, others = before.plates, before.others
        if read is None or read.corrected is None:
            others = (*others, plate)
        else:
            is_confirmed = (read.read_text, read.read_region) == (read.text, read.region)
            plates = (*plates, CorrectedPlate(read.id, plate, is_confirmed))
        found[of.id] = CorrectedPicture(of.id, path, plates, others)
    return list(found.values())
