"""The file that a backup is: a tar archive that any program opens, and what makes sure that it is whole.

Its members are, in this order: ``number-plate-backup.json``, what it is a backup of; ``tables/NAME/000001.jsonl`` and
so on, the rows of each table, those first that others name; ``pictures/5f/5f37...``, the pictures; ``manifest.json``,
how much there is; ``sha256``, the digest of all bytes before this member. A file that was cut off has no digest.
"""

import hashlib
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, BinaryIO, Literal, TypeVar

from pydantic import Field, ValidationError

from src.core.schema import Closed, first_fault

HEADER, MANIFEST, DIGEST = "number-plate-backup.json", "manifest.json", "sha256"
LONGEST = 1 << 28
"""Bytes of the header or the manifest at most: whatever they say is read into memory."""
STORED_AS = re.compile(r"[0-9a-f]{2}/[0-9a-f]{32}")
"""The path of a picture in its folder."""
_ROWS = re.compile(r"tables/([a-z_]+)/[0-9]{6}\.jsonl")
_PICTURE = re.compile(rf"pictures/({STORED_AS.pattern})")
_CHUNK = 1 << 20

Said = TypeVar("Said", bound=Closed)
Id = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]


class BackupError(ValueError):
    """The error of a file that is no whole backup, or cannot be restored; the message names the file."""


class Header(Closed):
    """What a backup is of."""

    format: Literal[1] = 1
    program: str
    """The version of the program that made it."""
    made: datetime
    database: str
    """The kind of database that the rows were in."""
    revision: str
    """That of the tables."""
    installation: Id


class Manifest(Closed):
    """How much is in a backup."""

    tables: dict[str, int]
    """The number of rows."""
    pictures: int
    missing: list[str]
    """Pictures, as rows name them, that were deleted while the backup was made; their rows are from before."""

    @property
    def rows(self) -> int:
        """The rows of all tables."""
        return sum(self.tables.values())


def table_of(member: str) -> str | None:
    """Returns the table whose rows a member has; None where it is another one."""
    match = _ROWS.fullmatch(member)
    return None if match is None else match[1]


def picture_of(member: str) -> str | None:
    """Returns the path, in the folder of pictures, of the picture that a member is; None where it is another one."""
    match = _PICTURE.fullmatch(member)
    return None if match is None else match[1]


def checked(path: Path) -> tuple[Header, Manifest]:
    """Returns what a backup is of and how much there is. All of it is read: not a bit of it is another one.

    Raises BackupError and OSError.
    """
    header = manifest = digest = None
    with opened(path) as archive:
        for number, member in enumerate(members(archive)):
            if digest is not None or (number == 0) != (member.name == HEADER) or not member.isreg():
                raise BackupError(f"{path}: is no backup of this program")
            if number == 0:
                header = _said(path, Header, _data(path, archive, member))
            elif member.name == MANIFEST:
                manifest = _said(path, Manifest, _data(path, archive, member))
            elif member.name == DIGEST:
                before, digest = member.offset, _data(path, archive, member)
            elif table_of(member.name) is None and picture_of(member.name) is None:
                raise BackupError(f"{path}: is no backup of this program: it has {member.name!r}")
    if header is None or manifest is None or digest is None:
        raise BackupError(f"{path}: is damaged: it is not there to its end")
    with path.open("rb") as file:
        if _digest(file, before).encode() != digest:
            raise BackupError(f"{path}: is damaged: its digest is another one")
    return header, manifest


@contextmanager
def opened(path: Path) -> Iterator[tarfile.TarFile]:
    """An archive to read from. Raises OSError and, in the block too, BackupError where the file is none."""
    try:
        with tarfile.open(path, "r:") as archive:
            yield archive
    except (tarfile.TarError, EOFError, UnicodeDecodeError) as error:
        raise BackupError(f"{path}: is damaged, or no backup: {error}") from None


def members(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Yields the members of an archive one by one; it holds none of them, however many there are."""
    while (member := archive.next()) is not None:
        archive.members.clear()  # type: ignore[attr-defined]
        yield member


def data(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    """Returns what is in a regular file. Raises tarfile.TarError."""
    file = archive.extractfile(member)
    assert file is not None  # it is a regular file
    with file:
        return file.read()


def _data(path: Path, archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    if member.size > LONGEST:
        raise BackupError(f"{path}: is damaged: {member.name} is too long")
    return data(archive, member)


def _said(path: Path, model: type[Said], said: bytes) -> Said:
    try:
        return model.model_validate_json(said)
    except ValidationError as error:
        raise BackupError(f"{path}: is no backup of this program: {first_fault(error)}") from None


def _digest(file: BinaryIO, size: int) -> str:
    """Returns the SHA-256 of the first ``size`` bytes."""
    digest = hashlib.sha256()
    while size > 0 and (chunk := file.read(min(size, _CHUNK))):
        digest.update(chunk)
        size -= len(chunk)
    return digest.hexdigest()
