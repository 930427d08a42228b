"""Requests with an Idempotency-Key: sent as often as the client likes, read and stored once."""

import errno
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from src.service.database import tables
from src.service.store import Pictures, Scope, create_key
from tests.conftest import RED_TEXT
from tests.service.api.test_api_load import Holding, holding, one_at_work, waiting
from tests.service.api_client import Answer, Api, assert_problem, picture, running, texts
from tests.service.processes import wait_for

__all__ = ["holding"]
KEY = '"8e03978e-40d5-43dd-bc93-6894a57f9324"'


@pytest.fixture
def api(built_models: Path, tmp_path: Path) -> Iterator[Api]:
    with running(built_models, tmp_path / "data") as running_api:
        yield running_api


def begin(api: Api, *pictures: bytes, key: str = KEY, name: str = "a.png", **query: object) -> Future[Answer]:
    files = [("images", (name, data)) for data in pictures]
    return api.begin("POST", "/v1/recognize", files=files, params=query, headers={"Idempotency-Key": key})


def send(api: Api, *pictures: bytes, **asked: object) -> Answer:
    return begin(api, *pictures, **asked).result(60)  # type: ignore[arg-type]


def images(api: Api) -> int:
    return int(api.get("/v1/statistics").json()["images"])


def age(api: Api, **values: timedelta) -> None:
    """Moves what is known of all keys into the past."""
    row, now = tables.AnswerRow, datetime.now(UTC)
    with api.service.resources.database.session() as session:
        session.execute(update(row).values({name: now - before for name, before in values.items()}))


def test_a_request_that_comes_again_is_answered_as_the_first_was(api: Api) -> None:
    first, again = (send(api, picture(), picture(blue=True), b"no picture", annotated=True) for _ in range(2))
    assert first.status_code == again.status_code == 200
    assert (first.content, first.headers["content-type"]) == (again.content, again.headers["content-type"])
    assert images(api) == 2
    assert len(api.get("/v1/sightings").json()["items"]) == 3


def test_the_first_answer_survives_a_restart(built_models: Path, tmp_path: Path) -> None:
    answers = []
    for _ in range(2):
        with running(built_models, tmp_path) as api:
            answers.append(send(api, picture()))
            assert images(api) == 1
    assert answers[0].content == answers[1].content


def test_without_a_key_each_request_is_one_of_its_own(api: Api) -> None:
    first, second = (api.recognize(picture()).json()["results"][0] for _ in range(2))
    assert first["id"] != second["id"]


def test_a_key_is_for_one_request(api: Api) -> None:
    assert send(api, picture(), camera="gate").status_code == 200
    others = [
        send(api, picture(blue=True), camera="gate"),
        send(api, picture(), picture(), camera="gate"),
        send(api, picture(), camera="yard"),
        send(api, picture()),
        send(api, picture(), camera="gate", name="b.png"),
    ]
    for other in others:
        assert_problem(other, 422, "key_reused")
    assert images(api) == 1


def test_what_does_not_change_the_request_does_not_matter(api: Api) -> None:
    first = send(api, picture(), taken="2025-06-01T12:00:00Z", store="true")
    again = send(api, picture(), taken="2025-06-01T15:00:00+03:00", key=KEY.strip('"'))
    assert first.content == again.content
    assert images(api) == 1


def test_while_the_first_is_in_work_the_others_wait(built_models: Path, tmp_path: Path, holding: Holding) -> None:
    with running(built_models, tmp_path) as api:
        one_at_work(api, holding)
        first = begin(api, picture())
        waiting(api, 1)
        again = send(api, picture())
        assert_problem(again, 409, "in_work")
        assert int(again.headers["retry-after"]) > 0
        assert_problem(send(api, picture(blue=True)), 422, "key_reused")
        holding.let_go()
        assert texts(first.result(30)) == [[RED_TEXT]]
        assert send(api, picture()).content == first.result().content


def test_the_first_request_of_a_process_that_was_killed_is_begun_anew(
    built_models: Path, tmp_path: Path, holding: Holding
) -> None:
    """And if it was not killed after all, but only slow, it stores nothing any more."""
    with running(built_models, tmp_path) as api:
        one_at_work(api, holding)
        slow = begin(api, picture())
        waiting(api, 1)
        age(api, lapses=timedelta())
        new = begin(api, picture())
        waiting(api, 2)
        holding.let_go()
        answers = [slow.result(30), new.result(30)]
        assert_problem(answers[0], 409, "in_work")
        assert texts(answers[1]) == [[RED_TEXT]]
        assert images(api) == 2  # that of ``one_at_work`` too


def test_an_error_that_may_pass_is_not_kept(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(Pictures, "put", full)
        assert_problem(send(api, picture()), 503, "not_stored")
    assert send(api, picture()).status_code == 200
    assert images(api) == 1


def test_a_request_that_waits_too_long_or_finds_no_room_may_come_again(
    built_models: Path, tmp_path: Path, holding: Holding
) -> None:
    with running(built_models, tmp_path, request_timeout_s=0.3, queue=1) as api:
        first = one_at_work(api, holding)
        assert_problem(send(api, picture()), 503, "timed_out")
        assert_problem(send(api, picture(), picture()), 413, "too_many_pictures")
        assert_problem(first.result(30), 503, "timed_out")
        holding.let_go()
        assert texts(send(api, picture())) == [[RED_TEXT]]


def test_an_error_of_the_pictures_is_kept(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    first = send(api, b"no picture")
    assert_problem(first, 415, "unknown_format")
    monkeypatch.setattr(api.service.recogniser, "_submit", lambda *_: 1 / 0)
    again = send(api, b"no picture")
    assert_problem(again, 415, "unknown_format")
    assert again.content == first.content


def test_what_is_not_stored_is_repeated_too(api: Api) -> None:
    first, again = (send(api, picture(), store=False) for _ in range(2))
    assert first.content == again.content
    assert images(api) == 0


def test_after_a_day_the_key_is_free(api: Api) -> None:
    assert send(api, picture()).status_code == 200
    age(api, begun=timedelta(days=1))
    assert send(api, picture(blue=True)).status_code == 200
    assert images(api) == 2


def test_old_answers_are_removed(built_models: Path, tmp_path: Path) -> None:
    with running(built_models, tmp_path, retention_every_s=0.05) as api:
        assert send(api, picture()).status_code == 200
        age(api, begun=timedelta(days=1))

        def is_gone() -> bool:
            with api.service.resources.database.reading() as session:
                return session.query(tables.AnswerRow).count() == 0

        wait_for(is_gone, "the answer stays", 30)
        assert images(api) == 1


@pytest.mark.parametrize("store", [True, False])
def test_what_is_deleted_is_not_told_again(api: Api, store: bool) -> None:
    assert send(api, picture(), store=store).status_code == 200
    api.delete(f"/v1/plates/{RED_TEXT}")
    assert_problem(send(api, picture(), store=store), 410, "forgotten")
    assert images(api) == 0


def test_each_api_key_has_keys_of_its_own(built_models: Path, tmp_path: Path) -> None:
    with running(built_models, tmp_path, require_keys=True) as api:
        database = api.service.resources.database
        gate, yard = (create_key(database, name, [Scope.RECOGNIZE]).secret for name in ("gate", "yard"))
        answers = [
            api.ask(
                "POST",
                "/v1/recognize",
                files={"images": ("a.png", picture())},
                headers={"Idempotency-Key": KEY, "X-API-Key": secret},
            )
            for secret in (gate, yard, gate)
        ]
    bodies = [answer.content for answer in answers]
    assert bodies[0] == bodies[2] != bodies[1]


@pytest.mark.parametrize("key", ["", '""', '"a', 'a"', "a b", "a, b", '"\t"', '"a";b=1', "x" * 256, '"\\a"'])
def test_a_key_that_is_none_is_named(api: Api, key: str) -> None:
    problem = assert_problem(send(api, picture(), key=key), 422, "invalid_request")
    assert problem["detail"].startswith("header.Idempotency-Key: ")


def test_two_keys_are_none(api: Api) -> None:
    headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    answer = api.ask("POST", "/v1/recognize", files={"images": ("a.png", picture())}, headers=headers)
    problem = assert_problem(answer, 422, "invalid_request")
    assert problem["detail"] == "header.Idempotency-Key: is there more than once"
