"""The picture files: named by their identifiers alone, on the disk before anything says so."""

import logging
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from src.core.files import UNFINISHED, make_folder, write_file
from src.service.database import Database

SPREAD = 2
"""Leading digits of an identifier that name its folder: 256 of them."""

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
        """Where a picture is."""
        return self.folder / stored_as

    def remove(self, stored: Iterable[str]) -> int:
        """Deletes those that are there; how many. One that cannot be deleted is logged, and left to ``sweep``.

        No row knows them any more: whoever asked for that has it, whatever becomes of the file.
        """
        removed = 0
        for stored_as in stored:
            try:
                self.path(stored_as).unlink()
                removed += 1
            except FileNotFoundError:
                pass
            except OSError as error:
                log.error("%s is not removed yet: %s", stored_as, error.strerror)
        return removed

    def older_than(self, age_s: float) -> Iterator[str]:
        """What ``put`` returned, and names of files that it did not finish, from over ``age_s`` seconds ago."""
        written_before = time.time() - age_s
        for path in self.folder.glob(f"{'[0-9a-f]' * SPREAD}/*"):
            with suppress(FileNotFoundError):  # deleted meanwhile
                if _OURS.fullmatch(path.name) and path.stat().st_mtime < written_before:
                    yield f"{path.parent.name}/{path.name}"


def open_pictures(database: Database, folder: Path) -> Pictures:
    """The pictures of ``database`` in ``folder``: those of another database there are none that lack a row.

    Raises OSError.
    """
    return Pictures(folder / database.identity)
