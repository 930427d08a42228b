"""Describes a public set: a part of a repository at one commit, its licence, and its importer."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from src.data.annotations.manifest import Record
from src.data.importers.common import Defaults, RecordError

Importer = Callable[[Path, Defaults], Iterator[Record | RecordError]]


@dataclass(frozen=True, slots=True)
class Repository:
    """A public repository at one commit."""

    name: str  # owner/name
    commit: str  # or the beginning of it
    licence: str  # as stated there
    sha256: str | None = None
    """The archive's hash. If it is None, nobody has pinned it, and only the commit that the archive names is
    checked."""

    @property
    def folder(self) -> str:
        """Returns a folder name that is different for each commit."""
        return f"{self.name.replace('/', '-')}-{self.commit[:7]}"


@dataclass(frozen=True, slots=True)
class Listed:
    """A set that the shipped weights were trained on and that cannot be fetched in the same form."""

    name: str
    repository: Repository
    into: str  # the folder, below the data folder, of the manifest with its pictures
    why: str  # what this project did to its labels


@dataclass(frozen=True, slots=True)
class PublicSet:
    """One set of pictures and labels in a repository."""

    name: str
    repository: Repository
    into: str  # the folder, below the data folder, of the manifest that it is added to
    at: str  # the path below the repository that the importer gets
    read: Importer
    needs: tuple[str, ...] = ()  # further folders and files that it needs
    split: str = "train"
    val: float | None = None  # instead of ``split``: the share of plates, or of pictures without a text, that is val
    region: str | None = None
    classes: tuple[str, ...] = ()
    pattern: str | None = None
    verified: bool = True

    def records(self, root: Path) -> Iterator[Record | RecordError]:
        """Returns its records, with paths below ``root``, the unpacked repository. Raises SourceError."""
        pattern = re.compile(self.pattern) if self.pattern else None
        defaults = Defaults(self.name, self.split, self.region, self.classes, pattern)
        for item in self.read(root / self.at, defaults):
            if isinstance(item, Record) and not self.verified:
                item = item.model_copy(update={"verified": False})
            yield item
