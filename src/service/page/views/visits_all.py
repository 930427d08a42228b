"""The visits of now and before, looked for and exported."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from src.service.page import rendering
from src.service.page.downloads import visit_links
from src.service.page.period import bounds
from src.service.page.views.filters import ask_plate, choose, days, said_period
from src.service.page.views.visit_card import show_page
from src.service.page.views.visit_filters import (
    OVERSTAYED,
    STATES,
    checked,
    choose_overstayed,
    choose_place,
    write_filters,
)
from src.service.page.visit import Visit
from src.service.visit_query import VisitQuery


def show(visit: Visit, tools: DeltaGenerator) -> None:
    """Shows the filters and a page of what fits; the export goes to the ``tools``. Raises ServiceError."""
    words = visit.words
    query = _query(visit)
    with tools.popover(words("export.title"), icon=":material/download:"):
        st.caption(words("export.shown"))
        st.html(
            rendering.downloads(
                visit_links(query.model_dump(mode="json", exclude={"limit", "cursor"}), words.language), words
            )
        )
    show_page("all", query, visit)


def _query(visit: Visit) -> VisitQuery:
    """Returns what the filters ask for, which are in the address too. Raises ServiceError."""
    words = visit.words
    with st.container(border=True):
        asked = ask_plate("visits", words("search.text"), words)
        with st.container(horizontal=True, key="np-visit-filters"):
            place = choose_place(visit)
            state = choose("visits", "state", words("visits.state"), STATES, words, lambda name: words(f"visit.{name}"))
            overstayed = choose_overstayed(visit)
            picked = days("visits", visit)
    write_filters("all", text=asked, place=place, state=state, overstayed=overstayed, **said_period("visits", picked))
    since, until = bounds(picked, visit.zone)
    meant = None if overstayed is None else OVERSTAYED[overstayed]
    return checked(VisitQuery, place=place, state=state, text=asked, overstayed=meant, since=since, until=until)
