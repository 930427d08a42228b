"""``python -m src.service.backup`` and ``restore``: a restored service answers the same, and a fault is one line."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from src.service import backup, restore
from src.service.database import Database
from src.service.store import Role, create_key
from tests.service.api_client import Api, picture, running

ASKED = ("/v1/cameras", "/v1/sightings", "/v1/statistics/cameras", "/v1/keys", "/v1/audit?action=create%20key")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def use(monkeypatch: pytest.MonkeyPatch, data: Path, url: str) -> None:
    """Lets the commands use this database."""
    monkeypatch.setenv("NUMBER_PLATE_DATA_DIR", str(data))
    monkeypatch.setenv("NUMBER_PLATE_DATABASE_URL", url)


def answers(api: Api, headers: dict[str, str]) -> Iterator[object]:
    """What the service says, and its pictures; without how often the key was used."""
    for path in ASKED:
        said = api.get(path, headers=headers).json()
        yield [{k: v for k, v in item.items() if k not in ("used_today", "state")} for item in said["items"]]
    for sighting in api.get("/v1/sightings", headers=headers).json()["items"]:
        yield api.get(f"/v1/sightings/{sighting['id']}/picture", headers=headers).content


def test_a_restored_service_answers_the_same(
    built_models: Path,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data, other, folder = tmp_path / "data", tmp_path / "other", tmp_path / "backups"
    folder.mkdir()
    use(monkeypatch, data, database_url)
    with running(built_models, data, require_keys=True, database_url=database_url) as api:
        database = api.service.resources.database
        headers = {"X-API-Key": create_key(database, "chief", role=Role.ADMINISTRATOR).secret}
        camera = {"name": "gate", "source": "rtsp://user:secret@192.0.2.1/", "enabled": False}
        assert api.ask("POST", "/v1/cameras", json=camera, headers=headers).status_code == 201
        for _ in range(2):
            files = {"images": ("a.png", picture(blue=True))}
            assert api.ask("POST", "/v1/recognize", files=files, headers=headers).status_code == 200
        assert backup.main([str(folder)]) == 0
        before = list(answers(api, headers))
    out, err = capsys.readouterr()
    (made,) = folder.iterdir()
    assert out == f"{made}\n"
    assert err.startswith("python -m src.service.backup: ")
    assert "2 pictures" in err
    url = f"sqlite:///{other}/number-plate.db"
    use(monkeypatch, other, url)
    assert restore.main([str(made)]) == 0
    assert "2 pictures" in capsys.readouterr().err
    with running(built_models, other, require_keys=True, database_url=url) as api:
        assert list(answers(api, headers)) == before
    assert sum(isinstance(each, bytes) for each in before) == 4


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "OUT"),
        ("a.tar b.tar", "b.tar"),
        ("nowhere/a.tar", "nowhere/.a.tar.part: No such file or directory"),
        ("there.tar", "there.tar: exists, choose another name"),
    ],
)
def test_wrong_usage_of_backup_is_one_line(
    words: str, said: str, database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    use(monkeypatch, tmp_path, database_url)
    (tmp_path / "there.tar").touch()
    assert said in line_of_fault(backup.main, words, capsys)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "FILE"),
        ("nowhere.tar", "nowhere.tar: No such file or directory"),
        ("no.tar", "no.tar: is damaged, or no backup"),
        ("--force no.tar", "--force"),
        ("whole.tar", "the database is not empty; --replace"),
    ],
)
def test_wrong_usage_of_restore_is_one_line(
    words: str, said: str, database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    use(monkeypatch, tmp_path, database_url)
    (tmp_path / "no.tar").write_text("no backup" * 200)
    assert backup.main(["whole.tar"]) == 0
    capsys.readouterr()
    assert said in line_of_fault(restore.main, words, capsys)


def test_a_database_that_is_not_there_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use(monkeypatch, tmp_path, f"sqlite:///{tmp_path}/none.db")
    assert "there is no such database" in line_of_fault(backup.main, "a.tar", capsys)
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_does_not_answer_is_status_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use(monkeypatch, tmp_path, "postgresql+psycopg://user:secret@127.0.0.1:1/name")
    assert backup.main(["a.tar"]) == 1
    err = capsys.readouterr().err
    assert (err.count("\n"), "secret" in err) == (1, False)


def line_of_fault(main: object, words: str, capsys: pytest.CaptureFixture[str]) -> str:
    """The one line that a command says, with status 2, when it is used wrongly."""
    assert callable(main)
    try:
        status = main(words.split())
    except SystemExit as end:
        status = end.code
    out, err = capsys.readouterr()
    assert (status, out, err.count("\n")) == (2, "", 1), err
    return str(err)
