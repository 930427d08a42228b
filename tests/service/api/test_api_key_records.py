"""Keys are made, limited and revoked over the API; nobody but who made one ever sees its secret."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from src.service.store import Key, NewKey, Role, Scope, create_key
from tests.service.api_client import Answer, Api, assert_problem, running
from tests.service.endpoints import ID

SOON = (datetime.now(UTC) + timedelta(days=1)).isoformat()


@pytest.fixture
def api(built_models: Path, tmp_path: Path) -> Iterator[Api]:
    with running(built_models, tmp_path, require_keys=True) as running_api:
        yield running_api


@pytest.fixture
def chief(api: Api) -> NewKey:
    return create_key(api.service.resources.database, "chief", role=Role.ADMINISTRATOR)


def header(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


class Asking:
    """Asks with the administrator's key."""

    def __init__(self, api: Api, chief: NewKey) -> None:
        self.api, self.headers = api, header(chief.secret)

    def __call__(self, method: str, path: str, **content: Any) -> Answer:
        return self.api.ask(method, path, headers=self.headers, **content)

    def make(self, **fields: object) -> dict[str, Any]:
        answer = self("POST", "/v1/keys", json=fields)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made


@pytest.fixture
def ask(api: Api, chief: NewKey) -> Asking:
    return Asking(api, chief)


def test_a_key_is_made_and_of_use(api: Api, ask: Asking) -> None:
    made = ask.make(name=" guard ", role="operator", scopes=["persons"], expires=SOON, per_minute=9, per_day=99)
    assert made.pop("secret").startswith(made["prefix"])
    assert (made["name"], made["role"], made["scopes"]) == ("guard", "operator", ["persons"])
    assert made["allows"] == ["recognize", "read", "registry", "persons", "correct"]
    assert (made["per_minute"], made["per_day"], made["used_today"], made["state"]) == (9, 99, 0, "valid")
    assert datetime.fromisoformat(made["expires"]) == datetime.fromisoformat(SOON)
    assert ask("GET", f"/v1/keys/{made['id']}").json() == made
    assert ask("GET", "/v1/keys", params={"limit": 1}).json()["items"] == [made]


def test_whoever_has_a_key_may_look_at_it(api: Api, ask: Asking) -> None:
    made = ask.make(name="screen", scopes=["recognize"], per_day=5)
    own = api.get("/v1/key", headers=header(made["secret"])).json()
    fields = ("id", "name", "prefix", "role", "allows", "expires", "per_minute", "per_day")
    assert own == {"required": True, **{field: made[field] for field in fields}}
    assert ask("GET", f"/v1/keys/{made['id']}").json()["used_today"] == 1


def test_without_keys_anything_is_allowed(built_models: Path, tmp_path: Path) -> None:
    with running(built_models, tmp_path) as api:
        own = api.get("/v1/key").json()
    assert (own["required"], own["id"], own["allows"]) == (False, None, list(Scope))


def test_the_secret_is_in_one_answer_and_nowhere_else(
    ask: Asking, api: Api, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = ask("POST", "/v1/keys", json={"name": "guard", "role": "viewer"})
    assert answer.headers["cache-control"] == "no-store"
    made = answer.json()
    random = made["secret"].removeprefix(f"{made['prefix']}_")
    assert api.get("/v1/key", headers=header(made["secret"])).status_code == 200
    looks = (f"/v1/keys/{made['id']}", "/v1/keys", "/v1/audit")
    assert not any(random in ask("GET", path).text for path in looks)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(b"create key" in path.read_bytes() for path in files)
    assert not any(random.encode() in path.read_bytes() for path in files)
    assert random not in caplog.text


def test_a_change_takes_effect_with_the_next_request(api: Api, ask: Asking) -> None:
    made = ask.make(name="guard", role="viewer")
    assert api.get("/v1/cameras", headers=header(made["secret"])).status_code == 200
    changed = ask("PATCH", f"/v1/keys/{made['id']}", json={"name": "yard", "per_day": 1}).json()
    assert (changed["name"], changed["per_day"], changed["used_today"], changed["role"]) == ("yard", 1, 1, "viewer")
    assert_problem(api.get("/v1/cameras", headers=header(made["secret"])), 429, "limit_reached")
    freed = ask("PATCH", f"/v1/keys/{made['id']}", json={"per_day": None}).json()
    assert freed["per_day"] is None
    assert api.get("/v1/cameras", headers=header(made["secret"])).status_code == 200


def test_a_revoked_key_opens_nothing(api: Api, ask: Asking) -> None:
    made = ask.make(name="guard", role="viewer")
    revoked = ask("POST", f"/v1/keys/{made['id']}/revoke").json()
    assert (revoked["state"], revoked["revoked"] is None) == ("revoked", False)
    assert_problem(api.get("/v1/cameras", headers=header(made["secret"])), 401, "no_key")
    assert ask("POST", f"/v1/keys/{made['id']}/revoke").json() == revoked


def test_an_administrator_cannot_lock_everybody_out(ask: Asking, chief: NewKey) -> None:
    own = f"/v1/keys/{chief.key.id}"
    assert_problem(ask("POST", f"{own}/revoke"), 409, "last_administrator")
    problem = assert_problem(ask("PATCH", own, json={"name": "x", "per_day": 1}), 409, "last_administrator")
    assert "per_day" in problem["detail"]
    assert ask("GET", own).json()["name"] == "chief"
    ask.make(name="other", role="administrator")
    assert ask("POST", f"{own}/revoke").json()["state"] == "revoked"
    assert_problem(ask("GET", own), 401, "no_key")


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"name": "x"}, "without a role or scopes"),
        ({"name": "x", "role": "boss"}, "body.role"),
        ({"name": "x", "scopes": ["write"]}, "body.scopes"),
        ({"name": " ", "role": "viewer"}, "body.name"),
        ({"name": "x", "role": "viewer", "expires": "2025-01-01T00:00:00Z"}, "is over already"),
        ({"name": "x", "role": "viewer", "per_day": 0}, "body.per_day"),
        ({"name": "x", "role": "viewer", "secret": "np_1"}, "body.secret"),
    ],
)
def test_what_makes_no_key_is_refused(ask: Asking, fields: dict[str, Any], fault: str) -> None:
    assert fault in assert_problem(ask("POST", "/v1/keys", json=fields), 422, "invalid_request")["detail"]


@pytest.mark.parametrize("fields", [{"role": "administrator"}, {"scopes": ["admin"]}, {"name": None}, {"per_day": -1}])
def test_what_cannot_be_changed_is_refused(ask: Asking, chief: NewKey, fields: dict[str, Any]) -> None:
    assert_problem(ask("PATCH", f"/v1/keys/{chief.key.id}", json=fields), 422, "invalid_request")


def test_there_is_no_such_key(ask: Asking) -> None:
    assert_problem(ask("GET", f"/v1/keys/{ID}"), 404, "not_found")
    assert_problem(ask("PATCH", f"/v1/keys/{ID}", json={"name": "x"}), 404, "not_found")
    assert_problem(ask("POST", f"/v1/keys/{ID}/revoke"), 404, "not_found")


class TestAudit:
    def test_it_says_who_did_what_by_name_and_prefix(self, api: Api, ask: Asking, chief: NewKey) -> None:
        made = ask.make(name="guard", role="viewer")
        api.get("/v1/sightings", headers=header(made["secret"]), params={"text": "AB12", "region": "RU"})
        page = ask("GET", "/v1/audit").json()
        reading, looked, created, first = page["items"]
        assert (page["total"], page["next"]) == (4, None)
        assert (looked["action"], looked["subject"], looked["detail"]) == (
            "search",
            "AB12",
            {"region": "RU", "limit": 50},
        )
        assert looked["key"] == {"id": made["id"], "name": "guard", "prefix": made["prefix"]}
        assert (created["action"], created["subject"], created["key"]) == ("create key", "guard", whose(chief.key))
        assert (reading["action"], reading["key"]) == ("audit", whose(chief.key))
        assert (first["action"], first["key"]) == ("create key", None)

    def test_it_is_filtered(self, api: Api, ask: Asking) -> None:
        guard, yard = ask.make(name="guard", role="viewer"), ask.make(name="yard", role="viewer")
        for key in (guard, yard, yard):
            api.get("/v1/sightings", headers=header(key["secret"]))
        assert found(ask, action="search", key="guard") == [("search", "guard")]
        assert found(ask, key=yard["prefix"]) == [("search", "yard")] * 2
        assert found(ask, action="change key") == []
        assert found(ask, until="2026-01-01T00:00:00Z") == []
        assert found(ask, action="search", since=SOON) == []
        assert len(found(ask, action="search", until=SOON)) == 3

    def test_it_is_read_page_by_page(self, ask: Asking) -> None:
        names = [ask.make(name=str(number), role="viewer")["name"] for number in range(5)]
        subjects, asked = list[str](), {"action": "create key", "limit": 4}
        first = ask("GET", "/v1/audit", params=asked).json()
        second = ask("GET", "/v1/audit", params={**asked, "cursor": first["next"]}).json()
        subjects = [entry["subject"] for page in (first, second) for entry in page["items"]]
        assert subjects == [*reversed(names), "chief"]
        assert (first["total"], second["total"], second["next"]) == (6, None, None)

    @pytest.mark.parametrize("query", [{"action": "look"}, {"since": "1"}, {"limit": 0}, {"cursor": "x"}, {"key": ""}])
    def test_what_is_no_question_is_refused(self, ask: Asking, query: dict[str, Any]) -> None:
        assert_problem(ask("GET", "/v1/audit", params=query), 422, "invalid_request")


def whose(key: Key) -> dict[str, str]:
    return {"id": key.id, "name": key.name, "prefix": key.prefix}


def found(ask: Asking, **query: str) -> list[tuple[str, str]]:
    """The action and the name of the key of each entry."""
    items = ask("GET", "/v1/audit", params=query).json()["items"]
    return [(entry["action"], entry["key"]["name"]) for entry in items]
