"""The vehicles that are known: looked for, leafed through, made, imported and exported."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import streamlit as st

from src.service.api.registry_responses import VehicleRecord
from src.service.page import rendering, spoken
from src.service.page.address import arrived, write
from src.service.page.downloads import registry_links
from src.service.page.leafing import leafing
from src.service.page.registry_client import VehicleQuery
from src.service.page.views import vehicle_card
from src.service.page.views.filters import ask_plate, choose, choose_country, take_plate
from src.service.page.views.forms import say_what_was_done
from src.service.page.views.import_form import open_import
from src.service.page.views.vehicle_address import go_to, shown
from src.service.page.views.vehicle_form import open_vehicle
from src.service.page.visit import Visit, faults_shown
from src.service.scopes import Scope

PER_PAGE = 12
COLUMNS = 3
FILTERS = ("text", "country", "list", "place")
"""The filters, as the address names them."""


def show(visit: Visit) -> None:
    """Shows the vehicle that the address names or, where it names none, all that fit the filters."""
    say_what_was_done("vehicles", visit.words)
    known = shown()
    if known is None:
        _all(visit)
    else:
        vehicle_card.show(known, visit)


def _all(visit: Visit) -> None:
    words = visit.words
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        st.header(words("vehicles.title"), anchor=False, width="content")
        tools = st.container(horizontal=True, width="content")
    with faults_shown(words):
        may_change = visit.may(Scope.REGISTRY)
        with tools:
            _tools(may_change, visit)
        query = _query(visit)
        leafed = leafing("vehicles", query)
        page = visit.vehicles(query, leafed.cursor)
        total = leafed.told(page.total)
        if page.items:
            st.caption(words("vehicles.total", count=spoken.number(total, words.language)))
        _results(page.items, may_change, visit)
        leafed.show(page.next, words, "name")


def _tools(may_change: bool, visit: Visit) -> None:
    words = visit.words
    with st.popover(words("export.title"), icon=":material/download:"):
        st.caption(words("export.registry"))
        st.html(rendering.downloads(registry_links(words.language), words))
    if may_change:
        if st.button(words("vehicles.import"), icon=":material/upload:"):
            open_import(visit)
        if st.button(words("vehicles.add"), icon=":material/add:", type="primary"):
            open_vehicle(None, visit)


def _query(visit: Visit) -> VehicleQuery:
    """Returns what the filters ask for, which are in the address too. Raises ServiceError."""
    words = visit.words
    regions = visit.regions()
    lists, places = [known.name for known in visit.lists()], [known.name for known in visit.places()]
    _take(arrived("vehicles", FILTERS), {"country": regions, "list": lists, "place": places})
    with st.container(border=True):
        asked = ask_plate("vehicles", words("vehicles.text"), words)
        with st.container(horizontal=True, key="np-vehicle-filters"):
            region = choose_country("vehicles", regions, words)
            on = choose("vehicles", "list", words("vehicles.list"), lists, words)
            place = choose("vehicles", "place", words("vehicles.place"), places, words)
    write("vehicles", {"text": asked, "country": region, "list": on, "place": place})
    return VehicleQuery(asked, region, on, place, PER_PAGE)


def _take(said: Mapping[str, str], options: Mapping[str, Sequence[str]]) -> None:
    """Sets the filters as an address from outside says; values that a filter cannot have are left out."""
    if not said:
        return
    take_plate("vehicles", said)
    for name, known in options.items():
        st.session_state[f"vehicles-{name}"] = said.get(name) if said.get(name) in known else None


def _results(items: Sequence[VehicleRecord], may_change: bool, visit: Visit) -> None:
    words, now = visit.words, datetime.now(UTC)
    if not items:
        st.info(words("vehicles.none" if may_change else "vehicles.none_here"), icon=":material/search_off:")
    for begin in range(0, len(items), COLUMNS):
        row = items[begin : begin + COLUMNS]
        for column, found in zip(st.columns(COLUMNS), row, strict=False):
            with column.container(border=True):
                st.html(rendering.vehicle(found, now, words))
                st.button(
                    words("vehicles.open"),
                    key=f"open-{found.id}",
                    width="stretch",
                    on_click=go_to,
                    args=(found.id,),
                )
