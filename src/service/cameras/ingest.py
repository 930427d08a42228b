"""Stores what the processes of the cameras have told, and tells it to those who listen.

A process puts each passage on the disk before it counts as told. Here it is stored in one transaction and removed from
the disk afterwards: a kill at any moment loses nothing, and what is then stored once more has its key.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.exc import OperationalError, SQLAlchemyError

from src.service.cameras.broadcast import Broadcast, Event
from src.service.cameras.folder import CameraFolder, Entry, FolderError, camera_folders, read_entry, remove_entry
from src.service.database import Database
from src.service.http.problems import cause
from src.service.registry.rules import Rules
from src.service.store import NewPassage, Pictures, UnknownCameraError, save_passage

log = logging.getLogger(__name__)


class Ingest:
    """Empties the spools of all cameras below one folder. One thread uses it."""

    def __init__(
        self,
        root: Path,
        database: Database,
        pictures: Pictures | None,
        broadcast: Broadcast,
        counted: Callable[[], None],
        rules: Rules,
    ) -> None:
        """``pictures`` None keeps no picture; ``counted`` is called for each passage that is stored; ``rules`` say how
        sure decisions have to be.
        """
        self._root, self._database, self._pictures, self._rules = root, database, pictures, rules
        self._broadcast, self._counted = broadcast, counted
        self._stored: set[Path] = set()
        self._foreign: set[Path] = set()

    def run_once(self) -> int:
        """Stores what there is now, the oldest of each camera first, and returns how many entries that were.

        What fails at one camera is logged and tried again by the next call. What is stored and cannot be removed is not
        stored again while this process lives. Raises sqlalchemy.exc.OperationalError where the database is out of
        reach.
        """
        stored = 0
        for folder in camera_folders(self._root):
            if folder.path in self._foreign:
                continue
            try:
                for path in folder.entries():
                    self._take(folder, path)
                    stored += 1
            except UnknownCameraError:  # another database has the same data folder
                log.warning("%s: has passages of a camera that is not in this database", folder.path)
                self._foreign.add(folder.path)
            except OSError as error:
                log.error("%s: its passages are not stored yet (%s)", folder.path, error.strerror)
        return stored

    def _take(self, folder: CameraFolder, path: Path) -> None:
        """Stores one entry and removes it; one that is damaged, or that the database refuses, is set aside."""
        if path not in self._stored:
            try:
                self._save(folder.path.name, read_entry(path))
            except OperationalError:
                raise
            except (FolderError, SQLAlchemyError) as error:
                log.error("a passage is not stored: %s", cause(error))
                folder.set_aside(path)
                return
            self._stored.add(path)
        remove_entry(path)
        self._stored.discard(path)

    def _save(self, camera_id: str, entry: Entry) -> None:
        told = entry.told
        passage = NewPassage(
            key=told.key,
            telling=told.telling,
            camera_id=camera_id,
            first=told.first,
            last=told.last,
            width=told.width,
            height=told.height,
            record=told.passage,
            picture=entry.picture,
        )
        sighting = save_passage(self._database, self._pictures, passage, self._rules)
        if sighting is not None:
            self._counted()
            self._broadcast.publish(Event("passage", sighting.model_dump_json()))
