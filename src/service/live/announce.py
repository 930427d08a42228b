"""Tells those who listen of plates in pictures that were uploaded: the live view shows them as it shows passages."""

import logging
from collections.abc import Sequence

from sqlalchemy.exc import SQLAlchemyError

from src.service.cameras.broadcast import Broadcast, Event
from src.service.database import Database
from src.service.http.problems import cause
from src.service.store import sighting

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
