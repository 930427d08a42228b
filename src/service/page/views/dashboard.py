"""How much was seen, when, where and of which countries."""

from datetime import date, datetime, timedelta

import streamlit as st

from src.service.page import figures, rendering, spoken
from src.service.page.address import arrived, link, write
from src.service.page.client import Json
from src.service.page.figures import Bar
from src.service.page.period import DATES
from src.service.page.texts import Words
from src.service.page.visit import Visit, faults_shown

PERIODS = (7, 30, 90)
"""Days."""


def show(visit: Visit) -> None:
    """Shows the counts of a period that the visitor picks."""
    words = visit.words
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        st.header(words("dashboard.title"), anchor=False, width="content")
        days = _period(words)
    write("dashboard", {"days": None if days == PERIODS[0] else str(days)})
    with faults_shown(words):
        counts = visit.service.statistics(days)
        _totals(counts, words)
        if counts["sightings"] == 0:
            st.info(words("dashboard.none"), icon=":material/search_off:")
            return
        _times(counts, days, visit)
        _kinds(counts, days, visit)


def _period(words: Words) -> int:
    said = arrived("dashboard", ["days"]).get("days", "")
    if said in map(str, PERIODS):
        st.session_state["dashboard-days"] = int(said)
    days = st.segmented_control(
        words("dashboard.days"),
        PERIODS,
        format_func=lambda count: words("dashboard.last", days=count),
        default=None if "dashboard-days" in st.session_state else PERIODS[0],
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
    named_days = [
        Bar(spoken.short_day(day, words.language), count, _search(day, day) if count else None)
        for day, count in of_days.items()
    ]
    # a search has days, but no hours
    named_hours = [Bar(str(hour), count) for hour, count in figures.by_hour(hours).items()]
    for column, title, named in zip(st.columns([3, 2]), ("day", "hour"), (named_days, named_hours), strict=True):
        with column.container(border=True):
            st.markdown(f"**{words(f'dashboard.by_{title}')}**")
            st.vega_lite_chart(figures.standing_bars(named, words("dashboard.sightings")))


def _search(first: date, last: date, **filters: str) -> str:
    """Returns the address of a search for what was seen on those days."""
    return link("search", **filters, period=DATES, dates="..".join(day.isoformat() for day in (first, last)))


def _kinds(counts: Json, days: int, visit: Visit) -> None:
    words = visit.words
    today = datetime.now(visit.zone).date()
    period = today - timedelta(days - 1), today
    unknown = words("dashboard.unknown")
    regions = [
        Bar(spoken.flagged(name, words.language), count, _search(*period, country=name))
        if name
        else Bar(unknown, count)
        for name, count in _counted(counts, "region")
    ]
    cameras = [
        Bar(name, count, _search(*period, camera=name)) if name else Bar(unknown, count)
        for name, count in _counted(counts, "camera")
    ]
    plates = [
        Bar(plate["text"], plate["sightings"], _search(*period, text=plate["text"])) for plate in counts["by_plate"]
    ]
    titles = ("region", "camera", "plate")
    for column, title, counted in zip(st.columns(3), titles, (regions, cameras, plates), strict=True):
        with column.container(border=True):
            st.markdown(f"**{words(f'dashboard.by_{title}')}**")
            st.html(rendering.bars(counted, words))


def _counted(counts: Json, name: str) -> list[tuple[str | None, int]]:
    return [(count[name], count["sightings"]) for count in counts[f"by_{name}"]]
