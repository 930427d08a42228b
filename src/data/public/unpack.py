"""Unpacks archives of repositories without trusting what they contain."""

import gzip
import shutil
import tarfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from src.data.public.download import CHUNK, FetchError


def unpack(archive: Path, folder: Path, wanted: Sequence[str], commit: str) -> str:
    """Unpacks the files at and below ``wanted`` of a ``git archive`` (tar, gzip) into ``folder``, whole or not at all.

    The archive's outermost folder is left out, and so is everything but plain files. Returns the commit that the
    archive states. Raises FetchError if the archive is damaged, its commit does not begin with ``commit``, it lacks one
    of ``wanted``, or a path leads out of it.
    """
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        with gzip.open(archive) as stream, tarfile.open(fileobj=stream, mode="r:") as tar:
            stated = _commit(archive, tar, commit)
            for member in tar:
                _extract(archive, tar, member, part, wanted)
            while stream.read(CHUNK):  # up to the checksum of gzip, which stands after the last member
                pass
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FetchError(f"{archive}: damaged ({error})") from None
    if missing := [name for name in wanted if not (part / name).exists()]:
        raise FetchError(f"{archive}: has no {missing[0]}")
    part.replace(folder)
    return stated


def _commit(archive: Path, tar: tarfile.TarFile, wanted: str) -> str:
    """Reads the commit that ``git archive`` writes into the global header."""
    stated = str(tar.pax_headers.get("comment", ""))
    if not stated.startswith(wanted):
        raise FetchError(f"{archive}: of commit {stated or '(none stated)'}, not of {wanted}")
    return stated


def _extract(archive: Path, tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path, wanted: Sequence[str]) -> None:
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts:
        raise FetchError(f"{archive}: {member.name} leads out of it")
    inner = PurePosixPath(*path.parts[1:])
    file = tar.extractfile(member) if member.isfile() and any(inner.is_relative_to(w) for w in wanted) else None
    if file is not None:
        (folder / inner).parent.mkdir(parents=True, exist_ok=True)
        with file, (folder / inner).open("wb") as target:
            shutil.copyfileobj(file, target)
