"""Who looked what up, and who deleted what."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from src.service.database import Database, tables
from src.service.store.text import shown


class Action(StrEnum):
    """What is audited. The first group names plates or people's pictures, which a retention period makes forgotten."""

    SEARCH = "search"
    SIGHTING = "sighting"
    PICTURE = "picture"
    PLATE = "plate"
    DELETE_SIGHTING = "delete sighting"
    DELETE_PLATE = "delete plate"

    EXPIRE = "expire"
    CREATE_KEY = "create key"
    REVOKE_KEY = "revoke key"


OF_PLATES = (
    *(Action.SEARCH, Action.SIGHTING, Action.PICTURE, Action.PLATE),
    *(Action.DELETE_SIGHTING, Action.DELETE_PLATE),
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Whose request it is: the key's id, and the address it comes from."""

    key_id: str | None = None
    remote: str | None = None


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
        tables.Audit(
            at=datetime.now(UTC),
            key_id=actor.key_id,
            action=action.value,
            subject=None if subject is None else shown(subject),
            detail=detail,
            remote=None if actor.remote is None else shown(actor.remote),
        )
    )
