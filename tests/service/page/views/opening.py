"""The views as Streamlit runs them, without a browser, and what is to be seen on them."""

import json
from collections.abc import Callable
from typing import Any

from streamlit.testing.v1 import AppTest

from tests.service.page_answers import Api

Script = Callable[[], None]


def read_in_english() -> None:
    from src.service.page.views import read
    from src.service.page.visit import start

    read.show(start("en", ""))


def read_in_russian() -> None:
    from src.service.page.views import read
    from src.service.page.visit import start

    read.show(start("ru", "np_typed"))


def details() -> None:
    from src.service.api import examples
    from src.service.api.responses import Sighting
    from src.service.page.views.details import open_details
    from src.service.page.visit import start

    open_details(Sighting.model_validate(examples.SIGHTING), None, start("en", ""))


def search() -> None:
    from src.service.page.views import search
    from src.service.page.visit import start

    search.show(start("en", ""))


def cameras() -> None:
    from src.service.page.views import cameras
    from src.service.page.visit import start

    cameras.show(start("en", ""))


def new_camera() -> None:
    from src.service.page.views.camera_form import open_form
    from src.service.page.visit import start

    open_form(None, start("en", ""))


def camera() -> None:
    from src.service.api import examples
    from src.service.api.responses import CameraRecord
    from src.service.page.views.camera_form import open_form
    from src.service.page.visit import start

    open_form(CameraRecord.model_validate(examples.CAMERA), start("en", ""))


def cameras_in_russian() -> None:
    from src.service.page.views import cameras
    from src.service.page.visit import start

    cameras.show(start("ru", ""))


def dashboard() -> None:
    from src.service.page.views import dashboard
    from src.service.page.visit import start

    dashboard.show(start("en", ""))


def models() -> None:
    from src.service.page.views import models
    from src.service.page.visit import start

    models.show(start("en", ""))


def vehicles() -> None:
    from src.service.page.views import vehicles
    from src.service.page.visit import start

    vehicles.show(start("en", ""))


def lists() -> None:
    from src.service.page.views import lists
    from src.service.page.visit import start

    lists.show(start("en", ""))


def keys() -> None:
    from src.service.page.views import keys
    from src.service.page.visit import start

    keys.show(start("en", ""))


def audit() -> None:
    from src.service.page.views import audit
    from src.service.page.visit import start

    audit.show(start("en", ""))


def visits() -> None:
    from src.service.page.views import visits
    from src.service.page.visit import start

    visits.show(start("en", ""))


def visits_in_russian() -> None:
    from src.service.page.views import visits
    from src.service.page.visit import start

    visits.show(start("ru", ""))


def closing() -> None:
    from src.core.result import VisitRecord
    from src.service.page.views.visit_card import _close
    from src.service.page.visit import start
    from tests.service.page_gate_answers import STAY

    _close(VisitRecord.model_validate(STAY), start("en", ""))


def receivers() -> None:
    from src.service.page.views import receivers
    from src.service.page.visit import start

    receivers.show(start("en", ""))


def deliveries() -> None:
    from src.service.page.views import deliveries
    from src.service.page.visit import start

    deliveries.show(start("en", ""))


def new_receiver() -> None:
    from src.service.page.views.receiver_form import _window
    from src.service.page.visit import start

    _window(None, start("en", ""))


def tried_receiver() -> None:
    from src.service.api.delivery_responses import ReceiverRecord
    from src.service.page.views.receivers import _test
    from src.service.page.visit import start
    from tests.service.page_gate_answers import RECEIVER

    _test(ReceiverRecord.model_validate(RECEIVER), start("en", ""))


def known_receiver() -> None:
    import streamlit as st

    from src.service.api.delivery_responses import ReceiverRecord
    from src.service.page.views.receiver_form import _window
    from src.service.page.visit import start
    from tests.service import page_gate_answers

    known = getattr(page_gate_answers, st.query_params["of"])
    _window(ReceiverRecord.model_validate(known), start("en", ""))


def new_vehicle() -> None:
    from src.service.page.views.vehicle_form import open_vehicle
    from src.service.page.visit import start

    open_vehicle(None, start("en", ""))


def known_vehicle() -> None:
    from src.service.api.registry_responses import VehicleRecord
    from src.service.page.views.vehicle_form import open_vehicle
    from src.service.page.visit import start
    from tests.service.page_registry_answers import VEHICLE

    open_vehicle(VehicleRecord.model_validate(VEHICLE), start("en", ""))


def new_permit() -> None:
    from src.service.api.registry_responses import VehicleRecord
    from src.service.page.views.permit_form import open_permit
    from src.service.page.visit import start
    from tests.service.page_registry_answers import VEHICLE

    open_permit(VehicleRecord.model_validate(VEHICLE), None, start("en", ""))


def known_permit() -> None:
    from src.service.api.registry_responses import VehicleRecord
    from src.service.page.views.permit_form import open_permit
    from src.service.page.visit import start
    from tests.service.page_registry_answers import VEHICLE

    vehicle = VehicleRecord.model_validate(VEHICLE)
    open_permit(vehicle, vehicle.permits[0], start("en", ""))


def new_person() -> None:
    from src.service.api.registry_responses import VehicleRecord
    from src.service.page.views.person_form import open_new_person
    from src.service.page.visit import start
    from tests.service.page_registry_answers import VEHICLE

    open_new_person(VehicleRecord.model_validate(VEHICLE), start("en", ""))


def known_person() -> None:
    from src.service.api.registry_responses import VehicleRecord
    from src.service.page.views.person_form import _person
    from src.service.page.visit import start
    from tests.service.page_registry_answers import VEHICLE

    vehicle = VehicleRecord.model_validate(VEHICLE)
    _person(vehicle, vehicle.persons[0], True, start("en", ""))


def new_list() -> None:
    from src.service.page.views.list_form import open_list
    from src.service.page.visit import start

    open_list(None, start("en", ""))


def known_list() -> None:
    from src.service.api.registry_responses import ListRecord
    from src.service.page.views.list_form import open_list
    from src.service.page.visit import start
    from tests.service.page_registry_answers import DENIED

    open_list(ListRecord.model_validate(DENIED), start("en", ""))


def new_place() -> None:
    from src.service.page.views.place_form import open_place
    from src.service.page.visit import start

    open_place(None, start("en", ""))


def known_place() -> None:
    from src.service.api.registry_responses import PlaceRecord
    from src.service.page.views.place_form import open_place
    from src.service.page.visit import start
    from tests.service.page_registry_answers import PLACE

    open_place(PlaceRecord.model_validate(PLACE), start("en", ""))


def table() -> None:
    from src.service.page.views.import_form import open_import
    from src.service.page.visit import start

    open_import(start("en", ""))


def new_key() -> None:
    from src.service.page.views.key_form import _new
    from src.service.page.visit import start

    _new(start("en", ""))


def known_key() -> None:
    from src.service.api.access import KeyRecord
    from src.service.page.views.key_form import open_key
    from src.service.page.visit import start
    from tests.service.page_registry_answers import KEY

    open_key(KeyRecord.model_validate(KEY), start("en", ""))


def opened(script: Script, **address: str) -> AppTest:
    """The view, after its first run; ``address`` are the parameters with which it is opened."""
    page = AppTest.from_function(script, default_timeout=60)
    for name, value in address.items():
        page.query_params[name] = value
    page.run()
    assert_sound(page)
    return page


def assert_sound(page: AppTest) -> None:
    assert [fault.message for fault in page.exception] == []


def faults(page: AppTest) -> list[str]:
    """What is said to be wrong, as Markdown shows it."""
    return [error.value.replace("\\", "") for error in page.error]


def html(page: AppTest) -> str:
    return "".join(element.body for element in page.html)


def sent(api: Api, call: str) -> list[dict[str, str]]:
    """The queries of all requests that were ``call``."""
    pairs = zip(api.asked, api.requests, strict=True)
    return [dict(request.url.params) for asked, request in pairs if asked == call]


def press(page: AppTest, label: str) -> None:
    (button,) = [button for button in page.button if button.label == label]
    button.click().run()
    assert_sound(page)


def field(page: AppTest, label: str, value: str) -> None:
    """Enters a text."""
    (found,) = [each for each in page.text_input if each.label == label]
    found.set_value(value)


def sent_json(api: Api, method: str) -> list[tuple[str, dict[str, Any]]]:
    """The path and the JSON of all requests with a method."""
    return [(each.url.path, json.loads(each.content or b"{}")) for each in api.requests if each.method == method]
