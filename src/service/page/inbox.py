"""The pictures that a visitor gave to the page, each of which is sent to the API once."""

import json
import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from src.core.image import ImageError
from src.service.api.responses import Failure, Fault, Result
from src.service.page.client import ApiClient, Options, RefusedError
from src.service.page.explain import Sent, concerns_picture
from src.service.page.pictures import Preview, preview

UNREADABLE = 422
"""The status that stands for a picture's fault in an answer about several."""


class UploadedFile(Protocol):
    """A picture as Streamlit hands it over; ``file_id`` tells two of one name apart."""

    file_id: str
    name: str
    type: str

    def getvalue(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Taken:
    """A picture that was sent, and what came of it: a result, or its refusal."""

    name: str
    answer: Result | Failure
    sent: Sent
    preview: Preview | None = None
    refusal: RefusedError | None = None


@dataclass(slots=True)
class Inbox:
    """The pictures of one visitor.

    Streamlit may begin the next run while the last one still waits for an answer. Without the lock that picture would
    be read, and kept by the API, twice.
    """

    taken: dict[str, Taken] = field(default_factory=dict)
    """The pictures by file, in the order in which they were read."""
    number: int = 0
    """How often the inbox was emptied."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self, files: Sequence[UploadedFile], service: ApiClient, options: Options) -> Generator[int, None, None]:
        """Sends the files that are new; before each one it yields how many of all are done.

        A picture that the API refuses is taken too; any other ServiceError ends the generator, and the rest stays new.
        The generator must be closed when it is left early.
        """
        with self._lock:
            for done, file in enumerate(files):
                if file.file_id not in self.taken:
                    yield done
                    self.taken[file.file_id] = _take(file, service, options)

    def newest(self) -> list[Taken]:
        """Returns everything taken, the last one first."""
        return list(self.taken.values())[::-1]

    def as_json(self) -> str:
        """Returns what the API said of each picture, as one array."""
        return json.dumps([taken.answer.model_dump() for taken in self.taken.values()], ensure_ascii=False, indent=2)

    def empty(self) -> None:
        """Forgets everything; files get new keys with ``number``."""
        with self._lock:
            self.taken.clear()
            self.number += 1


def _take(file: UploadedFile, service: ApiClient, options: Options) -> Taken:
    data = file.getvalue()
    sent = Sent(file.type, len(data))
    try:
        answer = service.recognize(file.name, data, file.type, options)
        if isinstance(answer, Failure):
            raise RefusedError(UNREADABLE, answer.error.type, answer.error.message)
    except RefusedError as refused:
        if not concerns_picture(refused):
            raise
        fault = Fault(type=refused.kind, message=refused.detail)
        return Taken(file.name, Failure(image=file.name, error=fault), sent, refusal=refused)
    try:
        return Taken(file.name, answer, sent, preview(data, answer.width, answer.plates))
    except ImageError:
        return Taken(file.name, answer, sent)  # the service has read it, as it knows more formats
