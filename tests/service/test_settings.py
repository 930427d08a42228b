"""The settings: from arguments, the environment and ``.env``."""

from pathlib import Path

import pytest

from src.service.database import open_database
from src.service.registry.rules import Rules
from src.service.settings import Settings, SettingsError


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Away from a ``.env`` of the developer's."""
    monkeypatch.chdir(tmp_path)


def test_nothing_needs_to_be_set() -> None:
    settings = Settings.load()
    assert settings.database_url == "sqlite:///var/number-plate.db"
    assert (settings.require_keys, settings.retention_days, settings.max_upload_bytes) == (False, None, 20 * 2**20)


def test_the_database_is_in_the_folder_of_the_data(tmp_path: Path) -> None:
    odd = tmp_path / "a b?c#%41"
    open_database(Settings(data_dir=odd).database_url).close()
    assert (odd / "number-plate.db").is_file()


def test_arguments_before_the_environment_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("QUEUE", "BATCH", "WORKERS")
    Path(".env").write_text("".join(f"NUMBER_PLATE_{name}=2\n" for name in names), encoding="utf-8")
    monkeypatch.setenv("NUMBER_PLATE_BATCH", "3")
    monkeypatch.setenv("NUMBER_PLATE_WORKERS", "3")
    settings = Settings(workers=4)
    assert (settings.queue, settings.batch, settings.workers) == (2, 3, 4)


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBER_PLATE_RETENTION_DAYS", "")
    assert Settings.load().retention_days is None


@pytest.mark.parametrize("unknown", ["REQUIRE_KEY", "DATABASE"])
def test_a_misspelt_variable_is_an_error(monkeypatch: pytest.MonkeyPatch, unknown: str) -> None:
    monkeypatch.setenv(f"NUMBER_PLATE_{unknown}", "true")
    with pytest.raises(SettingsError, match=f"^NUMBER_PLATE_{unknown}: there is no such setting$"):
        Settings.load()


def test_a_misspelt_name_in_the_file_is_an_error() -> None:
    Path(".env").write_text("NUMBER_PLATE_REQUIRE_KEY=true\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"^NUMBER_PLATE_REQUIRE_KEY: there is no such setting$"):
        Settings.load()


def test_what_others_keep_in_the_file_does_not_matter() -> None:
    nothing = Settings.load()
    Path(".env").write_text("POSTGRES_PASSWORD=x\n", encoding="utf-8")
    assert Settings.load() == nothing


@pytest.mark.parametrize("in_file", [True, False])
def test_a_misspelt_setting_of_the_page_is_an_error(monkeypatch: pytest.MonkeyPatch, in_file: bool) -> None:
    if in_file:
        Path(".env").write_text("NUMBER_PLATE_PAGE_KY=np_x\n", encoding="utf-8")
    else:
        monkeypatch.setenv("NUMBER_PLATE_PAGE_KY", "np_x")
    with pytest.raises(SettingsError, match=r"^NUMBER_PLATE_PAGE_KY: there is no such setting$"):
        Settings.load()


def test_the_api_has_time_to_answer_and_to_store() -> None:
    assert Settings(request_timeout_s=99.5).grace_s == 105


def test_a_misspelt_argument_is_an_error() -> None:
    with pytest.raises(ValueError, match="require_key"):
        Settings(require_key=True)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("THREADS", "many", "valid integer"),
        ("MIN_CONFIDENCE", "1.5", "less than or equal to 1"),
        ("MIN_CONFIDENCE", "0", "greater than or equal to 0.01"),
        ("MIN_READING", "1.5", "less than or equal to 1"),
        ("CANVAS", "1665", "less than or equal to 1664"),
        ("RETENTION_DAYS", "0", "greater than or equal to 1"),
        ("RETENTION_EVERY_S", "inf", "finite"),
        ("TRITON_URL", "triton:8001", "must begin with grpc://"),
        ("DATABASE_URL", "plates.db", "is no database URL"),
        ("DATABASE_URL", "mysql://a:secret@b/c", "mysql is not supported"),
        ("DATABASE_URL", "sqlite://", "a database in memory keeps nothing"),
        ("DATABASE_URL", "sqlite:///:memory:", "a database in memory keeps nothing"),
    ],
)
def test_a_bad_value_is_one_line_that_names_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, fault: str
) -> None:
    monkeypatch.setenv(f"NUMBER_PLATE_{name}", value)
    with pytest.raises(SettingsError) as raised:
        Settings.load()
    message = str(raised.value)
    assert message.startswith(f"NUMBER_PLATE_{name}: ")
    assert fault in message
    assert "\n" not in message
    assert "secret" not in message


def test_a_file_that_is_no_text_is_named() -> None:
    Path(".env").write_bytes(b"NUMBER_PLATE_PROVIDER=\xff\n")
    with pytest.raises(SettingsError, match=r"^\.env: is not UTF-8$"):
        Settings.load()


def test_passwords_are_not_printed() -> None:
    assert "secret" not in repr(Settings(database_url="postgresql://a:secret@b/c", page_key="np_secret"))


def test_a_plate_cannot_be_let_in_that_is_not_even_unsure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBER_PLATE_UNSURE_FROM", "0.6")
    with pytest.raises(SettingsError, match=r"^NUMBER_PLATE_DENY_FROM: must not be less than UNSURE_FROM, 0.6$"):
        Settings.load()
    monkeypatch.setenv("NUMBER_PLATE_DENY_FROM", "0.7")
    monkeypatch.setenv("NUMBER_PLATE_LISTED_SHARE", "0.25")
    rules = Settings.load().rules
    assert (rules.unsure_from, rules.deny_from, rules.allow_from, rules.share) == (0.6, 0.7, Rules().allow_from, 0.25)
