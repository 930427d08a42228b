"""Stands for a camera's process: what it does is the path of its source, as in ``rtsp://camera.example/steady``.

- ``steady``: it says that the camera is online, until it is told to end.
- ``deaf``: as above, and it heeds no signal.
- ``silent``: it never gives a sign of life.
- ``stuck``: it gives one, and none after that.
- ``dead``: it ends at once, with status 3.
- ``lost``: it says why the camera cannot be watched, and ends with status 1.
- ``over``: its source comes to its end.
- ``tell/N``: as ``steady``, and before that it tells N passages, each of them twice.
"""

import json
import os
import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from src.service.cameras.folder import CameraFolder, Heartbeat
from tests.service.passages import told

COMMAND = (sys.executable, "-m", "tests.service.fake_camera")
PICTURE = b"JPEG of now"


def source(does: str) -> str:
    """The address of a camera whose process does that."""
    return f"rtsp://viewer:secret@192.0.2.7/{does}"


def main() -> int:
    """Does as it is told, and ends when standard input is closed."""
    given: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    folder, run = CameraFolder(Path(given["folder"])), given["run"]
    (folder.path / f"{run}.pid").write_text(str(os.getpid()))
    does, _, number = given["source"].split("/", 3)[3].partition("/")
    if does == "dead":
        return 3
    if does == "lost":
        folder.beat(Heartbeat(run=run, error="the camera is lost"), None)
        return 1
    if does == "over":
        return 0
    signal.signal(signal.SIGTERM, signal.SIG_IGN if does == "deaf" else lambda *_: os._exit(143))
    for track in range(int(number or 0)):
        for telling in (1, 2):
            passage = told(f"{run}-{track}", telling, text=f"A{track:03d}AA77")
            folder.put(f"{track:04d}-{telling}", passage, b"JPEG")
    closed = threading.Event()
    threading.Thread(target=_wait, args=(closed,), daemon=True).start()
    while not closed.wait(0.1):
        if does != "silent" and not (does == "stuck" and folder.heartbeat()):
            now = datetime.now(UTC)
            folder.beat(Heartbeat(run=run, online=True, frames_per_second=25.0, last_picture=now), PICTURE)
    return 143


def _wait(closed: threading.Event) -> None:
    """Waits for the end of standard input."""
    while os.read(0, 1):
        pass
    closed.set()


if __name__ == "__main__":
    sys.exit(main())
