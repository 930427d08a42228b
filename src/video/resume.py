"""Goes on with a file of passages that an interrupted run has left."""

import json
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from src.runtime.resume import ResumeError
from src.video.passage import PassageRecord, SourceRecord


@dataclass(frozen=True, slots=True)
class Watched:
    """What an interrupted run has finished."""

    sources: frozenset[str] = frozenset()
    failed: bool = False
    """Whether some of them could not be watched."""


def resume(path: Path) -> Watched:
    """Returns which sources ``path`` (JSON Lines) has as a whole.

    What follows the last of them is cut off: passages of a file that was not watched to its end, which is watched
    again, and a half line, as a kill leaves it. Passages of cameras stay. Raises OSError, and ResumeError for a file
    that holds anything else, which stays as it is.
    """
    if not path.exists():
        return Watched()
    sources, failed, end, offset = set(), False, 0, 0
    with path.open("r+b") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                break
            offset += len(line)
            record = _parse(line, f"{path}: line {number}")
            if isinstance(record, SourceRecord):
                end = offset
                if record.ended or record.error is not None:  # a camera never ends
                    sources.add(record.source)
                failed = failed or record.error is not None
            elif record.first_wall is not None:  # nobody can watch again what a camera has shown
                end = offset
        file.truncate(end)
    return Watched(frozenset(sources), failed)


def _parse(line: bytes, where: str) -> PassageRecord | SourceRecord:
    try:
        said = json.loads(line)
        kind = PassageRecord if isinstance(said, dict) and "track" in said else SourceRecord
        return kind.model_validate(said)
    except (ValueError, ValidationError):
        raise ResumeError(f"{where} is no passage; only --format jsonl can be resumed") from None
