"""Decides what a plate means at a gate: who it is on the lists, and whether that holds here and now.

Each guess of the reader that is a listed plate gets the probability of ``core.matching``. The probabilities of all that
would be denied are added up, as are those of all that would be allowed: of a fleet with consecutive numbers it may be
doubtful which car has come, and yet certain that it is one of them.

1. denied: it is one of a deny list, as surely as ``deny_from``.
2. allowed: it is one of an allow list whose permit holds, as surely as ``allow_from``, and hardly one of a deny list.
3. watched: it is one of a watch list, as surely, and nothing else is said of it.
4. denied: it is one of an allow list, as surely, but no permit of it holds; the reason says why.
5. unsure: it may be a listed one as surely as ``unsure_from``, or was not read. Somebody has to look.
6. unknown: it is on no list.

A vehicle of several lists is denied before it is allowed, and allowed before it is watched; ``watch`` names its watch
list beside any outcome. A permit of a deny or a watch list that does not hold is as if it were not there.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from src.core.matching import Belief, believe, guesses
from src.core.result import PLACES, DecisionRecord, Outcome, PlateRecord, Reason
from src.core.types import Candidate
from src.service.database import tables
from src.service.registry.entries import Entry, Standing, find_entries
from src.service.registry.rules import Rules


def decide(
    session: Session, plate: PlateRecord, at: datetime, place_id: str | None, rules: Rules
) -> DecisionRecord | None:
    """Returns what is decided of a plate that was seen ``at`` a time, in a place; None where there are no lists.

    ``place_id`` None stands for a place that nobody knows. It works in the caller's transaction and looks the texts of
    the guesses up in an index; the rest of the registry is not read. Raises sqlalchemy.exc.SQLAlchemyError.
    """
    read = [Candidate(plate.text, plate.region, plate.confidence)] if plate.text else []
    of = guesses((plate.candidates or read) if read else [])
    entries = find_entries(session, of, at, place_id)
    if not any(entries) and session.scalar(select(tables.ListRow.id).limit(1)) is None:
        return None
    if not of:
        return DecisionRecord(outcome=Outcome.UNSURE, reason=Reason.UNREAD)
    belief = believe(of, [bool(some) for some in entries], rules.share)
    return _concluded(belief, [some[0] if some else None for some in entries], rules)


def decide_sighting(session: Session, row: tables.SightingRow, rules: Rules) -> None:
    """Decides a sighting, perhaps once more, and writes that down in its row, whose camera is loaded or new.

    What an operator has corrected is certain. Raises sqlalchemy.exc.SQLAlchemyError.
    """
    said = {"text": row.text, "region": row.region, "confidence": row.confidence, "candidates": row.candidates}
    if row.corrected is not None:
        said |= {"confidence": 1.0, "candidates": None}
    plate = PlateRecord.model_validate({"box": (0, 0, 0, 0), **said})
    place_id = None if row.camera is None else row.camera.place_id
    decision = decide(session, plate, row.last_seen or row.seen, place_id, rules)
    write_decision(row, decision)


def write_decision(row: tables.SightingRow, decision: DecisionRecord | None) -> None:
    """Writes down what is decided of a sighting. Who acknowledged another outcome has not seen this one."""
    outcome = None if decision is None else str(decision.outcome)
    if outcome != row.outcome:
        row.acknowledged = None
    row.outcome = outcome
    row.decision = None if decision is None else decision.model_dump(mode="json")


def _concluded(belief: Belief, entries: Sequence[Entry | None], rules: Rules) -> DecisionRecord:
    """Returns the decision from the strictest entry of each guess."""
    sure = dict.fromkeys(Standing, 0.0)
    likeliest: dict[Standing, tuple[float, Entry]] = {}
    for probability, entry in zip(belief.of_guesses, entries, strict=True):
        if entry is not None:
            sure[entry.standing] += probability
            if probability > likeliest.get(entry.standing, (-1.0, entry))[0]:
                likeliest[entry.standing] = probability, entry
    if sure[Standing.DENIED] >= rules.deny_from:
        return _told(Outcome.DENIED, Reason.LISTED, sure[Standing.DENIED], likeliest[Standing.DENIED][1])
    if sure[Standing.DENIED] < rules.unsure_from:
        for standing, outcome in SURE_ENOUGH.items():
            if sure[standing] >= rules.allow_from:
                entry = likeliest[standing][1]
                reason = Reason.LISTED if entry.lapse is None else Reason(entry.lapse)
                return _told(outcome, reason, sure[standing], entry)
    listed = sum(sure.values()) - sure[Standing.KNOWN]
    if listed + belief.elsewhere >= rules.unsure_from:
        on_lists = [one for standing, one in likeliest.items() if standing != Standing.KNOWN]
        nearest = max(on_lists, key=lambda one: one[0], default=(0.0, None))[1]
        return _told(Outcome.UNSURE, Reason.DOUBTFUL, listed, nearest)
    if sure[Standing.KNOWN] >= rules.allow_from:
        return _told(Outcome.UNKNOWN, Reason.NOT_LISTED, sure[Standing.KNOWN], likeliest[Standing.KNOWN][1])
    return _told(Outcome.UNKNOWN, Reason.NOT_LISTED, listed, None)


SURE_ENOUGH = {
    Standing.ALLOWED: Outcome.ALLOWED,
    Standing.WATCHED: Outcome.WATCHED,
    Standing.LAPSED: Outcome.DENIED,
}
"""The outcomes of what is certain and on no deny list."""


def _told(outcome: Outcome, reason: Reason, probability: float, entry: Entry | None) -> DecisionRecord:
    said = {"outcome": outcome, "reason": reason, "probability": round(min(probability, 1.0), PLACES)}
    if entry is not None:
        said |= {"text": entry.text, "vehicle": entry.vehicle, "watch": entry.watch}
        if entry.permit is not None:
            said |= {"list": entry.permit.on.name, "permit": entry.permit.id}
    return DecisionRecord.model_validate(said)
