"""Writes events, and a delivery to each receiver that wants one, in the transaction of what they are about.

So there is an event if, and only if, there is what it tells of; the worker delivers it when that is on the disk.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from src.core.result import SightingRecord, VisitRecord
from src.service.database import tables
from src.service.database.types import new_id
from src.service.delivery.events import OF_SIGHTINGS, OPENED_FOR, TRIED_FOR, EventKind, ReceiverKind, State

TOLD = "told"
"""What the session of a transaction knows where it has told something."""
LISTENING = "receivers"
BATCH = 500
"""The rows in one statement, as databases limit its parameters."""
SUPERSEDED = "the sighting was changed before it was sent"


def tell(
    session: Session,
    kind: EventKind,
    *,
    sighting: SightingRecord | None = None,
    visit: VisitRecord | None = None,
    at: datetime,
) -> None:
    """Tells all enabled receivers that want to hear of it, and writes nothing where none does.

    The event is about ``sighting``, or else ``visit``; it happens ``at`` a time. Raises sqlalchemy.exc.SQLAlchemyError.
    """
    receivers = listening(session)
    if not receivers:
        return
    subject = sighting or visit
    assert subject is not None
    facts = _Facts(session, kind, sighting, visit)
    wanting = [(row, _expires(session, row, facts.lets_through(row), kind, sighting, at)) for row in receivers]
    chosen = [(row, expires) for row, expires in wanting if expires is not None]
    if not chosen:
        return
    event_id = new_id()
    body: dict[str, Any] = {"id": event_id, "kind": str(kind), "at": at.isoformat()}
    if sighting is not None:
        body["sighting"] = sighting.model_dump(mode="json")
    if visit is not None:
        body["visit"] = visit.model_dump(mode="json")
    event = tables.EventRow(id=event_id, at=at, kind=str(kind), subject=subject.id, text=subject.text, body=body)
    session.add(event)
    for row, expires in chosen:
        session.add(new_delivery(event, row.id, at, expires))
    session.info[TOLD] = True


def new_delivery(event: tables.EventRow, receiver_id: str, due: datetime, expires: datetime) -> tables.DeliveryRow:
    """Returns the row of a delivery that was not tried yet."""
    return tables.DeliveryRow(
        id=new_id(), event=event, receiver_id=receiver_id, state=str(State.WAITING), due=due, expires=expires
    )


def listening(session: Session) -> list[tables.ReceiverRow]:
    """Returns the enabled receivers; in one transaction they are asked for once."""
    if LISTENING not in session.info:
        wanted = select(tables.ReceiverRow).where(tables.ReceiverRow.enabled).order_by(tables.ReceiverRow.id)
        session.info[LISTENING] = session.scalars(wanted).all()
    found: list[tables.ReceiverRow] = session.info[LISTENING]
    return found


def forget_subjects(session: Session, subjects: Collection[str]) -> None:
    """Deletes all events about these sightings or visits, delivered or not, with their deliveries."""
    known = sorted(subjects)
    for start in range(0, len(known), BATCH):
        about = tables.EventRow.subject.in_(known[start : start + BATCH])
        session.execute(delete(tables.EventRow).where(about))


def forget_text(session: Session, plain: str) -> None:
    """Deletes all events about a plate with this text, delivered or not, with their deliveries."""
    session.execute(delete(tables.EventRow).where(tables.EventRow.text == plain))


class _Facts:
    """What receivers choose events by. Names are looked up at most once, and only where a receiver chooses by them."""

    def __init__(
        self, session: Session, kind: EventKind, sighting: SightingRecord | None, visit: VisitRecord | None
    ) -> None:
        self._session, self._kind = session, kind
        self._outcome: str | None = None
        self._place: str | None = None
        self._cameras: set[str | None] = set()
        self._lists: set[str | None] = set()
        self._ids: dict[str, set[str]] = {}
        if sighting is not None:
            self._cameras = {sighting.camera}
            if (decision := sighting.decision) is not None:
                self._outcome = str(decision.outcome)
                self._lists = {decision.list, decision.watch}
        elif visit is not None:
            self._cameras = {visit.entry_camera, visit.exit_camera}
            self._outcome, self._lists, self._place = visit.outcome, {visit.list}, visit.place

    def lets_through(self, row: tables.ReceiverRow) -> bool:
        """Tells whether all filters of a receiver let the event through; an empty one does."""
        if row.events and str(self._kind) not in row.events:
            return False
        if row.outcomes and self._outcome not in row.outcomes:
            return False
        return all(
            not wanted or not self._known(what).isdisjoint(wanted)
            for what, wanted in (("lists", row.lists), ("cameras", row.cameras), ("places", row.places))
        )

    def _known(self, what: str) -> set[str]:
        if what not in self._ids:
            self._ids[what] = set(self._session.scalars(self._asked(what)))
        return self._ids[what]

    def _asked(self, what: str) -> Any:
        camera, cameras = tables.CameraRow, self._cameras - {None}
        if what == "lists":
            return select(tables.ListRow.id).where(tables.ListRow.name.in_(self._lists - {None}))
        if what == "cameras":
            return select(camera.id).where(camera.name.in_(cameras))
        if self._place is not None:
            return select(tables.PlaceRow.id).where(tables.PlaceRow.name == self._place)
        return select(camera.place_id).where(camera.name.in_(cameras), camera.place_id.is_not(None))


def _expires(
    session: Session,
    row: tables.ReceiverRow,
    lets_through: bool,
    kind: EventKind,
    sighting: SightingRecord | None,
    at: datetime,
) -> datetime | None:
    """Returns when it is too late to tell a receiver of the event; None where it is not told at all."""
    if row.kind != ReceiverKind.BARRIER:
        return at + TRIED_FOR if lets_through else None
    if kind not in OF_SIGHTINGS or sighting is None:
        return None
    earlier = _openings(session, row.id, sighting.id) if kind is EventKind.SIGHTING_CHANGED else []
    if not lets_through:
        _call_off(session, earlier, at)
        return None
    expires = min(_last_seen(sighting), at) + OPENED_FOR
    return None if expires <= at or any(each.state != State.DEAD for each in earlier) else expires


def _last_seen(sighting: SightingRecord) -> datetime:
    known = (sighting.seen, sighting.passage_last, sighting.last_seen)
    return max(moment for moment in known if moment is not None)


def _openings(session: Session, receiver_id: str, sighting_id: str) -> Sequence[tables.DeliveryRow]:
    """Returns the deliveries of a sighting to a barrier that were written before."""
    row = tables.DeliveryRow
    wanted = select(row).join(row.event).where(tables.EventRow.subject == sighting_id, row.receiver_id == receiver_id)
    return session.scalars(wanted).all()


def _call_off(session: Session, openings: Sequence[tables.DeliveryRow], at: datetime) -> None:
    """Gives up what was to open a barrier for a sighting that is no longer one to open for."""
    row = tables.DeliveryRow
    off = {"state": str(State.DEAD), "ended": at, "last_error": SUPERSEDED}
    waiting = [each.id for each in openings if each.state == State.WAITING]
    if waiting:
        session.execute(update(row).where(row.id.in_(waiting)).values(off))
