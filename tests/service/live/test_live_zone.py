"""The zone of a camera in a real browser, which is drawn by mouse, finger and keyboard."""

import re

from tests.service.browser import DESKTOP, PHONE
from tests.service.listening import Gate, Listening, gate
from tests.service.live.guard import Guard, Visit, assert_sound
from tests.service.processes import wait_for

ZONE = [[0.1, 0.4], [0.9, 0.4], [0.9, 1.0], [0.1, 1.0]]


class Stage:
    """The picture on which a zone is drawn, in shares of its sides."""

    def __init__(self, guard: Guard, camera: Gate) -> None:
        self.guard, self.page, self.camera = guard, guard.page, camera
        self.page.wait_for_selector(".stage.has-picture")
        self.page.wait_for_timeout(100)

    def at(self, x: float, y: float) -> tuple[float, float]:
        box = self.page.locator(".stage").bounding_box()
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def points(self) -> list[list[float]]:
        """Where the points are seen."""
        box = self.page.locator(".stage").bounding_box()
        found = [handle.bounding_box() for handle in self.page.locator(".point").all()]
        return [
            [
                round((each["x"] + each["width"] / 2 - box["x"]) / box["width"], 2),
                round((each["y"] + each["height"] / 2 - box["y"]) / box["height"], 2),
            ]
            for each in found
        ]

    def save(self, name: str = "Save") -> list[list[float]] | None:
        """What the API has once it is saved."""
        self.page.get_by_role("button", name=name, exact=True).click()
        self.page.locator(".status", has_text=re.compile("Saved|Сохранено")).wait_for()
        with self.camera.api.client() as client:
            zone = client.get(f"/v1/cameras/{self.camera.id}").json()["zone"]
        return None if zone is None else [[round(x, 2), round(y, 2)] for x, y in zone]


def test_a_zone_is_drawn_by_mouse_and_keyboard(api: Listening, visit: Visit) -> None:
    north = gate(api, zone=ZONE)
    north.show(0)
    guard = visit(DESKTOP, f"#camera={north.id}")
    stage, mouse, keyboard = Stage(guard, north), guard.page.mouse, guard.page.keyboard
    assert stage.points() == ZONE
    guard.photograph("zone")
    guard.page.get_by_role("button", name="Whole picture").click()
    guard.page.get_by_text("The whole picture counts.").wait_for()
    assert stage.save() is None

    for x, y in ((0.2, 0.3), (0.8, 0.3)):
        mouse.click(*stage.at(x, y))
    assert guard.page.get_by_role("button", name="Save").is_disabled()
    guard.page.get_by_text("A zone has three points at least.").wait_for()
    mouse.move(*stage.at(0.5, 0.5))
    mouse.down()
    mouse.move(*stage.at(0.7, 0.8), steps=4)  # a point is set and moved with one press
    mouse.up()
    assert stage.points() == [[0.2, 0.3], [0.8, 0.3], [0.7, 0.8]]
    mouse.move(*stage.at(0.2, 0.3))
    mouse.down()
    mouse.move(*stage.at(0.1, 0.2), steps=4)
    mouse.up()
    mouse.click(*stage.at(0.45, 0.25))  # between the first two
    assert stage.points() == [[0.1, 0.2], [0.45, 0.25], [0.8, 0.3], [0.7, 0.8]]
    guard.photograph("drawn")
    assert stage.save() == [[0.1, 0.2], [0.45, 0.25], [0.8, 0.3], [0.7, 0.8]]

    keyboard.press("Tab")
    guard.page.locator(".point").nth(1).focus()
    for key in ("ArrowUp", "Shift+ArrowLeft"):
        keyboard.press(key)
    assert stage.points()[1] == [0.4, 0.24]
    keyboard.press("Delete")
    assert stage.points() == [[0.1, 0.2], [0.8, 0.3], [0.7, 0.8]]
    guard.page.get_by_role("button", name="Undo").click()
    assert len(stage.points()) == 4
    guard.page.locator(".stage").focus()
    keyboard.press("Enter")  # in the middle, behind the chosen point
    assert stage.points()[-1] == [0.5, 0.5]
    guard.page.locator(".between").first.focus()
    keyboard.press("Enter")
    assert len(stage.points()) == 6

    guard.page.reload()
    assert Stage(guard, north).points() == [[0.1, 0.2], [0.45, 0.25], [0.8, 0.3], [0.7, 0.8]]
    mouse.move(*stage.at(0.45, 0.25))
    mouse.down()
    mouse.move(*stage.at(0.4, 0.7), steps=4)
    mouse.up()
    guard.page.get_by_text("The lines of the zone cross.").wait_for()
    assert guard.page.get_by_role("button", name="Save").is_disabled()
    assert_sound(guard)


def test_a_zone_is_drawn_by_finger(api: Listening, visit: Visit) -> None:
    north = gate(api)
    north.show(1)
    guard = visit(PHONE, f"#camera={north.id}")
    stage = Stage(guard, north)
    for x, y in ((0.2, 0.3), (0.8, 0.3), (0.6, 0.8)):
        guard.page.touchscreen.tap(*stage.at(x, y))
    assert stage.points() == [[0.2, 0.3], [0.8, 0.3], [0.6, 0.8]]
    finger = guard.page.context.new_cdp_session(guard.page)

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y} for x, y in places]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    scrolled = guard.page.evaluate("scrollY")
    touch("touchStart", stage.at(0.6, 0.8))
    for step in range(1, 6):
        touch("touchMove", stage.at(0.6 - 0.04 * step, 0.8 + 0.02 * step))
    touch("touchEnd")
    wait_for(lambda: stage.points()[2] == [0.4, 0.9], f"the point is not moved: {stage.points()}", 10)
    assert guard.page.evaluate("scrollY") == scrolled  # the finger draws, and does not scroll
    sizes = [handle.bounding_box() for handle in guard.page.locator(".point").all()]
    assert all(box["width"] >= 44 and box["height"] >= 44 for box in sizes)
    assert guard.fits()
    guard.photograph("zone")
    assert stage.save("Сохранить") == [[0.2, 0.3], [0.8, 0.3], [0.4, 0.9]]
    guard.page.get_by_role("link", name="К проездам").tap()
    guard.page.get_by_text("Проездов пока не было").wait_for()
    assert_sound(guard)


def test_an_unknown_camera_and_one_without_a_picture_are_said_to_be_so(api: Listening, visit: Visit) -> None:
    guard = visit(DESKTOP, f"#camera={'0' * 32}")
    guard.page.get_by_text("There is no such camera.").wait_for()
    guard.open(f"#camera={gate(api).id}")
    guard.page.get_by_text("The camera has given no picture yet.").wait_for()
    guard.open("#camera=..%2Fsightings&lang=ru")
    guard.page.locator(".status", has_text=re.compile("Такой камеры нет|Сервис отвечает не так")).wait_for()
    assert guard.strangers == []
