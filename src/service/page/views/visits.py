"""The visits of vehicles to places: who is inside now, who was, and how many there were.

A vehicle's visit is a ``stay`` in the page's code, whose ``Visit`` is that of a person to the page.
"""

from collections.abc import Mapping, Sequence

import streamlit as st

from src.service.page.address import arrived
from src.service.page.views import visits_all, visits_inside, visits_report
from src.service.page.views.filters import take_period, take_plate
from src.service.page.views.forms import say_what_was_done
from src.service.page.views.visit_filters import FILTERS, OVERSTAYED, STATES
from src.service.page.visit import Visit, faults_shown, look_again

PARTS = {"inside": visits_inside.show, "all": visits_all.show, "report": visits_report.show}
FIRST = "inside"


def show(visit: Visit) -> None:
    """Shows the part of the view that is picked, which the address names too."""
    words = visit.words
    say_what_was_done("visits", words)
    with faults_shown(words):
        _take(arrived("visits", FILTERS), [place.name for place in visit.places()])
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom", key="np-visits"
        ):
            st.header(words("visits.title"), anchor=False, width="content")
            tools = st.container(horizontal=True, width="content", vertical_alignment="center")
        with tools:
            part = st.segmented_control(
                words("visits.what"),
                list(PARTS),
                format_func=lambda name: words(f"visits.{name}"),
                default=None if "visits-show" in st.session_state else FIRST,
                required=True,
                key="visits-show",
                label_visibility="collapsed",
                persist_state="session",
            )
            st.button(words("visits.refresh"), key="np-refresh", icon=":material/refresh:", on_click=look_again)
        PARTS[part or FIRST](visit, tools)


def _take(said: Mapping[str, str], places: Sequence[str]) -> None:
    """Sets the filters as an address from outside says; values that a filter cannot have are left out."""
    if not said:
        return
    st.session_state["visits-show"] = said.get("show") if said.get("show") in PARTS else FIRST
    take_plate("visits", said)
    for name, known in (("place", places), ("state", STATES), ("overstayed", OVERSTAYED)):
        st.session_state[f"visits-{name}"] = said.get(name) if said.get(name) in known else None
    visits_report.take(said)
    take_period("visits", said)
