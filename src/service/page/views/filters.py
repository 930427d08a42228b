"""The filters that several views have: a plate, a choice, a country, and a period."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import TypeVar

import streamlit as st

from src.service.page import spoken
from src.service.page.period import DATES, DAYS, last_days, parse_days
from src.service.page.texts import Words
from src.service.page.visit import Visit

ANYTIME = "anytime"
LONGEST = 64
"""Characters that the API takes for a part of a plate."""
Choice = TypeVar("Choice")


def ask_plate(view: str, label: str, words: Words) -> str | None:
    """Shows where a part of a plate is entered, and returns it; None where nothing is."""
    text = st.text_input(
        label,
        placeholder=words("search.example"),
        help=words("search.text_help"),
        icon=":material/search:",
        max_chars=LONGEST,
        autocomplete="off",
        key=f"{view}-text",
        persist_state="session",
    )
    return (text or "").strip() or None


def take_plate(view: str, said: Mapping[str, str]) -> None:
    """Sets the part of a plate as an address from outside says."""
    st.session_state[f"{view}-text"] = said.get("text", "")[:LONGEST]


def choose_country(view: str, regions: Sequence[str], words: Words) -> str | None:
    """Shows the countries, and returns the one that is picked; None: it does not matter."""
    spell = partial(spoken.flagged, language=words.language)
    return choose(view, "country", words("search.country"), regions, words, spell)


def choose(
    view: str, name: str, label: str, options: Sequence[Choice], words: Words, spell: Callable[[Choice], str] = str
) -> Choice | None:
    """Shows a choice, and returns what is picked; None: it does not matter."""
    return st.selectbox(
        label,
        options,
        index=None,
        placeholder=words("search.any"),
        format_func=spell,
        key=f"{view}-{name}",
        persist_state="session",
    )


def take_period(view: str, said: Mapping[str, str]) -> None:
    """Sets the period as an address from outside says; what is no period stands for any time."""
    dates = parse_days(said.get("dates", ""))
    period = said.get("period", ANYTIME)
    st.session_state[f"{view}-period"] = period if period in DAYS or (period == DATES and dates) else ANYTIME
    if dates:
        st.session_state[f"{view}-dates"] = dates


def days(view: str, visit: Visit) -> Sequence[date]:
    """Shows the period, and returns its first and last day; nothing for any time."""
    words = visit.words
    period = st.selectbox(
        words("search.period"),
        (ANYTIME, *DAYS, DATES),
        format_func=lambda name: words(f"search.{name}"),
        key=f"{view}-period",
        persist_state="session",
    )
    today = datetime.now(visit.zone).date()
    if period != DATES:
        return last_days(period, today)
    return st.date_input(
        words("search.dates"),
        [*st.session_state.get(f"{view}-dates", last_days("week", today))],
        max_value=today,
        format="DD.MM.YYYY",
        key=f"{view}-dates",
        persist_state="session",
    )


def said_period(view: str, picked: Sequence[date]) -> dict[str, str | None]:
    """Returns the period as the address names it."""
    period = st.session_state[f"{view}-period"]
    dates = "..".join(day.isoformat() for day in picked) if period == DATES else None
    return {"period": None if period == ANYTIME else period, "dates": dates}
