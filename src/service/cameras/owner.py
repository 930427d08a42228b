"""The cameras of the service: their processes, their passages and their states.

One service process owns the cameras of a database: the first one that gets the lock in the data folder. Others that use
the same folder serve requests, and one of them takes over when the owner has ended.
"""

import logging
import shutil
from collections.abc import Callable, Sequence
from threading import Event as Flag
from threading import Lock, Thread
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

from src.core.files import make_folder
from src.service.api.responses import CameraState
from src.service.cameras.broadcast import RELOAD, Broadcast, Event
from src.service.cameras.folder import CameraFolder, camera_folders
from src.service.cameras.ingest import Ingest
from src.service.cameras.records import camera_record
from src.service.cameras.supervisor import COMMAND, Supervisor
from src.service.database import Database
from src.service.http.problems import cause
from src.service.ownership import Ownership
from src.service.settings import Settings
from src.service.store import Actor, Camera, Pictures, all_cameras, deleted_cameras

TICK_S = 0.25
"""Seconds between two looks at the processes, and at what they have told."""
LOOK_S = 1.0
"""Seconds between two looks at the records of the cameras: other processes of the service may change them too."""
FAILED_S = 2.0
"""Seconds after which passages that could not be stored are tried again."""
LOOKS_S = 600.0
"""Seconds in which one who looks at a camera's pictures again and again is audited once."""

log = logging.getLogger(__name__)


class Cameras:
    """The cameras of the service. Its methods may be called by any thread."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        pictures: Pictures | None,
        counted: Callable[[], None] = lambda: None,
        command: Sequence[str] = COMMAND,
    ) -> None:
        """``pictures`` None keeps no picture of a passage; ``counted`` is called for each passage that is stored."""
        self.broadcast = Broadcast()
        self._root, self._database = settings.data_dir / "cameras", database
        self._supervisor = Supervisor(self._root, settings, command)
        self._ingest = Ingest(self._root, database, pictures, self.broadcast, counted, settings.rules)
        self._told: dict[str, tuple[object, ...]] = {}
        self._cameras: list[Camera] = []
        self._looked_at, self._in_reach = float("-inf"), True
        self._looks: dict[tuple[str, Actor], float] = {}
        self._looks_lock = Lock()
        self._changed, self._ending = Flag(), Flag()
        self._ownership = Ownership(self._root / f"{database.identity}.lock")
        self._threads = [
            Thread(target=self._supervise, name="cameras"),
            Thread(target=self._empty_spools, name="passages of cameras"),
        ]

    def start(self) -> None:
        """Begins to watch. Raises OSError."""
        make_folder(self._root)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends all processes, stores what they have told, and returns when that is done; it may be called twice."""
        self._ending.set()
        self._changed.set()
        for thread in self._threads:
            thread.join()
        if self._owns:
            self._supervisor.stop()
            self._store_passages()
            self._ownership.release()
        self.broadcast.end()

    def look_again(self) -> None:
        """Says that the records of the cameras have changed."""
        self._changed.set()

    def state(self, camera_id: str) -> CameraState:
        """Returns how a camera is just now."""
        return self._supervisor.state(camera_id)

    def states(self) -> dict[str, CameraState]:
        """Returns how the cameras that are to be watched are just now, by their names."""
        return {camera.name: self.state(camera.id) for camera in self._cameras if camera.is_watched}

    def picture(self, camera_id: str) -> bytes | None:
        """Returns the newest picture of a camera, a JPEG; None where there is none."""
        return CameraFolder(self._root / camera_id).picture()

    def is_first_look(self, camera_id: str, actor: Actor) -> bool:
        """Tells whether ``actor`` has not looked at this camera's picture in the last LOOKS_S seconds."""
        now = monotonic()
        with self._looks_lock:
            self._looks = {look: at for look, at in self._looks.items() if at > now - LOOKS_S}
            if (camera_id, actor) in self._looks:
                return False
            self._looks[camera_id, actor] = now
            return True

    @property
    def _owns(self) -> bool:
        return self._ownership.is_held

    def _supervise(self) -> None:
        """Keeps the processes running. A fault here is logged, and the next look may do better."""
        while not self._ending.is_set():
            has_changed = self._changed.wait(TICK_S)
            self._changed.clear()
            try:
                if self._owns or self._take_over():
                    self._look(has_changed)
            except Exception:
                log.exception("the cameras are not looked after just now")

    def _take_over(self) -> bool:
        """Tries to become the owner of the cameras. Raises OSError."""
        if not self._ownership.take():
            return False
        for folder in camera_folders(self._root):
            folder.forget()  # what an earlier owner's processes said is no longer so
        return True

    def _look(self, has_changed: bool) -> None:
        if has_changed or monotonic() > self._looked_at + LOOK_S:
            self._looked_at = monotonic()
            try:
                self._cameras = all_cameras(self._database)
                self._remove_folders()
                self._in_reach = True
            except SQLAlchemyError as error:  # what is watched is watched on
                if self._in_reach:  # it is said once, and not once a second
                    log.error("the records of the cameras are out of reach: %s", cause(error))
                self._in_reach = False
        self._supervisor.tick(self._cameras)
        self._tell_changes()

    def _remove_folders(self) -> None:
        """Removes what is left of cameras that are deleted, once their passages are stored. Raises OSError."""
        there = {camera.id for camera in self._cameras}
        left = [folder for folder in camera_folders(self._root) if folder.path.name not in there]
        left = [folder for folder in left if not self._supervisor.has(folder.path.name) and not folder.entries()]
        if left:
            deleted = deleted_cameras(self._database)
            for folder in left:
                if folder.path.name in deleted:
                    shutil.rmtree(folder.path)

    def _tell_changes(self) -> None:
        """Publishes the cameras that are no longer as they were when they were told last."""
        told: dict[str, tuple[object, ...]] = {}
        for camera in self._cameras:
            state = self.state(camera.id)
            told[camera.id] = (camera.updated, camera.enabled, state.online, state.last_error, state.restarts)
            if self._told.get(camera.id) != told[camera.id]:
                self.broadcast.publish(Event("camera", camera_record(camera, state).model_dump_json()))
        if self._told.keys() - told.keys():
            self.broadcast.publish(RELOAD)
        self._told = told

    def _empty_spools(self) -> None:
        pause = TICK_S
        while not self._ending.wait(pause):
            pause = TICK_S if not self._owns or self._store_passages() else FAILED_S

    def _store_passages(self) -> bool:
        """Stores what there is, and returns whether that could be done."""
        try:
            self._ingest.run_once()
        except SQLAlchemyError as error:
            log.error("passages are not stored yet: %s", cause(error))
        except Exception:
            log.exception("passages are not stored yet")
        else:
            return True
        return False
