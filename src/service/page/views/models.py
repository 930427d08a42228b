"""What reads the plates: both model cards, and whether the service is ready."""

import streamlit as st

from src.service.page import model_cards, rendering
from src.service.page.client import Json
from src.service.page.texts import Words
from src.service.page.visit import Visit, faults_shown


def show(visit: Visit) -> None:
    """Shows everything that the API says about itself."""
    words = visit.words
    st.header(words("models.title"), anchor=False)
    with faults_shown(words):
        _state(visit)
        models = visit.version()["models"]
        for column, name in zip(st.columns(2, gap="medium"), ("detector", "ocr"), strict=True):
            with column.container(border=True):
                _card(name, models[name], words)


def _state(visit: Visit) -> None:
    words = visit.words
    with st.container(horizontal=True, vertical_alignment="center"):
        if visit.service.is_ready():
            st.badge(words("models.ready"), icon=":material/check:", color="green")
        else:
            st.badge(words("models.not_ready"), icon=":material/hourglass:", color="orange")
        st.caption(f"Number Plate {visit.version()['version']}", width="content")


def _card(name: str, card: Json, words: Words) -> None:
    st.subheader(words(f"models.{name}"), anchor=False)
    st.html(rendering.facts(model_cards.facts(card, words)))
    st.markdown(f"**{words('models.metrics')}**")
    st.html(rendering.facts(model_cards.metrics(card, words)))
    st.html(rendering.table(*model_cards.sources(card, words)))
    with st.expander(words("models.card"), icon=":material/data_object:"):
        st.json(card, expanded=1)
