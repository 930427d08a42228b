"""Finds or makes rows that several transactions may make at the same moment."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from src.service.database import tables

T = TypeVar("T", bound=tables.TableBase)


def found_or_made(session: Session, wanted: Select[T], make: Callable[[], T]) -> T:
    """Returns the row of a unique key, which another transaction may be making just now."""
    if (found := session.scalar(wanted)) is not None:
        return found
    try:
        with session.begin_nested():
            made = make()
            session.add(made)
    except IntegrityError:
        return session.scalars(wanted).one()
    return made


def place_row(session: Session, called: str, now: datetime) -> tables.PlaceRow:
    """Returns the row of the place of this name, which is made where there is none."""
    wanted = select(tables.PlaceRow).where(tables.PlaceRow.name == called)
    return found_or_made(session, wanted, lambda: tables.PlaceRow(name=called, created=now))


def gate_row(session: Session, place: tables.PlaceRow, called: str, now: datetime) -> tables.GateRow:
    """Returns the row of the place's gate of this name, which is made where there is none."""
    wanted = select(tables.GateRow).where(tables.GateRow.place_id == place.id, tables.GateRow.name == called)
    return found_or_made(session, wanted, lambda: tables.GateRow(place_id=place.id, name=called, created=now))
