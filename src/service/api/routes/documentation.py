"""What the API is: its OpenAPI document for programs and a page for people, which tell no secret and need no key.

All files of the page are in this repository or in the package fastapi-offline, which has Swagger UI in it.
"""

from importlib.resources import files
from pathlib import Path
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import FileResponse, JSONResponse
from starlette.requests import Request

OWN = Path(__file__).parents[1] / "documentation"
SWAGGER_UI = Path(str(files("fastapi_offline"))) / "static"

FILES = {
    "start.js": OWN / "start.js",
    **{name: SWAGGER_UI / name for name in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png")},
}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
"""Scripts and styles come from files alone, and requests go to this host alone."""

router = APIRouter(include_in_schema=False)


@router.get("/openapi.json")
def openapi(request: Request) -> JSONResponse:
    """What all this is, for programs; in a thread, as the first time takes a while."""
    return JSONResponse(request.app.openapi())


@router.get("/docs")
async def docs() -> FileResponse:
    """What all this is, for people."""
    return FileResponse(OWN / "page.html", headers=HEADERS)


@router.get("/docs/{name}")
async def file(name: Literal["start.js", "swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"]) -> FileResponse:
    """A file of the page."""
    return FileResponse(FILES[name], headers=HEADERS)
