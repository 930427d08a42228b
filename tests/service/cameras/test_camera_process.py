"""A camera's process at work, with a film of three vehicles and the shipped models."""

import io
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image as PillowImage

from src.service.cameras.assignment import Assignment
from src.service.cameras.folder import CameraFolder, Entry, Heartbeat, read_entry
from src.service.cameras.process import ENDED, FAILED
from src.service.cameras.supervisor import COMMAND
from tests.service.processes import PATIENCE_S, ended, wait_for
from tests.video.web_camera import Request, WebCamera, web_camera

FILM = Path("data/samples/passing.mp4")
TEXTS = ["B201YY156", "WKGO8328", "ZVD8G52"]
RUN = "5" * 32


def assignment(folder: Path, source: str, **said: Any) -> Assignment:
    fields: dict[str, Any] = {
        **{"camera": "c" * 32, "run": RUN, "folder": folder, "source": source, "files": True, "local": True},
        **{"zone": None, "min_width": 0, "countries": [], "min_reading": None, "pictures": True},
        **{"models": Path("exports").absolute(), "provider": "cpu", "threads": 1, "triton_url": None},
        **{"min_confidence": None, "canvas": None},
    }
    return Assignment(**{**fields, **said})


@contextmanager
def running(given: Assignment) -> Iterator["subprocess.Popen[str]"]:
    """A process that has its assignment."""
    process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with ended(process):
        assert process.stdin is not None
        process.stdin.write(given.model_dump_json() + "\n")
        process.stdin.flush()
        yield process


def heartbeat(folder: CameraFolder) -> Heartbeat:
    """What the process said last; nothing but its run where it said nothing yet."""
    heard = folder.heartbeat()
    return Heartbeat(run="") if heard is None else heard[1]


def entries(folder: CameraFolder) -> list[Entry]:
    return [read_entry(path) for path in folder.entries()]


def test_a_film_is_watched_to_its_end(tmp_path: Path) -> None:
    folder = CameraFolder(tmp_path / "camera")
    with running(assignment(folder.path, str(FILM.absolute()))) as process:
        assert process.wait(PATIENCE_S) == 0
    told = entries(folder)
    by_key = {entry.told.key: entry for entry in told}
    assert sorted(entry.told.passage.text for entry in by_key.values()) == TEXTS
    assert all(key.startswith(RUN) for key in by_key)
    for key, last in by_key.items():
        tellings = [entry.told.telling for entry in told if entry.told.key == key]
        assert tellings == list(range(1, len(tellings) + 1))
        assert last.told.passage.left
        assert last.told.first < last.told.last
        assert last.picture is not None
        with PillowImage.open(io.BytesIO(last.picture)) as best:
            assert best.size == (last.told.width, last.told.height)
        x1, _, x2, _ = last.told.passage.best.box
        assert 0 <= x1 < x2 <= last.told.width
    said = heartbeat(folder)
    assert (said.run, said.online, said.error, said.told) == (RUN, False, None, len(told))
    newest = folder.picture()
    assert newest is not None
    with PillowImage.open(io.BytesIO(newest)) as picture:
        assert picture.width == 640


def test_what_is_not_sure_enough_or_not_in_the_zone_is_not_told(tmp_path: Path) -> None:
    folder = CameraFolder(tmp_path / "camera")
    given = assignment(
        folder.path, str(FILM.absolute()), zone=[[0.0, 0.0], [1.0, 0.0], [1.0, 0.05], [0.0, 0.05]], pictures=False
    )
    with running(given) as process:
        assert process.wait(PATIENCE_S) == 0
    assert entries(folder) == []


@pytest.mark.parametrize(
    ("source", "said", "error"),
    [
        ("/nowhere/clip.mp4", {}, "/nowhere/clip.mp4: no such file or folder"),
        ("/nowhere/clip.mp4", {"files": False}, "https:// addresses are watched"),
        ("http://u:secret@127.0.0.1/", {"local": False}, "http://u:***@127.0.0.1/: leads to 127.0.0.1"),
        (str(Path(__file__).absolute()), {}, "test_camera_process.py: "),
        (str(FILM.absolute()), {"models": Path("/nowhere")}, "/nowhere"),
        (str(FILM.absolute()), {"countries": ["XX"]}, "XX"),
    ],
)
def test_what_cannot_be_watched_is_said_in_one_line(
    tmp_path: Path, source: str, said: dict[str, Any], error: str
) -> None:
    folder = CameraFolder(tmp_path / "camera")
    with running(assignment(folder.path, source, **said)) as process:
        assert process.wait(PATIENCE_S) == FAILED
        assert process.stderr is not None
        printed = process.stderr.read()
    heard = heartbeat(folder)
    assert not heard.online
    assert error in str(heard.error)
    assert "\n" not in str(heard.error)
    assert "secret" not in f"{heard} {printed}"
    assert "Traceback" not in printed


def film_without_end(request: Request) -> None:
    """The film in MJPEG up to a moment at which a car is in view, and from there on that picture again and again."""
    request.begin("multipart/x-mixed-replace; boundary=next")
    pictures = _pictures()
    for number in range(10**6):
        data = pictures[min(number, len(pictures) - 1)]
        noise = number.to_bytes(4, "big")  # a comment that makes each file another one
        data = data[:2] + b"\xff\xfe\x00\x06" + noise + data[2:]
        request.wfile.write(b"--next\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(data) + data)
        if not request.wait(0.1):
            return


def _pictures() -> list[bytes]:
    pictures = []
    with av.open(str(FILM)) as film:
        for frame in film.decode(video=0):
            if frame.time > 2.5:
                break
            file = io.BytesIO()
            frame.to_image().save(file, "JPEG", quality=90)
            pictures.append(file.getvalue())
    return pictures[::3]


@pytest.fixture(scope="module")
def camera() -> Iterator[WebCamera]:
    with web_camera({"/film": film_without_end}) as made:
        yield made


@pytest.mark.parametrize("how", ["signal", "closed input"])
def test_told_to_end_it_tells_what_is_in_view(tmp_path: Path, camera: WebCamera, how: str) -> None:
    folder = CameraFolder(tmp_path / "camera")
    source = f"{camera.address.replace('//', '//viewer:secret@')}/film"
    with running(assignment(folder.path, source)) as process:
        wait_for(lambda: folder.spool.is_dir() and folder.entries() != [], "a car is told while it is in view")
        wait_for(lambda: heartbeat(folder).online, "it is online")
        assert heartbeat(folder).frames_per_second > 0
        assert heartbeat(folder).last_picture is not None
        command = Path(f"/proc/{process.pid}/cmdline").read_bytes() + Path(f"/proc/{process.pid}/environ").read_bytes()
        assert b"secret" not in command
        if how == "signal":
            process.send_signal(signal.SIGTERM)
        else:
            assert process.stdin is not None
            process.stdin.close()
        assert process.wait(PATIENCE_S) == ENDED
    last = {entry.told.key: entry.told for entry in entries(folder)}
    assert all(told.passage.left for told in last.values())
    assert any(told.telling > 1 for told in last.values())
    assert all(told.passage.first_wall == told.first for told in last.values())
    spooled = "".join((entry.path / "record.json").read_text() for entry in entries(folder))
    assert "viewer:***@" in json.loads((entries(folder)[0].path / "record.json").read_text())["passage"]["source"]
    assert "secret" not in spooled + (folder.path / "state.json").read_text()
    assert not heartbeat(folder).online


def test_it_waits_for_a_camera_that_is_off(tmp_path: Path) -> None:
    folder = CameraFolder(tmp_path / "camera")
    with running(assignment(folder.path, "http://127.0.0.1:9/film")) as process:
        wait_for(lambda: heartbeat(folder).error is not None, "it says that it cannot connect")
        assert process.poll() is None
        assert not heartbeat(folder).online
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == ENDED


def test_importing_it_is_quick() -> None:
    check = "import src.service.cameras.process, sys; print(sorted({'av', 'onnxruntime'} & set(sys.modules)))"
    printed = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"
