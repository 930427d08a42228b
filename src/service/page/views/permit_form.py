"""The window in which a vehicle is put on a list, or its permit changed and taken away."""

from datetime import date, time, tzinfo

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from src.service.api.registry_responses import PermitRecord, PlaceRecord, VehicleRecord
from src.service.page import spoken
from src.service.page.client import Json
from src.service.page.permits import begin_of, end_of, first_day, last_day, zone_of
from src.service.page.views.forms import confirmed, done, field, open_window, wrong
from src.service.page.visit import Visit, faults_shown

MORNING, EVENING = time(8), time(18)
LAST_YEAR = date(2100, 12, 31)


def open_permit(vehicle: VehicleRecord, permit: PermitRecord | None, visit: Visit) -> None:
    """Opens the window for a permit of a vehicle; None: for a new one."""
    words = visit.words
    title = words("permit.add") if permit is None else words("permit.change")
    open_window(f"{vehicle.text}: {title}", lambda: _window(vehicle, permit, visit))


def _window(vehicle: VehicleRecord, permit: PermitRecord | None, visit: Visit) -> None:
    words = visit.words
    with faults_shown(words):
        fields = _form(permit, visit)
        if fields is not None and permit is None:
            visit.registry.create_permit(vehicle.id, fields)
            done("vehicles", "registry.saved")
        elif fields is not None and permit is not None:
            visit.registry.change_permit(permit.id, fields)
            done("vehicles", "registry.saved")
        if permit is not None and confirmed(
            permit.id, words("permit.remove"), words("permit.confirm"), words("permit.remove")
        ):
            visit.registry.delete_permit(permit.id)
            done("vehicles", "registry.deleted")


def _form(permit: PermitRecord | None, visit: Visit) -> Json | None:
    """Returns what was entered once it is sent, None before. Raises ServiceError."""
    words = visit.words
    lists, places = visit.lists(), visit.places()
    if not lists:
        st.info(words("permit.no_list"), icon=":material/playlist_add:")
        return None
    names = {known.name: f"{known.name} ({words(f'kind.{known.kind}')})" for known in lists}
    left, right = st.columns(2)
    on = left.selectbox(
        words("permit.list"),
        list(names),
        list(names).index(permit.list.name) if permit else None,
        format_func=names.__getitem__,
        placeholder=words("permit.choose_list"),
    )
    place = _place(right, permit, places, visit)
    zone = zone_of(place, places, visit.zone)
    days = _days(permit, zone, visit)
    weekdays = st.pills(
        words("permit.weekdays"),
        range(7),
        selection_mode="multi",
        default=permit.weekdays if permit else [],
        format_func=lambda day: spoken.weekday(day, words.language),
    )
    hours = _hours(permit, visit)
    notes = field(words("vehicle.notes"), permit.notes if permit else None)
    if not st.button(words("registry.save"), type="primary"):
        return None
    if on is None:
        wrong(words("permit.choose_list"))
        return None
    first, last = days
    if first is not None and last is not None and last < first:
        wrong(words("permit.order"))
        return None
    said: Json = {"list": on, "place": place, "weekdays": sorted(weekdays), "hours": hours, "notes": notes}
    return said | _changed_days(permit, days, zone)


def _place(column: DeltaGenerator, permit: PermitRecord | None, places: list[PlaceRecord], visit: Visit) -> str | None:
    everywhere = visit.words("permit.everywhere")
    names = [None, *(known.name for known in places)]
    place: str | None = column.selectbox(
        visit.words("permit.place"),
        names,
        names.index(permit.place) if permit else 0,
        format_func=lambda name: name or everywhere,
    )
    return place


def _days(permit: PermitRecord | None, zone: tzinfo, visit: Visit) -> tuple[date | None, date | None]:
    """Shows the first and the last day, and returns those that are picked."""
    left, right = st.columns(2)
    first = left.date_input(
        visit.words("permit.from"),
        first_day(permit.valid_from, zone) if permit else None,
        max_value=LAST_YEAR,
        format="DD.MM.YYYY",
    )
    last = right.date_input(
        visit.words("permit.until"),
        last_day(permit.valid_until, zone) if permit else None,
        max_value=LAST_YEAR,
        format="DD.MM.YYYY",
    )
    return first, last


def _changed_days(permit: PermitRecord | None, days: tuple[date | None, date | None], zone: tzinfo) -> Json:
    """Returns the begin and the end where they are other days than before: a permit may end within a day."""
    first, last = days
    said: Json = {}
    if permit is None or first != first_day(permit.valid_from, zone):
        said["valid_from"] = begin_of(first, zone)
    if permit is None or last != last_day(permit.valid_until, zone):
        said["valid_until"] = end_of(last, zone)
    return said


def _hours(permit: PermitRecord | None, visit: Visit) -> Json | None:
    words = visit.words
    known = permit.hours if permit else None
    if not st.toggle(words("permit.hours"), known is not None):
        return None
    left, right = st.columns(2)
    begin = left.time_input(
        words("permit.hour_from"), time.fromisoformat(known.from_) if known else MORNING, required=True
    )
    end = right.time_input(
        words("permit.hour_until"), time.fromisoformat(known.until) if known else EVENING, required=True
    )
    st.caption(words("permit.hours_note"))
    return {"from": f"{begin:%H:%M}", "until": f"{end:%H:%M}"}
