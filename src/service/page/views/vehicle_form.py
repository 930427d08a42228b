"""The window in which a vehicle is made, or changed and deleted."""

import streamlit as st

from src.service.api.registry_responses import VehicleRecord
from src.service.page import spoken
from src.service.page.client import Json
from src.service.page.views.forms import confirmed, done, field, open_window, wrong
from src.service.page.views.vehicle_address import go_to, leave
from src.service.page.visit import Visit, faults_shown


def open_vehicle(vehicle: VehicleRecord | None, visit: Visit) -> None:
    """Opens the window for a vehicle; None: for a new one."""
    words = visit.words
    title = words("vehicle.add_one") if vehicle is None else words("vehicle.change_one", plate=vehicle.text)
    open_window(title, lambda: _window(vehicle, visit))


def _window(vehicle: VehicleRecord | None, visit: Visit) -> None:
    words = visit.words
    with faults_shown(words):
        fields = _form(vehicle, visit)
        if fields is not None and vehicle is None:
            go_to(visit.registry.create_vehicle(fields).id)
            done("vehicles", "registry.saved")
        elif fields is not None and vehicle is not None:
            visit.registry.change_vehicle(vehicle.id, fields)
            done("vehicles", "registry.saved")
        if vehicle is not None and confirmed(
            vehicle.id, words("registry.delete"), words("vehicle.confirm"), words("registry.yes")
        ):
            visit.registry.delete_vehicle(vehicle.id)
            leave()
            done("vehicles", "registry.deleted")


def _form(vehicle: VehicleRecord | None, visit: Visit) -> Json | None:
    """Returns what was entered once it is sent, None before. Raises ServiceError."""
    words = visit.words
    region = vehicle.region if vehicle else None
    regions = visit.regions()
    if region is not None and region not in regions:
        regions = [region, *regions]
    with st.form("vehicle", border=False):
        left, right = st.columns(2)
        with left:
            text = field(words("vehicles.text"), vehicle.text if vehicle else None)
        country = right.selectbox(
            words("search.country"),
            regions,
            regions.index(region) if region else None,
            format_func=lambda code: spoken.flagged(code, words.language),
            placeholder=words("plate.country_unknown"),
        )
        make, model, colour = st.columns(3)
        with make:
            made = field(words("vehicle.make"), vehicle.make if vehicle else None)
        with model:
            modelled = field(words("vehicle.model"), vehicle.model if vehicle else None)
        with colour:
            coloured = field(words("vehicle.colour"), vehicle.colour if vehicle else None)
        trailer = field(words("vehicle.trailer"), vehicle.trailer_text if vehicle else None)
        notes = field(words("vehicle.notes"), vehicle.notes if vehicle else None)
        if not st.form_submit_button(words("registry.save"), type="primary"):
            return None
    if text is None:
        wrong(words("vehicle.no_plate"))
        return None
    return {
        "text": text,
        "region": country,
        "make": made,
        "model": modelled,
        "colour": coloured,
        "trailer_text": trailer,
        "notes": notes,
    }
