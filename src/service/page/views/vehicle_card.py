"""The card of one vehicle: what it is, the lists that it is on, and whose it is."""

from datetime import UTC, datetime

import streamlit as st

from src.service.api.registry_responses import PermitRecord, PersonOfVehicle, VehicleRecord
from src.service.page import permits, rendering, spoken
from src.service.page.address import link
from src.service.page.views.permit_form import open_permit
from src.service.page.views.person_form import open_new_person, open_person
from src.service.page.views.vehicle_address import leave
from src.service.page.views.vehicle_form import open_vehicle
from src.service.page.visit import Visit, faults_shown
from src.service.scopes import Scope

NOTHING = "–"


def show(vehicle: str, visit: Visit) -> None:
    """Shows the vehicle with this id."""
    words = visit.words
    st.button(words("vehicles.back"), icon=":material/arrow_back:", on_click=leave, type="tertiary")
    with faults_shown(words):
        found, may_change = visit.registry.vehicle(vehicle), visit.may(Scope.REGISTRY)
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.html(rendering.plate_title(found.text, found.region, words), width="content")
            if may_change and st.button(words("vehicle.change"), icon=":material/edit:"):
                open_vehicle(found, visit)
        about, right = st.columns([2, 3], gap="medium")
        with about.container(border=True):
            st.html(rendering.facts(_facts(found, visit)))
            st.html(rendering.lone_link(link("search", text=found.text), words("vehicles.sightings")))
            st.html(rendering.lone_link(link("visits", show="all", text=found.text), words("vehicles.visits")))
        with right:
            _permits(found, may_change, visit)
            if found.persons is not None:
                _persons(found, found.persons, may_change, visit)


def _facts(found: VehicleRecord, visit: Visit) -> list[tuple[str, str]]:
    words = visit.words
    return [
        (words("vehicle.make"), found.make or NOTHING),
        (words("vehicle.model"), found.model or NOTHING),
        (words("vehicle.colour"), found.colour or NOTHING),
        (words("vehicle.trailer"), found.trailer_text or NOTHING),
        (words("vehicle.notes"), found.notes or NOTHING),
        (words("vehicle.updated"), spoken.moment(found.updated, words.language, visit.zone)),
    ]


def _permits(found: VehicleRecord, may_change: bool, visit: Visit) -> None:
    """Shows the lists that the vehicle is on. Raises ServiceError."""
    words = visit.words
    with st.container(border=True):
        st.markdown(f"**{words('permit.title')}**")
        if not found.permits:
            st.caption(words("permit.none"))
        for permit in found.permits:
            with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
                st.html(_permit(permit, visit), width="stretch")
                if may_change and st.button(
                    words("permit.change"), key=f"permit-{permit.id}", icon=":material/edit:", type="tertiary"
                ):
                    open_permit(found, permit, visit)
        if may_change and st.button(words("permit.add"), icon=":material/playlist_add:"):
            open_permit(found, None, visit)


def _permit(permit: PermitRecord, visit: Visit) -> str:
    zone = permits.zone_of(permit.place, visit.places(), visit.zone)
    when = permits.sentence(permit, visit.words, zone)
    return rendering.permit(permit, permits.state(permit, datetime.now(UTC)), when, visit.words)


def _persons(found: VehicleRecord, persons: list[PersonOfVehicle], may_change: bool, visit: Visit) -> None:
    words = visit.words
    with st.container(border=True):
        st.markdown(f"**{words('person.title')}**")
        st.caption(words("person.note") if persons else words("person.none"))
        for person in persons:
            with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
                st.html(rendering.heading(person.name, words(f"person.{person.role}")), width="stretch")
                key = f"person-{person.role}-{person.id}"
                if st.button(words("person.open"), key=key, icon=":material/call:", type="tertiary"):
                    open_person(found, person, may_change, visit)
        if may_change and st.button(words("person.add"), icon=":material/person_add:"):
            open_new_person(found, visit)
