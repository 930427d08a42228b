"""What all models of stored data have in common: they are closed, and a fault in a file names its line and field."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

Entry = TypeVar("Entry", bound=BaseModel)


class Closed(BaseModel):
    """A frozen model. Unknown fields are an error, and so are numbers that are infinite or NaN."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def read_json_lines(path: Path, model: type[Entry], fault: type[ValueError]) -> list[tuple[int, Entry]]:
    """Returns the ``model`` on each line of a file, with its line number from 1; empty lines are left out.

    Raises ``fault``, which names the file and, where a line is wrong, the first such line.
    """
    try:
        # not splitlines: a JSON string may hold U+2028 and its like, which that would break in two
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise fault(f"{path}: {getattr(error, 'strerror', None) or 'not a UTF-8 text file'}") from None
    found = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append((number, model.model_validate_json(line)))
            except ValidationError as error:
                raise fault(f"{path}:{number}: {first_fault(error)}") from None
    return found


def first_fault(error: ValidationError, whole: str = "line") -> str:
    """Returns the key of the first fault (``whole`` without a key) and its message, such as ``plates.0.box: x1 < x2
    ...``.
    """
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"])) or whole
    return f"{where}: {first['msg'].removeprefix('Value error, ')}"
