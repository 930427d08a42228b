"""Brings a public set to the data folder: downloads, verifies and unpacks it and adds it to a manifest."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from src.core.card import sha256_of
from src.data.annotations.manifest import Record, read_manifest, write_manifest
from src.data.annotations.splits import split_by_plate
from src.data.importers.common import RecordError
from src.data.public.download import FetchError, download
from src.data.public.sources import PublicSet, Repository
from src.data.public.unpack import unpack

ADDRESS = "https://codeload.github.com"
"""The server has archives at ``/OWNER/NAME/tar.gz/COMMIT``."""
FOLDER = "public"
"""Repositories are unpacked into this folder below the data folder."""

Say = Callable[[str], None]


def fetch(repository: Repository, wanted: Sequence[str], data: Path, address: str, say: Say) -> Path:
    """Returns the folder that holds ``wanted`` of ``repository``; an existing folder is used without the network.

    Raises FetchError.
    """
    folder = data / FOLDER / repository.folder
    if folder.is_dir():
        say(f"  {folder}: already there")
        return folder
    archive = folder.with_name(f"{folder.name}.tar.gz")
    if not archive.is_file():
        before = download(f"{address}/{repository.name}/tar.gz/{repository.commit}", archive)
        resumed = f", {_size(before)} of them from an earlier attempt" if before else ""
        say(f"  {archive}: {_size(archive.stat().st_size)}{resumed}")
    try:
        say(f"  {_verified(archive, repository.sha256)}")
        commit = unpack(archive, folder, wanted, repository.commit)
    except FetchError:
        archive.unlink()  # a faulty archive would fail at every further attempt
        raise
    say(f"  of commit {commit}, as the archive states")
    archive.unlink()
    return folder


def _verified(archive: Path, expected: str | None) -> str:
    """Says what is known of the archive's SHA-256. Raises FetchError if it is not the expected one."""
    found = sha256_of(archive)
    if expected is None:
        return f"SHA-256 {found}, compared with nothing: none is pinned"
    if found != expected:
        raise FetchError(f"{archive}: SHA-256 {found}, not {expected}")
    return f"SHA-256 {found}, as pinned"


def _size(count: int) -> str:
    return f"{count / 2**20:.1f} MiB"


def bring_in(source: PublicSet, root: Path, data: Path) -> tuple[Path, list[Record], list[RecordError]]:
    """Adds the pictures of ``source``, unpacked in ``root``, to its manifest; returns the manifest, records and faults.

    They replace those of this source in the manifest; those of other sources stay. Raises SourceError, ManifestError
    and OSError.
    """
    manifest = data / source.into / "manifest.jsonl"
    items = list(source.records(root))
    records = [_relative(item, manifest.parent) for item in items if isinstance(item, Record)]
    if source.val:
        records = split_by_plate(records, source.val)
    if records:
        there = read_manifest(manifest) if manifest.is_file() else []
        write_manifest(manifest, [*(r for r in there if r.source != source.name), *records])
    return manifest, records, [item for item in items if isinstance(item, RecordError)]


def _relative(record: Record, folder: Path) -> Record:
    return record.model_copy(update={"image": Path(os.path.relpath(record.image, folder)).as_posix()})
