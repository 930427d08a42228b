"""Finds pictures that were read, with all that was found in them."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Select, select

from src.core.result import PlateRecord
from src.service.database import Database, tables
from src.service.store.pictures import Pictures
from src.service.store.sightings import plate_fields
from src.service.text import shown


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture that was read, and all that was found in it."""

    image_id: str
    name: str
    media_type: str
    width: int
    height: int
    path: Path | None
    """The path of its file; None where the picture was not kept."""
    plates: list[PlateRecord]


def picture(database: Database, pictures: Pictures, sighting_id: str) -> StoredPicture | None:
    """Returns the picture that a sighting is in, None where there is none."""
    of_sighting = (
        select(tables.DetectionRow.image_id).join(tables.SightingRow).where(tables.SightingRow.id == shown(sighting_id))
    )
    return _picture(database, pictures, select(tables.ImageRow).where(tables.ImageRow.id.in_(of_sighting)))


def latest_picture(database: Database, pictures: Pictures, name: str) -> StoredPicture | None:
    """Returns the picture that was uploaded last under ``name``, None where there is none."""
    images = select(tables.ImageRow).where(tables.ImageRow.name == shown(name))
    return _picture(
        database, pictures, images.order_by(tables.ImageRow.received.desc(), tables.ImageRow.id.desc()).limit(1)
    )


def _picture(database: Database, pictures: Pictures, wanted: Select[tables.ImageRow]) -> StoredPicture | None:
    with database.reading() as session:
        image = session.scalar(wanted)
        if image is None:
            return None
        plates = session.execute(
            select(tables.DetectionRow, tables.SightingRow)
            .outerjoin(tables.SightingRow, tables.SightingRow.detection_id == tables.DetectionRow.id)
            .where(tables.DetectionRow.image_id == image.id)
            .order_by(tables.DetectionRow.position)
        )
        records = [PlateRecord.model_validate(plate_fields(found, read)) for found, read in plates]
    return StoredPicture(
        image_id=image.id,
        name=image.name,
        media_type=image.media_type,
        width=image.width,
        height=image.height,
        path=None if image.stored_as is None else pictures.path(image.stored_as),
        plates=records,
    )
