"""The audit: who looked what up, who deleted what, and who changed what is watched."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from src.core.alphabet import merge_look_alikes, normalise
from src.service.database import Database, tables
from src.service.text import shown


class Action(StrEnum):
    """What is audited. Entries of the first group name plates or people's pictures; a retention period deletes the
    names.
    """

    SEARCH = "search"
    SIGHTING = "sighting"
    PICTURE = "picture"
    CAMERA_PICTURE = "camera picture"
    PLATE = "plate"
    VEHICLES = "vehicles"
    """Vehicles of the registry were searched."""
    EXPORT_SIGHTINGS = "export sightings"
    VISITS = "visits"
    """Visits were searched."""
    VISIT = "visit"
    EXPORT_VISITS = "export visits"
    CLOSE_VISIT = "close visit"
    DELETE_SIGHTING = "delete sighting"
    DELETE_PLATE = "delete plate"
    CORRECT = "correct"
    ACKNOWLEDGE = "acknowledge"

    LIVE = "live"
    """Somebody began to listen to what passes."""
    EXPIRE = "expire"
    CREATE_CAMERA = "create camera"
    CHANGE_CAMERA = "change camera"
    DELETE_CAMERA = "delete camera"
    CREATE_LIST = "create list"
    CHANGE_LIST = "change list"
    DELETE_LIST = "delete list"
    CREATE_PLACE = "create place"
    CHANGE_PLACE = "change place"
    DELETE_PLACE = "delete place"
    CREATE_GATE = "create gate"
    CHANGE_GATE = "change gate"
    DELETE_GATE = "delete gate"
    VEHICLE = "vehicle"
    CREATE_VEHICLE = "create vehicle"
    CHANGE_VEHICLE = "change vehicle"
    DELETE_VEHICLE = "delete vehicle"
    CREATE_PERMIT = "create permit"
    CHANGE_PERMIT = "change permit"
    DELETE_PERMIT = "delete permit"
    PERSONS = "persons"
    """Persons were searched; the entry has the identifiers of those who were found, as all about persons do."""
    PERSON = "person"
    CREATE_PERSON = "create person"
    CHANGE_PERSON = "change person"
    ERASE_PERSON = "erase person"
    LINK_PERSON = "link person"
    UNLINK_PERSON = "unlink person"
    IMPORT = "import"
    EXPORT = "export"
    CREATE_RECEIVER = "create receiver"
    CHANGE_RECEIVER = "change receiver"
    DELETE_RECEIVER = "delete receiver"
    TEST_RECEIVER = "test receiver"
    RENEW_SECRET = "renew secret"
    """A webhook was given a new secret."""
    RESOLVE_RECEIVER = "resolve receiver"
    """The addresses of a receiver's host were looked up anew."""
    SEND_AGAIN = "send again"
    """Deliveries that were given up are tried again."""
    DELETE_DELIVERIES = "delete deliveries"
    CREATE_KEY = "create key"
    CHANGE_KEY = "change key"
    REVOKE_KEY = "revoke key"
    AUDIT = "audit"
    """Somebody read the audit itself."""
    BACKUP = "backup"
    """Somebody on the machine copied everything to a file."""
    RESTORE = "restore"
    """Somebody on the machine put what is in a backup in the place of what was there."""


OF_PLATES = (
    *(Action.SEARCH, Action.SIGHTING, Action.PICTURE, Action.PLATE, Action.VEHICLES),
    *(Action.EXPORT_SIGHTINGS, Action.VISITS, Action.VISIT, Action.EXPORT_VISITS, Action.CLOSE_VISIT),
    *(Action.DELETE_SIGHTING, Action.DELETE_PLATE, Action.CORRECT, Action.ACKNOWLEDGE),
)

SEARCHES = (
    *(Action.SEARCH, Action.EXPORT_SIGHTINGS, Action.VEHICLES),
    *(Action.VISITS, Action.EXPORT_VISITS),
)
"""The actions whose subject is a pattern of a plate, as somebody typed it."""
BY_TEXT = (*SEARCHES, Action.PLATE, Action.DELETE_PLATE)
"""The actions whose subject is the text of a plate, or its pattern."""

WILDCARDS = str.maketrans("", "", "*?")
BATCH = 500
"""The rows in one statement, as databases limit its parameters."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Whose request it is: the id of the key, and the address that the request came from."""

    key_id: str | None = None
    remote: str | None = None
    sees_persons: bool = True
    """Whether what they ask for may name persons; a key says so by its scope."""


SERVICE = Actor()
"""The service itself, or its operator on the machine."""


def record(
    database: Database, action: Action, subject: str | None, actor: Actor, detail: dict[str, Any] | None = None
) -> None:
    """Writes one entry, in a transaction of its own; ``subject`` is the plate, pattern or id that it is about."""
    with database.session() as session:
        note(session, action, subject, actor, detail)


def note(
    session: Session, action: Action, subject: str | None, actor: Actor, detail: dict[str, Any] | None = None
) -> None:
    """Writes one entry, which is there if what else the transaction does is there."""
    session.add(
        tables.AuditRow(
            at=datetime.now(UTC),
            key_id=actor.key_id,
            action=action.value,
            subject=None if subject is None else shown(subject),
            detail=detail,
            remote=None if actor.remote is None else shown(actor.remote),
        )
    )


def forget(session: Session, plain: str) -> None:
    """Deletes a plate from the entries about it, which still say who did what and when; ``plain`` is its text.

    An entry is about the plate if its subject has the plate's characters, in any spelling, and at most wildcards beside
    them. That includes a search for another plate that looks alike, as it has found this one.
    """
    if not plain:  # an empty text, as of "-", is no plate, but what is left of a search for anything
        return
    row = tables.AuditRow
    entries = session.execute(
        select(row.id, row.action, row.subject).where(row.action.in_(BY_TEXT), row.subject.is_not(None))
    )
    known = [entry for entry, action, subject in entries if _is_about(plain, action, str(subject))]
    for start in range(0, len(known), BATCH):
        about = row.id.in_(known[start : start + BATCH])
        session.execute(update(row).where(about).values(subject=None, detail=None))


def _is_about(plain: str, action: str, subject: str) -> bool:
    typed = normalise(subject).translate(WILDCARDS)
    if action in SEARCHES:
        return merge_look_alikes(typed) == merge_look_alikes(plain)
    return typed == plain
