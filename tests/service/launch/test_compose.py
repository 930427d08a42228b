"""compose.yaml against the schema of the Compose specification, and its rules for what runs unattended."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from src.service.settings import Settings
from tests.commands import ROOT
from tests.service.compose import COMPOSE, VARIABLE, dockerfile, interpolate, services
from tests.service.dockerfile import stages

EXAMPLE = ROOT / ".env.example"
SECRET = re.compile("PASSWORD|SECRET|TOKEN|KEY$")
BUILT = ("api", "page")

each = pytest.mark.parametrize("name", ["api", "page", "postgres", "triton"])


def check_schema(path: Path) -> "subprocess.CompletedProcess[str]":
    """The specification's JSON schema comes with check-jsonschema."""
    program = Path(sys.executable).with_name("check-jsonschema")
    command = [program, "--builtin-schema", "vendor.compose-spec", "--color", "never", path]
    return subprocess.run(command, capture_output=True, text=True)


def example() -> dict[str, str]:
    """The variables of .env.example, those that are commented out too."""
    found = re.findall(r"^#?([A-Z_]+)=(.*)$", EXAMPLE.read_text(), re.MULTILINE)
    return dict(found)


def test_is_of_the_schema(tmp_path: Path) -> None:
    done = check_schema(COMPOSE)
    assert done.returncode == 0, done.stdout
    spoilt = tmp_path / "compose.yaml"
    spoilt.write_text(COMPOSE.read_text().replace("healthcheck:", "healthchecks:", 1))
    assert check_schema(spoilt).returncode == 1


def test_the_services() -> None:
    assert set(services()) == {"api", "page", "postgres", "triton"}
    assert {name for name, service in services().items() if "profiles" in service} == {"triton"}


@each
def test_can_do_no_more_than_it_must(name: str) -> None:
    service = services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["user"] not in ("root", "0", "0:0")
    assert not {"privileged", "cap_add", "network_mode", "pid", "ipc", "devices"} & service.keys()


@each
def test_goes_on_unattended(name: str) -> None:
    service = services()[name]
    assert service["restart"] == "unless-stopped"
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}
    assert service["healthcheck"]["test"][0] == "CMD"
    assert {"interval", "timeout", "retries", "start_period"} < service["healthcheck"].keys()
    assert service["logging"]["options"]["max-size"]
    assert isinstance(service.get("command", []), list)


@each
def test_starts_after_what_it_needs_is_healthy(name: str) -> None:
    for other, terms in services()[name].get("depends_on", {}).items():
        assert terms["condition"] == "service_healthy"
        assert services()[other].get("profiles") is None or terms["required"] is False


def test_the_page_needs_the_api_and_the_api_its_database() -> None:
    assert "api" in services()["page"]["depends_on"]
    assert services()["api"]["depends_on"].keys() == {"postgres", "triton"}


@each
def test_keeps_in_named_volumes_alone(name: str) -> None:
    named = yaml.safe_load(COMPOSE.read_text())["volumes"]
    for volume in services()[name].get("volumes", []):
        if isinstance(volume, str):
            assert volume.split(":")[0] in named
        else:
            assert volume["read_only"] is True


def test_only_api_and_page_are_reached_from_this_machine_alone() -> None:
    ports = {name: service["ports"] for name, service in services().items() if "ports" in service}
    assert {name: interpolate(*p, {}) for name, p in ports.items()} == {
        "api": "127.0.0.1:8000:8000",
        "page": "127.0.0.1:8501:8501",
    }


def test_the_database_is_reached_by_the_api_alone() -> None:
    networks = yaml.safe_load(COMPOSE.read_text())["networks"]
    (of_database,) = services()["postgres"]["networks"]
    assert networks[of_database]["internal"] is True
    assert {name for name, s in services().items() if of_database in s["networks"]} == {"api", "postgres", "triton"}


@each
def test_has_no_secret_in_it(name: str) -> None:
    for variable, value in services()[name].get("environment", {}).items():
        if SECRET.search(variable):
            assert VARIABLE.fullmatch(value), variable
    assert not re.search(r"://[^/@\s]+:[^/@\s]+@", COMPOSE.read_text())


def test_ends_without_a_password() -> None:
    with pytest.raises(KeyError, match=r"set it in \.env"):
        interpolate(services()["postgres"]["environment"]["POSTGRES_PASSWORD"], {"POSTGRES_PASSWORD": ""})


def test_the_example_has_every_variable_and_no_secret() -> None:
    used = {found["name"] for found in VARIABLE.finditer(COMPOSE.read_text())}
    assert used <= example().keys()
    assert not [name for name, value in example().items() if SECRET.search(name) and value]


def test_the_example_is_what_the_service_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = tmp_path / ".env"
    whole.write_text(re.sub("^#([A-Z])", r"\1", EXAMPLE.read_text(), flags=re.MULTILINE))
    monkeypatch.chdir(tmp_path)
    assert Settings.load().triton_url == example()["NUMBER_PLATE_TRITON_URL"]


@pytest.mark.parametrize("name", BUILT)
def test_says_what_its_image_says(name: str) -> None:
    service = services()[name]
    last = stages(dockerfile(service))[-1]
    stated = {instruction.name: instruction for instruction in last}
    assert service["command"] == stated["CMD"].words
    assert service["user"] == stated["USER"].rest
    check = stated["HEALTHCHECK"]
    test = service["healthcheck"]
    assert ["CMD", *_words(check.rest)] == test["test"]
    times = {name: test[name.replace("-", "_")] for name in ("interval", "timeout", "start-period")}
    assert check.flags == times | {"retries": str(test["retries"])}
    assert service["ports"][0].endswith(f":{stated['EXPOSE'].rest}")


def _words(rest: str) -> Any:
    return yaml.safe_load(rest.removeprefix("CMD "))


def test_git_ignores_what_is_secret_or_kept() -> None:
    for path in (".env", "var/number-plate.db"):
        assert subprocess.run(["git", "check-ignore", "--quiet", path], cwd=ROOT).returncode == 0, path
