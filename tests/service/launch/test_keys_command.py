"""``python -m src.service.keys``."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from src.service.database import Database
from src.service.keys import main
from src.service.store import Scope, list_keys, verify_key


@pytest.fixture(autouse=True)
def _settings(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NUMBER_PLATE_DATABASE_URL", database_url)


def test_the_secret_is_all_that_is_printed(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    words = "create gate --scopes recognize,read --expires 90d --per-minute 60 --per-day 10000"
    assert main(words.split()) == 0
    out, err = capsys.readouterr()
    key = verify_key(database, out.rstrip("\n"), datetime.now(UTC))
    assert key is not None
    assert (key.name, key.scopes, key.per_minute, key.per_day) == ("gate", {Scope.RECOGNIZE, Scope.READ}, 60, 10000)
    assert key.expires is not None
    assert timedelta(days=90) - (key.expires - key.created) < timedelta(seconds=5)
    assert out.strip() not in err


def test_the_list_tells_keys_apart(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (
        "create [b]gate --scopes read",
        "create desk --role operator --scopes persons",
        "create yard --scopes admin --expires 1h",
    ):
        main(words.split())
    secrets = capsys.readouterr().out.split()
    prefixes = [key.prefix for key in list_keys(database)]
    assert main(["revoke", prefixes[0]]) == 0
    assert main(["list"]) == 0
    out, err = capsys.readouterr()
    _, gate, desk, yard = out.splitlines()
    assert gate.split()[:3] == [prefixes[0], "[b]gate", "read"]
    assert "revoked" in gate
    assert desk.split()[1:4] == ["desk", "operator", "persons"]
    assert yard.split()[-1] == "valid"
    assert err.count("\n") == 1
    assert not any(secret in out for secret in secrets)


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("", "COMMAND"),
        ("make", "invalid choice"),
        ("create gate", "without a role or scopes"),
        ("create gate --role guard", "'guard' is not one of viewer,operator,administrator"),
        ("create gate --scopes read,write", "'read,write' is not one or more of recognize,read,delete,registry,"),
        ("create gate --scopes read --expires never", "'never' is not a period"),
        ("create gate --scopes read --expires 0d", "'0d' is not a period"),
        ("create gate --scopes read --per-day 0", "'0' is not a number of requests"),
        ("create gate --scopes read --per-minute -1", "--per-minute"),
        ("revoke np_ffffffff", "there is no key 'np_ffffffff'"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(words: str, fault: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        status = main(words.split())
    except SystemExit as end:
        status = int(str(end.code))
    out, err = capsys.readouterr()
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert fault in err


def test_a_name_that_cannot_be_stored_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["create", "a\udcff", "--scopes", "read"]) == 2
    assert "the name of a key has control characters" in capsys.readouterr().err


def test_a_setting_that_is_wrong_is_wrong_usage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NUMBER_PLATE_REQUIRE_KEY", "true")
    assert main(["list"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_database_that_cannot_be_used_is_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "no.db").write_bytes(b"no database " * 100)
    monkeypatch.setenv("NUMBER_PLATE_DATABASE_URL", f"sqlite:///{tmp_path}/no.db")
    assert main(["list"]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "file is not a database" in err
