"""Visits of vehicles as cards, with the ways to the two sightings; closed by hand where nobody saw the exit."""

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from src.core.result import VisitRecord
from src.service.page import rendering, spoken
from src.service.page.address import link
from src.service.page.leafing import leafing
from src.service.page.views.forms import done, open_window
from src.service.page.visit import Visit, faults_shown
from src.service.scopes import Scope
from src.service.visit_query import VisitQuery

PER_PAGE = 12
COLUMNS = 3


def show_page(part: str, query: VisitQuery, visit: Visit) -> None:
    """Shows a page of the visits that fit, and the buttons to the pages around it. Raises ServiceError."""
    words = visit.words
    leafed = leafing(f"visits-{part}", query)
    page = visit.visits(query.model_copy(update={"limit": PER_PAGE, "cursor": leafed.cursor}))
    total = leafed.told(page.total)
    if page.items:
        st.caption(words("visits.total", count=spoken.number(total, words.language)))
    else:
        st.info(words("visits.none_inside" if part == "inside" else "visits.none"), icon=":material/search_off:")
    _cards(page.items, visit)
    leafed.show(page.next, words, "time")


def _cards(items: Sequence[VisitRecord], visit: Visit) -> None:
    may_close = visit.may(Scope.CORRECT)
    for begin in range(0, len(items), COLUMNS):
        for column, stay in zip(st.columns(COLUMNS), items[begin : begin + COLUMNS], strict=False):
            with column.container(border=True):
                st.html(rendering.stay(stay, _duration(stay, visit), _ways(stay, visit), visit.words))
                if (
                    stay.state == "inside"
                    and may_close
                    and st.button(visit.words("visit.has_left"), key=f"close-{stay.id}", icon=":material/logout:")
                ):
                    _open_closing(stay, visit)


def _duration(stay: VisitRecord, visit: Visit) -> str:
    """Returns how long the vehicle has been inside, or was, in words; nothing where nobody knows."""
    if stay.state == "inside" and stay.entered is not None:
        seconds: float = (datetime.now(UTC) - stay.entered).total_seconds()
        return visit.words("visit.since", duration=spoken.duration(max(seconds, 0), visit.words.language))
    if stay.duration_s is None:
        return ""
    return visit.words("visit.lasted", duration=spoken.duration(stay.duration_s, visit.words.language))


def _ways(stay: VisitRecord, visit: Visit) -> list[tuple[str, str, str | None]]:
    """Returns the entry and the exit, as far as they are known: the name, when and where, the sighting's address."""
    words = visit.words
    known = (
        ("entry", stay.entered, stay.entry_gate or stay.entry_camera, stay.entry),
        ("exit", stay.left, stay.exit_gate or stay.exit_camera, stay.exit),
        ("closed", stay.closed, None, None),
    )
    return [
        (words(f"visit.{name}"), _said(time, where, visit), sighting and link("search", sighting=sighting))
        for name, time, where, sighting in known
        if time is not None
    ]


def _said(time: datetime, where: str | None, visit: Visit) -> str:
    return ", ".join(filter(None, [spoken.moment(time, visit.words.language, visit.zone), where]))


def _open_closing(stay: VisitRecord, visit: Visit) -> None:
    words = visit.words
    open_window(words("visit.close", plate=stay.text or words("plate.no_text")), lambda: _close(stay, visit))


def _close(stay: VisitRecord, visit: Visit) -> None:
    words = visit.words
    with faults_shown(words):
        st.warning(words("visit.close_note"), icon=":material/warning:")
        if st.button(words("visit.close_yes"), type="primary"):
            visit.stays.close(stay.id)
            done("visits", "visit.is_closed")
