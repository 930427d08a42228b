"""How many visits there were, by day, permit or place: a chart, a table, and both as a file."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Literal, get_args

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from src.service.api.visit_responses import ReportRecord
from src.service.page import figures, rendering, spoken
from src.service.page.address import link
from src.service.page.downloads import report_links
from src.service.page.figures import Bar
from src.service.page.period import DATES, bounds
from src.service.page.texts import Words
from src.service.page.views.filters import days, said_period
from src.service.page.views.visit_filters import checked, choose_place, write_filters
from src.service.page.visit import Visit
from src.service.visit_query import VisitReport

By = Literal["day", "permit", "place"]
BY: tuple[By, ...] = get_args(By)
COUNTS = ("visits", "left", "inside", "no_exit", "no_entry", "overstayed")
NOTHING = "–"


def take(said: Mapping[str, str]) -> None:
    """Sets what is counted by as an address from outside says."""
    st.session_state["visits-by"] = said.get("by") if said.get("by") in BY else BY[0]


def show(visit: Visit, tools: DeltaGenerator) -> None:
    """Shows the report that is asked for; the export goes to the ``tools``. Raises ServiceError."""
    words = visit.words
    query = _query(visit)
    lines = visit.stays.report(query)
    if not lines:
        st.info(words("report.none"), icon=":material/search_off:")
        return
    with tools.popover(words("export.title"), icon=":material/download:"):
        st.caption(words("export.report"))
        asked = query.model_dump(mode="json", exclude={"format"})
        st.html(rendering.downloads(report_links(asked, words.language), words))
    st.caption(words("visits.total", count=spoken.number(sum(line.visits for line in lines), words.language)))
    with st.container(border=True):
        if query.by == "day":
            st.vega_lite_chart(figures.standing_bars(_days(lines, query.place, words), words("report.visits")))
        else:
            most_first = sorted(lines, key=lambda line: -line.visits)
            st.html(rendering.bars([Bar(_name(line, words), line.visits) for line in most_first], words))
    head = [words(f"report.{name}") for name in (query.by, *COUNTS, "mean", "longest")]
    st.html(rendering.entries(head, [_row(line, words) for line in lines]))


def _query(visit: Visit) -> VisitReport:
    """Returns what is asked for, which is in the address too. Raises ServiceError."""
    words = visit.words
    with st.container(border=True, horizontal=True, vertical_alignment="bottom", key="np-report-filters"):
        by = st.segmented_control(
            words("report.by"),
            BY,
            format_func=lambda name: words(f"report.by_{name}"),
            default=None if "visits-by" in st.session_state else BY[0],
            required=True,
            key="visits-by",
            persist_state="session",
        )
        place = choose_place(visit)
        picked = days("visits", visit)
    write_filters("report", by=None if by == BY[0] else by, place=place, **said_period("visits", picked))
    since, until = bounds(picked, visit.zone)
    return checked(VisitReport, by=by or BY[0], place=place, since=since, until=until)


def _days(lines: Sequence[ReportRecord], place: str | None, words: Words) -> list[Bar]:
    """Returns a bar for each day from the first to the last, those without visits too."""
    counts = {date.fromisoformat(line.day): line.visits for line in lines if line.day is not None}
    first, last = min(counts), max(counts)
    every = [first + timedelta(further) for further in range((last - first).days + 1)]
    at = {} if place is None else {"place": place}
    return [
        Bar(
            spoken.short_day(day, words.language),
            counts.get(day, 0),
            link("visits", show="all", period=DATES, dates=day.isoformat(), **at) if day in counts else None,
        )
        for day in every
    ]


def _name(line: ReportRecord, words: Words) -> str:
    """Returns what a line counts: a day, a place, or a permit by its list and its vehicle."""
    if line.day is not None:
        return spoken.medium_day(date.fromisoformat(line.day), words.language)
    if line.place is not None:
        return line.place
    return ", ".join(filter(None, [line.list, line.text])) or words("report.no_permit")


def _row(line: ReportRecord, words: Words) -> list[str]:
    counts = [spoken.number(getattr(line, name), words.language) for name in COUNTS]
    spans = [
        NOTHING if span is None else spoken.duration(span, words.language) for span in (line.mean_s, line.longest_s)
    ]
    return [_name(line, words), *counts, *spans]
