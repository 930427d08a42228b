"""The API and its page, started together."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from src.service import serve as module
from src.service.launch.ports import port_fault
from src.service.probe import probe
from src.service.serve import Program, ProgramError, main, serve
from src.service.settings import GRACE_S
from tests.commands import ROOT
from tests.service.processes import PATIENCE_S, ended, free_port

FAKE = "tests.service.fake_program"
HOST = "127.0.0.1"


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.create_server((HOST, 0)) as listener:
        yield listener.getsockname()[1]


def programs(**of_page: str) -> tuple[Program, Program]:
    return Program("API", FAKE, free_port(), "/health"), Program("page", FAKE, free_port(), "/ready", of_page)


def free(*of: Program) -> bool:
    return all(port_fault(HOST, part.port) is None for part in of)


@pytest.mark.parametrize("flag", ["--port", "--page-port"])
def test_a_port_in_use_is_one_line(flag: str, taken: int, capsys: pytest.CaptureFixture[str]) -> None:
    other = {"--port": "--page-port", "--page-port": "--port"}[flag]
    with pytest.raises(SystemExit) as ending:
        main([flag, str(taken), other, str(free_port())])
    assert ending.value.code == 2
    assert capsys.readouterr().err.splitlines() == [
        f"python -m src.service.serve: {flag} {taken}: address already in use (--help lists the options)"
    ]


@pytest.mark.parametrize("word", ["0", "65536", "-1", "http"])
def test_what_is_no_port_is_one_line(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        main([f"--page-port={word}"])
    assert ending.value.code == 2
    assert capsys.readouterr().err.splitlines() == [
        f"python -m src.service.serve: argument --page-port: {word!r} is not a port from 1 to 65535 "
        "(--help lists the options)"
    ]


def test_both_on_one_port_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    port = str(free_port())
    with pytest.raises(SystemExit) as ending:
        main(["--port", port, "--page-port", port])
    assert ending.value.code == 2
    assert "--page-port" in capsys.readouterr().err


@pytest.mark.parametrize(("status", "left"), [("3", 1), ("0", 1), ("2", 2)])
def test_a_part_that_ends_ends_the_other(status: str, left: int) -> None:
    api, page = programs(FAKE_STATUS=status)
    ask = Program(page.name, page.module, page.port, "/end", page.environment)  # its first health check is its last
    with pytest.raises(ProgramError, match=rf"the page ended \(status {status}\)") as fault:
        serve(HOST, (api, ask), PATIENCE_S)
    assert fault.value.status == left
    assert free(api, page)


def test_a_part_that_is_never_ready_ends_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "READY_S", 0.5)
    page, dumb = programs(FAKE_DUMB="1")
    with pytest.raises(ProgramError, match=r"the page is not ready after 0\.5 seconds"):
        serve(HOST, (dumb, page), PATIENCE_S)
    assert free(page, dumb)


def test_a_deaf_part_is_killed() -> None:
    api, page = programs(FAKE_STATUS="1")
    deaf = Program(api.name, api.module, api.port, api.health, {"FAKE_DEAF": "1"})
    with pytest.raises(ProgramError):
        serve(HOST, (deaf, Program(page.name, page.module, page.port, "/end", page.environment)), 0.5)
    assert free(api, page)


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Sequence[Program], float]]:
    """What ``main`` would have started, and for how many seconds it would wait for its end."""
    of: list[tuple[Sequence[Program], float]] = []
    monkeypatch.chdir(tmp_path)

    def note(_: str, programs: Sequence[Program], end_s: float) -> int:
        of.append((programs, end_s))
        return 0

    monkeypatch.setattr(module, "serve", note)
    return of


def test_the_file_of_settings_reaches_the_page(started: list[tuple[Sequence[Program], float]]) -> None:
    port, page_port = free_port(), free_port()
    Path(".env").write_text("NUMBER_PLATE_PAGE_KEY=np_x\n", encoding="utf-8")
    assert main(["--port", str(port), "--page-port", str(page_port)]) == 0
    lines = "NUMBER_PLATE_PAGE_API=https://plates.example\nNUMBER_PLATE_PAGE_PUBLIC_API=:9000\n"
    Path(".env").write_text(lines, encoding="utf-8")
    assert main(["--port", str(port), "--page-port", str(page_port)]) == 0
    assert [page.environment for (_, page), _ in started] == [
        {"NUMBER_PLATE_PAGE_API": f"http://127.0.0.1:{port}", "NUMBER_PLATE_PAGE_KEY": "np_x"},
        {"NUMBER_PLATE_PAGE_API": "https://plates.example", "NUMBER_PLATE_PAGE_PUBLIC_API": ":9000"},
    ]


def test_the_parts_have_longer_to_end_than_the_api_to_answer(
    started: list[tuple[Sequence[Program], float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBER_PLATE_REQUEST_TIMEOUT_S", "300")
    main(["--port", str(free_port()), "--page-port", str(free_port())])
    ((_, end_s),) = started
    assert end_s > 300 + GRACE_S


def test_a_misspelt_setting_is_one_line(
    started: list[tuple[Sequence[Program], float]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NUMBER_PLATE_PAGE_KY", "np_x")
    assert main(["--port", str(free_port()), "--page-port", str(free_port())]) == 2
    assert capsys.readouterr().err == "python -m src.service.serve: NUMBER_PLATE_PAGE_KY: there is no such setting\n"
    assert started == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_both_once(number: signal.Signals, tmp_path: Path) -> None:
    first, second = free_port(), free_port()
    code = (
        "import sys; from src.service.serve import Program, serve;"
        f"programs = [Program('API', '{FAKE}', {first}, '/a'), Program('page', '{FAKE}', {second}, '/b')];"
        f"sys.exit(serve('{HOST}', programs, 45))"
    )
    log = tmp_path / "log"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"FAKE_LOG": str(log)},
        stdout=subprocess.PIPE,
        text=True,
    )
    with ended(process):
        assert process.stdout is not None
        assert process.stdout.readline() == f"API   http://127.0.0.1:{first}\n"
        assert process.stdout.readline() == f"page  http://127.0.0.1:{second}\n"
        process.send_signal(number)
        assert process.wait(PATIENCE_S) == 0
    assert sorted(log.read_text().split("\n")) == sorted(["", f"{first} SIGTERM", f"{second} SIGTERM"])


@pytest.mark.slow
def test_the_service_and_its_page(models: Path, tmp_path: Path) -> None:
    port, page_port = free_port(), free_port()
    command = [sys.executable, "-m", "src.service.serve", "--port", str(port), "--page-port", str(page_port)]
    settings = {"NUMBER_PLATE_MODELS": str(models), "NUMBER_PLATE_DATA_DIR": str(tmp_path / "var")}
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | settings, stdout=subprocess.PIPE, text=True)
    with ended(process):
        assert process.stdout is not None
        printed = []
        for line in process.stdout:
            printed.append(line)
            if line.startswith("page  "):
                break
        assert printed[-2:] == [f"API   http://127.0.0.1:{port}\n", f"page  http://127.0.0.1:{page_port}\n"]
        assert probe(f"http://127.0.0.1:{port}/health") is None
        assert probe(f"http://127.0.0.1:{page_port}/_stcore/health") is None
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0
    assert (tmp_path / "var" / "number-plate.db").is_file()
    assert probe(f"http://127.0.0.1:{port}/health") is not None


@pytest.mark.slow
def test_a_bad_setting_is_one_line_and_status_2(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "src.service.serve", "--port", str(free_port()), "--page-port", str(free_port())]
    environment = os.environ | {"NUMBER_PLATE_QUEUE": "many", "NUMBER_PLATE_DATA_DIR": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.returncode == 2
    assert "NUMBER_PLATE_QUEUE" in done.stderr
    assert "Traceback" not in done.stderr
