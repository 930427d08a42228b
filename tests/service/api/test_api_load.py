"""Many at once, too many, too slow, and the end: what is taken is answered once, the rest may come again."""

import re
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from src.runtime.triton import TritonError
from src.service.recognition import engine as inference
from tests.conftest import BLUE_TEXT, RED_TEXT
from tests.service.api_client import Answer, Api, assert_problem, picture, running, texts
from tests.service.processes import wait_for


class Holding:
    """Stands between the engine and the networks: holds every batch until it is let go, and keeps their sizes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.batches: list[int] = []
        self.fault: Exception | None = None
        self._may_go, read_batched = threading.Event(), inference.read_batched

        def held(pairs: Any) -> Any:
            self.batches.append(len(pairs))
            assert self._may_go.wait(60)
            if self.fault:
                raise self.fault
            return read_batched(pairs)

        monkeypatch.setattr(inference, "read_batched", held)

    def let_go(self) -> None:
        self._may_go.set()


@pytest.fixture
def holding(monkeypatch: pytest.MonkeyPatch) -> Iterator[Holding]:
    held = Holding(monkeypatch)
    yield held
    held.let_go()


def one_at_work(api: Api, holding: Holding) -> Future[Answer]:
    """A request whose picture the only worker has taken."""
    first = api.begin_to_recognize(picture())
    wait_for(lambda: len(holding.batches) == 1, "the engine takes no picture", 30)
    return first


def waiting(api: Api, pictures: int) -> None:
    wait_for(lambda: api.service.engine.waiting == pictures, f"there are not {pictures} waiting", 30)


def test_what_waits_together_is_read_together_and_each_as_its_request_wants(
    built_models: Path, tmp_path: Path, holding: Holding
) -> None:
    with running(built_models, tmp_path) as api:
        first = one_at_work(api, holding)
        later = [
            api.begin_to_recognize(picture(blue=True), min_confidence=0.7, abstain=1),
            api.begin_to_recognize(picture(red=False), picture(blue=True), min_confidence=0.5),
            api.begin_to_recognize(b"text", store=False),
        ]
        waiting(api, 4)
        holding.let_go()
        assert texts(first.result(30)) == [[RED_TEXT]]
        assert [texts(answer.result(30)) for answer in later[:2]] == [[[RED_TEXT]], [[], [RED_TEXT, BLUE_TEXT]]]
        assert later[0].result().json()["results"][0]["plates"][0]["accepted"] is False
        assert_problem(later[2].result(30), 415)
    assert holding.batches == [1, 3]


def test_a_full_queue_refuses_and_says_when_to_come_again(built_models: Path, tmp_path: Path, holding: Holding) -> None:
    with running(built_models, tmp_path, queue=2) as api:
        taken = [one_at_work(api, holding), api.begin_to_recognize(picture())]
        waiting(api, 1)
        too_many = api.recognize(picture(), picture())  # all of a request or none
        taken.append(api.begin_to_recognize(picture()))
        waiting(api, 2)
        one_more = api.recognize(picture())
        for answer in (too_many, one_more):
            assert_problem(answer, 503, "busy")
            assert int(answer.headers["retry-after"]) > 0
        assert "number_plate_queue_pictures 2.0" in api.get("/metrics").text
        assert api.get("/v1/statistics").status_code == 200  # the rest goes on
        holding.let_go()
        assert [texts(answer.result(30)) for answer in taken] == [[[RED_TEXT]]] * 3
        assert api.get("/v1/statistics").json()["images"] == 3


def test_a_reading_that_takes_too_long_is_given_up_and_never_stored(
    built_models: Path, tmp_path: Path, holding: Holding
) -> None:
    with running(built_models, tmp_path, request_timeout_s=0.3) as api:
        answers = [one_at_work(api, holding), api.begin_to_recognize(picture())]
        for answer in answers:
            problem = assert_problem(answer.result(30), 503, "timed_out")
            assert problem["picture"] == "0.png"
            assert int(answer.result().headers["retry-after"]) > 0
        holding.let_go()
        assert texts(api.recognize(picture(blue=True))) == [[RED_TEXT, BLUE_TEXT]]
        assert api.get("/v1/statistics").json()["images"] == 1


def test_bytes_count_as_held_as_long_as_anybody_has_them(built_models: Path, tmp_path: Path, holding: Holding) -> None:
    """Two requests of 115,536 bytes at most fill the memory: one of them is at work, the others are given up."""
    limits = {"max_upload_bytes": 50_000, "max_pictures": 1, "request_timeout_s": 0.3}
    large = picture() + bytes(49_000), b"x" * 60_000

    def begin(api: Api) -> Future[Answer]:
        files = [("images", ("a.png", large[0])), ("other", ("b", large[1]))]
        return api.begin("POST", "/v1/recognize", files=files)

    with running(built_models, tmp_path, workers=2, **limits) as api:
        for at_work in (1, 2):
            assert_problem(begin(api).result(30), 503, "timed_out")
            assert holding.batches == [1] * at_work
            if at_work == 1:  # the other worker is free
                assert api.service.engine.waiting == 0
        assert_problem(begin(api).result(30), 503, "busy")
        small = api.begin_to_recognize(picture())
        waiting(api, 1)
        assert_problem(small.result(30), 503, "timed_out")
        waiting(api, 0)  # and its place is free
        holding.let_go()
        wait_for(lambda: begin(api).result(30).status_code == 200, "the bytes stay held", 30)


def test_a_triton_server_that_fails_is_told_and_the_next_request_may_succeed(
    built_models: Path, tmp_path: Path, holding: Holding, caplog: pytest.LogCaptureFixture
) -> None:
    holding.fault = TritonError("grpc://secret.host:8001: gone")
    holding.let_go()
    with running(built_models, tmp_path) as api:
        answer = api.recognize(picture())
        assert_problem(answer, 503, "not_read")
        assert "secret.host" in caplog.text
        assert "secret.host" not in answer.text
        holding.fault = None
        assert texts(api.recognize(picture())) == [[RED_TEXT]]


def test_a_fault_of_the_service_is_a_problem_too(built_models: Path, tmp_path: Path, holding: Holding) -> None:
    holding.fault = ZeroDivisionError("nobody thought of it")
    holding.let_go()
    with running(built_models, tmp_path) as api:
        answer = api.recognize(picture())
        assert_problem(answer, 500)
        assert "nobody" not in answer.text
        assert 'route="/v1/recognize",status="500"} 1.0' in api.get("/metrics").text


def test_a_result_that_cannot_be_stored_is_no_success(
    built_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(built_models, tmp_path) as api:
        save, calls = api.service.recogniser._save, []

        def full(*args: object) -> object:
            calls.append(1)
            if len(calls) == 1:
                raise OSError(28, "No space left on device")
            return save(*args)

        monkeypatch.setattr(api.service.recogniser, "_save", full)
        problem = assert_problem(api.recognize(picture()), 503, "not_stored")
        assert "space" not in problem["detail"]
        assert texts(api.recognize(picture())) == [[RED_TEXT]]


def test_32_clients_at_once_lose_nothing_and_double_nothing(built_models: Path, tmp_path: Path) -> None:
    with running(built_models, tmp_path, workers=2) as api:
        begun = [
            [api.begin_to_recognize(picture(red=n % 2 == 0, blue=n % 3 == 0), camera=f"c{n}") for n in range(32)]
            for _ in range(2)
        ]
        seen = []
        for answers in begun:
            for n, answer in enumerate(answers):
                assert texts(answer.result(60)) == [[RED_TEXT] * (n % 2 == 0) + [BLUE_TEXT] * (n % 3 == 0)]
                seen += [p["sighting"] for p in answer.result().json()["results"][0]["plates"]]
        items = api.get("/v1/sightings?limit=500").json()["items"]
        assert api.get("/v1/statistics").json()["images"] == 64
    assert sorted(item["id"] for item in items) == sorted(seen)
    assert len(set(seen)) == len(seen) == 2 * (16 + 11)
    assert all((item["text"] == RED_TEXT) <= (int(item["camera"][1:]) % 2 == 0) for item in items)


def test_the_end_waits_for_what_was_taken_and_takes_nothing_more(
    built_models: Path, tmp_path: Path, holding: Holding
) -> None:
    with running(built_models, tmp_path) as api:
        taken = [one_at_work(api, holding), api.begin_to_recognize(picture(), picture(blue=True))]
        waiting(api, 2)
        api.service.drain.begin()
        refused = api.recognize(picture())
        assert_problem(refused, 503, "shutting_down")
        assert int(refused.headers["retry-after"]) > 0
        assert_problem(api.get("/v1/sightings"), 503, "shutting_down")
        assert_problem(api.get("/ready"), 503, "not_ready")
        assert api.get("/health").status_code == 200
        threading.Timer(0.3, holding.let_go).start()
    assert texts(taken[0].result(0)) == [[RED_TEXT]]
    assert texts(taken[1].result(0)) == [[RED_TEXT], [RED_TEXT, BLUE_TEXT]]
    assert all(result["id"] for answer in taken for result in answer.result().json()["results"])


def test_the_seconds_of_every_stage_are_counted(built_models: Path, tmp_path: Path) -> None:
    with running(built_models, tmp_path) as api:
        assert api.recognize(picture(), picture(blue=True)).status_code == 200
        figures = api.get("/metrics").text
    for stage in ("wait", "decode", "detect", "read", "store"):
        assert f'number_plate_stage_seconds_count{{stage="{stage}"}} 2.0' in figures
    assert re.search(
        r'stage_seconds_sum\{stage="detect"\} 0\.0*[1-9]|stage_seconds_sum\{stage="detect"\} \d\.?\d*e', figures
    )
    assert "number_plate_plates_read_total 3.0" in figures
    assert 'number_plate_requests_total{method="POST",route="/v1/recognize",status="200"} 1.0' in figures
