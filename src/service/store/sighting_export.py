"""The sightings that a search finds, as a sheet: newest first, read by the page, each in a transaction of its own."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement

from src.core.result import SightingRecord
from src.service.database import Database
from src.service.query import Place, SightingFilter
from src.service.sheets import Cell
from src.service.store.audit import Action, Actor, note
from src.service.store.conditions import behind, conditions
from src.service.store.sightings import newest

PAGE = 500
COLUMNS = (
    *("seen", "plate", "country", "confidence", "camera", "decision", "reason", "list", "listed_plate", "probability"),
    *("read_as", "read_country", "corrected", "times", "last_seen", "picture", "id"),
)


def exported_sightings(database: Database, query: SightingFilter, actor: Actor) -> Iterator[list[Cell]]:
    """Yields the rows of the sheet, the head first. It is audited, before the first row is given.

    What comes while the sheet is made is not in it, as it is newer than the rows that are given already.
    """
    detail = query.model_dump(mode="json", exclude={"text"}, exclude_none=True)
    with database.session() as session:
        note(session, Action.EXPORT_SIGHTINGS, query.text, actor, detail)
    yield list(COLUMNS)
    asked, further = conditions(query), list[ColumnElement[bool]]()
    while True:
        with database.reading() as session:
            found = newest(session, [*asked, *further], PAGE)
        for sighting in found:
            yield _cells(sighting)
        if len(found) < PAGE:
            return
        further = [behind(Place(found[-1].seen, found[-1].id).cursor)]


def _cells(sighting: SightingRecord) -> list[Cell]:
    made = sighting.decision
    decided: list[Cell] = [None] * 5
    if made is not None:
        decided = [made.outcome.value, made.reason.value, made.list, made.text, made.probability]
    return [
        *(sighting.seen, sighting.text, sighting.region, sighting.confidence, sighting.camera),
        *decided,
        *(sighting.read_text, sighting.read_region, sighting.corrected),
        *(sighting.times, sighting.last_seen, sighting.image, sighting.id),
    ]
