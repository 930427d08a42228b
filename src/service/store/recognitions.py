"""Saves what was read in the pictures of a request: all of it, the pictures included, or nothing."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from src.core.result import READING, DecisionRecord, ImageRecord, PlateRecord
from src.service.database import Database, tables
from src.service.database.types import new_id
from src.service.delivery.events import EventKind
from src.service.registry.decide import decide, decide_sighting, write_decision
from src.service.registry.rules import SHIPPED, Rules
from src.service.store.answers import NewAnswer, keep_answer
from src.service.store.merging import find_growing, grow, is_better, lock, show_in
from src.service.store.pictures import Pictures
from src.service.store.rows import found_or_made
from src.service.store.telling import is_told_anew, tell_of
from src.service.store.visits.crossings import cross
from src.service.text import name, shown
from src.service.times import utc

AHEAD = timedelta(days=1)
"""How far a camera's clock, or its time zone, may be ahead: a later time is none at which a picture was taken."""


def check_taken(taken: datetime, now: datetime) -> None:
    """Raises ValueError for a time without zone, or one that has not come yet."""
    if utc(taken) > now + AHEAD:
        raise ValueError(f"{taken.isoformat()} is more than a day ahead of {now.isoformat(timespec='seconds')}")


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture as it came, and what was said of it. Raises ValueError for a bad time (``check_taken``) or camera."""

    name: str
    media_type: str
    data: bytes
    camera: str | None = None
    taken: datetime | None = None
    key_id: str | None = None

    def __post_init__(self) -> None:
        if self.taken is not None:
            check_taken(self.taken, datetime.now(UTC))
        if self.camera is not None:
            name(self.camera, "camera")


@dataclass(frozen=True, slots=True)
class StoredImage:
    """The identifiers of a saved picture and of its sightings, plate by plate; None stands for a plate without a
    text.
    """

    id: str
    sightings: tuple[str | None, ...]
    is_kept: bool = True
    """Whether there is such a picture: there is none where all its plates belong to sightings that have better ones."""

    @classmethod
    def new(cls, record: ImageRecord) -> Self:
        """Returns new identifiers for a picture and its sightings."""
        return cls(new_id(), tuple(new_id() if plate.text else None for plate in record.plates))


@dataclass(frozen=True, slots=True)
class NewImage:
    """A picture, what was read in it, and the identifiers that are proposed for both."""

    upload: Upload
    record: ImageRecord
    stored: StoredImage


@dataclass(frozen=True, slots=True)
class Decided:
    """What is decided of the plates of a picture, one by one, and by what they are known."""

    stored: StoredImage | None
    """None where the picture is not stored."""
    decisions: tuple[DecisionRecord | None, ...]


MakeAnswer = Callable[[Sequence[Decided]], NewAnswer | None]
"""Makes the answer of a request from what is stored and decided, picture by picture; None means that it is not kept."""


def save_recognitions(
    database: Database,
    pictures: Pictures | None,
    recognitions: Sequence[NewImage],
    answer: MakeAnswer | None = None,
    rules: Rules = SHIPPED,
) -> list[Decided]:
    """Saves pictures, their detections and sightings, and returns what they are known by, and what is decided of them.

    When it returns, all are on the disk; where it raises, none are. ``pictures`` None keeps no picture. The files are
    written first, and deleted again if the rows cannot be added; after a kill in between ``sweep`` removes them. A
    plate that a camera tells again within its ``merge_s`` belongs to the sighting that there is, which then has the
    better reading and picture of both; a picture that nothing is shown in is not stored.

    ``answer`` is called within the transaction, and what it makes is kept in it, so that nothing is ever stored for a
    request that is not known to be answered; what it raises undoes everything. It should be quick, as others wait.
    Raises OSError, sqlalchemy.exc.SQLAlchemyError and ClaimLostError.
    """
    images = [_image(recognition) for recognition in recognitions]
    with ExitStack() as undo:
        if pictures is not None:
            for image, recognition in zip(images, recognitions, strict=True):
                image.stored_as = pictures.put(image.id, recognition.upload.data)
                undo.callback(pictures.remove, [image.stored_as])
        with database.adding() as session:
            decided, stale = _add(session, images, recognitions, rules) if images else ([], [])
            if answer is not None and (kept := answer(decided)) is not None:
                keep_answer(session, kept)
            undo.pop_all()  # if the commit fails, only ``sweep`` can tell whether it is on the disk after all
    if pictures is not None:
        pictures.remove(stale)
    return decided


def decide_recognitions(
    database: Database,
    recognitions: Sequence[NewImage],
    answer: MakeAnswer | None = None,
    rules: Rules = SHIPPED,
) -> list[Decided]:
    """Returns what is decided of pictures that are not to be stored; only ``answer``, if it is kept, is written.

    It is otherwise as ``save_recognitions``.
    """
    with database.session() if answer is not None else database.reading() as session:
        decided = []
        for each in recognitions:
            called = None if each.upload.camera is None else name(each.upload.camera, "camera")
            camera = session.scalar(select(tables.CameraRow).where(tables.CameraRow.name == called))
            decided.append(Decided(None, _decisions(session, each, camera, datetime.now(UTC), rules)))
        if answer is not None and (kept := answer(decided)) is not None:
            keep_answer(session, kept)
    return decided


def _image(recognition: NewImage) -> tables.ImageRow:
    upload, record = recognition.upload, recognition.record
    return tables.ImageRow(
        id=recognition.stored.id,
        sha256=hashlib.sha256(upload.data).hexdigest(),
        name=shown(upload.name),
        media_type=shown(upload.media_type),
        width=record.width,
        height=record.height,
        bytes=len(upload.data),
        received=datetime.now(UTC),
        taken=upload.taken,
        key_id=upload.key_id,
    )


def _add(
    session: Session, images: Sequence[tables.ImageRow], recognitions: Sequence[NewImage], rules: Rules
) -> tuple[list[Decided], list[str]]:
    """Adds all rows of the images to the session, sends them to the database, and returns what is known of them, and
    the files that nothing is shown in any longer.
    """
    # they are sorted, as two transactions that make the same two plates would otherwise wait for each other
    names = sorted({name(each.upload.camera, "camera") for each in recognitions if each.upload.camera is not None})
    cameras = {called: _camera(session, called, images[0].received) for called in names}
    keys = {(plate.text, plate.region) for each in recognitions for plate in each.record.plates}
    known = {key: plate_row(session, *key) for key in sorted(keys, key=lambda key: (key[0], key[1] or "")) if key[0]}
    decided = []
    for image, recognition in zip(images, recognitions, strict=True):
        if recognition.upload.camera is not None:
            image.camera = cameras[name(recognition.upload.camera, "camera")]
        # before the rows are added, as each question would send them to the database one by one
        decisions = _decisions(session, recognition, image.camera, image.received, rules)
        decided.append(Decided(recognition.stored, decisions))
    for called in names:
        lock(session, cameras[called])
    stale: list[str] = []
    news: list[tuple[EventKind, tables.SightingRow]] = []
    grown: list[tables.SightingRow] = []
    for number, (image, recognition) in enumerate(zip(images, recognitions, strict=True)):
        decided[number] = _add_picture(session, image, recognition, known, decided[number], rules, stale, news, grown)
    session.flush()
    for kind, row in news:
        tell_of(session, kind, row)
    cross(session, [row for kind, row in news if kind is EventKind.SIGHTING], grown)
    return decided, stale


def _decisions(
    session: Session, recognition: NewImage, camera: tables.CameraRow | None, received: datetime, rules: Rules
) -> tuple[DecisionRecord | None, ...]:
    """Returns what is decided of each plate of a picture."""
    seen, place_id = recognition.upload.taken or received, None if camera is None else camera.place_id
    return tuple(decide(session, plate, seen, place_id, rules) for plate in recognition.record.plates)


def _add_picture(
    session: Session,
    image: tables.ImageRow,
    recognition: NewImage,
    known: Mapping[tuple[str, str | None], tables.PlateRow],
    of: Decided,
    rules: Rules,
    stale: list[str],
    news: list[tuple[EventKind, tables.SightingRow]],
    grown: list[tables.SightingRow],
) -> Decided:
    """Adds a picture with its detections, and the sightings of those that have a text or lets the sightings grow that
    they belong to; returns what is known of it. Where it shows nothing that no other picture shows better, it is not
    added. Files that are not needed any longer go to ``stale``, what others are to be told to ``news``, and sightings
    that were there before to ``grown``.
    """
    plates, stored = recognition.record.plates, recognition.stored
    growing = _growing(session, image, plates)
    better = {position for position, row in growing.items() if is_better(row, plates[position].confidence)}
    is_shown = len(growing) < len(plates) or bool(better) or not plates
    if is_shown:
        session.add(image)
    elif image.stored_as is not None:
        stale.append(image.stored_as)
    sightings, decisions = list(stored.sightings), list(of.decisions)
    for position, (plate, sighting_id) in enumerate(zip(plates, stored.sightings, strict=True)):
        detection, row = _detection(image, position, plate), growing.get(position)
        if row is not None:
            grow(row, image.taken or image.received)
            if position in better:
                _take(row, plate)
                stale += show_in(session, row, detection)
            elif is_shown:
                session.add(detection)
            grown.append(row)
            before = row.decision
            decide_sighting(session, row, rules)
            if is_told_anew(before, row.decision):
                news.append((EventKind.SIGHTING_CHANGED, row))
            sightings[position] = row.id
            decisions[position] = None if row.decision is None else DecisionRecord.model_validate(row.decision)
            continue
        session.add(detection)
        if sighting_id is not None:
            sighting = _sighting(sighting_id, detection, known[plate.text, plate.region], plate)
            write_decision(sighting, decisions[position])
            session.add(sighting)
            news.append((EventKind.SIGHTING, sighting))
    return Decided(StoredImage(stored.id, tuple(sightings), is_shown), tuple(decisions))


def _take(row: tables.SightingRow, plate: PlateRecord) -> None:
    """Gives a sighting the reading of a photograph."""
    of_video = dict.fromkeys(("frames", "read", "agreeing", "passage_first", "passage_last"))
    for field, value in {**plate.model_dump(include=set(READING)), **of_video}.items():
        setattr(row, field, value)


def _growing(session: Session, image: tables.ImageRow, plates: Sequence[PlateRecord]) -> dict[int, tables.SightingRow]:
    """Returns the sightings that plates of a picture belong to, by the place of the plate among them."""
    at = image.taken or image.received
    found = {
        position: find_growing(session, image.camera, plate.text, plate.region, at)
        for position, plate in enumerate(plates)
        if plate.text
    }
    return {position: row for position, row in found.items() if row is not None}


def _detection(image: tables.ImageRow, position: int, plate: PlateRecord) -> tables.DetectionRow:
    x1, y1, x2, y2 = plate.box
    return tables.DetectionRow(
        id=new_id(),
        image=image,
        position=position,
        **{"x1": x1, "y1": y1, "x2": x2, "y2": y2},
        corners=plate.corners,
        confidence=plate.detection_confidence,
    )


def _sighting(
    sighting_id: str, detection: tables.DetectionRow, of: tables.PlateRow, plate: PlateRecord
) -> tables.SightingRow:
    image = detection.image
    return tables.SightingRow(
        id=sighting_id,
        detection=detection,
        plate=of,
        camera=image.camera,
        seen=image.taken or image.received,
        **plate.model_dump(include=set(READING)),
    )


def _camera(session: Session, called: str, now: datetime) -> tables.CameraRow:
    """Returns the row of a camera; one that is deleted comes back as a name alone."""
    wanted = select(tables.CameraRow).where(tables.CameraRow.name == called)
    found = found_or_made(session, wanted, lambda: tables.CameraRow(name=called, created=now))
    found.deleted = None
    return found


def plate_row(session: Session, text: str, region: str | None) -> tables.PlateRow:
    """Returns the row of a plate, which is made where there is none."""
    wanted = select(tables.PlateRow).where(
        tables.PlateRow.text == text, tables.PlateRow.region.is_not_distinct_from(region)
    )
    return found_or_made(session, wanted, lambda: tables.PlateRow(text=text, region=region))
