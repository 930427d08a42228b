"""Tells those who listen of visits, and of plates in pictures that were uploaded, which the live view shows like
passages.
"""

import logging
from collections.abc import Sequence

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from src.service.cameras.broadcast import RELOAD, Broadcast, Event
from src.service.database import Database
from src.service.http.problems import cause
from src.service.store import sighting
from src.service.store.visits import changed_visits, visits

log = logging.getLogger(__name__)


def announce(database: Database, broadcast: Broadcast, sightings: Sequence[str]) -> None:
    """Publishes sightings that were just stored, by their identifiers; where nobody listens it asks nothing.

    The request that stored them does not fail because of it: what cannot be read of them now is in the log.
    """
    if not broadcast.listeners:
        return
    try:
        for sighting_id in sightings:
            found = sighting(database, sighting_id)
            if found is not None:
                broadcast.publish(Event("passage", found.model_dump_json()))
    except SQLAlchemyError as error:
        log.error("those who listen are not told of a plate: %s", cause(error))


def announce_visits(database: Database, broadcast: Broadcast, session: Session) -> None:
    """Publishes the visits that the transaction of ``session`` has made or changed; it has just ended.

    Where a visit is gone, listeners ask for all anew. What was stored does not fail because of it, as above.
    """
    changed = changed_visits(session)
    if not changed or not broadcast.listeners:
        return
    try:
        found = {visit.id: visit for visit in visits(database, changed)}
    except SQLAlchemyError as error:
        log.error("those who listen are not told of a visit: %s", cause(error))
        return
    for visit_id in changed:
        broadcast.publish(Event("visit", found[visit_id].model_dump_json()) if visit_id in found else RELOAD)
