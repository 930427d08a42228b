"""Keeps the filters of a view in the address of the page, so that they survive a reload and can be shared."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import streamlit as st

LANGUAGE = "lang"


def arrived(view: str, names: Sequence[str]) -> dict[str, str]:
    """Returns the values of ``names`` in the address if it came from outside, as by a link or a reload; otherwise
    nothing.
    """
    said = {name: st.query_params[name] for name in names if name in st.query_params}
    return {} if said == st.session_state.get(_written(view)) else said


def write(view: str, values: Mapping[str, str | None]) -> None:
    """Puts ``values`` into the address, without those that are None."""
    said = {name: value for name, value in values.items() if value is not None}
    for name in values.keys() - said.keys():
        st.query_params.pop(name, None)
    for name, value in said.items():
        if st.query_params.get(name) != value:
            st.query_params[name] = value
    st.session_state[_written(view)] = said


def link(view: str, **values: str) -> str:
    """Returns the address of a view with its filters, in the language of this view."""
    language = {LANGUAGE: st.query_params[LANGUAGE]} if LANGUAGE in st.query_params else {}
    return f"{view}?{urlencode(values | language)}"


def _written(view: str) -> str:
    return f"address-{view}"
