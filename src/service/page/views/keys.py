"""The API keys: who may ask for what, how much they ask, and the ways to make, limit and revoke them."""

import streamlit as st

from src.service.api.access import KeyRecord
from src.service.page import rendering, spoken
from src.service.page.texts import Words
from src.service.page.views.forms import say_what_was_done
from src.service.page.views.key_form import open_key, open_new_key
from src.service.page.visit import Visit, faults_shown

COLUMNS = 2


def show(visit: Visit) -> None:
    """Shows the keys that may be used, and on request the others too."""
    words = visit.words
    say_what_was_done("keys", words)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        st.header(words("keys.title"), anchor=False, width="content")
        if st.button(words("keys.add"), icon=":material/add:", type="primary"):
            open_new_key(visit)
    with faults_shown(words):
        own = visit.own_key()
        if not own.required:
            st.warning(words("keys.not_needed"), icon=":material/lock_open:")
        every = visit.access.every_key()
        usable = [key for key in every if key.state == "valid"]
        shown = every if len(usable) < len(every) and st.toggle(words("keys.all"), key="keys-all") else usable
        if not shown:
            st.info(words("keys.none"), icon=":material/key_off:")
        for begin in range(0, len(shown), COLUMNS):
            for column, key in zip(st.columns(COLUMNS), shown[begin : begin + COLUMNS], strict=False):
                with column.container(border=True):
                    _card(key, own.id == key.id, visit)


def _card(key: KeyRecord, is_own: bool, visit: Visit) -> None:
    words, state = visit.words, key.state
    st.html(rendering.key(key.name, key.prefix, state, _said(key, state, visit), words("keys.yours") if is_own else ""))
    st.html(rendering.facts(_facts(key, visit)))
    if state == "valid" and st.button(words("keys.change"), key=f"key-{key.id}", icon=":material/edit:"):
        open_key(key, visit)


def _said(key: KeyRecord, state: str, visit: Visit) -> str:
    """Returns the state of a key in words."""
    since = key.revoked if state == "revoked" else key.expires
    if state == "valid" or since is None:
        return visit.words("keys.valid")
    time = spoken.moment(since, visit.words.language, visit.zone)
    return visit.words("keys.is_revoked" if state == "revoked" else "keys.is_expired", time=time)


def _facts(key: KeyRecord, visit: Visit) -> list[tuple[str, str]]:
    words, language = visit.words, visit.words.language
    expires = words("keys.for_ever") if key.expires is None else spoken.moment(key.expires, language, visit.zone)
    return [
        (words("keys.role"), allowed(key, words)),
        (words("keys.limits"), _limits(key, words)),
        (words("keys.used"), spoken.number(key.used_today, language)),
        (words("keys.until"), expires),
        (words("keys.created"), spoken.moment(key.created, language, visit.zone)),
    ]


def allowed(key: KeyRecord, words: Words) -> str:
    """Returns what a key may be used for, in words: its role, and what it may do beside that."""
    role = [words(f"role.{key.role}")] if key.role else []
    return ", ".join(role + [words(f"scope.{scope}") for scope in key.scopes])


def _limits(key: KeyRecord, words: Words) -> str:
    limits = [
        words(f"keys.{name}", count=spoken.number(count, words.language))
        for name, count in (("a_minute", key.per_minute), ("a_day", key.per_day))
        if count is not None
    ]
    return ", ".join(limits) or words("keys.no_limit")
