"""Pictures in, plates out."""

from collections.abc import Sequence
from contextlib import closing
from urllib.parse import urlsplit

import streamlit as st

from src.service.api.responses import Result
from src.service.page import rendering, spoken
from src.service.page.client import ApiClient, Options, RefusedError
from src.service.page.inbox import Inbox, Taken, UploadedFile
from src.service.page.texts import Words
from src.service.page.visit import Visit, faults_shown, look_again, show_fault

SHOWN = 20
"""So many of the newest pictures are shown; all are in the JSON."""
USUAL_ABSTAIN = 85
FORBIDDEN = 403
_SECURE_HOSTS = ("localhost", "127.0.0.1", "::1")


def show(visit: Visit) -> None:
    """Takes pictures, has them read, and shows what was found, the newest first."""
    words = visit.words
    inbox: Inbox = st.session_state.setdefault("inbox", Inbox())
    st.header(words("read.title"), anchor=False)
    st.caption(words("read.lead"))
    row = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center")
    with row:
        source = _source(words)
    files = _files(source, inbox, words)
    with faults_shown(words):
        with row:
            options = _options(visit)
        _read(inbox, files, options, words, visit.service)
    if any(file.file_id not in inbox.taken for file in files):
        st.button(words("read.again"), icon=":material/refresh:")
    if inbox.taken:
        _actions(inbox, words)
    for taken in inbox.newest()[:SHOWN]:
        _show(taken, words)


def _source(words: Words) -> str:
    sources = {"upload": words("read.upload"), "camera": words("read.camera")}
    return st.segmented_control(
        words("read.source"),
        sources,
        format_func=sources.__getitem__,
        default="upload",
        required=True,
        key="source",
        label_visibility="collapsed",
        persist_state="session",
    )


def _files(source: str, inbox: Inbox, words: Words) -> Sequence[UploadedFile]:
    """Returns what lies in the uploader or the camera now."""
    if source == "camera":
        if not is_secure(st.context.url or ""):
            st.info(words("read.insecure"), icon=":material/lock:")
        key = f"camera-{inbox.number}"
        shot = st.camera_input(words("read.snap"), key=key, resolution="1080p", label_visibility="collapsed")
        return [] if shot is None else [shot]
    return st.file_uploader(
        words("read.drop"), "image", True, key=f"upload-{inbox.number}", label_visibility="collapsed"
    )


def is_secure(url: str) -> bool:
    """Tells whether a browser gives a page at ``url`` the camera."""
    parts = urlsplit(url)
    return parts.scheme == "https" or parts.hostname in _SECURE_HOSTS


def _options(visit: Visit) -> Options:
    """Returns how the next pictures are to be read. Raises ServiceError where the API does not answer."""
    words = visit.words
    regions, cameras = _known(visit)
    with st.popover(words("read.options"), icon=":material/tune:"):
        st.caption(words("read.options_note"))
        countries = _countries(regions, words)
        camera = _camera(cameras, words)
        abstain = _share("abstain", USUAL_ABSTAIN, words)
        found = _share("found", 0, words)
        store = st.toggle(words("read.store"), True, key="store", persist_state="session")
    return Options(countries, found or None, abstain, store, camera)


def _known(visit: Visit) -> tuple[list[str], list[str]]:
    """Returns the countries and cameras to choose from; none with a key that may read pictures, but not look things
    up.
    """
    try:
        return visit.regions(), visit.cameras()
    except RefusedError as refused:
        if refused.status != FORBIDDEN:
            raise
        return [], []


def _countries(regions: list[str], words: Words) -> tuple[str, ...]:
    chosen = st.multiselect(
        words("read.countries"),
        regions,
        format_func=lambda code: spoken.flagged(code, words.language),
        placeholder=words("read.any"),
        help=words("read.countries_help"),
        key="countries",
        persist_state="session",
    )
    return tuple(chosen)


def _camera(cameras: list[str], words: Words) -> str | None:
    name = st.selectbox(
        words("read.camera_name"),
        cameras,
        index=None,
        placeholder=words("read.no_camera"),
        help=words("read.camera_help"),
        accept_new_options=True,
        key="read-camera",
        persist_state="session",
    )
    return (name or "").strip() or None


def _share(name: str, usual: int, words: Words) -> float:
    """Shows a slider in per cent, and returns its value from 0 to 1."""
    label, note = words(f"read.{name}"), words(f"read.{name}_help")
    return st.slider(label, 0, 100, usual, help=note, key=name, persist_state="session") / 100


def _read(inbox: Inbox, files: Sequence[UploadedFile], options: Options, words: Words, service: ApiClient) -> None:
    """Raises ServiceError."""
    progress, before = st.empty(), len(inbox.taken)
    try:
        with closing(inbox.read(files, service, options)) as steps:
            for done in steps:
                progress.progress(done / len(files), words("read.working", number=done + 1, count=len(files)))
    finally:
        progress.empty()
        if len(inbox.taken) > before:
            look_again()


def _actions(inbox: Inbox, words: Words) -> None:
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.download_button(
            words("read.download"),
            inbox.as_json(),
            "number-plates.json",
            "application/json",
            on_click="ignore",
            icon=":material/download:",
        )
        st.button(words("read.clear"), on_click=inbox.empty, icon=":material/delete_sweep:")


def _show(taken: Taken, words: Words) -> None:
    with st.container(border=True):
        if isinstance(taken.answer, Result):
            found = words("read.count", count=len(taken.answer.plates))
            st.html(rendering.heading(taken.name, found))
            st.html(rendering.reading(taken.answer, taken.preview, words))
        elif taken.refusal is not None:
            st.html(rendering.heading(taken.name, ""))
            show_fault(taken.refusal, words, taken.sent)
