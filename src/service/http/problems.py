"""Errors of the API as RFC 9457 defines them: every error is answered as ``application/problem+json``."""

import logging
from collections.abc import Mapping
from enum import Enum
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from src.service.database import first_line
from src.service.wrong import WrongError

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 2
"""Seconds after which a client may try again where there was no room: a full queue of the default length takes so
long.
"""

FAULT = "a fault of the service, which its log tells more about"

log = logging.getLogger(__name__)


class Kind(Enum):
    """What can go wrong. Answers name a kind by its name in lower case; its value is the status and the title."""

    INVALID_REQUEST = HTTPStatus.UNPROCESSABLE_ENTITY, "The request is not valid"
    INVALID_FORM = HTTPStatus.BAD_REQUEST, "The form is damaged"
    NO_FORM = HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body is no multipart form"
    NO_JSON = HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body is no JSON"
    TOO_LONG = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too long"
    NAME_TAKEN = HTTPStatus.CONFLICT, "Another camera has, or had, the name"
    LAST_ADMINISTRATOR = HTTPStatus.CONFLICT, "It is the last valid key of an administrator"
    EXISTS = HTTPStatus.CONFLICT, "There is such an entry already"
    TOO_LATE = HTTPStatus.CONFLICT, "It is too late for that"
    NO_SECRET = HTTPStatus.CONFLICT, "It has no secret that could be renewed"
    NO_SHEET = HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body is said to be neither CSV nor XLSX"
    BAD_SHEET = HTTPStatus.UNPROCESSABLE_ENTITY, "The file is no sheet of vehicles"
    TOO_MANY_PICTURES = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Too many pictures in one request"
    TOO_LARGE = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The picture is too large"
    UNKNOWN_FORMAT = HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The file is no picture of a known format"
    DAMAGED = HTTPStatus.UNPROCESSABLE_ENTITY, "The picture is damaged"
    NOT_DRAWN = HTTPStatus.UNPROCESSABLE_ENTITY, "The plates cannot be marked in the picture"
    TOO_SLOW = HTTPStatus.REQUEST_TIMEOUT, "The request came too slowly"
    NO_KEY = HTTPStatus.UNAUTHORIZED, "A valid API key is needed"
    NO_TICKET = HTTPStatus.FORBIDDEN, "A ticket is needed that was not used yet"
    FOREIGN_SITE = HTTPStatus.FORBIDDEN, "The request comes by way of another site"
    WRONG_SCOPE = HTTPStatus.FORBIDDEN, "The API key is not for this"
    LIMIT_REACHED = HTTPStatus.TOO_MANY_REQUESTS, "The API key has used up its requests"
    NOT_FOUND = HTTPStatus.NOT_FOUND, "There is no such thing"
    IN_WORK = HTTPStatus.CONFLICT, "The first request with this Idempotency-Key is not answered yet"
    KEY_REUSED = HTTPStatus.UNPROCESSABLE_ENTITY, "The Idempotency-Key is that of another request"
    FORGOTTEN = HTTPStatus.GONE, "What the first request was answered is deleted"
    BUSY = HTTPStatus.SERVICE_UNAVAILABLE, "The service has as much to do as it can"
    SHUTTING_DOWN = HTTPStatus.SERVICE_UNAVAILABLE, "The service is shutting down"
    TIMED_OUT = HTTPStatus.SERVICE_UNAVAILABLE, "The service did not get to it in time"
    NOT_READ = HTTPStatus.SERVICE_UNAVAILABLE, "The models do not answer"
    NOT_STORED = HTTPStatus.SERVICE_UNAVAILABLE, "The result cannot be stored"
    OUT_OF_REACH = HTTPStatus.SERVICE_UNAVAILABLE, "The database or the disk does not do its part"
    NOT_READY = HTTPStatus.SERVICE_UNAVAILABLE, "The service is not ready"
    FAILED = HTTPStatus.INTERNAL_SERVER_ERROR, "The service fails at the picture"

    @property
    def status(self) -> int:
        """The status of HTTP."""
        return int(self.value[0])

    @property
    def title(self) -> str:
        """The title, for people."""
        return self.value[1]

    @property
    def is_passing(self) -> bool:
        """Whether the same request may succeed later."""
        return self.status == HTTPStatus.SERVICE_UNAVAILABLE

    def __str__(self) -> str:
        return self.name.lower()


class ServiceProblem(Exception):  # noqa: N818 (RFC 9457 calls it so)
    """A request, or one picture of it, that is refused."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        picture: str | None = None,
        retry_after: int | None = None,
        headers: Mapping[str, str] | None = None,
        wrong: WrongError | None = None,
    ) -> None:
        """``picture`` is the name of the picture at fault, ``retry_after`` is in seconds; ``wrong`` has the code of
        the detail.
        """
        super().__init__(detail)
        self.kind, self.detail, self.picture, self.wrong = kind, detail, picture, wrong
        self.headers = dict(headers or {})
        if retry_after is not None:
            self.headers["Retry-After"] = str(retry_after)


def respond(problem: ServiceProblem, path: str) -> Response:
    """Returns the answer to a request for ``path``."""
    kind = problem.kind
    content: dict[str, object] = {
        "type": f"urn:number-plate:{kind}",
        "title": kind.title,
        "status": kind.status,
        "detail": problem.detail,
        "instance": path,
    }
    if problem.picture is not None:
        content["picture"] = problem.picture
    if problem.wrong is not None:
        content |= {"code": problem.wrong.code, "values": problem.wrong.values}
    return JSONResponse(content, kind.status, problem.headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Turns all errors of ``app`` into problems, those of the framework too."""
    app.add_exception_handler(ServiceProblem, _own)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _of_framework)
    app.add_exception_handler(ClientDisconnect, _unheard)
    app.add_exception_handler(SQLAlchemyError, _out_of_reach)
    app.add_exception_handler(OSError, _out_of_reach)
    app.add_exception_handler(Exception, _fault)  # which is raised again, for the log


def _own(request: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceProblem)
    return respond(error, request.url.path)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
    return respond(ServiceProblem(Kind.INVALID_REQUEST, "; ".join(faults)), request.url.path)


def _of_framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if "Allow" in headers:
        headers["Allow"] = ", ".join(_methods(request))
    return _plain(request, error.status_code, error.detail, headers)


def _methods(request: Request) -> list[str]:
    """Returns the methods of all routes that have the path; the framework names those of the first one alone.

    Where the path itself is that of a route, those that would take a part of it for a parameter do not count.
    """
    path = request.scope["path"]
    having = [route for route in iter_route_contexts(request.app.routes) if route.path_regex.match(path)]
    own = [route for route in having if route.path == path]
    return sorted({method for route in own or having for method in route.methods or ()})


def _unheard(request: Request, error: Exception) -> Response:
    """Answers a client that is gone: nobody hears it, but it ends the request in good order."""
    return _plain(request, HTTPStatus.BAD_REQUEST, "the connection ended in mid-request")


def _out_of_reach(request: Request, error: Exception) -> Response:
    log.error("a request could not be answered: %s", cause(error))
    problem = ServiceProblem(Kind.OUT_OF_REACH, "ask again", retry_after=RETRY_AFTER_S)
    return respond(problem, request.url.path)


def cause(error: Exception) -> str:
    """Returns an error for the log, without the statement and its values, which are plates and places."""
    return f"{type(error).__name__}: {first_line(error)}"


def _fault(request: Request, error: Exception) -> Response:
    return _plain(request, HTTPStatus.INTERNAL_SERVER_ERROR, FAULT)


def _plain(request: Request, status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """Returns a problem that has no kind of ours, only a status."""
    title = HTTPStatus(status).phrase
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail, "instance": request.url.path}
    return JSONResponse(content, status, headers, MEDIA_TYPE)
