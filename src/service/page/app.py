"""The script that Streamlit runs for every visitor and after every click; started by ``__main__``."""

import os

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from src.service.page import KEY, rendering
from src.service.page.client import ServiceError, UnreachableError
from src.service.page.sessions import visitors_key
from src.service.page.texts import Words
from src.service.page.views import (
    audit,
    cameras,
    dashboard,
    deliveries,
    keys,
    lists,
    models,
    read,
    receivers,
    search,
    vehicles,
    visits,
)
from src.service.page.visit import Visit, preferred_language, show_fault, start
from src.service.scopes import Scope

# each view with its icon, and what a key must be allowed for it to be offered; Streamlit would show a docstring here
VIEWS = {
    "read": (read.show, ":material/center_focus_strong:", Scope.RECOGNIZE),
    "search": (search.show, ":material/search:", Scope.READ),
    "vehicles": (vehicles.show, ":material/directions_car:", Scope.READ),
    "visits": (visits.show, ":material/garage:", Scope.READ),
    "lists": (lists.show, ":material/list_alt:", Scope.READ),
    "cameras": (cameras.show, ":material/videocam:", Scope.READ),
    "dashboard": (dashboard.show, ":material/bar_chart:", Scope.READ),
    "receivers": (receivers.show, ":material/notifications:", Scope.ADMIN),
    "deliveries": (deliveries.show, ":material/outbox:", Scope.ADMIN),
    "keys": (keys.show, ":material/key:", Scope.ADMIN),
    "audit": (audit.show, ":material/history:", Scope.ADMIN),
    "models": (models.show, ":material/memory:", Scope.READ),
}
FIRST = "read"


def main() -> None:
    """Shows the header, then the view that the address names."""
    st.set_page_config(page_icon=str(rendering.ICON), layout="wide", initial_sidebar_state="collapsed")
    header = st.container(key="np-header", horizontal=True, vertical_alignment="center", gap="medium")
    brand = header.container(width="content")
    links = header.container(key="np-links", horizontal=True, gap="xsmall")
    settings = header.container(key="np-settings", horizontal=True, width="content", vertical_alignment="center")
    visit = _settle(settings)
    st.html(rendering.style())
    with st.container(key="np-script"):
        st.html(rendering.script(visit.words), unsafe_allow_javascript=True)
    brand.html(f'<div class="np-brand"><i>NP</i> {visit.words("page.brand")}</div>')
    pages = {name: _page(name, visit) for name in VIEWS}
    here = st.navigation(list(pages.values()), position="hidden")
    try:
        visit.service.knock()
    except UnreachableError as gone:
        for page in pages.values():
            links.page_link(page)
        show_fault(gone, visit.words)
        st.button(visit.words("error.again"), icon=":material/refresh:")
        return
    offered = _offered(visit)
    for name in offered:
        links.page_link(pages[name])
    if here == pages[FIRST] and FIRST not in offered and offered:
        st.switch_page(pages[offered[0]])
    here.run()


def _offered(visit: Visit) -> list[str]:
    """Returns the views that the visitor's key may use.

    Where the API does not say, as without a key, it is all of them: each says itself what is wrong.
    """
    try:
        return [name for name, (_, _, scope) in VIEWS.items() if visit.may(scope)]
    except ServiceError:
        return list(VIEWS)


def _settle(place: DeltaGenerator) -> Visit:
    """Lets the visitor set the language and the key of the session."""
    with place:
        language = st.segmented_control(
            "Language / Язык",
            ("en", "ru"),
            key="lang",
            default=preferred_language(),
            required=True,
            format_func=str.upper,
            label_visibility="collapsed",
            bind="query-params",
        )
        words = Words(language or "en")
        with st.popover(words("key.title"), icon=":material/key:"):
            key = visitors_key()
            st.html(rendering.signing(key is not None, bool(os.environ.get(KEY)), words))
    return start(words.language, key)


def _page(name: str, visit: Visit) -> st.Page:
    show, icon, _ = VIEWS[name]
    return st.Page(
        lambda: show(visit), title=visit.words(f"nav.{name}"), icon=icon, url_path=name, default=name == FIRST
    )


main()
