"""Sightings: looked for, leafed through, looked at, corrected and exported."""

from collections.abc import Mapping, Sequence

import streamlit as st
from pydantic import ValidationError

from src.core.image import ImageError
from src.core.result import Outcome
from src.core.schema import first_fault
from src.service.api.responses import Sighting
from src.service.page import rendering, spoken
from src.service.page.address import arrived, write
from src.service.page.client import RefusedError
from src.service.page.downloads import sighting_links
from src.service.page.leafing import leafing
from src.service.page.period import bounds
from src.service.page.pictures import Preview
from src.service.page.views.details import open_details
from src.service.page.views.filters import ask_plate, choose, choose_country, days, said_period, take_period, take_plate
from src.service.page.views.forms import say_what_was_done
from src.service.page.visit import Visit, faults_shown
from src.service.query import SightingQuery

PER_PAGE = 12
COLUMNS = 3
NOT_FOUND, INVALID = 404, 422
FILTERS = ("text", "country", "camera", "outcome", "corrected", "period", "dates", "confidence")
"""The filters, as the address names them."""
SIGHTING = "sighting"
"""The name of the address for a sighting that is to be opened."""
OUTCOMES = tuple(outcome.value for outcome in Outcome)
CORRECTED = {"yes": True, "no": False}


def show(visit: Visit) -> None:
    """Shows the filters, a page of what fits, and the buttons to the pages around it."""
    words = visit.words
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        st.header(words("search.title"), anchor=False, width="content")
        tools = st.container(horizontal=True, width="content")
    say_what_was_done("search", words)
    with faults_shown(words):
        query = _query(visit)
        leafed = leafing("search", query)
        page = visit.sightings(query.model_copy(update={"cursor": leafed.cursor}))
        total = leafed.told(page.total)
        if page.items:
            st.caption(words("search.total", count=spoken.number(total, words.language)))
            with tools.popover(words("export.title"), icon=":material/download:"):
                st.caption(words("export.shown"))
                st.html(rendering.downloads(sighting_links(_asked(query), words.language), words))
        _results(page.items, visit)
        leafed.show(page.next, words, "time")
        _open_named(visit)


def _open_named(visit: Visit) -> None:
    """Opens the sighting that a link names, once. Raises ServiceError, as where it is deleted."""
    named = st.query_params.pop(SIGHTING, None)
    if named is not None:
        found = visit.service.sighting(named)
        open_details(found, _picture_of(found, visit), visit)


def _asked(query: SightingQuery) -> dict[str, object]:
    """Returns the filters of a search without what leafs through its pages."""
    return query.model_dump(mode="json", exclude={"limit", "cursor"}, exclude_none=True)


def _query(visit: Visit) -> SightingQuery:
    """Returns what the filters ask for, which are in the address too. Raises ServiceError."""
    words = visit.words
    regions, cameras = visit.regions(), visit.cameras()
    _take(arrived("search", FILTERS), regions, cameras)
    with st.container(border=True):
        asked = ask_plate("search", words("search.text"), words)
        with st.container(horizontal=True, key="np-filters"):
            region = choose_country("search", regions, words)
            camera = choose("search", "camera", words("search.camera"), cameras, words)
            outcome = choose(
                "search",
                "outcome",
                words("decision.title"),
                OUTCOMES,
                words,
                lambda name: f"{rendering.SIGNS[name]} {words(f'outcome.{name}')}",
            )
            corrected = choose(
                "search",
                "corrected",
                words("search.corrected"),
                list(CORRECTED),
                words,
                lambda name: words(f"search.corrected_{name}"),
            )
        with st.container(horizontal=True, key="np-more-filters"):
            picked = days("search", visit)
            least = st.slider(words("search.confidence"), 0, 100, key="search-confidence", persist_state="session")
    filters = {"text": asked, "country": region, "camera": camera, "outcome": outcome, "corrected": corrected}
    write("search", filters | said_period("search", picked) | {"confidence": str(least) if least else None})
    since, until = bounds(picked, visit.zone)
    try:
        return SightingQuery(
            text=asked,
            region=region,
            camera=camera,
            outcome=None if outcome is None else Outcome(outcome),
            corrected=None if corrected is None else CORRECTED[corrected],
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
    options = {"country": regions, "camera": cameras, "outcome": OUTCOMES, "corrected": CORRECTED}
    take_plate("search", said)
    for name, known in options.items():
        st.session_state[f"search-{name}"] = said.get(name) if said.get(name) in known else None
    st.session_state["search-confidence"] = min(int(confidence), 100) if confidence.isdecimal() else 0
    take_period("search", said)


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
