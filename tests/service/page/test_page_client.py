"""The page's way to the API: what is asked, and what each kind of answer becomes."""

import json
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from src.service.api import examples
from src.service.api.responses import Result
from src.service.page.client import (
    TIMEOUT,
    ApiClient,
    Options,
    RefusedError,
    SlowError,
    StrangerError,
    UnreachableError,
)
from src.service.query import Place, SightingQuery
from tests.service.page_answers import READ, problem

Answer = Callable[[httpx.Request], httpx.Response]


class Asked:
    """A service whose client is answered by a function; ``requests`` are those that it made."""

    def __init__(self, answer: Answer, key: str | None = None) -> None:
        self.requests: list[httpx.Request] = []
        self._answer = answer
        client = httpx.Client(transport=httpx.MockTransport(self._keep), base_url="http://api:8000")
        self.service = ApiClient(client, key)

    def _keep(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        return self._answer(request)

    @property
    def query(self) -> dict[str, str]:
        return dict(self.requests[-1].url.params)


def answered(status: int = 200, **content: object) -> Answer:
    return lambda request: httpx.Response(status, **content)


def failing(error: type[httpx.RequestError]) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error("as it happens", request=request)

    return answer


def test_a_service_that_does_not_answer_is_known_for_gone_within_three_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # takes connections, as a machine that stands still does
        client = httpx.Client(base_url=f"http://127.0.0.1:{deaf.getsockname()[1]}", timeout=TIMEOUT, trust_env=False)
        begun = time.monotonic()
        with pytest.raises(UnreachableError):
            ApiClient(client).knock()
        assert time.monotonic() - begun < 3


def test_whoever_answers_is_there() -> None:
    for status in (200, 403, 503):
        Asked(answered(status)).service.knock()


def test_a_picture_is_sent_with_its_options() -> None:
    asked = Asked(answered(json={"results": [READ]}))
    options = Options(("RU", "BY"), 0.25, 0.85, False, "North gate")
    assert asked.service.recognize("ворота.jpg", b"\xff\xd8pixels", "image/jpeg", options) == Result.model_validate(
        READ
    )
    request = asked.requests[0]
    assert (request.method, request.url.path) == ("POST", "/v1/recognize")
    assert asked.query == {
        "countries": "RU,BY",
        "min_confidence": "0.25",
        "abstain": "0.85",
        "store": "false",
        "camera": "North gate",
    }
    assert b'name="images"' in request.content
    assert b"\xff\xd8pixels" in request.content


def test_what_is_not_set_is_left_to_the_service() -> None:
    asked = Asked(answered(json={"results": [READ]}))
    asked.service.recognize("a.jpg", b"", "image/jpeg", Options())
    assert asked.query == {"store": "true"}


def test_the_search_sends_what_is_filled_in() -> None:
    asked = Asked(answered(json={"items": [], "next": None, "total": 0}))
    since = datetime(2026, 1, 2, tzinfo=UTC)
    further = Place(since, "5f").cursor
    query = SightingQuery(text="A1*", since=since, min_confidence=0.5, limit=12, cursor=further)
    asked.service.sightings(query)
    assert asked.query == {
        "text": "A1*",
        "since": "2026-01-02T00:00:00Z",
        "min_confidence": "0.5",
        "limit": "12",
        "cursor": further,
    }


@pytest.mark.parametrize(("key", "header"), [("np_1_x", "Bearer np_1_x"), (None, None)])
def test_the_key_goes_with_every_request(key: str | None, header: str | None) -> None:
    asked = Asked(answered(json={}), key)
    asked.service.version()
    asked.service.is_ready()
    assert [request.headers.get("Authorization") for request in asked.requests] == [header] * 2


def test_a_key_of_other_letters_is_no_fault_of_the_page() -> None:
    asked = Asked(answered(401, json=problem(401, "no such key")), "ключ")
    with pytest.raises(RefusedError, match="no such key"):
        asked.service.version()


def test_names_cannot_leave_their_place_in_the_path() -> None:
    asked = Asked(answered(json=examples.PLATE))
    asked.service.plate("../../metrics?x=1#y")
    asked.service.delete_sighting("a/b")
    raw = [request.url.raw_path for request in asked.requests]
    assert raw == [b"/v1/plates/..%2F..%2Fmetrics%3Fx%3D1%23y", b"/v1/sightings/a%2Fb"]


def test_pictures_come_as_they_are() -> None:
    asked = Asked(answered(content=b"\x89PNG"))
    assert asked.service.picture("5f") == b"\x89PNG"
    assert asked.requests[0].url.path == "/v1/sightings/5f/picture"


@pytest.mark.parametrize(
    ("after", "seconds"), [({"Retry-After": "30"}, 30), ({}, None), ({"Retry-After": "Thu, 01 Jan 2026"}, None)]
)
def test_a_problem_keeps_status_detail_and_waiting_time(after: dict[str, str], seconds: int | None) -> None:
    asked = Asked(answered(429, json=problem(429, "60 requests a minute"), headers=after))
    with pytest.raises(RefusedError) as caught:
        asked.service.camera_sightings()
    refused = caught.value
    assert (refused.status, refused.kind, refused.detail) == (429, "blank", "60 requests a minute")
    assert (refused.retry_after, refused.code, refused.values) == (seconds, "", {})


def test_a_problem_keeps_the_code_of_its_detail() -> None:
    said = problem(422, "has more than 256 columns") | {"code": "too_many_columns", "values": {"most": 256}}
    with pytest.raises(RefusedError) as caught:
        Asked(answered(422, json=said)).service.camera_sightings()
    assert (caught.value.code, caught.value.values) == ("too_many_columns", {"most": 256})


def test_a_problem_without_detail_says_its_title() -> None:
    asked = Asked(answered(403, json=problem(403, "", title="Forbidden")))
    with pytest.raises(RefusedError, match="403 blank: Forbidden"):
        asked.service.delete_plate("A1")


@pytest.mark.parametrize(
    ("error", "becomes"),
    [
        (httpx.ConnectError, UnreachableError),
        (httpx.ConnectTimeout, UnreachableError),
        (httpx.RemoteProtocolError, UnreachableError),
        (httpx.ReadTimeout, SlowError),
        (httpx.WriteTimeout, SlowError),
    ],
)
def test_no_answer(error: type[httpx.RequestError], becomes: type[Exception]) -> None:
    with pytest.raises(becomes):
        Asked(failing(error)).service.statistics(7)


@pytest.mark.parametrize(
    "answer",
    [
        answered(200, text="<html>"),
        answered(200, json=[1]),
        answered(502, text="<html>Bad gateway"),
        answered(302, headers={"Location": "https://login"}),
        answered(404, json=["no problem"]),
    ],
)
def test_answers_of_a_stranger(answer: Answer) -> None:
    with pytest.raises(StrangerError):
        Asked(answer).service.statistics(7)


@pytest.mark.parametrize("results", [None, [], [READ, READ], {}])
def test_one_result_for_one_picture(results: object) -> None:
    with pytest.raises(StrangerError):
        Asked(answered(json={"results": results})).service.recognize("a.jpg", b"", "image/jpeg", Options())


@pytest.mark.parametrize(("status", "ready"), [(200, True), (503, False)])
def test_readiness(status: int, ready: bool) -> None:
    assert Asked(answered(status, json=problem(status, ""))).service.is_ready() is ready


def test_readiness_needs_a_key_where_keys_are_on() -> None:
    with pytest.raises(RefusedError):
        Asked(answered(401, text=json.dumps(problem(401, "no key")))).service.is_ready()
