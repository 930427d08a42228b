"""Reads what an earlier run has written, to compare this one with it."""

import json
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from src.core.schema import Closed, first_fault

Stored = TypeVar("Stored", bound=Closed)


class ReportError(ValueError):
    """A report that cannot be read; the message names file and fault."""


def read_stored(path: Path, model: type[Stored], version: int, command: str) -> Stored:
    """The report that ``command`` wrote as a ``model`` of schema ``version``.

    Raises ReportError: no report at all, one of another command, or of another schema version.
    """
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise ReportError(f"{path}: {error.strerror}") from None
    except ValueError as error:  # no JSON, no UTF-8
        raise ReportError(f"{path}: not a report of {command}: {error}") from None
    if not isinstance(content, dict) or "schema_version" not in content:
        raise ReportError(f"{path}: not a report of {command}: schema_version is missing")
    if content["schema_version"] != version:
        raise ReportError(f"{path}: a report of schema version {content['schema_version']!r}, here {version} is read")
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise ReportError(f"{path}: not a report of {command}: {first_fault(error)}") from None
