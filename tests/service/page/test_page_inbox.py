"""Every picture is sent once, whatever happens meanwhile."""

import json
import threading
from dataclasses import dataclass, field
from itertools import count

import pytest

from src.core.image import ImageError
from src.service.api.responses import Failure, Fault, Result
from src.service.page import inbox
from src.service.page.client import ApiClient, Options, RefusedError, UnreachableError
from src.service.page.inbox import Inbox
from src.service.page.pictures import Preview
from tests.service.page_answers import READ

NUMBERS = count()
RESULT = Result.model_validate(READ)
SHOWN = Preview("data:photo", ("data:crop",))


@dataclass
class File:
    name: str
    type: str = "image/jpeg"
    file_id: str = field(default_factory=lambda: f"file-{next(NUMBERS)}")

    def getvalue(self) -> bytes:
        return self.name.encode()


class Recogniser(ApiClient):
    """Answers by name: a result, or the fault that stands there for it."""

    def __init__(self, **faults: Exception | Failure) -> None:
        self.faults = faults
        self.asked: list[str] = []

    def recognize(self, name: str, data: bytes, media_type: str, options: Options) -> Result | Failure:
        self.asked.append(name)
        fault = self.faults.get(name, RESULT)
        if isinstance(fault, Exception):
            raise fault
        return fault.model_copy(update={"image": name})


@pytest.fixture(autouse=True)
def _no_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "preview", lambda data, width, plates: SHOWN)


def test_new_pictures_are_sent_and_counted() -> None:
    box, service, files = Inbox(), Recogniser(), [File("a"), File("b")]
    assert list(box.read(files, service, Options())) == [0, 1]
    files.append(File("a"))
    assert list(box.read(files, service, Options())) == [2]
    assert service.asked == ["a", "b", "a"]
    assert [taken.name for taken in box.newest()] == ["a", "b", "a"]
    assert box.newest()[0].preview is SHOWN


def test_a_refused_picture_is_taken_and_the_others_go_on() -> None:
    damaged = Failure(image="", error=Fault(type="damaged", message="truncated"))
    service = Recogniser(b=RefusedError(415, "unknown_format", "no image"), c=damaged)
    box = Inbox()
    list(box.read([File("a"), File("b"), File("c"), File("d")], service, Options()))
    assert [taken.refusal and taken.refusal.kind for taken in box.newest()] == [None, "damaged", "unknown_format", None]
    assert [described.get("error") for described in json.loads(box.as_json())] == [
        None,
        {"type": "unknown_format", "message": "no image"},
        {"type": "damaged", "message": "truncated"},
        None,
    ]


@pytest.mark.parametrize("fault", [UnreachableError(""), RefusedError(429, "limit_reached", "")])
def test_any_other_fault_ends_it_and_the_rest_stays_new(fault: Exception) -> None:
    box, service, files = Inbox(), Recogniser(b=fault), [File("a"), File("b"), File("c")]
    with pytest.raises(type(fault)):
        list(box.read(files, service, Options()))
    assert list(box.taken) == [files[0].file_id]
    service.faults.clear()
    assert list(box.read(files, service, Options())) == [1, 2]
    assert service.asked == ["a", "b", "b", "c"]


def test_a_picture_that_the_page_cannot_show_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object) -> Preview:
        raise ImageError("HEIF")

    monkeypatch.setattr(inbox, "preview", unknown)
    box = Inbox()
    list(box.read([File("a")], Recogniser(), Options()))
    (taken,) = box.newest()
    assert (taken.preview, taken.refusal, taken.answer) == (None, None, RESULT.model_copy(update={"image": "a"}))


def test_a_run_that_overtakes_another_sends_nothing_twice() -> None:
    """The visitor clicks while an answer is waited for: Streamlit leaves the old run at its next step."""
    box, files = Inbox(), [File("a"), File("b")]
    waiting, go_on = threading.Event(), threading.Event()

    class Slow(Recogniser):
        def recognize(self, *words: object) -> Result | Failure:
            waiting.set()
            assert go_on.wait(10)
            return super().recognize(*words)

    service = Slow()

    def leave() -> None:
        reading = box.read(files, service, Options())
        next(reading)
        next(reading)
        reading.close()

    old = threading.Thread(target=leave)
    old.start()
    assert waiting.wait(10)
    new = threading.Thread(target=lambda: list(box.read(files, service, Options())))
    new.start()
    go_on.set()
    for thread in (old, new):
        thread.join(10)
    assert service.asked == ["a", "b"]


def test_emptied_it_is_another_one() -> None:
    box = Inbox()
    list(box.read([File("a")], Recogniser(), Options()))
    box.empty()
    assert (box.newest(), box.as_json(), box.number) == ([], "[]", 1)
