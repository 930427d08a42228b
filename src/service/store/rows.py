"""Finds or makes rows that several transactions may make at the same moment."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Select
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
