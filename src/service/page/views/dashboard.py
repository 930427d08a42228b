"""How much was seen, when, where and of which countries."""

from datetime import datetime

import streamlit as st

from src.service.page import figures, rendering, spoken
from src.service.page.client import Json
from src.service.page.texts import Words
from src.service.page.visit import Visit, faults_shown

PERIODS = (7, 30, 90)
"""Days."""


def show(visit: Visit) -> None:
    """Counts of a period that the visitor picks."""
    words = visit.words
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        st.header(words("dashboard.title"), anchor=False, width="content")
        days = _period(words)
    with faults_shown(words):
        counts = visit.service.statistics(days)
        _totals(counts, words)
        if counts["sightings"] == 0:
            st.info(words("dashboard.none"), icon=":material/search_off:")
            return
        _times(counts, days, visit)
        _kinds(counts, words)


def _period(words: Words) -> int:
    days = st.segmented_control(
        words("dashboard.days"),
        PERIODS,
        format_func=lambda count: words("dashboard.last", days=count),
        default=PERIODS[0],
        required=True,
        key="dashboard-days",
        label_visibility="collapsed",
        persist_state="session",
    )
    return days or PERIODS[0]


def _totals(counts: Json, words: Words) -> None:
    with st.container(horizontal=True, key="np-totals"):
        for name in ("sightings", "plates", "images"):
            st.metric(words(f"dashboard.{name}"), spoken.number(counts[name], words.language), border=True)


def _times(counts: Json, days: int, visit: Visit) -> None:
    words = visit.words
    hours = figures.local({count["time"]: count["sightings"] for count in counts["by_time"]}, visit.zone)
    of_days = figures.by_day(hours, days, datetime.now(visit.zone).date())
    named_days = {spoken.short_day(day, words.language): count for day, count in of_days.items()}
    named_hours = {str(hour): count for hour, count in figures.by_hour(hours).items()}
    for column, title, named in zip(st.columns([3, 2]), ("day", "hour"), (named_days, named_hours), strict=True):
        with column.container(border=True):
            st.markdown(f"**{words(f'dashboard.by_{title}')}**")
            st.vega_lite_chart(figures.standing_bars(named, words("dashboard.sightings")))


def _kinds(counts: Json, words: Words) -> None:
    unknown = words("dashboard.unknown")
    regions = {
        spoken.flagged(count["region"], words.language) if count["region"] else unknown: count["sightings"]
        for count in counts["by_region"]
    }
    cameras = {count["camera"] or unknown: count["sightings"] for count in counts["by_camera"]}
    plates = {count["text"]: count["sightings"] for count in counts["by_plate"]}
    titles = ("region", "camera", "plate")
    for column, title, counted in zip(st.columns(3), titles, (regions, cameras, plates), strict=True):
        with column.container(border=True):
            st.markdown(f"**{words(f'dashboard.by_{title}')}**")
            st.html(rendering.bars(counted, words))
