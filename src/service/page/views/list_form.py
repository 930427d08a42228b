"""The window in which a list is made, or renamed and deleted."""

import streamlit as st

from src.service.api.registry_responses import ListRecord
from src.service.page.client import Json
from src.service.page.views.forms import confirmed, done, field, open_window, wrong
from src.service.page.visit import Visit, faults_shown

KINDS = ("allow", "deny", "watch")
SIGNS = {"allow": ":green[✓]", "deny": ":red[✕]", "watch": ":violet[◉]"}


def open_list(known: ListRecord | None, visit: Visit) -> None:
    """Opens the window for a list; None: for a new one."""
    words = visit.words
    title = words("lists.add") if known is None else words("lists.change_one", name=known.name)
    open_window(title, lambda: _window(known, visit))


def _window(known: ListRecord | None, visit: Visit) -> None:
    words = visit.words
    with faults_shown(words):
        fields = _form(known, visit)
        if fields is not None and known is None:
            visit.registry.create_list(fields)
            done("lists", "registry.saved")
        elif fields is not None and known is not None:
            visit.registry.change_list(known.id, fields)
            done("lists", "registry.saved")
        if known is not None and confirmed(
            known.id, words("registry.delete"), words("lists.confirm"), words("registry.yes")
        ):
            visit.registry.delete_list(known.id)
            done("lists", "registry.deleted")


def _form(known: ListRecord | None, visit: Visit) -> Json | None:
    """Returns what was entered once it is sent, None before."""
    words = visit.words
    with st.form("list", border=False):
        name = field(words("lists.name"), known.name if known else None)
        kind = st.segmented_control(
            words("lists.kind"),
            KINDS,
            default=known.kind if known else KINDS[0],
            required=True,
            format_func=lambda kind: f"{SIGNS[kind]} {words(f'kind.{kind}')}",
        )
        notes = field(words("lists.notes"), known.notes if known else None)
        if not st.form_submit_button(words("registry.save"), type="primary"):
            return None
    if name is None:
        wrong(words("registry.no_name"))
        return None
    return {"name": name, "kind": kind, "notes": notes}
