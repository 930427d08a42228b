"""The health check of the images."""

import subprocess
import sys

import pytest

from src.service.probe import main, probe
from tests.commands import ROOT
from tests.service.processes import free_port
from tests.serving import serving


def test_success_is_no_fault() -> None:
    with serving({"/health": b"{}"}) as server:
        assert probe(f"{server.address}/health") is None


def test_another_status_is_a_fault() -> None:
    with serving({}) as server:
        assert probe(f"{server.address}/health") == "status 404"


def test_nobody_there_is_a_fault(capsys: pytest.CaptureFixture[str]) -> None:
    url = f"http://127.0.0.1:{free_port()}/health"
    assert main([url]) == 1
    assert capsys.readouterr().err == f"{url}: [Errno 111] Connection refused\n"


def test_who_speaks_no_http_is_a_fault() -> None:
    import socket
    import threading

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        answered = threading.Thread(target=lambda: listener.accept()[0].close())
        answered.start()
        assert probe(f"http://127.0.0.1:{port}/health") is not None
        answered.join()


def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    with serving({"/health": b"{}"}) as server:
        done = subprocess.run([sys.executable, "-m", "src.service.probe", f"{server.address}/health"], cwd=ROOT)
    assert done.returncode == 0
