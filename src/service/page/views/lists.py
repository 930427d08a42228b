"""The lists of vehicles, and the places and gates that permits may be for."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

from src.service.api.registry_responses import ListRecord, PlaceRecord
from src.service.page import rendering, spoken
from src.service.page.address import link
from src.service.page.views.forms import say_what_was_done
from src.service.page.views.list_form import open_list
from src.service.page.views.place_form import open_place
from src.service.page.visit import Visit, faults_shown
from src.service.scopes import Scope

COLUMNS = 3
Thing = TypeVar("Thing")


def show(visit: Visit) -> None:
    """Shows all lists and places, and the ways to make and change them."""
    words = visit.words
    say_what_was_done("lists", words)
    with faults_shown(words):
        may_change = visit.may(Scope.REGISTRY)
        _title(words("lists.title"), words("lists.add") if may_change else None, lambda: open_list(None, visit))
        lists = visit.lists()
        if not lists:
            st.info(words("lists.none"), icon=":material/playlist_add:")
        _cards(lists, lambda known: _list(known, may_change, visit))
        _title(words("places.title"), words("places.add") if may_change else None, lambda: open_place(None, visit))
        places = visit.places()
        if not places:
            st.info(words("places.none"), icon=":material/location_off:")
        _cards(places, lambda known: _place(known, may_change, visit))


def _title(title: str, label: str | None, add: Callable[[], None]) -> None:
    """Shows a title and, with a ``label``, the button that adds something."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        st.header(title, anchor=False, width="content")
        if label is not None and st.button(label, icon=":material/add:"):
            add()


def _cards(things: Sequence[Thing], card: Callable[[Thing], None]) -> None:
    for begin in range(0, len(things), COLUMNS):
        row = things[begin : begin + COLUMNS]
        for column, thing in zip(st.columns(COLUMNS), row, strict=False):
            with column.container(border=True):
                card(thing)


def _list(known: ListRecord, may_change: bool, visit: Visit) -> None:
    words = visit.words
    count = words("lists.vehicles", count=spoken.number(known.vehicles, words.language))
    st.html(rendering.list_card(known, count, link("vehicles", list=known.name), words))
    if may_change and st.button(words("lists.change"), key=f"list-{known.id}", icon=":material/edit:"):
        open_list(known, visit)


def _place(known: PlaceRecord, may_change: bool, visit: Visit) -> None:
    words = visit.words
    gates = ", ".join(gate.name for gate in known.gates) or words("places.no_gates")
    zone = words("places.own_zone") if known.time_zone is None else known.time_zone
    facts = [(words("places.zone"), zone)]
    if known.capacity is not None:
        facts.append((words("places.capacity"), spoken.number(known.capacity, words.language)))
    if known.max_stay_minutes is not None:
        facts.append((words("places.longest"), spoken.duration(known.max_stay_minutes * 60, words.language)))
    st.html(rendering.place_card(known.name, gates, [f"{name}: {value}" for name, value in facts]))
    if may_change and st.button(words("places.change"), key=f"place-{known.id}", icon=":material/edit:"):
        open_place(known, visit)
