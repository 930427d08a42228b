"""The registry as a sheet: imported and exported."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from tempfile import TemporaryFile
from typing import Annotated, Any, BinaryIO, Literal

from anyio import to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from src.service.api.auth import Here, Looker, Registrar
from src.service.api.openapi import problems
from src.service.api.registry_examples import SHEET
from src.service.api.registry_responses import Imported
from src.service.api.routes.sheet_answers import sheet, sheets
from src.service.database import Database
from src.service.http.body import CLOSE, IDLE_S, chunks
from src.service.http.problems import Kind, ServiceProblem
from src.service.registry.reading import read_sheet
from src.service.sheets import MEDIA_TYPES, SheetKind
from src.service.store import Actor, Scope
from src.service.store.registry import Imported as Outcome
from src.service.store.registry import exported, import_sheet, known_time_zones
from src.service.wrong import WrongError

MOST_BYTES = 64 * 2**20
"""The bytes of a sheet that is sent at most."""
KINDS_OF_MEDIA = {media.partition(";")[0]: kind for kind, media in MEDIA_TYPES.items()}
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "CSV (UTF-8 or Windows-1251, with commas or semicolons) or XLSX, at most 64 MiB",
        "content": {
            "text/csv": {"schema": {"type": "string"}, "example": SHEET},
            MEDIA_TYPES["xlsx"]: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
router = APIRouter(tags=["registry"])


@router.post(
    "/v1/registry/import",
    response_model=Imported,
    responses=problems(Kind.NO_SHEET, Kind.BAD_SHEET, Kind.TOO_LONG, Kind.TOO_SLOW),
    openapi_extra=BODY,
)
async def import_vehicles(
    request: Request,
    here: Here,
    actor: Registrar,
    faulty: Annotated[
        Literal["refuse", "skip"], Query(description="what becomes of the other rows where some have a fault")
    ] = "refuse",
    dry_run: Annotated[bool, Query(description="whether nothing is stored, and only told what would be")] = False,
) -> Outcome:
    """Stores the vehicles of a sheet with their permits, and changes those that are there already.

    Vehicles are known by plate and country, permits by vehicle, list and place. Each faulty row is named, with the
    column and the reason. A sheet with owners or drivers needs a key that may see persons.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in KINDS_OF_MEDIA:
        raise ServiceProblem(
            Kind.NO_SHEET, f"the content type has to be one of {', '.join(KINDS_OF_MEDIA)}", headers=CLOSE
        )
    async with _taken(request) as file:
        return await to_thread.run_sync(_import, here.resources.database, file, faulty == "skip", dry_run, actor)


@router.get("/v1/registry/export", response_class=StreamingResponse, responses=sheets(SHEET) | problems())
def export(
    here: Here, actor: Looker, format: Annotated[SheetKind, Query(description="of the file")] = "csv"
) -> StreamingResponse:
    """All vehicles with their permits, as a sheet that can be imported again; with owners and drivers where the key may
    see persons.

    Texts that a spreadsheet would take for formulas have an apostrophe in front of them.
    """
    rows = exported(here.resources.database, actor.sees_persons, actor)
    return sheet(format, "vehicles", rows)


@asynccontextmanager
async def _taken(request: Request) -> AsyncIterator[BinaryIO]:
    """The body as a temporary file. Raises ServiceProblem."""
    with TemporaryFile() as file:
        size = 0
        async for chunk in chunks(request, IDLE_S):
            size += len(chunk)
            if size > MOST_BYTES:
                raise ServiceProblem(Kind.TOO_LONG, f"over {MOST_BYTES} bytes", headers=CLOSE)
            await to_thread.run_sync(file.write, chunk)
        file.seek(0)
        yield file


def _import(database: Database, file: BinaryIO, skip: bool, dry_run: bool, actor: Actor) -> Outcome:
    try:
        read = read_sheet(file, known_time_zones(database))
    except WrongError as error:
        raise ServiceProblem(Kind.BAD_SHEET, str(error), wrong=error) from None
    try:
        if read.has_persons and not actor.sees_persons:
            raise ServiceProblem(Kind.WRONG_SCOPE, f"its owners and drivers need the scope {Scope.PERSONS.value}")
        return import_sheet(database, read, skip, dry_run, actor)
    finally:
        read.close()
