"""The window in which a place and its gates are made, or changed and deleted."""

from dataclasses import dataclass
from zoneinfo import available_timezones

import streamlit as st

from src.service.api.registry_responses import PlaceRecord
from src.service.page.client import Json
from src.service.page.views.forms import confirmed, done, field, open_window, wrong
from src.service.page.visit import Visit, faults_shown

LONGEST = 10_000
"""The most characters of all names of gates."""
MOST_VEHICLES, LONGEST_STAY_H = 1_000_000, 87_600.0
MINUTES = 60


def open_place(known: PlaceRecord | None, visit: Visit) -> None:
    """Opens the window for a place; None: for a new one."""
    words = visit.words
    title = words("places.add") if known is None else words("places.change_one", name=known.name)
    open_window(title, lambda: _window(known, visit))


def _window(known: PlaceRecord | None, visit: Visit) -> None:
    words = visit.words
    with faults_shown(words):
        entered = _form(known, visit)
        if entered is not None:
            _keep(known, entered, visit)
            done("lists", "registry.saved")
        if known is not None and confirmed(
            known.id, words("registry.delete"), words("places.confirm"), words("registry.yes")
        ):
            visit.registry.delete_place(known.id)
            done("lists", "registry.deleted")


@dataclass(frozen=True, slots=True)
class Entered:
    """What was entered of a place."""

    fields: Json
    gates: dict[str, str | None]
    """The name of each gate that there was, by id; None for one that is to go."""
    new_gates: list[str]


def _form(known: PlaceRecord | None, visit: Visit) -> Entered | None:
    """Returns what was entered once it is sent, None before."""
    words = visit.words
    zones = [None, *zones_by_name()]
    with st.form("place", border=False):
        name = field(words("places.name"), known.name if known else None)
        zone = st.selectbox(
            words("places.zone"),
            zones,
            zones.index(known.time_zone) if known and known.time_zone in zones else 0,
            format_func=lambda name: name or words("places.own_zone"),
        )
        left, right = st.columns(2)
        capacity = left.number_input(
            words("places.capacity"),
            0,
            MOST_VEHICLES,
            known.capacity if known else None,
            placeholder=words("places.no_limit"),
        )
        hours = right.number_input(
            words("places.max_stay"),
            0.0,
            LONGEST_STAY_H,
            known.max_stay_minutes / MINUTES if known and known.max_stay_minutes else None,
            1.0,
            placeholder=words("places.no_limit"),
        )
        gates = {
            gate.id: field(words("places.gate", number=number), gate.name, help=words("places.gate_help"))
            for number, gate in enumerate(known.gates if known else [], 1)
        }
        added = st.text_area(words("places.new_gates"), max_chars=LONGEST)
        if not st.form_submit_button(words("registry.save"), type="primary"):
            return None
    if name is None:
        wrong(words("registry.no_name"))
        return None
    new = dict.fromkeys(line.strip() for line in added.splitlines() if line.strip())
    limits = {"capacity": capacity, "max_stay_minutes": round((hours or 0) * MINUTES) or None}
    return Entered({"name": name, "time_zone": zone} | limits, gates, list(new))


def zones_by_name() -> list[str]:
    """Returns the IANA names of time zones, those of cities alone."""
    return sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))


def _keep(known: PlaceRecord | None, entered: Entered, visit: Visit) -> None:
    """Makes or changes the place, and then its gates. Raises ServiceError."""
    registry = visit.registry
    if known is None:
        known = registry.create_place(entered.fields)
    else:
        registry.change_place(known.id, entered.fields)
    for gate in known.gates:
        name = entered.gates[gate.id]
        if name is None:
            registry.delete_gate(gate.id)
        elif name != gate.name:
            registry.change_gate(gate.id, name)
    for name in entered.new_gates:
        registry.create_gate(known.id, name)
