"""The windows in which a key is made, and one is limited or revoked."""

from datetime import date

import streamlit as st

from src.service.api.access import KeyRecord
from src.service.page.client import Json
from src.service.page.permits import end_of, last_day
from src.service.page.views.forms import confirmed, done, field, open_window, wrong
from src.service.page.visit import Visit, faults_shown

ROLES = ("viewer", "operator", "administrator")
SCOPES = ("recognize", "read", "registry", "persons", "correct", "delete")
"""What a key may be given beside its role; who may do everything is an administrator."""
NO_ROLE = "none"
MADE = "made-key"
MOST = 1_000_000_000


def open_new_key(visit: Visit) -> None:
    """Opens the window in which a key is made, whose secret is shown there once."""
    st.session_state.pop(MADE, None)
    open_window(visit.words("keys.add"), lambda: _new(visit))


def open_key(key: KeyRecord, visit: Visit) -> None:
    """Opens the window for a key."""
    open_window(visit.words("keys.change_one", name=key.name), lambda: _change(key, visit))


def _new(visit: Visit) -> None:
    words = visit.words
    with faults_shown(words):
        place = st.empty()
        if MADE not in st.session_state:
            with place.container():
                fields = _form(None, visit)
            if fields is None:
                return
            st.session_state[MADE] = visit.access.create_key(fields).secret
            place.empty()
        st.success(words("keys.secret"), icon=":material/key:")
        st.code(st.session_state[MADE], language=None, wrap_lines=True)
        if st.button(words("keys.kept"), type="primary"):
            del st.session_state[MADE]
            st.rerun()


def _change(key: KeyRecord, visit: Visit) -> None:
    words = visit.words
    with faults_shown(words):
        fields = _form(key, visit)
        if fields is not None:
            visit.access.change_key(key.id, fields)
            done("keys", "keys.saved")
        if confirmed(key.id, words("keys.revoke"), words("keys.confirm"), words("keys.revoke_yes")):
            visit.access.revoke_key(key.id)
            done("keys", "keys.revoked")


def _form(key: KeyRecord | None, visit: Visit) -> Json | None:
    """Returns what was entered once it is sent, None before."""
    words = visit.words
    may: Json = {}
    with st.form("key", border=False):
        name = field(words("keys.name"), key.name if key else None, help=words("keys.name_help"))
        if key is None:
            may = _rights(visit)
        left, right = st.columns(2)
        per_minute = left.number_input(words("keys.per_minute"), 0, MOST, (key and key.per_minute) or 0, 10)
        per_day = right.number_input(words("keys.per_day"), 0, MOST, (key and key.per_day) or 0, 100)
        before = last_day(key.expires, visit.zone) if key else None
        expires = st.date_input(
            words("keys.expires"), before, max_value=date(2100, 12, 31), format="DD.MM.YYYY", min_value="today"
        )
        if not st.form_submit_button(words("keys.save" if key else "keys.make"), type="primary"):
            return None
    if name is None:
        wrong(words("keys.no_name"))
        return None
    if key is None and not (may["role"] or may["scopes"]):
        wrong(words("keys.nothing"))
        return None
    fields = {"name": name, "per_minute": per_minute or None, "per_day": per_day or None} | may
    return fields if key and expires == before else fields | {"expires": end_of(expires, visit.zone)}


def _rights(visit: Visit) -> Json:
    """Shows what a key may be used for, and returns what is picked."""
    words = visit.words
    role = st.radio(
        words("keys.role"),
        (*ROLES, NO_ROLE),
        index=1,
        format_func=lambda name: words("keys.no_role") if name == NO_ROLE else words(f"role.{name}").capitalize(),
        captions=[*(words(f"role.{name}_may") for name in ROLES), ""],
    )
    extra = st.pills(
        words("keys.extra"), SCOPES, selection_mode="multi", format_func=lambda name: words(f"scope.{name}")
    )
    return {"role": None if role == NO_ROLE else role, "scopes": list(extra)}
