"""First answers to requests that may come again: kept under the ``Idempotency-Key`` of the client."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from src.service.database import Database, tables
from src.service.database.types import new_id
from src.service.store.rows import found_or_made
from src.service.times import utc

KEPT_FOR = timedelta(hours=24)
"""How long a key belongs to its first request."""


class ClaimLostError(RuntimeError):
    """The error of a request that took longer than its claim holds: another request with the same key is at work."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to answer the first request with a key. It lapses, as the process that has it may be killed."""

    caller: str
    """The id of an API key; it is empty where keys are not required."""
    key: str
    id: str


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """The answer to the first request with the key."""

    status: int
    body: bytes | None
    """None where it named a plate that was deleted."""


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """An answer that is to be kept."""

    claim: Claim
    status: int
    body: bytes
    about: Sequence[str]
    """The plates and the sightings that the answer names."""


@dataclass(frozen=True, slots=True)
class InWork:
    """The first request is not answered yet; its claim lapses in ``retry_after`` whole seconds."""

    retry_after: int


@dataclass(frozen=True, slots=True)
class OtherRequest:
    """The first request with the key was another one."""


def claim_answer(
    database: Database, caller: str, key: str, fingerprint: str, now: datetime, lease: timedelta
) -> Claim | FirstAnswer | InWork | OtherRequest:
    """Returns the claim to answer a request, or what has become of the first request with its key.

    The claim holds for ``lease``. After that, or KEPT_FOR after it began, the key may be claimed anew; the former
    holder can then neither keep an answer nor store anything with it. Raises sqlalchemy.exc.SQLAlchemyError.
    """
    now, claim, row = utc(now), Claim(caller, key, new_id()), tables.AnswerRow
    begun = {"fingerprint": fingerprint, "claim": claim.id, "begun": now, "lapses": now + lease}
    wanted = select(row).where(row.caller == caller, row.key == key).with_for_update()
    with database.session() as session:
        found = found_or_made(session, wanted, lambda: row(caller=caller, key=key, about="", **begun))
        if found.claim == claim.id:
            return claim
        is_over = found.begun <= now - KEPT_FOR
        if found.fingerprint != fingerprint and not is_over:
            return OtherRequest()
        if found.status is not None and not is_over:
            return FirstAnswer(found.status, found.body)
        if found.lapses > now and not is_over:
            return InWork(math.ceil((found.lapses - now).total_seconds()))
        for name, value in {**begun, "status": None, "body": None, "about": ""}.items():
            setattr(found, name, value)
        return claim


def release_claim(database: Database, claim: Claim) -> None:
    """Lets the next request with the key be the first one. Raises sqlalchemy.exc.SQLAlchemyError."""
    with database.session() as session:
        session.execute(delete(tables.AnswerRow).where(*_is_held(claim)))


def keep_answer(session: Session, answer: NewAnswer) -> None:
    """Keeps an answer if the transaction is committed. Raises ClaimLostError."""
    kept = {"status": answer.status, "body": answer.body, "about": " ".join(["", *answer.about, ""])}
    keeping = update(tables.AnswerRow).where(*_is_held(answer.claim)).values(kept).returning(tables.AnswerRow.key)
    if session.scalar(keeping) is None:
        raise ClaimLostError(answer.claim.key)


def forget_answers(session: Session, names: Iterable[str]) -> None:
    """Deletes the bodies of answers that name one of these plates or sightings, so that nobody is told of them again.

    The keys stay used: a client that only asks again does not bring back what was deleted.
    """
    row = tables.AnswerRow
    about = [row.about.contains(f" {name} ", autoescape=True) for name in names if name]
    if about:
        session.execute(update(row).where(row.body.is_not(None), or_(*about)).values(body=None, about=""))


def expire_answers(database: Database, now: datetime) -> int:
    """Deletes what was begun KEPT_FOR ago, answered or not, and returns its number.

    Raises sqlalchemy.exc.SQLAlchemyError.
    """
    row = tables.AnswerRow
    with database.session() as session:
        old = delete(row).where(row.begun <= utc(now) - KEPT_FOR).returning(row.key)
        return len(session.scalars(old).all())


def _is_held(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    row = tables.AnswerRow
    return row.caller == claim.caller, row.key == claim.key, row.claim == claim.id, row.status.is_(None)
