"""How full the places are, and who is inside now."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from src.core.result import VisitState
from src.service.page import rendering
from src.service.page.address import link
from src.service.page.views.visit_card import show_page
from src.service.page.views.visit_filters import OVERSTAYED, checked, choose_overstayed, choose_place, write_filters
from src.service.page.visit import Visit
from src.service.visit_query import VisitQuery

COLUMNS = 3


def show(visit: Visit, tools: DeltaGenerator) -> None:
    """Shows the places with their figures, then the vehicles. Raises ServiceError."""
    words = visit.words
    places = visit.occupancy()
    if not places:
        st.info(words("visits.no_place"), icon=":material/location_off:")
        return
    for begin in range(0, len(places), COLUMNS):
        for column, found in zip(st.columns(COLUMNS), places[begin : begin + COLUMNS], strict=False):
            with column.container(border=True):
                st.html(rendering.occupancy(found, link("visits", place=found.place, overstayed="yes"), words))
    with st.container(border=True, horizontal=True, key="np-inside-filters"):
        place, overstayed = choose_place(visit), choose_overstayed(visit)
    write_filters(None, place=place, overstayed=overstayed)
    meant = None if overstayed is None else OVERSTAYED[overstayed]
    show_page("inside", checked(VisitQuery, place=place, state=VisitState.INSIDE, overstayed=meant), visit)
