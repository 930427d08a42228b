"""Who is told what happens at the gates: how they are, and the ways to make, try out, change and pause them."""

import streamlit as st

from src.service.api.delivery_responses import ReceiverRecord
from src.service.page import rendering, spoken
from src.service.page.address import link
from src.service.page.views.forms import done, open_window, say_what_was_done
from src.service.page.views.receiver_form import open_receiver
from src.service.page.visit import Visit, faults_shown

COLUMNS = 2
TRIED = "tried-receiver"
NOTHING = "–"


def show(visit: Visit) -> None:
    """Shows all receivers, and the ways to change them."""
    words = visit.words
    say_what_was_done("receivers", words)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        st.header(words("receivers.title"), anchor=False, width="content")
        if st.button(words("receivers.add"), icon=":material/add:", type="primary"):
            open_receiver(None, visit)
    st.caption(words("receivers.lead"))
    with faults_shown(words):
        found = visit.delivery.receivers()
        if not found:
            st.info(words("receivers.none"), icon=":material/notifications_off:")
        for begin in range(0, len(found), COLUMNS):
            for column, receiver in zip(st.columns(COLUMNS), found[begin : begin + COLUMNS], strict=False):
                with column.container(border=True):
                    _card(receiver, visit)


def _card(receiver: ReceiverRecord, visit: Visit) -> None:
    """Shows one receiver. Raises ServiceError."""
    words = visit.words
    kind, state = _state(receiver, visit)
    st.html(rendering.receiver(receiver, kind, state, words))
    st.html(rendering.facts(_facts(receiver, visit)))
    if receiver.dead:
        address = link("deliveries", receiver=receiver.id, state="dead")
        st.html(rendering.lone_link(address, words("receivers.show_dead")))
    with st.container(horizontal=True, gap="small"):
        if st.button(words("receivers.test"), key=f"test-{receiver.id}", icon=":material/send:"):
            _open_test(receiver, visit)
        if st.button(words("receivers.change"), key=f"receiver-{receiver.id}", icon=":material/edit:"):
            open_receiver(receiver, visit)
        name, icon = ("pause", "pause") if receiver.enabled else ("resume", "play_arrow")
        if st.button(words(f"receivers.{name}"), key=f"pause-{receiver.id}", icon=f":material/{icon}:"):
            visit.delivery.change_receiver(receiver.id, {"enabled": not receiver.enabled})
            done("receivers", "registry.saved")


def _state(receiver: ReceiverRecord, visit: Visit) -> tuple[str, str]:
    """Returns how a receiver is: a kind for styles, and a text."""
    words = visit.words
    if not receiver.enabled:
        return "idle", words("receivers.paused")
    if receiver.failing_since is not None:
        since = spoken.moment(receiver.failing_since, words.language, visit.zone)
        return "offline", words("receivers.failing", time=since)
    if receiver.delivered is None:
        return "idle", words("receivers.not_yet")
    return "online", words("receivers.delivers")


def _facts(receiver: ReceiverRecord, visit: Visit) -> list[tuple[str, str]]:
    words, language = visit.words, visit.words.language
    last = NOTHING if receiver.delivered is None else spoken.moment(receiver.delivered, language, visit.zone)
    return [
        (words("receivers.tells"), _told_of(receiver, visit)),
        (words("receivers.last"), last),
        (words("receivers.waiting"), spoken.number(receiver.waiting, language)),
        (words("receivers.dead"), spoken.number(receiver.dead, language)),
    ]


def _told_of(receiver: ReceiverRecord, visit: Visit) -> str:
    """Returns the filters of a receiver in words: what an event has to be, separated by semicolons."""
    words = visit.words
    filters = [
        [rendering.event(name, words) for name in receiver.events],
        [words(f"outcome.{name}") for name in receiver.outcomes],
        receiver.lists,
        receiver.cameras,
        receiver.places,
    ]
    return "; ".join(", ".join(names) for names in filters if names) or words("receivers.everything")


def _open_test(receiver: ReceiverRecord, visit: Visit) -> None:
    """Opens the window in which a test event is sent, once."""
    st.session_state.pop(TRIED, None)
    open_window(visit.words("receivers.test_one", name=receiver.name), lambda: _test(receiver, visit))


def _test(receiver: ReceiverRecord, visit: Visit) -> None:
    words = visit.words
    with faults_shown(words):
        if TRIED not in st.session_state:
            with st.spinner(words("receivers.testing")):
                st.session_state[TRIED] = visit.delivery.try_out(receiver.id)
        tried = st.session_state[TRIED]
        ms = spoken.number(round(tried.ms), words.language)
        if not tried.delivered:
            st.html(rendering.fault(words("receivers.failed", error=tried.error or tried.status)))
        elif tried.status is None:
            st.success(words("receivers.arrived", ms=ms), icon=":material/check:")
        else:
            st.success(words("receivers.arrived_status", status=tried.status, ms=ms), icon=":material/check:")
