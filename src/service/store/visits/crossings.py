"""Keeps the crossings of sightings, and the visits with them, in the transaction that adds, changes or deletes those.

A sighting is a crossing if its camera stood at a place and had a direction when the sighting was added. It stays one of
that place and direction, wherever the camera is put later.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session

from src.core.alphabet import merge_confusable
from src.core.result import Outcome
from src.service.database.tables import CrossingRow, PlaceRow, SightingRow
from src.service.database.types import new_id
from src.service.delivery.outbox import forget_subjects
from src.service.store.visits.pairing import Facts, halves
from src.service.store.visits.repair import Change, repair


def cross(session: Session, added: Iterable[SightingRow], changed: Iterable[SightingRow] = ()) -> None:
    """Pairs the visits of sightings that were just added, or changed.

    The sightings are in the database already, and their cameras are loaded. Whoever locks cameras has done so before.
    """
    new = [row for row in added if row.camera is not None and row.camera.place_id and row.camera.direction]
    known = {row.id: row for row in changed}
    crossing = CrossingRow
    places: list[str | None] = [row.camera.place_id for row in new if row.camera is not None]
    if known:
        places += session.scalars(select(crossing.place_id).where(crossing.sighting_id.in_(known)))
    there = lock_places(session, places)
    changes: dict[str, list[Change]] = {}
    for row in new:
        if row.camera is not None and row.camera.place_id in there:
            made = _made(row)
            session.add(made)
            changes.setdefault(made.place_id, []).append(Change(None, made))
    if known and there:
        wanted = select(crossing).where(crossing.sighting_id.in_(known))
        for made in session.scalars(wanted.execution_options(populate_existing=True)):
            before, said = Facts.of(made), _said(known[str(made.sighting_id)])
            if any(getattr(made, name) != value for name, value in said.items()):
                _say(made, said)
                changes.setdefault(made.place_id, []).append(Change(before, made))
    session.flush()
    for place_id in sorted(changes):
        repair(session, place_id, changes[place_id])


def uncross(session: Session, sighting_ids: Sequence[str], plain: str | None = None) -> None:
    """Deletes the crossings of sightings that are going to be deleted, and pairs the visits that they leave.

    Events of those visits, which may name the plate, go too. The sightings are some hundreds at most. With the text
    ``plain`` of a plate all that is kept of it goes, that of sightings which are gone already too.
    """
    row = CrossingRow
    wanted = or_(row.sighting_id.in_(sighting_ids), false() if plain is None else row.text == plain)
    lock_places(session, session.scalars(select(row.place_id).where(wanted).distinct()))
    found = session.scalars(select(row).where(wanted).execution_options(populate_existing=True)).all()
    changes: dict[str, list[Change]] = {}
    for each in found:
        changes.setdefault(each.place_id, []).append(Change(Facts.of(each), None))
    forget_subjects(session, {each.visit_id for each in found if each.visit_id is not None})
    for each in found:
        session.delete(each)
    session.flush()
    for place_id in sorted(changes):
        repair(session, place_id, changes[place_id])


def lock_places(session: Session, place_ids: Iterable[str | None]) -> set[str]:
    """Lets others who want to pair visits of the places wait for the end of the transaction; returns those that there
    are. In SQLite all writers wait anyway.
    """
    wanted = sorted({place_id for place_id in place_ids if place_id is not None})
    if not wanted:
        return set()
    row = PlaceRow
    locked = select(row.id).where(row.id.in_(wanted)).order_by(row.id).with_for_update(key_share=True)
    return set(session.scalars(locked))


def _made(row: SightingRow) -> CrossingRow:
    camera = row.camera
    assert camera is not None
    made = CrossingRow(
        id=new_id(),
        sighting_id=row.id,
        place_id=camera.place_id,
        camera_id=camera.id,
        gate_id=camera.gate_id,
        direction=camera.direction,
        at=row.seen,
        leads=False,
        alone=False,
    )
    _say(made, _said(row))
    return made


def _said(row: SightingRow) -> dict[str, Any]:
    """Returns what a sighting says of its crossing, which may change."""
    decision = row.decision or {}
    is_known = decision.get("text") is not None and row.outcome != Outcome.UNSURE
    key = merge_confusable(decision["text"] if is_known and row.corrected is None else row.text)
    names = {"vehicle_id": "vehicle", "permit_id": "permit", "list": "list"}
    return {
        "text": row.text,
        "region": row.region,
        "key": key,
        "certain": is_known or row.corrected is not None,
        "outcome": row.outcome,
        **{name: decision.get(said) if is_known else None for name, said in names.items()},
    }


def _say(made: CrossingRow, said: dict[str, Any]) -> None:
    for name, value in said.items():
        setattr(made, name, value)
    made.head, made.tail = halves(made.key)
