"""Every endpoint of the OpenAPI document against every kind of key: an endpoint without a line in the table fails."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from src.service.database import tables
from src.service.store import Role, Scope, create_key, revoke_key
from tests.service.api_client import Api, assert_problem, running
from tests.service.endpoints import ANY_KEY, ENDPOINTS, OPEN, SCOPES_OF_ROLES, TICKET, Endpoint, filled

NOBODY = {"no key", "wrong key", "revoked", "expired"}


@pytest.fixture(scope="module")
def api(built_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(built_models, tmp_path_factory.mktemp("roles"), require_keys=True) as running_api:
        yield running_api


@pytest.fixture(scope="module")
def headers(api: Api) -> dict[str, dict[str, str]]:
    """The header of each kind of caller: of each role, of each scope alone, and of those who are nobody."""
    database = api.service.resources.database
    made = {
        "viewer": create_key(database, "viewer", role=Role.VIEWER),
        "operator": create_key(database, "operator", role=Role.OPERATOR),
        "operator with persons": create_key(database, "keeper", [Scope.PERSONS], role=Role.OPERATOR),
        "administrator": create_key(database, "administrator", role=Role.ADMINISTRATOR),
        **{f"scope {scope}": create_key(database, scope, [scope]) for scope in Scope},
        "revoked": create_key(database, "revoked", role=Role.ADMINISTRATOR),
        "expired": create_key(database, "expired", role=Role.ADMINISTRATOR),
    }
    revoke_key(database, made["revoked"].key.prefix)
    with database.session() as session:
        row = session.get_one(tables.ApiKeyRow, made["expired"].key.id)
        row.expires = datetime.now(UTC) - timedelta(seconds=1)
    keys = {caller: {"Authorization": f"Bearer {new.secret}"} for caller, new in made.items()}
    return {"no key": {}, "wrong key": {"X-API-Key": "np_wrong"}, **keys}


def allowed(caller: str) -> set[Scope]:
    """The scopes of a caller who has a key."""
    if caller in SCOPES_OF_ROLES:
        return SCOPES_OF_ROLES[caller]
    scope = Scope(caller.removeprefix("scope "))
    return set(Scope) if scope is Scope.ADMIN else {scope}


def documented(api: Api) -> dict[Endpoint, str]:
    """What each endpoint of the document asks for."""
    found = {}
    for path, operations in api.app.openapi()["paths"].items():
        for method, operation in operations.items():
            ways = [next(iter(way.values())) for way in operation.get("security", [])]
            (asked,) = {" ".join(scopes) for scopes in ways} or {OPEN}
            found[method.upper(), path] = asked or ANY_KEY
    return found


def test_the_document_says_what_each_endpoint_asks_for(api: Api) -> None:
    written = {endpoint: OPEN if asked == TICKET else str(asked) for endpoint, asked in ENDPOINTS.items()}
    assert documented(api) == written


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=" ".join)
def test_an_endpoint_lets_in_those_whom_the_table_names(
    endpoint: Endpoint, api: Api, headers: dict[str, dict[str, str]]
) -> None:
    method, path = endpoint
    asked = ENDPOINTS[endpoint]
    for caller, header in headers.items():
        answer = api.ask(method, filled(path), headers=header, params={"ticket": "x"} if asked == TICKET else None)
        if asked == OPEN:
            assert answer.status_code == 200, caller
        elif asked == TICKET:
            assert_problem(answer, 403, "no_ticket")
        elif caller in NOBODY:
            assert_problem(answer, 401, "no_key")
        elif asked == ANY_KEY or asked in allowed(caller):
            assert answer.status_code not in (401, 403), (caller, answer.text)
        else:
            assert f"scope {asked}" in assert_problem(answer, 403, "wrong_scope")["detail"], caller


def test_there_is_a_role_and_a_scope_for_every_kind_of_caller(headers: dict[str, dict[str, str]]) -> None:
    assert headers.keys() >= {*Role, *(f"scope {scope}" for scope in Scope), *NOBODY}
