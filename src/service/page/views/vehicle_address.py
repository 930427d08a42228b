"""The vehicle whose card is shown, which the address of the page names."""

import streamlit as st

ADDRESS = "vehicle"


def shown() -> str | None:
    """Returns the id of the vehicle that the address names; None where it names none."""
    return st.query_params.get(ADDRESS)


def go_to(vehicle: str) -> None:
    """Shows the vehicle from the next run on."""
    st.query_params[ADDRESS] = vehicle


def leave() -> None:
    """Shows all vehicles from the next run on."""
    st.query_params.pop(ADDRESS, None)
