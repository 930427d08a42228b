"""What the windows in which something is made, changed and deleted have in common."""

from collections.abc import Callable

import streamlit as st

from src.service.page.texts import Words
from src.service.page.visit import PUNCTUATION, look_again


def plain(name: str) -> str:
    """Returns a name of a stranger's so that Markdown takes it for nothing but itself."""
    return PUNCTUATION.sub(r"\\\g<0>", name)


def done(view: str, text: str) -> None:
    """Closes the window and shows the view anew, which then says the ``text`` of this key."""
    look_again()
    st.session_state[f"done-{view}"] = text
    st.rerun()


def say_what_was_done(view: str, words: Words) -> None:
    """Says, once, what a window of the view has done."""
    if text := st.session_state.pop(f"done-{view}", None):
        st.toast(words(text), icon=":material/check:")


def confirmed(name: str, label: str, warning: str, yes: str, icon: str = ":material/delete:") -> bool:
    """Shows a fold with a warning and a button, as nothing can be restored, and tells whether that was pressed."""
    with st.expander(label, icon=icon):
        st.warning(warning, icon=":material/warning:")
        return st.button(yes, key=f"confirmed-{name}", type="primary")


def wrong(text: str) -> None:
    """Shows what is wrong with what was entered."""
    st.error(text, icon=":material/error:")


def field(label: str, value: str | None, **options: object) -> str | None:
    """Shows a field for a text, and returns the text without spaces around it; None where that is empty."""
    entered = st.text_input(label, value or "", max_chars=255, autocomplete="off", **options)  # type: ignore[call-overload]
    return (entered or "").strip() or None


Window = Callable[[], None]


def open_window(title: str, window: Window) -> None:
    """Opens a window with a title, which may have a stranger's words in it."""
    st.dialog(plain(title), width="medium")(window)()
