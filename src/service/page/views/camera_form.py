"""The window in which a camera is added, or changed and deleted."""

from collections.abc import Sequence

import streamlit as st

from src.service.api.responses import CameraRecord
from src.service.page import spoken
from src.service.page.client import Json
from src.service.page.source import SourceFieldError, source
from src.service.page.visit import PUNCTUATION, Visit, faults_shown, look_again

DIRECTIONS = (None, "entry", "exit")


def open_form(camera: CameraRecord | None, visit: Visit) -> None:
    """Opens the window for a camera; None: for a new one."""
    words = visit.words
    # a title takes some characters for Markdown
    title = words("cameras.add_one") if camera is None else words("cameras.change_one", camera=_plain(camera.name))
    st.dialog(title, width="medium")(_window)(camera, visit)


def done(what: str) -> None:
    """Shows the cameras anew, and says that one was ``added``, ``changed`` or ``deleted``."""
    look_again()
    st.session_state["camera-done"] = what
    st.rerun()


def _plain(name: str) -> str:
    return PUNCTUATION.sub(r"\\\g<0>", name)


def _window(camera: CameraRecord | None, visit: Visit) -> None:
    with faults_shown(visit.words):
        fields = _form(camera, visit)
        if fields is not None and camera is None:
            visit.service.create_camera(fields)
            done("added")
        elif fields is not None and camera is not None:
            visit.service.change_camera(camera.id, fields)
            done("changed")
        if camera is not None:
            _delete(camera, visit)


def _form(camera: CameraRecord | None, visit: Visit) -> Json | None:
    """Returns what was entered once it is sent, None before. Raises ServiceError."""
    words, regions = visit.words, visit.regions()
    with st.form("camera", border=False):
        name = st.text_input(words("cameras.name"), camera.name if camera else "", max_chars=255)
        address = st.text_input(
            words("cameras.source"),
            (camera.source if camera else None) or "",
            placeholder="rtsp://user@192.168.1.20/stream1",
            help=words("cameras.source_help"),
            max_chars=2000,
            autocomplete="off",
        )
        password = st.text_input(
            words("cameras.password"), type="password", help=words("cameras.password_help"), autocomplete="new-password"
        )
        place = st.text_input(words("cameras.place"), (camera.place if camera else None) or "", max_chars=255)
        left, right = st.columns(2)
        gate = left.text_input(words("cameras.gate"), (camera.gate if camera else None) or "", max_chars=255)
        merge_s = right.number_input(
            words("cameras.merge"),
            0,
            86_400,
            round(camera.merge_s) if camera else 0,
            10,
            help=words("cameras.merge_help"),
        )
        left, right = st.columns(2)
        direction = left.selectbox(
            words("cameras.direction"),
            DIRECTIONS,
            DIRECTIONS.index(camera.direction if camera else None),
            format_func=lambda name: words(f"cameras.direction_{name or 'none'}"),
        )
        min_width = right.number_input(
            words("cameras.min_width"), 0, 10_000, round(camera.min_width) if camera else 0, 10
        )
        countries = st.multiselect(
            words("read.countries"),
            regions,
            _known(camera.countries if camera else (), regions),
            format_func=lambda code: spoken.flagged(code, words.language),
            placeholder=words("read.any"),
        )
        if not st.form_submit_button(words("cameras.save"), type="primary"):
            return None
    try:
        where = source(address, password, camera.source if camera else None)
    except SourceFieldError as fault:
        st.error(words(fault.text), icon=":material/error:")
        return None
    if gate.strip() and not place.strip():
        st.error(words("cameras.no_place"), icon=":material/error:")
        return None
    if not name.strip():
        st.error(words("cameras.no_name"), icon=":material/error:")
        return None
    return {
        "name": name.strip(),
        "source": where,
        "place": place.strip() or None,
        "gate": gate.strip() or None,
        "direction": direction,
        "merge_s": merge_s,
        "min_width": min_width,
        "countries": countries,
    }


def _known(countries: Sequence[str], regions: Sequence[str]) -> list[str]:
    return [code for code in countries if code in regions]


def _delete(camera: CameraRecord, visit: Visit) -> None:
    """Deletes in two steps, as nothing can be restored. Raises ServiceError, as where the key may not do so."""
    words = visit.words
    with st.expander(words("sighting.delete"), icon=":material/delete:"):
        st.warning(words("cameras.confirm"), icon=":material/warning:")
        if st.button(words("sighting.yes"), key=f"delete-{camera.id}", type="primary"):
            visit.service.delete_camera(camera.id)
            done("deleted")
