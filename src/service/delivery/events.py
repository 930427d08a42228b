"""What can be told: kinds of events, and the states of their deliveries."""

from datetime import timedelta
from enum import StrEnum


class EventKind(StrEnum):
    """What an event says."""

    SIGHTING = "sighting"
    """There is a new sighting."""
    SIGHTING_CHANGED = "sighting.changed"
    """A sighting has another text or decision than it was told with, or an operator has corrected it."""
    VISIT_BEGAN = "visit.began"
    """A vehicle has entered, or has left although nobody saw it come."""
    VISIT_ENDED = "visit.ended"
    """A vehicle has left, or an operator said so."""
    VISIT_CHANGED = "visit.changed"
    """Entry and exit were paired anew, as after a correction."""
    TEST = "test"
    """An administrator tries a receiver out."""


OF_SIGHTINGS = frozenset({EventKind.SIGHTING, EventKind.SIGHTING_CHANGED})


class ReceiverKind(StrEnum):
    """Who can be told."""

    WEBHOOK = "webhook"
    MQTT = "mqtt"
    BARRIER = "barrier"


class State(StrEnum):
    """How far a delivery has come."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"
    """It was tried for as long as it may be, or it is too late for it."""


TRIED_FOR = timedelta(days=1)
"""After that a delivery is given up."""
OPENED_FOR = timedelta(seconds=10)
"""A barrier opens for a vehicle that was seen so recently, and for no other."""
