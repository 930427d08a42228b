"""What is on its way to the receivers, and what was given up, which can be sent again."""

from collections.abc import Collection, Mapping
from datetime import datetime

import streamlit as st

from src.service.api.delivery_responses import DeliveryRecord, ReceiverRecord
from src.service.delivery.events import ReceiverKind
from src.service.page import rendering, spoken
from src.service.page.address import arrived, write
from src.service.page.delivery_client import DeliveryQuery
from src.service.page.leafing import leafing
from src.service.page.views.filters import choose
from src.service.page.views.forms import done, say_what_was_done
from src.service.page.visit import Visit, faults_shown

PER_PAGE = 20
FILTERS = ("receiver", "state")
"""The filters, as the address names them."""
STATES = {"dead": "offline", "waiting": "idle", "delivered": "online"}
"""Each state with a kind for styles; the first is shown where the address names none."""
FIRST = "dead"


def show(visit: Visit) -> None:
    """Shows the filters, a page of the deliveries that fit, and what can be done with those that were given up."""
    words = visit.words
    say_what_was_done("deliveries", words)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        st.header(words("deliveries.title"), anchor=False, width="content")
        tools = st.container(horizontal=True, width="content")
    st.caption(words("deliveries.lead"))
    with faults_shown(words):
        receivers = {known.id: known for known in visit.delivery.receivers()}
        query = _query(receivers, visit)
        leafed = leafing("deliveries", query)
        page = visit.delivery.deliveries(query, leafed.cursor)
        total = leafed.told(page.total)
        if not page.items:
            st.info(words(f"deliveries.none_{query.state}"), icon=":material/mark_email_read:")
            return
        st.caption(words("deliveries.total", count=spoken.number(total, words.language)))
        if query.state == "dead":
            with tools:
                _do_with_all(query.receiver, visit)
        for found in page.items:
            with st.container(border=True):
                _delivery(found, receivers[found.receiver].kind == ReceiverKind.BARRIER, visit)
        leafed.show(page.next, words, "time")


def _query(receivers: Mapping[str, ReceiverRecord], visit: Visit) -> DeliveryQuery:
    """Returns what the filters ask for, which are in the address too; ``receivers`` are all, by identifier."""
    words = visit.words
    _take(arrived("deliveries", FILTERS), receivers)
    with st.container(border=True, horizontal=True, vertical_alignment="bottom", key="np-delivery-filters"):
        state = st.segmented_control(
            words("deliveries.state"),
            list(STATES),
            format_func=lambda name: words(f"deliveries.{name}"),
            default=None if "deliveries-state" in st.session_state else FIRST,
            required=True,
            key="deliveries-state",
            persist_state="session",
        )
        receiver = choose(
            "deliveries",
            "receiver",
            words("deliveries.receiver"),
            list(receivers),
            words,
            lambda known: receivers[known].name,
        )
    write("deliveries", {"receiver": receiver, "state": None if state == FIRST else state})
    return DeliveryQuery(receiver, state or FIRST, PER_PAGE)


def _take(said: Mapping[str, str], receivers: Collection[str]) -> None:
    """Sets the filters as an address from outside says; values that a filter cannot have are left out."""
    if not said:
        return
    st.session_state["deliveries-receiver"] = said.get("receiver") if said.get("receiver") in receivers else None
    st.session_state["deliveries-state"] = said.get("state") if said.get("state") in STATES else FIRST


def _do_with_all(receiver: str | None, visit: Visit) -> None:
    """Offers what can be done with all that were given up of a receiver; None: of any. Raises ServiceError."""
    words = visit.words
    if st.button(words("deliveries.all_again"), icon=":material/send:", type="primary"):
        visit.delivery.send_all_again(receiver)
        done("deliveries", "deliveries.are_sent")
    with st.popover(words("deliveries.delete_all"), icon=":material/delete:"):
        st.warning(words("deliveries.confirm"), icon=":material/warning:")
        if st.button(words("registry.yes"), type="primary"):
            visit.delivery.delete_dead(receiver)
            done("deliveries", "registry.deleted")


def _delivery(found: DeliveryRecord, to_barrier: bool, visit: Visit) -> None:
    """Shows one delivery; a barrier is not opened later. Raises ServiceError."""
    words = visit.words
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.html(rendering.delivery(found, STATES[found.state], _said(found, visit), words), width="stretch")
        if found.state == "dead":
            if not to_barrier and st.button(words("deliveries.again"), key=f"again-{found.id}", icon=":material/send:"):
                visit.delivery.send_again(found.id)
                done("deliveries", "deliveries.is_sent")
            if st.button(words("deliveries.delete"), key=f"delete-{found.id}", icon=":material/delete:"):
                visit.delivery.delete_delivery(found.id)
                done("deliveries", "registry.deleted")


def _said(found: DeliveryRecord, visit: Visit) -> str:
    """Returns to whom it goes, how often that was tried, and when it is tried next or was ended."""
    words, language = visit.words, visit.words.language

    def moment(key: str, time: datetime) -> str:
        return words(key, time=spoken.moment(time, language, visit.zone))

    tried = words("deliveries.attempts", count=spoken.number(found.attempts, language))
    when = moment("deliveries.due", found.due) if found.ended is None else moment("deliveries.ended", found.ended)
    return ", ".join([found.receiver_name, tried, when])
