"""Saves what was read in one picture: all of it, the picture included, or nothing."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from src.service.database import Database, tables
from src.service.database.types import new_id, utc
from src.service.store.pictures import Pictures
from src.service.store.text import name, shown

Description = Mapping[str, Any]
"""``width``, ``height`` and ``plates`` of an image as ``src.runtime.output.describe`` makes them."""

READ = (
    *("text", "raw_text", "confidence", "raw_confidence", "char_confidences"),
    *("region", "region_confidence", "format", "candidates", "accepted"),
)
"""What a sighting has of the description of a plate, under the same names."""

T = TypeVar("T", bound=tables.Table)


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture as it came, and what was said of it. Raises ValueError for a time without zone, or a bad camera."""

    name: str
    media_type: str
    data: bytes
    camera: str | None = None
    taken: datetime | None = None
    key_id: str | None = None

    def __post_init__(self) -> None:
        if self.taken is not None:
            utc(self.taken)
        if self.camera is not None:
            name(self.camera, "camera")


@dataclass(frozen=True, slots=True)
class StoredImage:
    """Identifiers of a saved picture and, plate by plate, of its sightings; None: a plate that has no text."""

    id: str
    sightings: tuple[str | None, ...]


def save_recognition(
    database: Database, pictures: Pictures | None, upload: Upload, described: Description
) -> StoredImage:
    """Saves a picture, its detections and sightings; when it returns, they are on the disk. None keeps no picture.

    The picture is there first, and goes again if the rows cannot be added: what a kill in between leaves is a file that
    ``sweep`` removes.
    Raises OSError and sqlalchemy.exc.SQLAlchemyError.
    """
    image = tables.Image(
        id=new_id(),
        sha256=hashlib.sha256(upload.data).hexdigest(),
        name=shown(upload.name),
        media_type=shown(upload.media_type),
        width=described["width"],
        height=described["height"],
        bytes=len(upload.data),
        received=datetime.now(UTC),
        taken=upload.taken,
        key_id=upload.key_id,
    )
    with ExitStack() as undo:
        if pictures is not None:
            image.stored_as = pictures.put(image.id, upload.data)
            undo.callback(pictures.remove, [image.stored_as])
        with database.adding() as session:
            sightings = _add(session, image, upload.camera, described["plates"])
            undo.pop_all()  # whether a commit that fails is on the disk after all, only ``sweep`` can tell
    return StoredImage(image.id, sightings)


def _add(
    session: Session, image: tables.Image, camera: str | None, described: Sequence[Description]
) -> tuple[str | None, ...]:
    """Adds all rows of an image, to which the database has no objection; returns what ``_add_plates`` does."""
    if camera is not None:
        image.camera = _camera(session, name(camera, "camera"), image.received)
    sightings = _add_plates(session, image, described)
    session.add(image)
    session.flush()
    return sightings


def _add_plates(session: Session, image: tables.Image, described: Sequence[Description]) -> tuple[str | None, ...]:
    """Adds detections and sightings; returns the identifiers of the latter, None for a plate without text."""
    keys = {(plate["text"], plate["region"]) for plate in described if plate["text"]}
    # in one order, as two transactions that make the same two plates would otherwise wait for each other
    known = {key: _plate(session, *key) for key in sorted(keys, key=lambda key: (key[0], key[1] or ""))}
    sightings: list[str | None] = []
    for position, plate in enumerate(described):
        detection = _detection(image, position, plate)
        session.add(detection)
        if plate["text"]:
            sighting = _sighting(detection, known[plate["text"], plate["region"]], plate)
            session.add(sighting)
            sightings.append(sighting.id)
        else:
            sightings.append(None)
    return tuple(sightings)


def _detection(image: tables.Image, position: int, plate: Description) -> tables.Detection:
    x1, y1, x2, y2 = plate["box"]
    return tables.Detection(
        id=new_id(),
        image=image,
        position=position,
        **{"x1": x1, "y1": y1, "x2": x2, "y2": y2},
        corners=plate["corners"],
        confidence=plate["detection_confidence"],
    )


def _sighting(detection: tables.Detection, of: tables.Plate, plate: Description) -> tables.Sighting:
    image = detection.image
    return tables.Sighting(
        id=new_id(),
        detection=detection,
        plate=of,
        camera=image.camera,
        seen=image.taken or image.received,
        **{key: plate[key] for key in READ},
    )


def _camera(session: Session, called: str, now: datetime) -> tables.Camera:
    wanted = select(tables.Camera).where(tables.Camera.name == called)
    return _found_or_made(session, wanted, lambda: tables.Camera(name=called, created=now))


def _plate(session: Session, text: str, region: str | None) -> tables.Plate:
    wanted = select(tables.Plate).where(tables.Plate.text == text, tables.Plate.region.is_not_distinct_from(region))
    return _found_or_made(session, wanted, lambda: tables.Plate(text=text, region=region))


def _found_or_made(session: Session, wanted: Select[T], make: Callable[[], T]) -> T:
    """The row of a unique key, which another transaction may be making just now."""
    if (found := session.scalar(wanted)) is not None:
        return found
    try:
        with session.begin_nested():
            made = make()
            session.add(made)
    except IntegrityError:
        return session.scalars(wanted).one()
    return made
