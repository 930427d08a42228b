"""Keeps one process for each camera that is to be watched: starts it, looks after it, and ends it.

A process that dies is started again after a pause that grows with every failure. One that gives no sign of life is
killed first. The supervisor itself never waits for a process.
"""

import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import IO, cast

from src.service.api.responses import CameraState
from src.service.cameras.assignment import Assignment, assignment
from src.service.cameras.folder import CameraFolder, Heartbeat
from src.service.settings import PREFIX, Settings
from src.service.store import Camera

COMMAND = (sys.executable, "-m", "src.service.cameras.process")
SILENT_S = 30.0
"""Seconds without a sign of life after which a process is killed."""
START_S = 120.0
"""The same for the first sign: on a busy machine a process takes a while to begin."""
END_S = 5.0
"""Seconds that a process may take to tell what it has in view, once it is told to end."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
STEADY_S = 60.0
"""A process that has lived so many seconds is no failure in a row."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Run:
    """One run of a camera's process. Times are those of ``monotonic``."""

    process: subprocess.Popen[bytes]
    stdin: IO[bytes]
    """It stays open as long as the process is to live: the process ends when it is closed, however the service ends."""
    assignment: Assignment
    begun: float
    alive: float
    """When it gave a sign of life last, or was started."""
    mark: int = 0
    """The mark of the heartbeat that was heard last."""
    told_to_end: float | None = None

    def end(self, now: float) -> None:
        """Tells the process to end in good order; it is told once."""
        if self.told_to_end is None:
            self.process.terminate()
            self.told_to_end = now

    def gone_within(self, seconds: float) -> None:
        """Returns when the process is gone; it is killed where it takes longer."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.stdin.close()


@dataclass(slots=True)
class Watch:
    """The watching of one camera, and what became of it so far. Times are those of ``monotonic``."""

    folder: CameraFolder
    wanted: Assignment | None = None
    run: Run | None = None
    start_at: float = 0.0
    failures: int = 0
    """Those in a row."""
    restarts: int = 0
    finished: bool = False
    """Whether its source has come to its end, as that of a file does."""
    fault: str | None = None
    """Why the process ended, until it lives again."""
    said: Heartbeat | None = None
    online: bool = False
    since: datetime = field(default_factory=lambda: datetime.now(UTC))


NEVER = CameraState(
    online=False,
    frames_per_second=0.0,
    behind=0.0,
    last_picture=None,
    last_error=None,
    reconnects=0,
    restarts=0,
    since=None,
)
"""The state of a camera that nobody watches."""


class Supervisor:
    """The processes of all cameras. ``tick`` is called by one thread, ``state`` by any."""

    def __init__(self, root: Path, settings: Settings, command: Sequence[str] = COMMAND) -> None:
        """``root`` has the folders of the cameras, ``command`` starts the process of one."""
        self._root, self._settings, self._command = root, settings, command
        self._watches: dict[str, Watch] = {}
        self._lock = Lock()

    def tick(self, cameras: Sequence[Camera], now: float | None = None) -> None:
        """Brings the processes a step nearer to what ``cameras`` want. Nothing that fails at one stops the others."""
        now = monotonic() if now is None else now
        wanted = {camera.id: camera for camera in cameras if camera.is_watched}
        for camera_id in wanted.keys() - self._watches.keys():
            with self._lock:
                self._watches[camera_id] = Watch(CameraFolder(self._root / camera_id))
        for camera_id, watch in list(self._watches.items()):
            try:
                self._attend(watch, wanted.get(camera_id), now)
            except OSError as error:
                self._failed(watch, f"its process cannot be started ({error.strerror})", now)
            if watch.wanted is None and watch.run is None:
                with self._lock:
                    del self._watches[camera_id]

    def has(self, camera_id: str) -> bool:
        """Tells whether the camera has a process, or will have one."""
        with self._lock:
            return camera_id in self._watches

    def state(self, camera_id: str) -> CameraState:
        """Returns how a camera is just now."""
        with self._lock:
            watch = self._watches.get(camera_id)
        if watch is None or watch.wanted is None:
            return NEVER
        said = watch.said or Heartbeat(run="")
        return CameraState(
            online=watch.online,
            frames_per_second=round(said.frames_per_second, 2) if watch.online else 0.0,
            behind=round(said.behind, 2) if watch.online else 0.0,
            last_picture=said.last_picture,
            last_error=watch.fault or said.error,
            reconnects=said.reconnects,
            restarts=watch.restarts,
            since=watch.since,
        )

    def stop(self) -> None:
        """Ends all processes, and returns when they are gone; those that take longer than END_S seconds are killed."""
        runs = [watch.run for watch in self._watches.values() if watch.run is not None]
        for run in runs:
            run.end(monotonic())
        deadline = monotonic() + END_S
        for run in runs:
            run.gone_within(max(0.0, deadline - monotonic()))
        with self._lock:
            self._watches.clear()

    def _attend(self, watch: Watch, camera: Camera | None, now: float) -> None:
        """One look at one camera. Raises OSError."""
        earlier = watch.wanted
        watch.wanted = None if camera is None else assignment(camera, watch.folder.path, self._settings)
        if watch.wanted is None or earlier is None or not watch.wanted.is_like(earlier):
            watch.failures, watch.start_at, watch.finished = 0, 0.0, False  # what was wrong may be right now
        if watch.run is not None:
            self._look_after(watch, watch.run, now)
        if watch.run is None:
            if watch.wanted is None:
                watch.folder.forget()
            elif now >= watch.start_at and not watch.finished:
                watch.run = self._started(watch, watch.wanted.begun(), now)
        online = watch.run is not None and watch.fault is None and watch.said is not None and watch.said.online
        if online != watch.online:
            watch.online, watch.since = online, datetime.now(UTC)

    def _look_after(self, watch: Watch, run: Run, now: float) -> None:
        status = run.process.poll()
        _listen(watch, run, now)  # afterwards, so that the last words of a process are heard
        if status is not None:
            run.stdin.close()
            watch.run = None
            self._ended(watch, run, status, now)
        elif run.told_to_end is not None:
            if now > run.told_to_end + END_S:
                run.process.kill()
        elif watch.wanted is None or not watch.wanted.is_like(run.assignment):
            run.end(now)
        elif now > run.alive + (patience := SILENT_S if run.mark else START_S):
            log.error("the process of camera %s gives no sign of life, and is killed", run.assignment.camera)
            watch.fault = f"its process gave no sign of life for {patience:g} seconds"
            run.process.kill()

    def _started(self, watch: Watch, begun: Assignment, now: float) -> Run:
        """Starts the process and gives it its assignment. Raises OSError."""
        watch.folder.make()
        # the settings of the service, its database's password among them, are not for the process
        environment = {name: value for name, value in os.environ.items() if not name.upper().startswith(PREFIX)}
        process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            bufsize=0,
            env=environment,
            start_new_session=True,  # else Ctrl-C reaches it beside the service
        )
        stdin = cast(IO[bytes], process.stdin)
        with suppress(BrokenPipeError):  # it has ended already, and the next look finds out how
            stdin.write(begun.model_dump_json().encode() + b"\n")
        return Run(process, stdin, begun, now, now)

    def _ended(self, watch: Watch, run: Run, status: int, now: float) -> None:
        """Notes that a process is gone. It ends with 0 where its source has come to its end."""
        if run.told_to_end is not None:
            watch.said, watch.fault = None, None
        elif status == 0:
            watch.finished, watch.fault = True, "its source has come to its end"
        else:
            said = None if watch.said is None else watch.said.error
            how = f"signal {-status}" if status < 0 else f"status {status}"
            self._failed(watch, watch.fault or said or f"its process ended ({how})", now)

    def _failed(self, watch: Watch, fault: str, now: float) -> None:
        pause = min(FIRST_PAUSE_S * 2**watch.failures, LONGEST_PAUSE_S)
        watch.failures += 1
        watch.restarts += 1
        watch.fault, watch.start_at = fault, now + pause
        log.error("%s: %s; it is started again in %g s", watch.folder.path.name, fault, pause)


def _listen(watch: Watch, run: Run, now: float) -> None:
    """Notes the newest sign of life of this run."""
    heard = watch.folder.heartbeat()
    if heard is not None and heard[1].run == run.assignment.run and heard[0] != run.mark:
        run.mark, watch.said = heard
        run.alive = now
        if watch.said.online or watch.said.error is not None:
            watch.fault = None
    if now > run.begun + STEADY_S:
        watch.failures = 0
