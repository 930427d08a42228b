"""Finds the vehicles that a plate may be, and what each of them is here and now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from src.core.alphabet import merge_confusable, merge_look_alikes
from src.core.matching import Guess
from src.service.database import tables
from src.service.registry.hours import Lapse, Terms, lapse


class Standing(StrEnum):
    """What a vehicle is here and now, the strictest first."""

    DENIED = "denied"
    ALLOWED = "allowed"
    WATCHED = "watched"
    LAPSED = "lapsed"
    """It is on an allow list, and no permit of it holds."""
    KNOWN = "known"
    """It is in the registry, and on no list."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A vehicle that a plate may be."""

    vehicle: str
    text: str
    """The plate that matched: the vehicle's own, or its trailer's."""
    region: str | None
    standing: Standing
    permit: tables.PermitRow | None
    """The permit that makes it so."""
    lapse: Lapse | None
    """Why that permit does not hold."""
    watch: str | None
    """The watch list that it is on, whatever else it is."""


def find_entries(session: Session, guesses: Sequence[Guess], at: datetime, place_id: str | None) -> list[list[Entry]]:
    """Returns the vehicles that each guess may be ``at`` a time in a place, the strictest first.

    Texts agree if they differ only by O and 0 or I and 1, countries if they are the same or one is not known. A
    trailer's plate stands for its tractor where it is spelt as the reader spells it, whatever the country.
    """
    vehicle, permit = tables.VehicleRow, tables.PermitRow
    wanted = (
        select(vehicle, permit, tables.ListRow)
        .outerjoin(permit, permit.vehicle_id == vehicle.id)
        .outerjoin(tables.ListRow, tables.ListRow.id == permit.list_id)
        .where(
            or_(
                vehicle.merged.in_({merge_look_alikes(guess.text) for guess in guesses}),
                vehicle.trailer_text.in_({text for guess in guesses for text in guess.spellings}),
            )
        )
        .order_by(vehicle.id, permit.id)
    )
    permits: dict[tables.VehicleRow, list[tables.PermitRow]] = {}
    for car, held, _ in session.execute(wanted) if guesses else ():  # the lists are loaded for ``permit.on``
        permits.setdefault(car, []).extend([] if held is None else [held])
    if not permits:
        return [[] for _ in guesses]
    zone = _zone(session, place_id)
    standings = [(car, _standing(held, at, place_id, zone)) for car, held in permits.items()]
    return [sorted(_entries(guess, standings), key=lambda entry: _strictness(entry, guess)) for guess in guesses]


@dataclass(frozen=True, slots=True)
class _Standing:
    standing: Standing
    permit: tables.PermitRow | None
    lapse: Lapse | None
    watch: str | None


def _standing(
    permits: Sequence[tables.PermitRow], at: datetime, place_id: str | None, zone: ZoneInfo | None
) -> _Standing:
    lapses = [(permit, lapse(_terms(permit), at, place_id, zone)) for permit in permits]
    holding: dict[str, tables.PermitRow] = {}
    for permit, why in lapses:
        if why is None:
            holding.setdefault(permit.on.kind, permit)
    watch = holding["watch"].on.name if "watch" in holding else None
    for kind, standing in (("deny", Standing.DENIED), ("allow", Standing.ALLOWED), ("watch", Standing.WATCHED)):
        if kind in holding:
            return _Standing(standing, holding[kind], None, watch)
    lapsed = [(list(Lapse).index(why), permit, why) for permit, why in lapses if why and permit.on.kind == "allow"]
    if lapsed:
        _, permit, why = min(lapsed, key=lambda each: each[0])
        return _Standing(Standing.LAPSED, permit, why, None)
    return _Standing(Standing.KNOWN, None, None, None)


def _terms(permit: tables.PermitRow) -> Terms:
    return Terms(
        permit.place_id,
        permit.valid_from,
        permit.valid_until,
        tuple(permit.weekdays),
        permit.from_minute,
        permit.until_minute,
    )


def _zone(session: Session, place_id: str | None) -> ZoneInfo | None:
    place = None if place_id is None else session.get(tables.PlaceRow, place_id)
    return None if place is None or place.time_zone is None else ZoneInfo(place.time_zone)


def _entries(guess: Guess, standings: Sequence[tuple[tables.VehicleRow, _Standing]]) -> Iterator[Entry]:
    for car, is_now in standings:
        agree = car.region is None or guess.region is None or car.region == guess.region
        if merge_confusable(car.text) == guess.text and agree:
            text = car.text
        elif car.trailer_text is not None and car.trailer_text in guess.spellings:
            text = car.trailer_text
        else:
            continue
        yield Entry(car.id, text, car.region, is_now.standing, is_now.permit, is_now.lapse, is_now.watch)


def _strictness(entry: Entry, guess: Guess) -> tuple[int, int]:
    """Sorts by standing, and then by how likely the spelling is."""
    spelt = guess.spellings.index(entry.text) if entry.text in guess.spellings else len(guess.spellings)
    return list(Standing).index(entry.standing), spelt
