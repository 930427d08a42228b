"""What a public set is: a part of a repository at one commit, its licence, and how it is read."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from src.data.annotations.manifest import Record
from src.data.importers.common import Defaults, RecordError

Reader = Callable[[Path, Defaults], Iterator[Record | RecordError]]


@dataclass(frozen=True, slots=True)
class Repository:
    """A public repository at one commit."""

    name: str  # owner/name
    commit: str  # or the beginning of it
    licence: str  # as stated there
    sha256: str | None = None
    """Of the archive; None where nobody has pinned it, which leaves the commit that the archive names."""

    @property
    def folder(self) -> str:
        """A folder name that no other commit has."""
        return f"{self.name.replace('/', '-')}-{self.commit[:7]}"


@dataclass(frozen=True, slots=True)
class Listed:
    """A set that the shipped weights were trained on and that cannot be fetched as it was."""

    name: str
    repository: Repository
    into: str  # the folder below the data folder whose manifest has its pictures
    why: str  # what its labels owe to this project


@dataclass(frozen=True, slots=True)
class Source:
    """One set of pictures and labels in a repository."""

    name: str
    repository: Repository
    into: str  # the folder below the data folder whose manifest it becomes part of
    at: str  # what the reader is given, below the repository
    read: Reader
    needs: tuple[str, ...] = ()  # further folders and files that belong to it
    split: str = "train"
    val: float | None = None  # instead: the share of plates, or of pictures without a text, that is val
    region: str | None = None
    classes: tuple[str, ...] = ()
    pattern: str | None = None
    verified: bool = True

    def records(self, root: Path) -> Iterator[Record | RecordError]:
        """Its pictures, with paths below ``root``, the unpacked repository. Raises SourceError."""
        pattern = re.compile(self.pattern) if self.pattern else None
        defaults = Defaults(self.name, self.split, self.region, self.classes, pattern)
        for item in self.read(root / self.at, defaults):
            if isinstance(item, Record) and not self.verified:
                item = item.model_copy(update={"verified": False})
            yield item
