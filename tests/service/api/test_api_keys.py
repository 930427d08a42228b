"""API keys, their limits and quotas."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from src.service.database import Database, open_database, tables
from src.service.store import (
    Allowed,
    ApiKeyError,
    Key,
    Refused,
    Role,
    Scope,
    TextError,
    count_use,
    create_key,
    list_keys,
    revoke_key,
    used_today,
    verify_key,
)
from tests.service.parallel import at_once

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


def make(database: Database, **limits: int | None) -> Key:
    """A key whose bucket was filled before NOON."""
    key = create_key(database, "gate", [Scope.READ], **limits).key
    with database.session() as session:
        session.scalars(select(tables.BucketRow).where(tables.BucketRow.key_id == key.id)).one().filled = NOON
    return key


class TestKeys:
    def test_a_secret_is_known_by_its_digest_alone(self, database: Database) -> None:
        made = create_key(database, "gate", [Scope.READ, Scope.RECOGNIZE], per_minute=5, per_day=7)
        assert verify_key(database, made.secret, NOON) == made.key
        assert (made.key.per_minute, made.key.per_day, made.key.scopes) == (5, 7, {"read", "recognize"})
        assert made.secret.startswith(f"{made.key.prefix}_")
        with database.reading() as session:
            row = session.scalars(select(tables.ApiKeyRow)).one()
            kept = [getattr(row, column.key) for column in tables.ApiKeyRow.__table__.columns]
        assert made.secret.removeprefix(made.key.prefix) not in str(kept)
        assert len(row.hash) == 64

    @pytest.mark.parametrize("secret", ["", "np_", "' OR 1=1 --", "a\x00", "\udcff", "x" * 100_000])
    def test_any_other_secret_is_none(self, database: Database, secret: str) -> None:
        create_key(database, "gate", [Scope.READ])
        assert verify_key(database, secret, NOON) is None

    def test_neither_the_prefix_nor_the_digest_opens_anything(self, database: Database) -> None:
        made = create_key(database, "gate", [Scope.READ])
        with database.reading() as session:
            digest = session.scalars(select(tables.ApiKeyRow.hash)).one()
        assert verify_key(database, made.key.prefix, NOON) is None
        assert verify_key(database, digest, NOON) is None

    def test_an_expired_one_is_none(self, database: Database) -> None:
        end = datetime.now(UTC) + timedelta(days=1)
        made = create_key(database, "gate", [Scope.READ], expires=end)
        assert verify_key(database, made.secret, end - timedelta(microseconds=1)) is not None
        assert verify_key(database, made.secret, end) is None

    def test_a_revoked_one_is_none_for_good(self, database: Database) -> None:
        made = create_key(database, "gate", [Scope.READ])
        other = create_key(database, "gate", [Scope.READ])
        revoked = revoke_key(database, made.key.prefix)
        assert verify_key(database, made.secret, NOON) is None
        assert verify_key(database, other.secret, NOON) is not None
        assert revoke_key(database, made.key.prefix) == revoked
        assert [key.revoked is None for key in list_keys(database)] == [False, True]

    @pytest.mark.parametrize("prefix", ["np_", "%", "", "a\x00", "' OR 1=1 --"])
    def test_one_that_is_not_there_cannot_be_revoked(self, database: Database, prefix: str) -> None:
        create_key(database, "gate", [Scope.READ])
        with pytest.raises(ApiKeyError, match="there is no key"):
            revoke_key(database, prefix)

    def test_an_administrator_may_do_anything(self, database: Database) -> None:
        admin = create_key(database, "admin", [Scope.ADMIN]).key
        reader = create_key(database, "reader", [Scope.READ]).key
        assert all(admin.allows(scope) for scope in Scope)
        assert [scope for scope in Scope if reader.allows(scope)] == [Scope.READ]

    @pytest.mark.parametrize(
        ("role", "beside", "allowed"),
        [
            (Role.VIEWER, [], "read"),
            (Role.OPERATOR, [], "recognize read registry correct"),
            (Role.OPERATOR, [Scope.PERSONS], "recognize read registry persons correct"),
            (Role.ADMINISTRATOR, [], " ".join(Scope)),
        ],
    )
    def test_a_role_is_a_bundle_of_scopes(
        self, database: Database, role: Role, beside: list[Scope], allowed: str
    ) -> None:
        made = create_key(database, "guard", beside, role=role)
        key = verify_key(database, made.secret, NOON)
        assert key is not None
        assert (key.role, key.scopes) == (role, set(beside))
        assert [scope for scope in Scope if key.allows(scope)] == allowed.split()

    def test_what_could_never_be_used_is_refused(self, database: Database) -> None:
        with pytest.raises(ApiKeyError, match="without a role or scopes"):
            create_key(database, "gate", [])
        with pytest.raises(ApiKeyError, match="over already"):
            create_key(database, "gate", [Scope.READ], expires=NOON)
        with pytest.raises(ApiKeyError, match="0 requests"):
            create_key(database, "gate", [Scope.READ], per_day=0)
        with pytest.raises(TextError, match="name of a key"):
            create_key(database, "\n", [Scope.READ])
        assert list_keys(database) == []

    def test_making_and_revoking_are_audited_without_the_secret(self, database: Database) -> None:
        made = create_key(database, "gate", [Scope.READ])
        for _ in range(2):
            revoke_key(database, made.key.prefix)
        with database.reading() as session:
            entries = session.scalars(select(tables.AuditRow).order_by(tables.AuditRow.at)).all()
        assert [(entry.action, entry.subject) for entry in entries] == [("create key", "gate"), ("revoke key", "gate")]
        assert made.secret not in str([entry.detail for entry in entries])


def allowed(uses: Iterable[object]) -> int:
    return sum(isinstance(use, Allowed) for use in uses)


class TestLimits:
    def test_without_limits_uses_are_counted(self, database: Database) -> None:
        key, other = make(database), make(database)
        assert [count_use(database, key, NOON) for _ in range(3)] == [Allowed(1), Allowed(2), Allowed(3)]
        count_use(database, other, NOON)
        assert used_today(database, NOON) == {key.id: 3, other.id: 1}
        assert used_today(database, NOON + timedelta(days=1)) == {}

    def test_a_burst_then_one_at_a_time(self, database: Database) -> None:
        key = make(database, per_minute=4)
        assert allowed(count_use(database, key, NOON) for _ in range(9)) == 4
        assert count_use(database, key, NOON) == Refused("per_minute", 15)
        assert count_use(database, key, NOON + timedelta(seconds=14)) == Refused("per_minute", 1)
        later = NOON + timedelta(seconds=15)
        assert allowed(count_use(database, key, later) for _ in range(3)) == 1
        assert allowed(count_use(database, key, NOON + timedelta(hours=1)) for _ in range(9)) == 4

    def test_who_waits_as_long_as_told_is_let_in(self, database: Database) -> None:
        key = make(database, per_minute=7)
        now, waited = NOON, 0
        for _ in range(20):
            use = count_use(database, key, now)
            if isinstance(use, Refused):
                now += timedelta(seconds=use.retry_after)
                waited += 1
                assert isinstance(count_use(database, key, now), Allowed)
        assert waited > 5

    def test_a_clock_that_goes_back_gives_nothing(self, database: Database) -> None:
        key = make(database, per_minute=2)
        moments = [NOON + timedelta(seconds=second) for second in (0, -600, 0, -600, 1)]
        assert allowed(count_use(database, key, moment) for moment in moments) == 2

    def test_the_quota_begins_anew_at_midnight(self, database: Database) -> None:
        key = make(database, per_day=2)
        assert allowed(count_use(database, key, NOON) for _ in range(3)) == 2
        assert count_use(database, key, NOON) == Refused("per_day", 12 * 3600)
        midnight = NOON + timedelta(hours=12)
        assert count_use(database, key, midnight - timedelta(milliseconds=1)) == Refused("per_day", 1)
        assert count_use(database, key, midnight) == Allowed(1)

    def test_what_is_refused_is_not_counted(self, database: Database) -> None:
        key = make(database, per_minute=1, per_day=2)
        uses = [count_use(database, key, NOON) for _ in range(3)]
        assert uses == [Allowed(1), *[Refused("per_minute", 60)] * 2]
        assert count_use(database, key, NOON + timedelta(minutes=1)) == Allowed(2)
        assert count_use(database, key, NOON + timedelta(minutes=2)) == Refused("per_day", 12 * 3600 - 120)


def use_often(url: str, secret: str, _: int) -> list[int]:
    """What the day's count was at each request that was allowed."""
    database = open_database(url)
    key = verify_key(database, secret, NOON)
    assert key is not None
    uses = [count_use(database, key, NOON) for _ in range(20)]
    database.close()
    return [use.used_today for use in uses if isinstance(use, Allowed)]


@pytest.mark.parametrize("limit", ["per_minute", "per_day"])
def test_limits_hold_over_several_processes(database: Database, database_url: str, limit: str) -> None:
    made = create_key(database, "gate", [Scope.READ], **{limit: 50})
    counts = [count for of_process in at_once(4, use_often, database_url, made.secret) for count in of_process]
    assert sorted(counts) == list(range(1, 51))
