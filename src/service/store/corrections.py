"""Corrects the texts of sightings: what was read stays beside the correction, and who made it is kept."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from src.core.alphabet import merge_look_alikes
from src.core.result import SightingRecord
from src.service.database import Database, tables
from src.service.delivery.events import EventKind
from src.service.registry.decide import decide_sighting
from src.service.registry.rules import SHIPPED, Rules
from src.service.store.audit import Action, Actor, note
from src.service.store.recognitions import plate_row
from src.service.store.removal import drop_unseen
from src.service.store.telling import tell_of
from src.service.store.visits.crossings import cross
from src.service.text import shown


@dataclass(frozen=True, slots=True)
class NewText:
    """What an operator says that a plate says: its canonical text, which is not empty, its country where that is known,
    and the type of that country's plates.
    """

    text: str
    region: str | None
    format: str | None


@dataclass(frozen=True, slots=True)
class Correction:
    """What an operator made of a sighting's text; where both are the same, the text was confirmed."""

    at: datetime
    key: str | None
    """The name of the operator's API key; None where keys are not required."""
    before: str
    region_before: str | None
    after: str
    region_after: str | None


def correct(
    database: Database, sighting_id: str, new: NewText, actor: Actor, rules: Rules = SHIPPED
) -> SightingRecord | None:
    """Gives a sighting the text that an operator sees, and returns it; None where there is no such sighting.

    The text that it has already is thereby confirmed. The sighting belongs to the plate of the new text from now on,
    and the plate that it belonged to goes if nobody has seen it elsewhere. It is decided anew by the ``rules``, and
    visits are paired by the new text. It is audited, found or not, without the texts, which the sighting's history has.
    Raises sqlalchemy.exc.SQLAlchemyError.
    """
    with database.removing() as session:  # plates may go, which nobody must do while others add sightings of them
        row = _known(session, sighting_id)
        note(session, Action.CORRECT, sighting_id, actor, {"sightings": 0 if row is None else 1})
        if row is None:
            return None
        now, earlier = datetime.now(UTC), row.plate_id
        texts = {"before": row.text, "region_before": row.region, "after": new.text, "region_after": new.region}
        session.add(tables.CorrectionRow(sighting_id=row.id, at=now, key_id=actor.key_id, **texts))
        if row.corrected is None:
            row.read_text, row.read_region = row.text, row.region
        row.corrected, row.format = now, new.format
        name_plate(session, row, new.text, new.region)
        session.flush()
        drop_unseen(session, {earlier} - {row.plate_id})
        decide_sighting(session, row, rules)
        record = tell_of(session, EventKind.SIGHTING_CHANGED, row)
        cross(session, [], [row])
        return record


def history(database: Database, sighting_id: str) -> list[Correction] | None:
    """Returns what operators made of a sighting's text, the newest first; None where there is no such sighting."""
    row = tables.CorrectionRow
    with database.reading() as session:
        if session.get(tables.SightingRow, shown(sighting_id)) is None:
            return None
        made = session.execute(
            select(row.at, tables.ApiKeyRow.name, row.before, row.region_before, row.after, row.region_after)
            .outerjoin(tables.ApiKeyRow, tables.ApiKeyRow.id == row.key_id)
            .where(row.sighting_id == shown(sighting_id))
            .order_by(row.at.desc(), row.id)
        )
        return [Correction(*values) for values in made]


def name_plate(session: Session, row: tables.SightingRow, text: str, region: str | None) -> None:
    """Makes the sighting one of the plate with this text and country, which is made where there is none."""
    row.plate = plate_row(session, text, region)
    row.text, row.region, row.merged = text, region, merge_look_alikes(text)


def _known(session: Session, sighting_id: str) -> tables.SightingRow | None:
    wanted = select(tables.SightingRow).where(tables.SightingRow.id == shown(sighting_id))
    with_image = joinedload(tables.SightingRow.detection).joinedload(tables.DetectionRow.image)
    return session.scalar(wanted.options(with_image))
