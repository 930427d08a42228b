"""``python -m src.service.page``: its flags, and that it imports neither the models nor telemetry."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar

import pytest
from starlette.routing import Route

from src.service.page import API, PUBLIC, __main__

ROOT = Path(__file__).parents[3]


class App:
    """Stands for Streamlit's, and keeps what it is told."""

    told: ClassVar[dict[str, Any]] = {}

    def __init__(self, script: Path, routes: list[Route]) -> None:
        self.told.clear()
        self.told.update(script=script, paths=[route.path for route in routes])

    def run(self, config: dict[str, Any]) -> None:
        self.told.update(config)


def test_streamlit_is_told_everything_by_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(__main__, "App", App)
    monkeypatch.setenv(API, "")
    monkeypatch.setenv(PUBLIC, "")
    assert __main__.main(["--api", "https://plates.example/", "--host", "0.0.0.0", "--port", "9000"]) == 0
    assert App.told["script"].name == "app.py"
    assert App.told["paths"] == ["/session", "/session/end", "/download/{what}"]
    assert App.told["server.address"] == "0.0.0.0"
    assert App.told["server.port"] == 9000
    assert App.told["server.headless"] is True
    assert App.told["browser.gatherUsageStats"] is False
    assert os.environ[API] == "https://plates.example"
    assert os.environ[PUBLIC] == ""


def test_the_api_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(API, "http://api:8000")
    assert __main__.parse([]).api == "http://api:8000"
    monkeypatch.setenv(API, "")
    assert __main__.parse([]).api == "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("stated", "found"), [("", ""), (":8000", ":8000"), ("https://plates.example/", "https://plates.example")]
)
def test_where_browsers_find_the_api_may_come_from_the_environment(
    stated: str, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PUBLIC, stated)
    assert __main__.parse([]).public_api == found


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--api", "ftp://host"], "--api: 'ftp://host' is no address"),
        (["--api", "http://host:99999"], "is no address"),
        (["--api", "http://"], "is no address"),
        (["--public-api", "plates.example"], "--public-api: 'plates.example' is no address"),
        (["--public-api", ":0"], "--public-api: '0' is not a port"),
        (["--port", "0"], "--port: '0' is not a port"),
        (["--verbose"], "unrecognized arguments: --verbose"),
    ],
)
def test_wrong_usage_is_one_line(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        __main__.main(words)
    printed = capsys.readouterr().err
    assert caught.value.code == 2
    assert said in printed
    assert printed.count("\n") == 1


def test_a_port_in_use_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(SystemExit, match="2"):
            __main__.main(["--port", str(port)])
    assert capsys.readouterr().err == (
        f"python -m src.service.page: --port {port}: address already in use (--help lists the options)\n"
    )


def test_the_page_needs_no_models_and_no_opencv() -> None:
    program = (
        "import sys; from src.service.page.views import dashboard, models, read, search; "
        "print([name for name in ('src.runtime', 'onnxruntime', 'cv2', 'torch', 'sqlalchemy') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
