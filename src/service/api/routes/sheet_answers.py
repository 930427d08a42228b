"""Answers that are sheets, made while they are sent."""

from collections.abc import Iterable, Iterator, Sequence

from fastapi.responses import StreamingResponse

from src.service.api.openapi import Responses
from src.service.api.routes.answers import HEADERS
from src.service.sheets import MEDIA_TYPES, Cell, SheetKind, write_rows


def sheets(example: str) -> Responses:
    """Returns what OpenAPI says of such an answer; ``example`` is one as CSV."""
    content = {
        "text/csv": {"schema": {"type": "string"}, "example": example},
        MEDIA_TYPES["xlsx"]: {"schema": {"type": "string", "format": "binary"}},
    }
    return {200: {"description": "The sheet", "content": content}}


def sheet(kind: SheetKind, name: str, rows: Iterable[Sequence[Cell]]) -> StreamingResponse:
    """Returns the answer with ``rows``, the first of which is the head, as a file of that ``name``."""
    headers = HEADERS | {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return StreamingResponse(_first(write_rows(kind, rows)), media_type=MEDIA_TYPES[kind], headers=headers)


def _first(data: Iterator[bytes]) -> Iterator[bytes]:
    """Returns ``data`` with its first piece made already: what fails at once is a problem, and no broken file."""
    first = next(data, b"")

    def pieces() -> Iterator[bytes]:
        yield first
        yield from data

    return pieces()
