"""The script that Streamlit runs for every visitor and after every click; started by ``__main__``."""

import os

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from src.service.page import KEY, rendering
from src.service.page.client import UnreachableError
from src.service.page.sessions import visitors_key
from src.service.page.texts import Words
from src.service.page.views import cameras, dashboard, models, read, search
from src.service.page.visit import Visit, preferred_language, show_fault, start

VIEWS = {
    "read": (read.show, ":material/center_focus_strong:"),
    "search": (search.show, ":material/search:"),
    "cameras": (cameras.show, ":material/videocam:"),
    "dashboard": (dashboard.show, ":material/bar_chart:"),
    "models": (models.show, ":material/memory:"),
}


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
    pages = [_page(name, visit) for name in VIEWS]
    here = st.navigation(pages, position="hidden")
    for page in pages:
        links.page_link(page)
    try:
        visit.service.knock()
    except UnreachableError as gone:
        show_fault(gone, visit.words)
        st.button(visit.words("error.again"), icon=":material/refresh:")
        return
    here.run()


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
    show, icon = VIEWS[name]
    return st.Page(
        lambda: show(visit), title=visit.words(f"nav.{name}"), icon=icon, url_path=name, default=name == "read"
    )


main()
