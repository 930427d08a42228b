"""A service without keys listens on its own machine alone, unless its operator knowingly opens it."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from src.service import __main__ as api
from src.service import serve as both
from src.service.launch.exposure import is_own, may_listen
from src.service.serve import Program
from tests.commands import ROOT
from tests.service.processes import free_port

SAID = (
    "prog: --host 0.0.0.0: without API keys whoever reaches this address may read and delete all; "
    "set NUMBER_PLATE_REQUIRE_KEYS=true, or give --allow-open if that is meant\n"
)


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("", False),
        ("192.168.1.7", False),
        ("host.invalid", False),
    ],
)
def test_which_addresses_are_the_machines_own(host: str, own: bool) -> None:
    assert is_own(host) is own


def test_without_keys_an_open_address_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert not may_listen("prog", "0.0.0.0", require_keys=False, allow_open=False)
    assert capsys.readouterr().err == SAID


def test_the_operator_may_open_it_and_is_warned(capsys: pytest.CaptureFixture[str]) -> None:
    assert may_listen("prog", "0.0.0.0", require_keys=False, allow_open=True)
    (line,) = capsys.readouterr().err.splitlines()
    assert "may read and delete all; NUMBER_PLATE_REQUIRE_KEYS=true closes it" in line


def test_the_line_is_red_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    may_listen("prog", "0.0.0.0", require_keys=False, allow_open=True)
    assert capsys.readouterr().err.startswith("\x1b[1;31m")


@pytest.mark.parametrize(("host", "require_keys"), [("0.0.0.0", True), ("127.0.0.1", False)])
def test_what_needs_a_key_or_is_not_reached_says_nothing(
    host: str, require_keys: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert may_listen("prog", host, require_keys, allow_open=False)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("module", ["src.service", "src.service.serve"])
def test_the_command_ends_with_status_2_before_anything_is_opened(module: str, tmp_path: Path) -> None:
    data = tmp_path / "var"
    environment = os.environ | {"NUMBER_PLATE_DATA_DIR": str(data), "NUMBER_PLATE_REQUIRE_KEYS": "false"}
    words = ["--host", "0.0.0.0", "--port", str(free_port())]
    command = [sys.executable, "-m", module, *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == SAID.replace("prog", f"python -m {module}")
    assert not data.exists()


@pytest.mark.parametrize("words", [["--host", "0.0.0.0", "--allow-open"], []])
def test_the_api_is_served_where_it_is_allowed(
    words: list[str], built_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[str] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NUMBER_PLATE_MODELS", str(built_models))
    monkeypatch.setattr(api, "serve", lambda app, host, port, grace_s: served.append(host))
    assert api.main([*words, "--port", str(free_port())]) == 0
    assert served == [words[1] if words else "127.0.0.1"]


def test_both_together_hand_the_flag_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started: list[Program] = []

    def note(_: str, programs: Sequence[Program], end_s: float) -> int:
        started.extend(programs)
        return 0

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(both, "serve", note)
    words = ["--host", "0.0.0.0", "--allow-open", "--port", str(free_port()), "--page-port", str(free_port())]
    assert both.main(words) == 0
    assert [part.flags for part in started] == [("--allow-open",), ()]
    assert capsys.readouterr().err == ""  # the API says it
