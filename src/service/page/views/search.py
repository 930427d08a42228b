"""Sightings: looked for, leafed through, looked at."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import streamlit as st
from pydantic import ValidationError

from src.core.image import ImageError
from src.core.schema import first_fault
from src.service.api.responses import Sighting
from src.service.page import rendering, spoken
from src.service.page.address import arrived, write
from src.service.page.client import RefusedError
from src.service.page.period import DATES, DAYS, bounds, last_days, parse_days
from src.service.page.pictures import Preview
from src.service.page.texts import Words
from src.service.page.views.details import open_details
from src.service.page.visit import Visit, faults_shown
from src.service.query import SightingQuery

PER_PAGE = 12
COLUMNS = 3
NOT_FOUND, INVALID = 404, 422
FILTERS = ("text", "country", "camera", "period", "dates", "confidence")
"""The filters, as the address names them."""
ANYTIME = "anytime"
LONGEST = 64
"""The most characters that the API takes for a text."""


def show(visit: Visit) -> None:
    """Shows the filters, a page of what fits, and the buttons to the pages around it."""
    words = visit.words
    st.header(words("search.title"), anchor=False)
    if st.session_state.pop("deleted", False):
        st.toast(words("sighting.deleted"), icon=":material/delete:")
    with faults_shown(words):
        query = _query(visit)
        leafed = _leafed(query)
        page = visit.sightings(query.model_copy(update={"cursor": leafed.cursors[-1]}))
        if page.total is not None:
            leafed.total = page.total
        if page.items:
            st.caption(words("search.total", count=spoken.number(leafed.total, words.language)))
        _results(page.items, visit)
        _leaf(leafed.cursors, page.next, words)


def _query(visit: Visit) -> SightingQuery:
    """Returns what the filters ask for, which are in the address too. Raises ServiceError."""
    words = visit.words
    regions, cameras = visit.regions(), visit.cameras()
    _take(arrived("search", FILTERS), regions, cameras)
    with st.container(border=True):
        text = st.text_input(
            words("search.text"),
            placeholder=words("search.example"),
            help=words("search.text_help"),
            icon=":material/search:",
            max_chars=LONGEST,
            autocomplete="off",
            key="search-text",
            persist_state="session",
        )
        with st.container(horizontal=True, key="np-filters"):
            region = _choice("country", regions, words, lambda code: spoken.flagged(code, words.language))
            camera = _choice("camera", cameras, words, str)
            days = _days(visit)
            least = st.slider(words("search.confidence"), 0, 100, key="search-confidence", persist_state="session")
    period = st.session_state["search-period"]
    write(
        "search",
        {
            "text": (text or "").strip() or None,
            "country": region,
            "camera": camera,
            "period": None if period == ANYTIME else period,
            "dates": "..".join(day.isoformat() for day in days) if period == DATES else None,
            "confidence": str(least) if least else None,
        },
    )
    since, until = bounds(days, visit.zone)
    try:
        return SightingQuery(
            text=(text or "").strip() or None,
            region=region,
            camera=camera,
            since=since,
            until=until,
            min_confidence=least / 100 or None,
            limit=PER_PAGE,
        )
    except ValidationError as error:  # the API would say the same of it
        raise RefusedError(INVALID, "invalid_request", f"query.{first_fault(error)}") from None


def _take(said: Mapping[str, str], regions: Sequence[str], cameras: Sequence[str]) -> None:
    """Sets the filters as an address from outside says; values that a filter cannot have are left out."""
    if not said:
        return
    confidence = said.get("confidence", "")
    dates = parse_days(said.get("dates", ""))
    period = said.get("period", ANYTIME)
    known = {
        "text": said.get("text", "")[:LONGEST],
        "country": said.get("country") if said.get("country") in regions else None,
        "camera": said.get("camera") if said.get("camera") in cameras else None,
        "period": period if period in DAYS or (period == DATES and dates) else ANYTIME,
        "confidence": min(int(confidence), 100) if confidence.isdecimal() else 0,
    }
    for name, value in known.items():
        st.session_state[f"search-{name}"] = value
    if dates:
        st.session_state["search-dates"] = dates


def _choice(name: str, options: Sequence[str], words: Words, spell: Callable[[str], str]) -> str | None:
    return st.selectbox(
        words(f"search.{name}"),
        options,
        index=None,
        placeholder=words("search.any"),
        format_func=spell,
        key=f"search-{name}",
        persist_state="session",
    )


def _days(visit: Visit) -> Sequence[date]:
    """Returns the first and the last day of the period; nothing for any time."""
    words = visit.words
    period = st.selectbox(
        words("search.period"),
        (ANYTIME, *DAYS, DATES),
        format_func=lambda name: words(f"search.{name}"),
        key="search-period",
        persist_state="session",
    )
    today = datetime.now(visit.zone).date()
    if period != DATES:
        return last_days(period, today)
    return st.date_input(
        words("search.dates"),
        [*st.session_state.get("search-dates", last_days("week", today))],
        max_value=today,
        format="DD.MM.YYYY",
        key="search-dates",
        persist_state="session",
    )


@dataclass(slots=True)
class Leafed:
    """How far the answer to a question was leafed through."""

    query: SightingQuery
    cursors: list[str | None]
    """The cursors of the pages from the first to the one that is shown."""
    total: int = 0


def _leafed(query: SightingQuery) -> Leafed:
    """Returns the place in the pages of ``query``; another query begins at the first page."""
    leafed = st.session_state.get("leafed")
    if leafed is None or leafed.query != query:
        leafed = st.session_state["leafed"] = Leafed(query, [None])
    return leafed


def _results(items: Sequence[Sighting], visit: Visit) -> None:
    if not items:
        st.info(visit.words("search.none"), icon=":material/search_off:")
    for begin in range(0, len(items), COLUMNS):
        row = items[begin : begin + COLUMNS]
        for column, found in zip(st.columns(COLUMNS), row, strict=False):
            with column.container(border=True):
                _result(found, visit)


def _result(found: Sighting, visit: Visit) -> None:
    words = visit.words
    shown = _picture_of(found, visit)
    seen = spoken.moment(found.seen, words.language, visit.zone)
    st.html(rendering.sighting(found, shown, seen, words))
    if st.button(words("search.open"), key=f"open-{found.id}", width="stretch"):
        open_details(found, shown, visit)


def _picture_of(found: Sighting, visit: Visit) -> Preview | None:
    """Returns the picture; None where it is not kept any more or the page cannot show its format. Raises
    ServiceError.
    """
    if not found.has_picture:
        return None
    try:
        return visit.preview(found)
    except RefusedError as refused:
        if refused.status != NOT_FOUND:
            raise
        return None
    except ImageError:
        return None


def _drop(cursors: list[str | None]) -> None:
    cursors.pop()


def _leaf(cursors: list[str | None], following: str | None, words: Words) -> None:
    """Shows buttons to the pages before and after."""
    if following is None and len(cursors) == 1:
        return
    with st.container(horizontal=True, horizontal_alignment="center", vertical_alignment="center"):
        newer, older = ":material/chevron_left:", ":material/chevron_right:"
        st.button(words("search.newer"), icon=newer, disabled=len(cursors) == 1, on_click=_drop, args=(cursors,))
        st.caption(words("search.page", number=len(cursors)), width="content")
        st.button(
            words("search.older"),
            icon=older,
            icon_position="right",
            disabled=following is None,
            on_click=cursors.append,
            args=(following,),
        )
