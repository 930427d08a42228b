"""What the pages say of the service is what its code has: settings, addresses, metrics, tables, times."""

import re

import pytest

from src.service import store
from src.service.app import create_app
from src.service.database import tables
from src.service.http.metrics import Metrics
from src.service.page import sessions
from src.service.settings import Settings
from src.service.store.answers import KEPT_FOR
from src.service.store.retention import ORPHAN_AGE_S
from tests.docs.pages import page, rows, section

SPAN = re.compile(r"`([^`]+)`")
SETTINGS = rows(section(page("docs/deployment.md"), "Settings"))


def test_the_settings_are_those_of_the_service() -> None:
    told = {span for row in SETTINGS for span in SPAN.findall(row[0])}
    assert told == {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize(
    "name",
    [
        *("workers", "threads", "batch", "queue", "max_pictures", "max_pixels", "data_dir"),
        *("allow_from", "deny_from", "unsure_from", "listed_share"),
    ],
)
def test_the_defaults_are_those_of_the_service(name: str) -> None:
    (told,) = (row[1] for row in SETTINGS if f"`{name.upper()}`" in row[0])
    assert told.strip("`").replace(",", "") == str(Settings.model_fields[name].default)


def test_the_times_of_the_settings_are_told_in_seconds() -> None:
    told = {row[0].strip("`"): row[1] for row in SETTINGS}
    for name in ("retention_every_s", "request_timeout_s"):
        assert float(told[name.upper()]) == Settings.model_fields[name].default


def test_the_addresses_are_those_of_the_api() -> None:
    told = [SPAN.findall(row[0]) for row in rows(section(page("docs/service.md"), "Addresses"))]
    paths = create_app(Settings(require_keys=True)).openapi()["paths"]
    served = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert {span for spans in told for span in spans} == served


def test_the_parameters_of_recognize_are_on_the_page() -> None:
    """`images` is no parameter but the form; the header has a section of its own."""
    operation = create_app(Settings(require_keys=True)).openapi()["paths"]["/v1/recognize"]["post"]
    queries = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "query"}
    (told,) = (row[1] for row in rows(section(page("docs/service.md"), "Addresses")) if "/recognize`" in row[0])
    assert {span.partition("=")[0] for span in SPAN.findall(told)} - {"images"} == queries


def test_the_scopes_and_roles_are_those_of_keys() -> None:
    told = {span for row in rows(section(page("docs/service.md"), "Keys")) for span in SPAN.findall(row[0])}
    assert told == {*store.Scope, *store.Role}


def test_the_roles_allow_what_the_page_says() -> None:
    told = {row[0].strip("`"): set(SPAN.findall(row[1])) for row in rows(section(page("docs/service.md"), "Keys"))}
    assert {role: told[role] for role in store.Role} == store.SCOPES_OF


def test_the_metrics_are_those_of_the_service() -> None:
    told = {span for row in rows(section(page("docs/deployment.md"), "Metrics")) for span in SPAN.findall(row[0])}
    families = Metrics(lambda: 0, lambda: 0).registry.collect()
    ours = [family for family in families if family.name.startswith("number_plate_")]  # others are of any process
    assert told == {f"{family.name}_total" if family.type == "counter" else family.name for family in ours}


def test_every_table_of_the_database_is_on_the_page_about_privacy() -> None:
    told = set(
        SPAN.findall("\n".join(row[1] for row in rows(section(page("docs/privacy.md"), "What the service stores"))))
    )
    assert told - {"DATA_DIR/pictures", "DATA_DIR/cameras"} == set(tables.TableBase.metadata.tables)


def test_the_times_on_the_page_about_privacy_are_those_of_the_code() -> None:
    text = " ".join(page("docs/privacy.md").split())
    assert f"| table `answers` | {KEPT_FOR.total_seconds() / 3600:.0f} hours |" in text
    assert f"in memory, for at most {sessions.LIFETIME_S / 3600:.0f} hours" in text
    assert ORPHAN_AGE_S == Settings.model_fields["retention_every_s"].default == 3600
    assert text.count("an hour") == 2
