"""The windows in which a person is named at a vehicle, looked at, changed and erased."""

import streamlit as st

from src.service.api.registry_responses import PersonOfVehicle, PersonRecord, VehicleRecord
from src.service.page import rendering
from src.service.page.address import link
from src.service.page.client import Json
from src.service.page.views.forms import confirmed, done, field, open_window, wrong
from src.service.page.visit import Visit, faults_shown

ROLES = ("owner", "driver")


def open_new_person(vehicle: VehicleRecord, visit: Visit) -> None:
    """Opens the window in which somebody is named as owner or driver of a vehicle."""
    open_window(f"{vehicle.text}: {visit.words('person.add')}", lambda: _add(vehicle, visit))


def open_person(vehicle: VehicleRecord, person: PersonOfVehicle, may_change: bool, visit: Visit) -> None:
    """Opens the window with what is known of a person; that is a look-up, which the audit has, each time anew."""
    st.session_state.pop(_kept(person), None)
    open_window(person.name, lambda: _person(vehicle, person, may_change, visit))


def _add(vehicle: VehicleRecord, visit: Visit) -> None:
    words = visit.words
    with faults_shown(words):
        role = _role(visit)
        who = st.segmented_control(
            words("person.who"),
            ("new", "known"),
            default="new",
            required=True,
            format_func=lambda name: words(f"person.{name}"),
            label_visibility="collapsed",
        )
        if who == "new":
            fields = _fields(None, visit)
            if fields is None:
                return
            person = visit.registry.create_person(fields).id
        else:
            chosen = _known(visit)
            if chosen is None:
                return
            person = chosen
        visit.registry.join(vehicle.id, person, role)
        done("vehicles", "registry.saved")


def _role(visit: Visit) -> str:
    words = visit.words
    role = st.segmented_control(
        words("person.role"), ROLES, default=ROLES[0], required=True, format_func=lambda name: words(f"person.{name}")
    )
    return role or ROLES[0]


def _known(visit: Visit) -> str | None:
    """Returns the id of the person who is chosen, once that is sent; None before. Raises ServiceError."""
    words = visit.words
    text = field(words("person.find"), None)
    if text is None:  # every look at persons is audited, so none is shown before somebody is looked for
        return None
    names = {person.id: _contact(person) for person in visit.registry.persons(text).items}
    if not names:
        st.info(words("person.nobody"), icon=":material/search_off:")
        return None
    chosen = st.selectbox(
        words("person.choose"), list(names), None, format_func=names.__getitem__, placeholder=words("person.choose")
    )
    if not st.button(words("registry.save"), type="primary"):
        return None
    if chosen is None:
        wrong(words("person.choose"))
    return chosen


def _contact(person: PersonRecord) -> str:
    return ", ".join(filter(None, [person.name, person.phone, person.email]))


def _fields(person: PersonRecord | None, visit: Visit) -> Json | None:
    """Returns what was entered once it is sent, None before."""
    words = visit.words
    with st.form("person", border=False):
        name = field(words("person.name"), person.name if person else None)
        left, right = st.columns(2)
        with left:
            phone = field(words("person.phone"), person.phone if person else None)
        with right:
            email = field(words("person.email"), person.email if person else None)
        notes = field(words("person.notes"), person.notes if person else None)
        if not st.form_submit_button(words("registry.save"), type="primary"):
            return None
    if name is None:
        wrong(words("person.no_name"))
        return None
    return {"name": name, "phone": phone, "email": email, "notes": notes}


def _person(vehicle: VehicleRecord, person: PersonOfVehicle, may_change: bool, visit: Visit) -> None:
    words = visit.words
    with faults_shown(words):
        # a look-up once per window: every click in it runs the window anew
        kept = _kept(person)
        found: PersonRecord = st.session_state.get(kept) or visit.registry.person(person.id)
        st.session_state[kept] = found
        st.html(rendering.vehicle_links(_links(found), words))
        fields = _fields(found, visit)
        if fields is not None:
            visit.registry.change_person(found.id, fields)
            _done(kept, "registry.saved")
        if may_change and confirmed(
            f"part-{person.role}", words("person.part"), words("person.part_note"), words("person.part")
        ):
            visit.registry.part(vehicle.id, person.id, person.role)
            _done(kept, "registry.saved")
        if confirmed("erase", words("person.erase"), words("person.confirm"), words("person.erase_yes")):
            visit.registry.erase_person(person.id)
            _done(kept, "registry.erased")


def _kept(person: PersonOfVehicle) -> str:
    return f"person-{person.id}"


def _done(kept: str, text: str) -> None:
    st.session_state.pop(kept, None)
    done("vehicles", text)


def _links(found: PersonRecord) -> list[tuple[str, str, str]]:
    """Returns the plate, the role and the address of each vehicle of a person."""
    return [(vehicle.text, vehicle.role, link("vehicles", vehicle=vehicle.id)) for vehicle in found.vehicles]
