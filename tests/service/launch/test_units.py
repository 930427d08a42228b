"""The units of systemd: what they start is there, they come again, and they may do no more than they must."""

import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from src.service.settings import Settings
from tests.commands import ROOT

FOLDER = ROOT / "docker" / "systemd"
HOME = "/opt/number-plate"
LONG_RUNNING = ("number-plate.service", "number-plate-page.service")
SERVICES = (*LONG_RUNNING, "number-plate-backup.service")
UNITS = (*SERVICES, "number-plate-backup.timer")
STRICT = {
    **{"NoNewPrivileges": "true", "CapabilityBoundingSet": "", "ProtectSystem": "strict", "ProtectHome": "true"},
    **{"PrivateTmp": "true", "PrivateDevices": "true", "ProtectKernelTunables": "true", "ProtectKernelModules": "true"},
    **{"RestrictNamespaces": "true", "RestrictSUIDSGID": "true", "LockPersonality": "true", "UMask": "0077"},
    **{"SystemCallArchitectures": "native", "User": "number-plate", "WorkingDirectory": HOME},
}
EXPOSED = 3.0
"""How much a service may be exposed at most, of 10, as systemd itself reckons; one without any protection has 9.6."""

each = pytest.mark.parametrize("name", SERVICES)


def settings_of(name: str) -> dict[str, list[str]]:
    """What the lines of a unit say, by their keys, whatever section they are in."""
    found: dict[str, list[str]] = {}
    for line in (FOLDER / name).read_text().splitlines():
        if line and not line.startswith(("#", "[")):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def last(name: str) -> dict[str, str]:
    return {key: values[-1] for key, values in settings_of(name).items()}


def test_the_units_are_those_of_the_tests() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(UNITS)


@each
def test_what_is_started_is_there(name: str) -> None:
    for command in (settings_of(name)["ExecStart"], settings_of(name).get("ExecStartPost", [])):
        for words in map(str.split, command):
            if words[0] == f"{HOME}/.venv/bin/python":
                assert words[1] == "-m"
                assert find_spec(words[2]) is not None
            else:
                assert Path(words[0]).is_file()


@each
def test_the_options_are_those_of_the_command(name: str) -> None:
    (command,) = settings_of(name)["ExecStart"]
    _, _, module, *options = command.split()
    said = subprocess.run([sys.executable, "-m", module, "--help"], cwd=ROOT, capture_output=True, text=True).stdout
    assert all(option in said for option in options if option.startswith("--"))
    assert "0.0.0.0" not in command  # without keys it is for this machine alone
    for line in settings_of(name).get("Environment", []):
        for variable in re.findall("NUMBER_PLATE_([A-Z_]+)=", line):
            assert variable.lower() in Settings.model_fields


@each
def test_it_may_do_no_more_than_it_must(name: str) -> None:
    said = last(name)
    assert {key: said.get(key) for key in STRICT} == STRICT
    assert settings_of(name)["SystemCallFilter"] == ["@system-service", "~@privileged"]
    assert {"MemoryMax", "TasksMax"} <= said.keys()


@pytest.mark.parametrize("name", LONG_RUNNING)
def test_it_comes_again_for_ever(name: str) -> None:
    said = last(name)
    assert (said["Restart"], said["StartLimitIntervalSec"], said["WantedBy"]) == ("always", "0", "multi-user.target")
    assert float(said["RestartSec"]) >= 1


def test_what_was_taken_is_answered_before_the_end() -> None:
    assert float(last("number-plate.service")["TimeoutStopSec"]) > Settings(_env_file=None).grace_s


def test_the_data_are_for_their_user_alone_and_both_find_them() -> None:
    service, backup = last("number-plate.service"), last("number-plate-backup.service")
    assert service["StateDirectoryMode"] == backup["StateDirectoryMode"] == "0700"
    assert (
        service["Environment"] == backup["Environment"] == f"NUMBER_PLATE_DATA_DIR=/var/lib/{service['StateDirectory']}"
    )
    assert service["EnvironmentFile"] == backup["EnvironmentFile"]
    folder = backup["ExecStart"].split()[-1]
    assert folder.removeprefix("/var/lib/") in backup["StateDirectory"].split()
    assert folder in backup["ExecStartPost"].split()


def test_old_backups_are_deleted_and_nothing_else(tmp_path: Path) -> None:
    words = last("number-plate-backup.service")["ExecStartPost"].replace('"', "").split()
    old = ("number-plate-20250101T030000Z.tar", ".number-plate-20250102T030000Z.tar.part")
    others = ("number-plate-new.tar", "others.tar", "number-plate.db")
    for name in (*old, *others):
        (tmp_path / name).touch()
    for name in (*old, "others.tar", "number-plate.db"):
        subprocess.run(["touch", "-d", "20 days ago", tmp_path / name], check=True)
    subprocess.run([words[0], tmp_path, *words[2:]], check=True)
    assert {path.name for path in tmp_path.iterdir()} == set(others)


@pytest.fixture
def program() -> str:
    found = shutil.which("systemd-analyze")
    if found is None:
        pytest.skip("no systemd-analyze")
    return found


@pytest.fixture
def units(tmp_path: Path) -> dict[str, Path]:
    """Copies of the units whose commands are in this repository."""
    copies = {}
    for name in UNITS:
        said = (FOLDER / name).read_text().replace(f"{HOME}/.venv/bin/python", sys.executable)
        copies[name] = tmp_path / name
        copies[name].write_text(said.replace(HOME, str(ROOT)))
    return copies


def test_systemd_takes_them(program: str, units: dict[str, Path]) -> None:
    command = [program, "verify", "--man=no", *units.values()]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    spoilt = units["number-plate.service"]
    spoilt.write_text(spoilt.read_text().replace("ProtectHome=true", "ProtectHouse=true"))
    assert "ProtectHouse" in subprocess.run(command, capture_output=True, text=True).stderr


@each
def test_systemd_finds_them_hardly_exposed(name: str, program: str, units: dict[str, Path]) -> None:
    done = subprocess.run(
        [program, "security", "--offline=true", "--no-pager", units[name]], capture_output=True, text=True
    )
    match = re.search(r"exposure level for .*: ([0-9.]+) ", done.stdout)
    assert match is not None, done.stdout + done.stderr
    assert float(match[1]) <= EXPOSED
