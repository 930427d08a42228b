"""The audit: who looked up, changed and deleted what."""

import json
from collections.abc import Collection, Mapping
from typing import Any

import streamlit as st

from src.service.api.access import AuditRecord
from src.service.page import rendering, spoken
from src.service.page.access_client import AuditQuery
from src.service.page.address import arrived, write
from src.service.page.leafing import leafing
from src.service.page.period import bounds
from src.service.page.texts import TEXTS
from src.service.page.views.filters import choose, days, said_period, take_period
from src.service.page.visit import Visit, faults_shown

PER_PAGE = 50
FILTERS = ("action", "key", "period", "dates")
"""The filters, as the address names them."""
PREFIX = "action."
ACTIONS = tuple(key.removeprefix(PREFIX) for key in TEXTS if key.startswith(PREFIX))
"""What is audited, with a low line for each space."""


def show(visit: Visit) -> None:
    """Shows the filters, a page of entries that fit, and the buttons to the pages around it."""
    words = visit.words
    st.header(words("audit.title"), anchor=False)
    st.caption(words("audit.lead"))
    with faults_shown(words):
        query = _query(visit)
        leafed = leafing("audit", query)
        page = visit.access.audit(query, leafed.cursor)
        total = leafed.told(page.total)
        if page.items:
            st.caption(words("audit.total", count=spoken.number(total, words.language)))
            head = [words(f"audit.{name}") for name in ("at", "key", "action", "subject", "detail", "remote")]
            st.html(rendering.entries(head, [_row(entry, visit) for entry in page.items]))
        else:
            st.info(words("audit.none"), icon=":material/search_off:")
        leafed.show(page.next, words, "time")


def _query(visit: Visit) -> AuditQuery:
    """Returns what the filters ask for, which are in the address too. Raises ServiceError."""
    words = visit.words
    keys = {key.prefix: f"{key.name} ({key.prefix})" for key in visit.access.every_key()}
    _take(arrived("audit", FILTERS), keys)
    with st.container(border=True, horizontal=True, key="np-audit-filters"):
        action = choose("audit", "action", words("audit.action"), ACTIONS, words, lambda name: words(f"action.{name}"))
        key = choose("audit", "key", words("audit.key"), list(keys), words, keys.__getitem__)
        picked = days("audit", visit)
    write("audit", {"action": action, "key": key} | said_period("audit", picked))
    since, until = bounds(picked, visit.zone)
    return AuditQuery(action and action.replace("_", " "), key, since, until, PER_PAGE)


def _take(said: Mapping[str, str], keys: Collection[str]) -> None:
    """Sets the filters as an address from outside says; values that a filter cannot have are left out."""
    if not said:
        return
    for name, known in (("action", ACTIONS), ("key", keys)):
        st.session_state[f"audit-{name}"] = said.get(name) if said.get(name) in known else None
    take_period("audit", said)


def _row(entry: AuditRecord, visit: Visit) -> tuple[str, ...]:
    """Returns the cells of an entry; actions of a newer service have no text here."""
    words = visit.words
    action = f"{PREFIX}{entry.action.replace(' ', '_')}"
    return (
        spoken.moment(entry.at, words.language, visit.zone),
        entry.key.name if entry.key else words("audit.service"),
        words(action) if action in words else entry.action,
        entry.subject or "",
        _detail(entry.detail),
        entry.remote or "",
    )


def _detail(detail: dict[str, Any] | None) -> str:
    """Returns names and values, as ``limit: 12, region: RU``."""
    return ", ".join(
        f"{name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for name, value in (detail or {}).items()
    )
