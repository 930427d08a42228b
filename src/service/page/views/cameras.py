"""The cameras: how they are, what they see, and the ways to add, change and pause them."""

import os

import streamlit as st

from src.service.api.responses import CameraRecord
from src.service.page import API, PUBLIC, rendering, spoken
from src.service.page.client import RefusedError
from src.service.page.pictures import jpeg_url
from src.service.page.public import live, public_api
from src.service.page.views.camera_form import done, open_form
from src.service.page.visit import Visit, faults_shown

COLUMNS = 3
NOT_FOUND = 404


def show(visit: Visit) -> None:
    """Shows all cameras, and the ways to change them."""
    words = visit.words
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom", key="np-cameras"
    ):
        st.header(words("cameras.title"), anchor=False, width="content")
        with st.container(horizontal=True, width="content"):
            st.button(words("cameras.refresh"), key="np-refresh", icon=":material/refresh:")
            if st.button(words("cameras.add"), icon=":material/add:"):
                open_form(None, visit)
            st.link_button(
                words("cameras.live"), live(_api(), words.language), icon=":material/sensors:", type="primary"
            )
    if done := st.session_state.pop("camera-done", None):
        st.toast(words(f"cameras.{done}"), icon=":material/check:")
    with faults_shown(words):
        found = visit.service.cameras().items
        if not found:
            st.info(words("cameras.none"), icon=":material/videocam_off:")
        for begin in range(0, len(found), COLUMNS):
            row = found[begin : begin + COLUMNS]
            for column, camera in zip(st.columns(COLUMNS), row, strict=False):
                with column.container(border=True):
                    _card(camera, visit)


def _api() -> str:
    return public_api(os.environ[API], os.environ.get(PUBLIC, ""), str(st.context.url or ""))


def _card(camera: CameraRecord, visit: Visit) -> None:
    """Shows one camera. Raises ServiceError."""
    words = visit.words
    picture = _picture(camera, visit)
    kind, state = _state(camera, visit)
    st.html(rendering.camera(camera, picture, kind, state, words))
    with st.container(horizontal=True, gap="small"):
        if st.button(words("cameras.change"), key=f"change-{camera.id}", icon=":material/edit:"):
            open_form(camera, visit)
        if camera.source is None:
            return
        name, icon = ("pause", "pause") if camera.enabled else ("resume", "play_arrow")
        if st.button(words(f"cameras.{name}"), key=f"pause-{camera.id}", icon=f":material/{icon}:"):
            visit.service.change_camera(camera.id, {"enabled": not camera.enabled})
            done("changed")
        st.link_button(words("cameras.zone"), live(_api(), words.language, camera.id), icon=":material/polyline:")


def _picture(camera: CameraRecord, visit: Visit) -> str | None:
    """Returns the newest picture as a data URL; None where there is none. Raises ServiceError."""
    if camera.source is None or camera.state.last_picture is None:
        return None
    try:
        return jpeg_url(visit.service.camera_picture(camera.id))
    except RefusedError as refused:
        if refused.status != NOT_FOUND:
            raise
        return None


def _state(camera: CameraRecord, visit: Visit) -> tuple[str, str]:
    """Returns how a camera is: a kind for styles, and a text."""
    words, state = visit.words, camera.state
    if camera.source is None:
        return "idle", words("cameras.uploads")
    if not camera.enabled:
        return "idle", words("cameras.paused")
    if state.online:
        rate = spoken.number(round(state.frames_per_second), words.language)
        return "online", words("cameras.online", rate=rate)
    if state.since is None and state.last_error is None:
        return "idle", words("cameras.starting")
    return "offline", words("cameras.offline")
