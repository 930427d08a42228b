"""The folder of one camera, through which its process tells the service what it sees.

``state.json`` and ``picture.jpg`` are replaced again and again. ``spool`` has an entry for each passage that was told:
a folder with ``record.json`` and, where pictures are kept, ``best.jpg``. An entry is made under a name that begins with
a dot and renamed when all of it is on the disk, so that it is there as a whole or not at all; whoever reads it renames
it back before it is deleted.
"""

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from src.core.files import PRIVATE_FOLDER, make_folder, replacing, sync_folder, write_file
from src.core.schema import Closed, first_fault
from src.video.passage import PassageRecord

RECORD, PICTURE = "record.json", "best.jpg"
HIDDEN = "."
LEFTOVER_S = 600
"""Seconds after which an entry that is not finished was left by a process that was killed."""


class FolderError(ValueError):
    """The error of an entry that cannot be read; the message names it."""


class Heartbeat(Closed):
    """What a camera's process says of itself, once a second."""

    run: str
    """The identifier of this run of the process."""
    online: bool = False
    frames_per_second: float = 0.0
    behind: float = 0.0
    last_picture: datetime | None = None
    error: str | None = None
    reconnects: int = 0
    told: int = 0
    """The passages that this run has told."""


class ToldPassage(Closed):
    """A passage as a camera's process tells it."""

    key: str
    """The run and the vehicle: it is the same when the passage is told again."""
    telling: int
    """How often it was told, with this time."""
    first: datetime
    last: datetime
    width: int
    """Pixels of the frame that the best box is in."""
    height: int
    passage: PassageRecord


@dataclass(frozen=True, slots=True)
class Entry:
    """A passage that was told and is not stored yet, and the JPEG of its best frame."""

    path: Path
    told: ToldPassage
    picture: bytes | None


class CameraFolder:
    """The folder of one camera. Its process writes, and the service reads and removes."""

    def __init__(self, path: Path) -> None:
        self.path, self.spool = path, path / "spool"
        self._state, self._picture = path / "state.json", path / "picture.jpg"

    def make(self) -> None:
        """Makes it, and removes unfinished entries that were left. Raises OSError."""
        make_folder(self.spool)
        for path in self.spool.glob(f"{HIDDEN}*"):
            if time.time() - path.stat().st_mtime > LEFTOVER_S:
                shutil.rmtree(path)

    def beat(self, heartbeat: Heartbeat, picture: bytes | None) -> None:
        """Tells how the camera is, and its newest picture where there is a new one. Raises OSError."""
        if picture is not None:
            with replacing(self._picture) as unfinished:
                unfinished.write_bytes(picture)
        with replacing(self._state) as unfinished:
            unfinished.write_text(heartbeat.model_dump_json(), "utf-8")

    def heartbeat(self) -> tuple[int, Heartbeat] | None:
        """Returns what was told last, with the mark of that moment; None where nothing readable is there."""
        try:
            mark = self._state.stat().st_mtime_ns
            return mark, Heartbeat.model_validate_json(self._state.read_bytes())
        except (OSError, ValidationError):
            return None

    def picture(self) -> bytes | None:
        """Returns the newest picture, a JPEG; None where there is none."""
        try:
            return self._picture.read_bytes()
        except OSError:
            return None

    def forget(self) -> None:
        """Removes the state and the newest picture of a camera that is no longer watched. Raises OSError."""
        self._state.unlink(missing_ok=True)
        self._picture.unlink(missing_ok=True)

    def put(self, name: str, told: ToldPassage, picture: bytes | None) -> None:
        """Puts a passage on the disk; when this returns, it is told. Entries are read by the order of their names.

        Raises OSError.
        """
        unfinished = self.spool / f"{HIDDEN}{name}"
        unfinished.mkdir(PRIVATE_FOLDER)
        try:
            write_file(unfinished / RECORD, told.model_dump_json().encode())
            if picture is not None:
                write_file(unfinished / PICTURE, picture)
            unfinished.rename(self.spool / name)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
        sync_folder(self.spool)

    def entries(self) -> list[Path]:
        """Returns the paths of the finished entries, the oldest first. Raises OSError."""
        if not self.spool.is_dir():
            return []
        return sorted(path for path in self.spool.iterdir() if not path.name.startswith(HIDDEN))

    def set_aside(self, entry: Path) -> None:
        """Keeps an entry that cannot be read out of the way, for people to look at. Raises OSError."""
        faulty = self.path / "faulty"
        make_folder(faulty)
        entry.rename(faulty / entry.name)


def read_entry(path: Path) -> Entry:
    """Reads an entry. Raises FolderError where it is damaged, and OSError."""
    try:
        told = ToldPassage.model_validate_json((path / RECORD).read_bytes())
    except ValidationError as error:
        raise FolderError(f"{path}: {first_fault(error)}") from None
    except (FileNotFoundError, NotADirectoryError):
        raise FolderError(f"{path}: has no {RECORD}") from None
    picture = path / PICTURE
    return Entry(path, told, picture.read_bytes() if picture.exists() else None)


def remove_entry(path: Path) -> None:
    """Removes an entry: it is gone with one step, and then its files. Raises OSError."""
    going = path.with_name(f"{HIDDEN}{path.name}")
    path.rename(going)
    sync_folder(path.parent)
    shutil.rmtree(going)


def camera_folders(root: Path) -> Iterator[CameraFolder]:
    """Yields the folders of all cameras that ever had one, by their identifiers."""
    for path in sorted(root.iterdir()) if root.is_dir() else ():
        if path.is_dir():
            yield CameraFolder(path)
