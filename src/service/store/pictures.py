"""The picture files. Their names are identifiers alone, and a file is on the disk before any row names it."""

import logging
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from src.core.files import UNFINISHED, make_folder, write_file
from src.service.database import Database

SPREAD = 2
"""So many leading digits of an identifier name its folder: there are 256 folders."""

log = logging.getLogger(__name__)

_OURS = re.compile(rf"[0-9a-f]{{32}}({re.escape(UNFINISHED)})?")


class Pictures:
    """A folder of pictures. Several processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        """Makes ``folder``. Raises OSError."""
        self.folder = folder
        make_folder(folder)

    def put(self, image_id: str, data: bytes) -> str:
        """Puts a picture on the disk; returns its path in the folder. Raises OSError, as on a full disk."""
        stored_as = f"{image_id[:SPREAD]}/{image_id}"
        path = self.path(stored_as)
        make_folder(path.parent)
        write_file(path, data)
        return stored_as

    def path(self, stored_as: str) -> Path:
        """Returns the path of a picture."""
        return self.folder / stored_as

    def remove(self, stored: Iterable[str]) -> int:
        """Deletes those pictures that exist and returns their number. One that cannot be deleted is logged and left to
        ``sweep``.

        No row knows the pictures any more, so the request to delete them is fulfilled whatever becomes of the files.
        """
        removed = 0
        for stored_as in stored:
            try:
                self.path(stored_as).unlink()
                removed += 1
            except FileNotFoundError:
                continue  # an earlier request has deleted it
            except OSError as error:
                log.error("%s is not removed yet: %s", stored_as, error.strerror)
        return removed

    def older_than(self, age_s: float) -> Iterator[str]:
        """Yields the paths, as of ``put``, of finished and unfinished files from over ``age_s`` seconds ago."""
        written_before = time.time() - age_s
        for path in self.folder.glob(f"{'[0-9a-f]' * SPREAD}/*"):
            with suppress(FileNotFoundError):  # it was deleted meanwhile
                if _OURS.fullmatch(path.name) and path.stat().st_mtime < written_before:
                    yield f"{path.parent.name}/{path.name}"


def open_pictures(database: Database, folder: Path) -> Pictures:
    """Opens the pictures of ``database``, in a folder of their own below ``folder``. Raises OSError.

    Databases that share ``folder`` therefore never take the files of another one for files without a row.
    """
    return Pictures(folder / database.identity)
