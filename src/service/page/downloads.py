"""Files to download: the page's server asks the API with the visitor's key, and passes on what comes, as it comes.

A browser cannot ask the API itself, as it does not have the key.
"""

import os
from collections.abc import AsyncIterator, Mapping
from typing import get_args
from urllib.parse import urlencode

import httpx
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from src.service.page import API, KEY
from src.service.page.client import TIMEOUT, SlowError, UnreachableError, refusal
from src.service.page.explain import sentence
from src.service.page.sessions import COOKIE, OPEN
from src.service.page.texts import Language, Words

EXPORTS = {
    "registry": "/v1/registry/export",
    "sightings": "/v1/sightings/export",
    "visits": "/v1/visits/export",
    "report": "/v1/visits/report",
}
"""What may be downloaded, and where the API has it."""
FORMATS = ("csv", "xlsx")
PASSED_ON = ("content-type", "content-disposition")
LANGUAGE = "lang"
BAD_GATEWAY, NOT_FOUND = 502, 404


def registry_links(language: Language) -> list[tuple[str, str]]:
    """Returns the format and the address of each file of all vehicles; addresses are relative to any view."""
    return _links("registry", {}, language)


def sighting_links(filters: Mapping[str, object], language: Language) -> list[tuple[str, str]]:
    """Returns the format and the address of each file of the sightings that fit ``filters``."""
    return _links("sightings", filters, language)


def visit_links(filters: Mapping[str, object], language: Language) -> list[tuple[str, str]]:
    """Returns the format and the address of each file of the visits that fit ``filters``."""
    return _links("visits", filters, language)


def report_links(asked: Mapping[str, object], language: Language) -> list[tuple[str, str]]:
    """Returns the format and the address of each file of the report that is ``asked`` for."""
    return _links("report", asked, language)


def _links(what: str, filters: Mapping[str, object], language: Language) -> list[tuple[str, str]]:
    said = {name: value for name, value in filters.items() if value is not None}
    return [(kind, f"download/{what}?{urlencode(said | {'format': kind, LANGUAGE: language})}") for kind in FORMATS]


async def download(request: Request) -> Response:
    """Passes a file on; where the API refuses it, the answer says why in the visitor's language."""
    path = EXPORTS.get(request.path_params["what"])
    if path is None:
        return PlainTextResponse("there is no such file", NOT_FOUND)
    query = dict(request.query_params)
    words = _words(query.pop(LANGUAGE, "en"))
    key = OPEN.key(request.cookies.get(COOKIE, "")) or os.environ.get(KEY, "").strip()
    headers = {b"Authorization": f"Bearer {key}".encode()} if key else {}
    client = httpx.AsyncClient(base_url=os.environ[API], timeout=TIMEOUT, trust_env=False)
    try:
        answer = await client.send(client.build_request("GET", path, params=query, headers=headers), stream=True)
    except httpx.TimeoutException:
        await client.aclose()
        return PlainTextResponse(sentence(SlowError(path), words), BAD_GATEWAY)
    except httpx.RequestError as error:
        await client.aclose()
        return PlainTextResponse(sentence(UnreachableError(str(error)), words), BAD_GATEWAY)
    if not answer.is_success:
        await answer.aread()
        await client.aclose()
        return PlainTextResponse(sentence(refusal(answer), words), answer.status_code)
    passed = {name: answer.headers[name] for name in PASSED_ON if name in answer.headers}
    return StreamingResponse(_body(client, answer), headers=passed | {"Cache-Control": "private, no-store"})


async def _body(client: httpx.AsyncClient, answer: httpx.Response) -> AsyncIterator[bytes]:
    """Yields the body as it comes. Raises httpx.RequestError where it ends too early, so that the browser notices."""
    try:
        async for part in answer.aiter_bytes():
            yield part
    finally:
        await answer.aclose()
        await client.aclose()


def _words(language: str) -> Words:
    return Words(next((known for known in get_args(Language) if known == language), "en"))


ROUTES = [Route("/download/{what}", download, methods=["GET"])]
