"""The views as Streamlit runs them, without a browser, and what is to be seen on them."""

from collections.abc import Callable

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
