"""Leafs through the pages of an answer, each of which names the cursor of the next one."""

from dataclasses import dataclass, field

import streamlit as st

from src.service.page.texts import Words


@dataclass(slots=True)
class Leafed:
    """How far the answer to a question was leafed through."""

    question: object
    cursors: list[str | None] = field(default_factory=lambda: [None])
    """The cursors of the pages from the first to the one that is shown."""
    total: int = 0

    @property
    def cursor(self) -> str | None:
        """The cursor of the page that is shown."""
        return self.cursors[-1]

    def told(self, total: int | None) -> int:
        """Keeps the number of entries on all pages, which the first page alone may tell, and returns it."""
        if total is not None:
            self.total = total
        return self.total

    def show(self, following: str | None, words: Words, order: str) -> None:
        """Shows buttons to the pages before and after; ``following`` is the cursor of the page after, if any.

        They are called by what the entries are in ``order`` of: ``time``, newest first, or ``name``.
        """
        if following is None and len(self.cursors) == 1:
            return
        with st.container(horizontal=True, horizontal_alignment="center", vertical_alignment="center"):
            newer, older = ":material/chevron_left:", ":material/chevron_right:"
            st.button(words(f"leaf.back_{order}"), icon=newer, disabled=len(self.cursors) == 1, on_click=self._back)
            st.caption(words("leaf.page", number=len(self.cursors)), width="content")
            st.button(
                words(f"leaf.on_{order}"),
                icon=older,
                icon_position="right",
                disabled=following is None,
                on_click=self.cursors.append,
                args=(following,),
            )

    def _back(self) -> None:
        self.cursors.pop()


def leafing(view: str, question: object) -> Leafed:
    """Returns the place in the pages of a view's ``question``; another question begins at the first page."""
    leafed: Leafed | None = st.session_state.get(f"leafed-{view}")
    if leafed is None or leafed.question != question:
        leafed = st.session_state[f"leafed-{view}"] = Leafed(question)
    return leafed
