"""Administrators change and revoke keys, but never the last one of an administrator."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from src.service.database import Database, tables
from src.service.store import (
    Actor,
    ApiKeyError,
    Key,
    KeyQuery,
    LastAdministratorError,
    Role,
    Scope,
    change_key,
    create_key,
    find_key,
    list_keys,
    revoke_as_administrator,
    revoke_key,
    search_keys,
)

SOON = datetime.now(UTC) + timedelta(days=1)
LATER = SOON + timedelta(days=1)


def administrator(database: Database, **limits: Any) -> Key:
    return create_key(database, "chief", role=Role.ADMINISTRATOR, **limits).key


def actions(database: Database) -> list[tuple[str, str | None, str | None, Any]]:
    with database.reading() as session:
        entries = session.scalars(select(tables.AuditRow).order_by(tables.AuditRow.at)).all()
        return [(entry.action, entry.subject, entry.key_id, entry.detail) for entry in entries]


def test_what_is_sent_is_changed_and_the_rest_stays(database: Database) -> None:
    chief = administrator(database)
    key = create_key(database, "gate", [Scope.READ], SOON, 5, 7).key
    changed = change_key(database, key.id, {"name": "yard", "per_minute": None, "expires": LATER}, Actor(chief.id))
    assert changed is not None
    assert (changed.name, changed.expires, changed.per_minute, changed.per_day) == ("yard", LATER, None, 7)
    assert find_key(database, key.id) == changed
    detail = {"prefix": key.prefix, "fields": ["expires", "name", "per_minute"]}
    assert actions(database)[-1] == ("change key", "gate", chief.id, detail)


def test_a_key_that_is_not_there_is_neither_changed_nor_revoked(database: Database) -> None:
    chief = administrator(database)
    for missing in ("0" * 32, chief.prefix, "a\x00", ""):
        assert change_key(database, missing, {"name": "x"}, Actor()) is None
        assert revoke_as_administrator(database, missing, Actor()) is None
        assert find_key(database, missing) is None
    assert len(actions(database)) == 1


def test_it_is_revoked_once_by_whom_it_was(database: Database) -> None:
    chief, key = administrator(database), create_key(database, "gate", [Scope.READ]).key
    revoked = revoke_as_administrator(database, key.id, Actor(chief.id))
    assert revoked is not None
    assert revoked.revoked is not None
    assert revoke_as_administrator(database, key.id, Actor()) == revoked
    assert [entry for entry in actions(database) if entry[0] == "revoke key"] == [
        ("revoke key", "gate", chief.id, {"prefix": key.prefix})
    ]


@pytest.mark.parametrize("fields", [{"expires": SOON}, {"per_minute": 1000}, {"per_day": 1000}])
def test_the_last_administrator_is_not_lamed(database: Database, fields: dict[str, Any]) -> None:
    chief = administrator(database, expires=LATER, per_minute=1001, per_day=1001)
    for other in (create_key(database, "gate", [Scope.DELETE]).key, administrator(database, expires=LATER)):
        revoke_key(database, other.prefix)
    with pytest.raises(LastAdministratorError):
        change_key(database, chief.id, fields, Actor())
    with pytest.raises(LastAdministratorError):
        revoke_as_administrator(database, chief.id, Actor())
    assert find_key(database, chief.id) == chief
    create_key(database, "other", [Scope.ADMIN])
    assert change_key(database, chief.id, fields, Actor()) is not None
    assert revoke_as_administrator(database, chief.id, Actor()) is not None


def test_the_last_administrator_may_be_renamed_and_freed(database: Database) -> None:
    chief = administrator(database, expires=SOON, per_minute=5)
    changed = change_key(database, chief.id, {"name": "boss", "expires": LATER, "per_minute": None}, Actor())
    assert changed is not None
    assert (changed.name, changed.expires, changed.per_minute) == ("boss", LATER, None)
    assert change_key(database, chief.id, {"expires": None}, Actor()) is not None


def test_an_administrator_whose_key_is_over_is_none(database: Database) -> None:
    chief, other = administrator(database), administrator(database, expires=SOON)
    with database.session() as session:
        session.get_one(tables.ApiKeyRow, other.id).expires = datetime.now(UTC) - timedelta(seconds=1)
    with pytest.raises(LastAdministratorError):
        revoke_as_administrator(database, chief.id, Actor())
    assert revoke_as_administrator(database, other.id, Actor()) is not None  # it is no last valid one itself


def test_a_time_that_is_over_is_refused(database: Database) -> None:
    key = create_key(database, "gate", [Scope.READ]).key
    with pytest.raises(ApiKeyError, match="over already"):
        change_key(database, key.id, {"expires": datetime(2025, 6, 1, tzinfo=UTC)}, Actor())


def test_administrators_who_revoke_each_other_at_once_leave_one(database: Database) -> None:
    barrier = Barrier(4)

    def revoke(key_id: str) -> bool:
        barrier.wait(60)
        try:
            return revoke_as_administrator(database, key_id, Actor()) is not None
        except LastAdministratorError:
            return False

    with ThreadPoolExecutor(4) as threads:
        for _ in range(5):
            ids = [key.id for key in list_keys(database) if key.revoked is None]
            ids += [administrator(database).id for _ in range(4 - len(ids))]
            assert sum(threads.map(revoke, ids)) == 3
            assert sum(key.revoked is None for key in list_keys(database)) == 1


def test_keys_are_found_page_by_page_newest_first(database: Database) -> None:
    made = [create_key(database, str(number), [Scope.READ]).key for number in range(5)]
    found, cursor = list[Key](), None
    for _ in range(3):
        page = search_keys(database, KeyQuery(limit=2, cursor=cursor))
        assert page.total == 5
        found += page.items
        cursor = page.next_cursor
    assert cursor is None
    assert found == made[::-1]
