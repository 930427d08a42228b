"""``python -m src.service``: one line for what is wrong, and an end that loses nothing."""

import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from src.service.__main__ import main, serve
from src.service.probe import probe
from tests.commands import ROOT
from tests.conftest import RED_TEXT
from tests.service.api_client import picture, texts
from tests.service.processes import ended, free_port, wait_for


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("QUEUE", "0", "NUMBER_PLATE_QUEUE: "),
        ("REQUIRE_KEYS", "maybe", "NUMBER_PLATE_REQUIRE_KEYS: "),
        ("REQUIRE_KEY", "true", "NUMBER_PLATE_REQUIRE_KEY: "),
        ("MODELS", "nowhere", "nowhere/detector: no card.json"),
        ("PROVIDER", "abacus", "provider 'abacus'"),
        ("TRITON_URL", "grpc://127.0.0.1:1", "grpc://127.0.0.1:1: "),
        ("DATABASE_URL", "postgresql://u:secret@127.0.0.1:1/x", "postgresql://u:***@127.0.0.1:1/x: "),
        ("DATA_DIR", "/proc/nowhere", "/proc/nowhere"),
    ],
)
def test_what_is_wrong_is_one_line_and_status_2(
    setting: str,
    value: str,
    said: str,
    built_models: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NUMBER_PLATE_MODELS", str(built_models))
    monkeypatch.setenv("NUMBER_PLATE_" + setting, value)
    assert main(["--port", str(free_port())]) == 2
    printed = capsys.readouterr()
    (line,) = printed.err.splitlines()
    assert line.startswith("python -m src.service: ")
    assert said in line
    assert "secret" not in line


def test_a_port_in_use_is_one_line_and_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SystemExit) as ended_with:
        main(["--port", str(taken.getsockname()[1])])
    assert ended_with.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(("trusted", "heeded"), [(None, False), ("127.0.0.1", True)])
def test_who_forwards_requests_is_believed_only_where_the_operator_says_so(
    trusted: str | None, heeded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    if trusted is not None:
        monkeypatch.setenv("FORWARDED_ALLOW_IPS", trusted)
    configs: list[uvicorn.Config] = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda server: configs.append(server.config))
    serve(FastAPI(), "127.0.0.1", 8000, 1)
    assert [config.proxy_headers for config in configs] == [heeded]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_everything_answered_that_was_taken(
    number: signal.Signals, built_models: Path, tmp_path: Path
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | {"NUMBER_PLATE_DATA_DIR": str(tmp_path), "NUMBER_PLATE_MODELS": str(built_models)}
    command = [sys.executable, "-m", "src.service", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    files = [("images", (f"{n}.png", picture(size=8))) for n in range(16)]
    with ended(process), ThreadPoolExecutor(4) as pool:
        wait_for(lambda: probe(f"{url}/health") is None, "the service does not start")
        taken = [pool.submit(httpx.post, f"{url}/v1/recognize", files=files, timeout=60) for _ in range(4)]
        queued = "number_plate_queue_pictures 0.0"
        wait_for(lambda: queued not in httpx.get(f"{url}/metrics").text, "nothing is taken")
        process.send_signal(number)
        answers = [future.result() for future in taken]
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    finished = [texts(answer) for answer in answers if answer.status_code == 200]
    assert finished
    assert all(answer == [[RED_TEXT]] * 16 for answer in finished)
    assert {answer.status_code for answer in answers} <= {200, 503}
